"""A case gets a name that no other case bears, at one question for a batch."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from casework.identifiers import draw_free_identifiers
from casework_values import BOTH_ENGINES, ERASE, NOON, mail
from privacy.references import make_reference
from storage.cases import taken_references

YEAR = NOON.year


@BOTH_ENGINES
def test_a_reference_that_a_case_bears_is_drawn_again(desk) -> None:
    desk.receive(mail(ERASE))
    (case,) = desk.cases()
    taken = int(case.reference.split("-")[2])
    numbers = iter([taken, 7])
    message = uuid4()
    with desk.database.reading() as reading:
        assert taken_references(reading, [case.reference, "PR-2000-000001-XX"]) == {case.reference}
        names = draw_free_identifiers(reading, {message: NOON}, draw=lambda _: next(numbers))
    assert names[message].reference == make_reference(YEAR, 7)


def test_two_messages_of_one_batch_never_get_the_same_reference(desk) -> None:
    numbers = iter([5, 5, 6])
    first, second = uuid4(), uuid4()
    with desk.database.reading() as reading:
        names = draw_free_identifiers(
            reading, {first: NOON, second: NOON}, draw=lambda _: next(numbers)
        )
    assert {name.reference for name in names.values()} == {
        make_reference(YEAR, 5),
        make_reference(YEAR, 6),
    }


def test_when_every_reference_is_taken_the_batch_goes_on_without_one(desk) -> None:
    desk.receive(mail(ERASE))
    (case,) = desk.cases()
    taken = int(case.reference.split("-")[2])
    with desk.database.reading() as reading:
        assert draw_free_identifiers(reading, {uuid4(): NOON}, draw=lambda _: taken) == {}


@pytest.mark.parametrize("year", [2026, 2027])
def test_the_year_is_that_of_the_arrival(desk, year: int) -> None:
    message = uuid4()
    with desk.database.reading() as reading:
        names = draw_free_identifiers(reading, {message: datetime(year, 6, 1, tzinfo=UTC)})
    assert names[message].reference.startswith(f"PR-{year}-")

"""A calendar changes: what moved is listed, an earlier date binds at once, a date that was told never comes later."""

from dataclasses import replace
from datetime import date

import pytest

from casework import recounting
from casework.recounting import recount
from casework_values import BOTH_ENGINES, DAY, LAWS, NOON, mail
from privacy.deadlines import BusinessCalendar
from storage.reminders import watched_cases


def with_holidays(*days: date):
    """The laws, with a calendar for the house that knows only these holidays."""
    known = LAWS[0].calendar
    calendar = BusinessCalendar(
        code=known.code, version="later", holidays=frozenset(days), years=known.years
    )
    return tuple(replace(law, calendar=calendar) if law.code == "house" else law for law in LAWS)


def count(desk, laws, *, dry_run: bool = False):
    return list(
        recount(
            desk.database,
            replace(desk.profile, regimes=laws),
            actor="recount (sam)",
            now=desk.now,
            dry_run=dry_run,
        )
    )


TUESDAY = (NOON + DAY).date()


@BOTH_ENGINES
def test_a_holiday_more_moves_nothing_that_was_told(desk) -> None:
    desk.receive_one(mail())
    before = desk.case()
    (moved,) = count(desk, with_holidays(TUESDAY))
    assert (moved.reference, str(moved.clock), moved.right) == (
        before.reference,
        "acknowledge",
        None,
    )
    assert (moved.was, moved.counted, moved.holds) == (
        before.acknowledge.on,
        before.acknowledge.on + DAY,
        before.acknowledge.on,
    )
    assert desk.case() == before


@BOTH_ENGINES
def test_a_holiday_less_binds_at_once_and_is_in_the_trail(desk) -> None:
    desk.profile = replace(desk.profile, regimes=with_holidays(TUESDAY))
    desk.receive_one(mail())
    before = desk.case()
    assert len(count(desk, LAWS, dry_run=True)) == 1
    assert desk.case() == before
    (moved,) = count(desk, LAWS)
    assert moved.holds == desk.case().acknowledge.on == before.acknowledge.on - DAY
    event = desk.events(before.case_id)[-1]
    assert (event.actor, event.payload["instead_of"]) == (
        "recount (sam)",
        before.acknowledge.on.isoformat(),
    )
    assert desk.chain_holds(before.case_id)
    assert count(desk, LAWS) == []
    with desk.database.reading() as reading:
        (watched,) = watched_cases(reading, [before.case_id])
    assert {clock.due.on for clock in watched.clocks} == {
        moved.holds,
        before.items[0].due.on,
    }


@pytest.mark.parametrize("words", ["Good morning, I have a question about my data.", ""])
def test_what_did_not_change_is_not_listed_whatever_the_case_is_about(desk, words: str) -> None:
    desk.receive_one(mail(words))
    desk.receive_one(mail("Stop sending me marketing mail.", number=2, From="bea@person.example"))
    assert count(desk, LAWS) == []


def test_every_open_case_is_counted_however_many_there_are(desk, monkeypatch) -> None:
    monkeypatch.setattr(recounting, "BATCH", 2)
    for number in range(5):
        desk.receive_one(mail(number=number, From=f"a{number}@person{number}.example"))
    assert len({one.reference for one in count(desk, with_holidays(TUESDAY))}) == 5

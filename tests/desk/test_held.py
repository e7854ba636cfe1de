"""What a person decides about mail that was set aside: the message beside its reasons, one by one or many at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casework.processing import process_batch
from casework.quarantine import quarantine, set_aside
from desk_values import send, sign_in
from privacy.deciding import Outcome
from privacy.desk_roles import Role
from privacy.messages import ArrivalBasis, RawMessage, Route
from storage.messages import claim_messages, get_message, keep_raw, list_messages

from .conftest import ARRIVED, mail

LATER = ARRIVED + timedelta(days=2)


def rows(desk, outcome=Outcome.HELD):
    with desk.database.reading() as reading:
        return list_messages(reading, outcomes=(outcome,), limit=60)


@pytest.mark.usefixtures("references")
def test_the_message_stands_beside_the_reasons_why_it_was_set_aside(desk, sam) -> None:
    (row,) = rows(desk)
    text = sam.get(f"/held/{row.inbound_id}").text
    assert "How do I change the colour of my board?" in text
    assert "Why it lies here" in text
    assert "It is a request: open a case" in text


@pytest.mark.usefixtures("references")
def test_a_viewer_reads_it_and_finds_no_button(app, desk) -> None:
    (row,) = rows(desk)
    viewer = sign_in(app, Role.VIEWER)
    assert "<form" not in viewer.get(f"/held/{row.inbound_id}").text
    assert "<form" not in viewer.get("/held").text


@pytest.mark.usefixtures("references")
def test_a_message_that_is_released_becomes_a_case(desk, sam) -> None:
    (row,) = rows(desk)
    answer = send(sam, "/held", messages=str(row.inbound_id), decision="release")
    assert answer.headers["location"] == "/held"
    assert "1 decided." in sam.get("/held").text
    while process_batch(desk.services, LATER):
        pass
    with desk.database.reading() as reading:
        assert get_message(reading, row.inbound_id).case_reference


def test_many_are_dismissed_at_once_and_one_that_is_over_does_not_stop_the_rest(
    desk, sam, take_in_many
) -> None:
    take_in_many(3)
    found = [str(row.inbound_id) for row in rows(desk)]
    dismiss = {"decision": "dismiss", "reason": "not-a-request"}
    send(sam, "/held", messages=found[0], **dismiss)
    send(sam, "/held", messages=found, **dismiss)
    assert "2 decided. 1 not" in sam.get("/held").text
    assert rows(desk) == []


@pytest.mark.usefixtures("references")
def test_to_dismiss_a_message_needs_a_reason_of_the_list(desk, sam) -> None:
    (row,) = rows(desk)
    for wrong in ({}, {"reason": "Anne wrote to me"}):
        answer = send(sam, "/held", messages=str(row.inbound_id), decision="dismiss", **wrong)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert len(rows(desk)) == 1


@pytest.mark.parametrize("count", [0, 51])
def test_nothing_and_more_than_fifty_are_refused(desk, sam, take_in_many, count) -> None:
    take_in_many(1)
    (row,) = rows(desk)
    answer = send(sam, "/held", messages=[str(row.inbound_id)] * count, decision="release")
    assert answer.status_code == 422
    assert len(rows(desk)) == 1


def test_what_is_no_id_is_not_there(sam) -> None:
    assert send(sam, "/held", messages="x", decision="release").status_code == 404


@pytest.fixture
def poisoned(desk):
    """Return the id of a message that broke whoever read it."""
    with desk.database.transaction() as transaction:
        keep_raw(transaction, [arriving()], now=ARRIVED)
    with desk.database.transaction() as transaction:
        (claimed,) = claim_messages(transaction, now=ARRIVED, limit=1, lease=timedelta(minutes=1))
    quarantine(
        desk.database,
        desk.services.desk,
        set_aside(claimed),
        reason="failed-ValueError",
        now=ARRIVED,
    )
    return claimed.inbound_id


def arriving() -> RawMessage:
    return RawMessage(
        raw=mail("Anne <anne@person.example>", "Data", "Please send me my data."),
        mailbox="privacy@autocloz.example",
        route=Route.SMTP,
        received_at=ARRIVED,
        arrival_basis=ArrivalBasis.LISTENER,
        envelope_from="anne@person.example",
    )


@pytest.mark.parametrize("decision", ["retry", "dismiss"])
def test_a_quarantined_message_is_tried_again_or_read_by_hand(
    desk, sam, poisoned, decision
) -> None:
    page = sam.get(f"/quarantine/{poisoned}").text
    assert "Please send me my data." in page
    assert "failed ValueError" in page
    send(sam, "/quarantine", messages=str(poisoned), decision=decision)
    assert "1 decided." in sam.get("/quarantine").text
    assert rows(desk, Outcome.QUARANTINED) == []

"""Marketing stops at once for whoever surely says so, and addresses stay suppressed."""

from dataclasses import replace

import pytest

from casework.suppressing import import_suppressions, suppress_by_hand
from casework.suppression_trail import SUPPRESSION_CHAIN
from casework_values import ANNE, BOTH_ENGINES, ERASE, NOON, SAM, TestDesk, mail
from privacy.audit import AuditKind
from privacy.deciding import Outcome
from privacy.suppression import SuppressionLine, SuppressionList, SuppressionReason
from storage.datakeys import erase_keys
from storage.suppressions import lists_with

UNSUBSCRIBE = "Please take me off your mailing list."
ONE_CLICK = "List-Unsubscribe=One-Click"
MARKETING = SuppressionList.MARKETING


def lists_of(desk: TestDesk, address=ANNE):
    with desk.database.reading() as reading:
        return lists_with(reading, [address])[address]


@BOTH_ENGINES
def test_an_objection_to_marketing_is_honoured_in_the_transaction_that_reads_it(desk):
    desk.receive_one(mail(UNSUBSCRIBE))
    assert lists_of(desk) == (MARKETING,)
    case = desk.case()
    (event,) = [one for one in desk.events(case.case_id) if one.kind is AuditKind.SUPPRESSED]
    assert event.payload == {
        "list": "marketing",
        "reason": "objection",
        "inbound": str(case.items[0].inbound_id),
    }
    assert desk.chain_holds(case.case_id)
    assert "stop_marketing" in desk.task_kinds()  # other systems than ours still have to be told


def test_another_right_suppresses_nobody(desk):
    desk.receive_one(mail(ERASE))
    assert lists_of(desk) == ()


def test_words_that_the_rules_doubt_suppress_nobody(desk):
    desk.profile = replace(desk.profile, threshold=1.0)
    desk.receive_one(mail(UNSUBSCRIBE))
    assert lists_of(desk) == ()


def test_a_writer_whom_nobody_believes_has_no_address_to_suppress(desk):
    desk.receive_one(mail(UNSUBSCRIBE, From=f"{ANNE}, bob@person.example"))
    assert lists_of(desk) == ()


def test_it_outlives_the_erasure_of_the_case(desk):
    desk.receive_one(mail(UNSUBSCRIBE))
    with desk.database.transaction() as transaction:
        erase_keys(transaction, [desk.case().case_id])
    assert lists_of(desk) == (MARKETING,)


def test_a_held_newsletter_suppresses_nobody(desk):
    row = desk.receive_one(mail(UNSUBSCRIBE, List_Id="<news.person.example>"))
    assert row.outcome is not Outcome.CASE
    assert lists_of(desk) == ()


def test_a_button_that_was_pressed_is_honoured_at_once_while_a_person_has_yet_to_look(desk):
    row = desk.receive_one(mail(ONE_CLICK, Subject="unsubscribe", Auto_Submitted="auto-generated"))
    assert (row.outcome, row.reason) == (Outcome.HELD, "one-click-unsubscribe")
    assert lists_of(desk) == (MARKETING,)
    assert AuditKind.SUPPRESSED in desk.kinds_of_events(row.inbound_id)


@pytest.fixture
def told():
    return []


def test_staff_put_addresses_on_a_list(desk):
    suppress_by_hand(
        desk.database,
        [ANNE, "bob@person.example"],
        SuppressionList.ERASURE,
        SuppressionReason.ERASURE,
        actor=SAM,
        now=NOON,
    )
    assert lists_of(desk) == (SuppressionList.ERASURE,)
    (event,) = desk.events(SUPPRESSION_CHAIN)
    assert (event.actor, event.payload) == (str(SAM), {"list": "erasure", "addresses": 2})


def test_a_file_is_taken_in_parts_and_its_bad_lines_are_told(desk, told, monkeypatch):
    monkeypatch.setattr("casework.suppressing.BATCH", 2)
    lines = [
        SuppressionLine(place=2, address=ANNE),
        SuppressionLine(place=3, wrong="address: is missing"),
        SuppressionLine(place=4, address="bob@person.example", on=SuppressionList.ANALYTICS),
    ]
    done = import_suppressions(
        desk.database, iter(lines), lambda line: told.append(line.place), actor=SAM, now=NOON
    )
    assert (done.taken, done.wrong, told) == (2, 1, [3])
    assert lists_of(desk, "bob@person.example") == (SuppressionList.ANALYTICS,)
    assert len(desk.events(SUPPRESSION_CHAIN)) == 2

"""What becomes of a message: the policy table, row by row."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import NOON, asking
from privacy.deciding import (
    POLICY,
    Findings,
    Outcome,
    arrived_as_copies,
    decide,
)
from privacy.rights import Classification, Lane, Right, Scope
from privacy.screening import Kind, Screening
from privacy.threads import Match, ThreadMatch
from regimes.lanes import load_lanes

LANES = load_lanes()
AT_ONCE = LANES.at_once
NO_THREAD = ThreadMatch(match=Match.NONE)
PROVED = ThreadMatch(match=Match.PROVED, case_id=UUID(int=1), reason="token-and-sender")
SUGGESTED = ThreadMatch(match=Match.SUGGESTED, case_id=UUID(int=1), reason="reference-in-subject")
ASKING = asking(Right.ERASURE)
SILENT = Classification(lane=Lane.OTHER)
OFF_THE_LIST = Classification(
    lane=Lane.UNSUBSCRIBE, rights=(replace(ASKING.rights[0], scope=Scope.MARKETING),)
)


def kind(of: Kind) -> Screening:
    return Screening(kind=of, reasons=("a-sign",), no_automatic_letter=("a-sign",))


PLAIN = Findings(
    screening=Screening(kind=Kind.PERSON), classification=SILENT, thread=NO_THREAD, lanes=LANES
)
A_PERSON_ASKS = replace(PLAIN, classification=ASKING)

ROWS: dict[str, tuple[Findings, Outcome]] = {
    "same-mail-again": (replace(A_PERSON_ASKS, duplicate=True), Outcome.DUPLICATE),
    "our-own-letter": (replace(A_PERSON_ASKS, own_copy=True), Outcome.OWN_COPY),
    "released-by-a-person": (
        replace(PLAIN, screening=kind(Kind.SPAM), released=True),
        Outcome.CASE,
    ),
    "entered-by-a-person": (
        replace(PLAIN, screening=kind(Kind.AUTO_REPLY), entered=True),
        Outcome.CASE,
    ),
    "before-answer-from": (replace(A_PERSON_ASKS, history=True), Outcome.HISTORY),
    "feedback-report": (
        replace(PLAIN, screening=kind(Kind.BOUNCE), feedback_report=True),
        Outcome.HELD,
    ),
    "one-click-unsubscribe": (
        replace(PLAIN, screening=kind(Kind.AUTO_REPLY), one_click=True),
        Outcome.HELD,
    ),
    "unmatched-report-asks-for-a-right": (
        replace(A_PERSON_ASKS, screening=kind(Kind.BOUNCE)),
        Outcome.HELD,
    ),
    "unmatched-report-in-urgent-lane": (
        replace(
            PLAIN,
            screening=kind(Kind.BOUNCE),
            classification=Classification(lane=Lane.REGULATOR),
        ),
        Outcome.HELD,
    ),
    "delivery-report": (
        replace(A_PERSON_ASKS, screening=kind(Kind.BOUNCE), thread=SUGGESTED),
        Outcome.BOUNCE,
    ),
    "machine-asks-for-a-right": (
        replace(A_PERSON_ASKS, screening=kind(Kind.AUTO_REPLY), thread=PROVED),
        Outcome.HELD,
    ),
    "machine-in-urgent-lane": (
        replace(
            PLAIN,
            screening=kind(Kind.AUTO_REPLY),
            classification=Classification(lane=Lane.REGULATOR),
        ),
        Outcome.HELD,
    ),
    "automatic-reply": (replace(PLAIN, screening=kind(Kind.AUTO_REPLY)), Outcome.AUTO),
    "bulk-mail-not-understood": (
        replace(
            PLAIN,
            screening=kind(Kind.BULK),
            classification=Classification(lane=Lane.UNCLEAR),
        ),
        Outcome.HELD,
    ),
    "bulk-mail": (replace(PLAIN, screening=kind(Kind.BULK)), Outcome.BULK),
    "newsletter-or-wish": (
        replace(PLAIN, classification=OFF_THE_LIST, list_signs=True),
        Outcome.HELD,
    ),
    "spam-asks-for-a-right": (replace(A_PERSON_ASKS, screening=kind(Kind.SPAM)), Outcome.HELD),
    "spam-nobody-can-read": (
        replace(PLAIN, screening=kind(Kind.SPAM), unreadable=True),
        Outcome.HELD,
    ),
    "suspected-spam": (replace(PLAIN, screening=kind(Kind.SPAM)), Outcome.SPAM),
    "arrival-unknown": (replace(A_PERSON_ASKS, arrival_known=False), Outcome.HELD),
    "cannot-be-read": (replace(PLAIN, screening=kind(Kind.UNREADABLE)), Outcome.CASE),
    "thanks-only": (replace(PLAIN, thread=PROVED, only_thanks=True), Outcome.CASE),
    "continues-a-case": (replace(PLAIN, thread=PROVED), Outcome.CASE),
    "asks-for-a-right": (A_PERSON_ASKS, Outcome.CASE),
    "urgent-lane": (
        replace(PLAIN, classification=Classification(lane=Lane.SECURITY_INCIDENT)),
        Outcome.CASE,
    ),
    "no-right-recognised": (PLAIN, Outcome.HELD),
}

findings = st.builds(
    Findings,
    screening=st.sampled_from(Kind).map(kind),
    classification=st.sampled_from([ASKING, *(Classification(lane=lane) for lane in Lane)]),
    thread=st.sampled_from([NO_THREAD, PROVED, SUGGESTED]),
    lanes=st.just(LANES),
    history=st.booleans(),
    duplicate=st.booleans(),
    own_copy=st.booleans(),
    feedback_report=st.booleans(),
    arrival_known=st.booleans(),
    released=st.booleans(),
    unreadable=st.booleans(),
    list_signs=st.booleans(),
    one_click=st.booleans(),
    only_thanks=st.booleans(),
)


@pytest.mark.parametrize("row", ROWS)
def test_the_table_decides(row: str) -> None:
    found, outcome = ROWS[row]
    verdict = decide(found)
    assert (verdict.reason, verdict.outcome) == (row, outcome)


def test_every_row_of_the_policy_is_reached_and_has_a_name_of_its_own() -> None:
    assert [reason for reason, _, _ in POLICY] == list(ROWS)


def test_every_outcome_that_a_decision_can_have_is_given_by_some_row() -> None:
    given_by_rows = {outcome for _, _, outcome in POLICY}
    assert set(Outcome) - given_by_rows == {Outcome.QUARANTINED}  # for what could not even be read


@given(findings)
def test_nothing_falls_through(found: Findings) -> None:
    verdict = decide(found)
    assert (verdict.reason, verdict.outcome) in [(reason, outcome) for reason, _, outcome in POLICY]


def test_a_table_without_its_last_row_is_a_fault_and_no_decision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("privacy.deciding.POLICY", POLICY[:-1])
    with pytest.raises(AssertionError):
        decide(PLAIN)


@given(findings)
def test_a_copy_never_leads_to_a_second_case(found: Findings) -> None:
    assert decide(replace(found, duplicate=True)).outcome is Outcome.DUPLICATE


@given(findings)
def test_old_mail_never_leads_to_a_case_unless_a_person_releases_it(found: Findings) -> None:
    old = decide(replace(found, history=True, released=False)).outcome
    assert old in {Outcome.HISTORY, Outcome.DUPLICATE, Outcome.OWN_COPY}


@given(findings, st.sampled_from([Kind.AUTO_REPLY, Kind.BULK, Kind.BOUNCE, Kind.SPAM]))
def test_machine_mail_never_opens_a_case_by_itself(found: Findings, machine: Kind) -> None:
    found = replace(found, screening=kind(machine), released=False)
    assert decide(found).outcome is not Outcome.CASE


@given(findings)
def test_a_right_that_was_recognised_is_never_put_out_of_sight(found: Findings) -> None:
    """Only a copy, our own letter, old mail, or a report about a letter of ours may ask and not be seen."""
    asks = replace(
        found,
        classification=ASKING,
        duplicate=False,
        own_copy=False,
        history=False,
        thread=NO_THREAD,
    )
    assert decide(asks).outcome in {Outcome.CASE, Outcome.HELD}


@given(findings)
def test_what_a_person_wrote_is_always_seen_by_a_person_or_becomes_a_case(found: Findings) -> None:
    by_person = replace(
        found, screening=kind(Kind.PERSON), duplicate=False, own_copy=False, history=False
    )
    assert decide(by_person).outcome in {Outcome.CASE, Outcome.HELD}


@given(findings)
def test_what_a_person_released_becomes_a_case(found: Findings) -> None:
    released = replace(found, released=True, duplicate=False, own_copy=False)
    assert decide(released).outcome is Outcome.CASE


@given(findings)
def test_without_an_instant_of_arrival_no_case_opens_by_itself(found: Findings) -> None:
    unknown = replace(found, arrival_known=False, released=False)
    assert decide(unknown).outcome is not Outcome.CASE


@pytest.mark.parametrize("lane", Lane)
def test_a_lane_opens_a_case_without_a_right_only_when_somebody_must_act_at_once(
    lane: Lane,
) -> None:
    """Policy P20: a report about a child's data is such a lane."""
    outcome = decide(replace(PLAIN, classification=Classification(lane=lane))).outcome
    assert (outcome is Outcome.CASE) == (lane in AT_ONCE)


def test_a_report_about_a_child_and_an_incident_are_urgent() -> None:
    assert {Lane.CHILDREN, Lane.SECURITY_INCIDENT, Lane.REGULATOR, Lane.COMPLAINT} == AT_ONCE


@pytest.mark.parametrize("thread", [SUGGESTED, NO_THREAD])
def test_a_mail_that_only_may_belong_to_a_case_and_asks_for_nothing_waits_for_a_person(
    thread: ThreadMatch,
) -> None:
    assert decide(replace(PLAIN, thread=thread)).outcome is Outcome.HELD


def test_a_request_that_quotes_a_case_of_somebody_else_is_a_case_of_its_own() -> None:
    verdict = decide(replace(A_PERSON_ASKS, thread=SUGGESTED))
    assert (verdict.outcome, verdict.reason) == (Outcome.CASE, "asks-for-a-right")


def test_the_same_mail_is_a_copy_within_seven_days_before_or_after():
    week, second = timedelta(days=7), timedelta(seconds=1)
    for apart, copies in ((week, True), (week + second, False)):
        assert arrived_as_copies(NOON, NOON + apart) is copies
        assert arrived_as_copies(NOON + apart, NOON) is copies

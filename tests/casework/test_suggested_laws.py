"""Where somebody's workspace lies adds laws to their case: for staff at once, for the person once they are proved."""

from dataclasses import replace
from datetime import date

import pytest

from casework.due_list import due_cases
from casework.governing import correct_laws
from casework.identity_decisions import IdentityDecision, decide_identity
from casework.reminding import remind
from casework.role_finding import refresh_roles
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DAY,
    LONG,
    MALLORY,
    SAM,
    TestDesk,
    mail,
    profile,
    reply_to,
)
from identity_values import ANALYTICS, Listed, challenge, code_of, quoted, send_all, sweep, terms
from privacy.audit import AuditKind
from privacy.directory import LeadRecord, PersonRecord, Standing, WorkspaceRecord
from privacy.identity import Level
from regimes.ladder import load_ladder
from storage.directory_readings import Extent, begin_reading, end_reading
from storage.directory_writes import add_leads, add_people, add_workspaces, known_workspaces

LADDER = load_ladder()
SEOUL = "ap-northeast-2"
TOLD, KOREAN = date(2026, 12, 23), date(2026, 12, 3)  # 30 days of the house; 10 days of PIPA
ACCOUNT = "anne.asks@work.example"


def list_in(desk: TestDesk, region: str, *, address: str = ANNE, lead: bool = False) -> None:
    """The product lists a workspace in this region, with a member or a lead of this address."""
    with desk.database.transaction() as transaction:
        number = begin_reading(transaction, "test", now=desk.now)
        add_workspaces(
            transaction, [WorkspaceRecord(workspace="w1", region=region)], reading=number
        )
        home = known_workspaces(transaction, ["w1"])["w1"]
        if lead:
            record = LeadRecord(workspace="w1", address=address)
            add_leads(transaction, [(record, home)], reading=number)
        else:
            person = PersonRecord(
                standing=Standing.MEMBER, workspace="w1", person="p1", address=address
            )
            add_people(transaction, [(person, home)], reading=number)
        end_reading(transaction, number, Extent(), began_at=desk.now, now=desk.now)


@pytest.fixture(autouse=True)
def _asking(desk: TestDesk) -> None:
    desk.profile = profile(challenges=terms(), limits=LONG)
    desk.on_file = Listed(frozenset({ANNE, ACCOUNT}))


def planned(desk: TestDesk) -> set[date]:
    """The dates by which our people are reminded of rights."""
    with desk.database.reading() as reading:
        (case,) = due_cases(reading, LADDER, desk.now, limit=5, after=None)
    return {clock.due.on for clock in case.clocks if clock.what != "acknowledge"}


def told(desk: TestDesk) -> tuple[date, tuple[str, ...]]:
    case = desk.case()
    return case.items[0].due.on, case.laws


def prove(desk: TestDesk) -> None:
    desk.now += DAY
    send_all(desk)
    letter = challenge(desk)
    desk.receive_one(reply_to(letter, f"Yes, that was me.\n\n{quoted(letter)}"))


@BOTH_ENGINES
@pytest.mark.parametrize("lead", [False, True])
def test_before_proof_only_our_people_know_of_the_earlier_date(desk: TestDesk, lead) -> None:
    list_in(desk, SEOUL, lead=lead)
    desk.receive_one(mail(ANALYTICS))
    due, laws = told(desk)
    assert (due, "pipa" in laws) == (TOLD, False)
    assert planned(desk) == {KOREAN}
    (found,) = [one for one in desk.events(desk.case().case_id) if one.kind is AuditKind.ROLE_FOUND]
    assert found.payload["laws_suggested"] == ["pipa"]
    assert found.payload["because"] == [f"workspace-region:{SEOUL}"]


def test_our_people_are_reminded_by_the_earlier_date(desk: TestDesk) -> None:
    list_in(desk, SEOUL)
    desk.receive_one(mail(ANALYTICS))
    heard: list[str] = []
    while desk.now.date() < date(2026, 12, 5):
        remind(desk.database, LADDER, lambda _, text: heard.append(text) or 1, desk.now)
        desk.now += DAY
    assert any("pipa" in text and "the deadline is over" in text for text in heard)


def test_no_letter_before_proof_differs_by_where_a_workspace_lies(desk: TestDesk) -> None:
    def letters(number: int) -> list[str]:
        sender = f"p{number}@person.example"
        desk.receive_one(mail(ANALYTICS, number=number, From=sender))
        desk.now += 9 * DAY  # the challenge has left, and its reminder
        send_all(desk)
        sweep(desk)
        send_all(desk)
        of_sender = [one.message for one in desk.letters() if one.message.recipient == sender]
        return [one.letter.kind for one in of_sender] + [
            line
            for one in of_sender
            for line in one.letter.text.splitlines()
            if any(month in line for month in ("November", "December", "January"))
        ]

    list_in(desk, SEOUL, address="p2@person.example")
    begin = desk.now
    unknown = letters(1)
    desk.now = begin
    assert letters(2) == unknown
    assert unknown[:2] == ["acknowledgement", "identity_challenge"]


@BOTH_ENGINES
def test_once_the_person_is_proved_the_law_governs_and_the_earlier_date_binds(
    desk: TestDesk,
) -> None:
    list_in(desk, SEOUL)
    desk.receive_one(mail(ANALYTICS))
    prove(desk)
    due, laws = told(desk)
    assert (due, laws[-1]) == (KOREAN, "pipa")
    assert desk.case().law_reasons[-1] == f"workspace-region:{SEOUL}"
    moved = [
        one.payload
        for one in desk.events(desk.case().case_id)
        if one.payload.get("event") == "laws_changed"
    ]
    assert {one["ground"] for one in moved} == {f"workspace-region:{SEOUL}"}
    assert str(KOREAN) in {one["due"] for one in moved}
    assert desk.chain_holds(desk.case().case_id)


def test_a_law_that_gives_more_time_moves_nothing_later(desk: TestDesk) -> None:
    list_in(desk, "us-east-1")  # 45 days
    desk.receive_one(mail(ANALYTICS))
    assert planned(desk) == {TOLD}
    prove(desk)
    assert told(desk)[0] <= TOLD + 2 * DAY  # the days that the union waits for the proof
    assert "ccpa" in told(desk)[1]


def test_a_decision_of_staff_is_a_proof(desk: TestDesk) -> None:
    list_in(desk, SEOUL)
    desk.receive_one(mail(ANALYTICS))
    decision = IdentityDecision(
        reference=desk.case().reference, level=Level.ACCOUNT, reason="recognised by phone"
    )
    decide_identity(desk.database, terms(), decision, actor=SAM, now=desk.now)
    assert told(desk)[0] == KOREAN


def test_proof_of_another_mailbox_says_nothing_of_the_address_that_wrote(desk: TestDesk) -> None:
    """Whoever writes under another's name and proves an address of their own learns nothing of that other one."""
    list_in(desk, SEOUL)
    desk.receive_one(mail(f"{ANALYTICS} My account is {ACCOUNT}."))
    desk.now += DAY
    send_all(desk)
    letter = challenge(desk)
    assert letter.recipient == ACCOUNT
    desk.receive_one(reply_to(letter, f"Yes.\n\n{code_of(letter)}\n{quoted(letter)}", From=ACCOUNT))
    assert "pipa" not in told(desk)[1]
    assert planned(desk) == {KOREAN}


def test_a_person_proved_before_the_directory_was_read_is_found_at_the_next_look(
    desk: TestDesk,
) -> None:
    desk.receive_one(mail(ANALYTICS))
    prove(desk)
    list_in(desk, SEOUL)
    refresh_roles(desk.database, desk.profile, desk.now)
    assert told(desk)[0] == KOREAN


@pytest.mark.parametrize("who", ["person", "staff", "nobody listed"])
def test_what_is_settled_is_not_unsettled_by_a_workspace(desk: TestDesk, who) -> None:
    list_in(desk, SEOUL, address=MALLORY if who == "nobody listed" else ANNE)
    desk.receive_one(mail(f"I live in Paris. {COPY}" if who == "person" else ANALYTICS))
    if who == "staff":
        by = (SAM, desk.now)
        correct_laws(desk.database, desk.profile, desk.case().reference, ["gdpr"], by=by)
    assert KOREAN not in planned(desk)
    prove(desk)
    assert "pipa" not in told(desk)[1]


def test_an_incident_is_counted_in_the_hours_of_the_workspace_too(desk: TestDesk) -> None:
    desk.profile = replace(desk.profile, incident_laws=("gdpr",))
    list_in(desk, "ap-south-1")
    desk.receive_one(mail("I found a data breach: your database of customers is leaked online."))
    with desk.database.reading() as reading:
        (case,) = due_cases(reading, LADDER, desk.now, limit=5, after=None)
    rules = {clock.due.rule for clock in case.clocks if clock.what == "incident"}
    assert rules == {"HOURS(6)", "HOURS(72)"}

"""Reminders reach the people whom they concern, as letters of the outbox: each once, one digest for each person."""

from dataclasses import replace
from datetime import date

import pytest

from casework.assigning import assign
from casework.reminding import remind
from casework.sending import send_next
from casework_values import BOTH_ENGINES, DAY, NOON, SAM, ScriptedTransport, mail, profile
from privacy.errors import Permanent
from privacy.reminders import Audience
from privacy.staffing import Absence, StaffMember
from regimes.ladder import load_ladder
from templates.staff import StaffLetter, staff_language

LADDER = load_ladder()
HALF, NEAR = NOON + 16 * DAY, NOON + 25 * DAY  # a digest; then the alarm, three working days ahead


def member(name: str, *roles: str, **changes: object) -> StaffMember:
    address = f"{name}@autocloz.example"
    known = frozenset(Audience(role) for role in roles)
    return replace(StaffMember(address=address, roles=known), **changes)


HANNA, OLGA = member("hanna", "handler"), member("olga", "dpo")


@pytest.fixture
def two_cases(desk):
    """Give a desk with people and two acknowledged cases."""
    desk.profile = profile(staff=(HANNA, OLGA))
    for number in (1, 2):
        desk.receive_one(mail(number=number, From=f"anne{number}@person{number}.example"))
    send(desk)
    return desk


def send(desk) -> list:
    transport = ScriptedTransport()
    while send_next(desk.database, transport, desk.clock).worked:
        pass
    return transport.sent


def told(desk, at) -> list[tuple[str, str, int]]:
    """Look once; returns of each letter its recipient, its kind and how many cases it names."""
    desk.now = at
    remind(desk.database, LADDER, None, at, desk=desk.profile)
    references = [case.reference for case in desk.cases()]
    return sorted(
        (
            one.recipient.partition("@")[0],
            one.letter.kind,
            sum(f"- {reference}:" in one.letter.text for reference in references),
        )
        for one in send(desk)
    )


@BOTH_ENGINES
def test_one_digest_for_each_person_and_alarms_to_whom_they_concern(two_cases) -> None:
    assert told(two_cases, HALF) == [("hanna", "staff_reminders", 2)]
    assert told(two_cases, HALF) == []
    assert told(two_cases, NEAR) == [
        ("hanna", "staff_alarm", 2),
        ("olga", "staff_alarm", 2),
    ]


@BOTH_ENGINES
def test_the_owner_hears_of_the_case_alone(two_cases) -> None:
    tom = member("tom", "handler")
    two_cases.profile = replace(two_cases.profile, staff=(HANNA, OLGA, tom))
    case = two_cases.cases()[0]
    assign(two_cases.database, case.reference, tom.address, actor=SAM, now=two_cases.now)
    assert told(two_cases, HALF) == [
        ("hanna", "staff_reminders", 1),
        ("tom", "staff_reminders", 2),
    ]
    assert two_cases.chain_holds(case.case_id)
    with pytest.raises(Permanent, match="no such case"):
        assign(two_cases.database, "PR-2026-0-0", tom.address, actor=SAM, now=two_cases.now)


def test_a_deputy_hears_and_without_one_the_officer(two_cases) -> None:
    days = {"first": date(2026, 12, 1), "last": date(2026, 12, 12)}
    away = replace(HANNA, absences=(Absence(deputy="tom@autocloz.example", **days),))
    two_cases.profile = replace(two_cases.profile, staff=(away, OLGA, member("tom", "lead")))
    assert told(two_cases, HALF) == [("tom", "staff_reminders", 2)]
    two_cases.receive_one(mail(number=3, From="bea@person3.example"), received_at=HALF - 9 * DAY)
    two_cases.profile = replace(
        two_cases.profile, staff=(replace(HANNA, absences=(Absence(**days),)), OLGA)
    )
    assert told(two_cases, HALF + DAY)[-1][0] == "olga"


def test_a_letter_to_staff_is_automatic_mail_that_names_no_person(two_cases) -> None:
    two_cases.now = NEAR
    remind(two_cases.database, LADDER, None, NEAR, desk=two_cases.profile)
    letters = send(two_cases)
    for letter in letters:
        assert str(letter.automation) == "auto-generated"
        assert "anne" not in letter.letter.text + letter.letter.html + letter.letter.subject
    assert {case.acknowledge for case in two_cases.cases()}


def test_who_reads_a_language_without_letters_reads_english(two_cases) -> None:
    two_cases.profile = replace(two_cases.profile, staff=(replace(HANNA, language="fi"),))
    two_cases.now = HALF
    remind(two_cases.database, LADDER, None, HALF, desk=two_cases.profile)
    (letter,) = send(two_cases)
    assert letter.letter.subject == "Running clocks: 2 of them want to be looked at"
    assert letter.letter.language == "en"
    assert staff_language(StaffLetter.REMINDERS, "../staff") == "en"


def test_without_people_the_ways_of_alarms_are_told(two_cases) -> None:
    two_cases.profile = replace(two_cases.profile, staff=())
    heard = []
    remind(
        two_cases.database,
        LADDER,
        lambda subject, text: heard.append((subject, text)) or 1,
        NEAR,
        desk=two_cases.profile,
    )
    assert len(heard) == 1

"""Cases are looked up in the directory: for staff, never for a letter, and again when it was away."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from casework.profile import DirectoryTerms
from casework.role_finding import refresh_roles
from casework_values import BOTH_ENGINES, COPY, DAY, ERASE, LONG, TestDesk, mail, profile, reply_to
from privacy.audit import AuditKind
from privacy.cases import Role
from privacy.directory import LeadRecord, PersonRecord, Standing, WorkspaceRecord
from privacy.roles import FoundRole
from storage.directory_readings import Extent, begin_reading, end_reading
from storage.directory_writes import add_leads, add_people, add_workspaces, known_workspaces
from storage.findings import findings_of

REFERENCE = re.compile(r"PR-2026-\d{6}-[A-Z0-9]{2}")
PLACES = re.compile(r"\([?, ]+\)")
OLIVIA, ANNE, BOB = "olivia@customer.example", "anne@person.example", "bob@elsewhere.example"
EXPECTED = DirectoryTerms(expected=True, stale_after=timedelta(days=7))


def list_people(desk: TestDesk, *, leads=(ANNE, OLIVIA), owners=(OLIVIA,), region=""):
    with desk.database.transaction() as transaction:
        number = begin_reading(transaction, "test", now=desk.now)
        add_workspaces(
            transaction, [WorkspaceRecord(workspace="w1", region=region)], reading=number
        )
        home = known_workspaces(transaction, ["w1"])["w1"]
        people = [
            PersonRecord(standing=Standing.OWNER, workspace="w1", person=one, address=one)
            for one in owners
        ]
        add_people(transaction, [(one, home) for one in people], reading=number)
        records = [LeadRecord(workspace="w1", address=one) for one in leads]
        add_leads(transaction, [(one, home) for one in records], reading=number)
        end_reading(transaction, number, Extent(), began_at=desk.now, now=desk.now)


def found(desk: TestDesk, case=None):
    case = case or desk.case()
    with desk.database.reading() as reading:
        stored = findings_of(reading, [case.case_id]).get(case.case_id)
    return None if stored is None else stored.finding


@pytest.fixture
def expecting(desk):
    """Give a desk that has a source of the directory in its settings."""
    desk.profile = replace(desk.profile, directory=EXPECTED)
    return desk


def test_without_a_directory_nothing_is_looked_up_and_nobody_is_bothered(desk):
    desk.receive_one(mail())
    assert found(desk) is None
    assert "directory_missing" not in desk.task_kinds()
    assert refresh_roles(desk.database, desk.profile, desk.now) == 0


@BOTH_ENGINES
def test_the_person_of_a_new_case_is_looked_up(desk):
    list_people(desk)
    desk.profile = replace(desk.profile, limits=LONG)
    for number, sender in enumerate((ANNE, OLIVIA, BOB, None), start=1):
        desk.receive_one(mail(number=number, From=sender))
    roles = [found(desk, case) for case in desk.cases()]
    assert [one.role if one else None for one in roles] == [
        FoundRole.PROCESSOR,
        FoundRole.BOTH,
        FoundRole.UNKNOWN,
        FoundRole.UNKNOWN,
    ]
    assert [one.reasons for one in roles if one] == [
        ("lead-of-one-workspace",),
        ("owner-of-workspace", "lead-of-one-workspace"),
        ("not-in-directory",),
        ("no-believable-address",),
    ]


def test_the_finding_is_on_the_trail_once(desk):
    list_people(desk)
    desk.receive_one(mail())
    case = desk.case()
    letter = desk.letter().message
    desk.receive_one(reply_to(letter, COPY))
    events = [one for one in desk.events(case.case_id) if one.kind is AuditKind.ROLE_FOUND]
    (event_found,) = events
    assert event_found.payload["role"] == "processor"
    assert desk.chain_holds(case.case_id)


def words_to(desk, sender, number):
    desk.receive_one(mail(ERASE, number=number, From=sender))
    letter = desk.letters()[-1].message
    assert letter.recipient == sender
    words = f"{letter.letter.subject}\n{letter.letter.text}\n{letter.letter.html}"
    return REFERENCE.sub("PR", words)


def test_no_letter_tells_whether_somebody_is_known(desk):
    list_people(desk)
    desk.profile = replace(desk.profile, limits=LONG)
    stranger, lead, owner = (
        words_to(desk, sender, number) for number, sender in enumerate((BOB, ANNE, OLIVIA), start=1)
    )
    assert stranger == lead == owner
    assert [case.role for case in desk.cases()] == [Role.UNKNOWN] * 3
    assert {found(desk, case).role for case in desk.cases()} > {FoundRole.BOTH}


@pytest.mark.parametrize("region", ["", "ap-northeast-2"])
def test_known_and_unknown_cost_the_same_questions(desk, region):
    """Also where the workspace suggests a law that has an earlier date."""
    list_people(desk, region=region)
    desk.profile = replace(desk.profile, limits=LONG)
    asked: list[str] = []
    event.listen(
        desk.database._engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: asked.append(PLACES.sub("(?)", statement)),
    )
    desk.receive_one(mail(number=1, From=BOB))  # whatever is done once is done now
    seen = []
    for number, sender in enumerate(("carl@elsewhere.example", OLIVIA, ANNE), start=2):
        asked.clear()
        desk.receive_one(mail(number=number, From=sender))
        seen.append(list(asked))
    assert any("directory_lead" in statement for statement in seen[0])
    assert seen[0] == seen[1] == seen[2]


def test_while_the_directory_was_never_read_a_case_waits_with_a_task(expecting):
    desk = expecting
    desk.receive_one(mail())
    finding = found(desk)
    assert (finding.role, finding.reasons, finding.waits) == (
        FoundRole.UNKNOWN,
        ("directory-never-read",),
        True,
    )
    (task,) = [one for one in desk.tasks() if one.kind == "directory_missing"]
    assert (task.reason, task.due_on) == ("directory-never-read", desk.case().acknowledge.on)


def test_a_case_that_waited_is_looked_up_once_the_directory_is_there(expecting):
    desk = expecting
    desk.receive_one(mail())
    assert refresh_roles(desk.database, desk.profile, desk.now) == 0
    list_people(desk)
    assert refresh_roles(desk.database, desk.profile, desk.now) == 1
    assert found(desk).role is FoundRole.PROCESSOR
    assert "directory_missing" not in desk.task_kinds()
    kinds = desk.kinds_of_events(desk.case().case_id)
    assert kinds[-2:] == [AuditKind.ROLE_FOUND, AuditKind.TASK_DONE]
    assert refresh_roles(desk.database, desk.profile, desk.now) == 0


def test_a_directory_that_is_too_old_is_asked_nothing_until_it_was_read_again(expecting):
    desk = expecting
    list_people(desk)
    desk.now += 8 * DAY
    desk.receive_one(mail(), received_at=desk.now)
    assert found(desk).reasons == ("directory-stale",)
    assert refresh_roles(desk.database, desk.profile, desk.now) == 0
    list_people(desk)
    assert refresh_roles(desk.database, desk.profile, desk.now) == 1
    assert not found(desk).waits


def test_what_was_known_of_a_case_stays_while_the_directory_is_away(desk):
    list_people(desk)
    desk.receive_one(mail())
    letter = desk.letter().message
    desk.now += 8 * DAY
    desk.receive_one(reply_to(letter, COPY), received_at=desk.now)
    assert len(desk.case().items) == 2
    assert found(desk).role is FoundRole.PROCESSOR
    assert "directory_missing" not in desk.task_kinds()


def test_who_is_listed_later_is_found_later(desk):
    list_people(desk, leads=())
    desk.receive_one(mail())
    assert found(desk).role is FoundRole.UNKNOWN
    assert refresh_roles(desk.database, desk.profile, desk.now) == 0
    list_people(desk)
    refresh_roles(desk.database, desk.profile, desk.now)
    assert found(desk).role is FoundRole.PROCESSOR


def test_cases_from_before_the_directory_are_looked_up_in_batches(desk, monkeypatch):
    monkeypatch.setattr("casework.role_finding.BATCH", 2)
    desk.profile = profile(limits=LONG)
    for number in range(1, 6):
        desk.receive_one(mail(number=number, From=f"p{number}@person.example"))
    list_people(desk, leads=("p3@person.example",))
    assert refresh_roles(desk.database, desk.profile, desk.now) == 5
    roles = [found(desk, case).role for case in desk.cases()]
    assert roles.count(FoundRole.PROCESSOR) == 1

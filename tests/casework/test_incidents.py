"""The hours of an incident end law by law, with the words of whoever reported it or found that no report is needed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casework.drafts import approve_draft
from casework.reminding import remind
from casework.tasks import finish
from casework_values import BOTH_ENGINES, DAY, ERASE, NOON, SAM, TestDesk, mail, reply_to
from privacy.audit import AuditKind
from privacy.errors import Permanent
from regimes.ladder import load_ladder
from storage.case_corrections import notes_of
from storage.cases import mark_acknowledged
from storage.tasks import list_tasks
from work_values import send

LADDER = load_ladder()
HOUR = timedelta(hours=1)
BREACH = "I found a data breach: your database of customers is leaked online."
REPORTED = "reported to CERT-In, Ms Rao, on 2026-11-23"
NO_NEED = "no report needed because the file held made-up people of our tests"


@pytest.fixture(autouse=True)
def _breach(desk: TestDesk) -> None:
    desk.profile = replace(desk.profile, incident_laws=("gdpr", "uk_gdpr", "india_spdi"))
    desk.receive_one(mail(f"{BREACH} {ERASE}"))
    with desk.database.transaction() as transaction:
        mark_acknowledged(transaction, desk.case().case_id, message_id_key=b"k", at=desk.now)
    listen(desk, until=NOON)


def listen(desk: TestDesk, *, until) -> str:
    """Look every hour until then; returns all that was told."""
    heard: list[str] = []
    while desk.now <= until:
        remind(desk.database, LADDER, lambda _, text: heard.append(text) or 1, desk.now)
        desk.now += HOUR
    return "\n".join(heard)


def reports(desk: TestDesk) -> dict[str, object]:
    with desk.database.reading() as reading:
        return {task.reason: task for task in list_tasks(reading) if task.kind == "report_incident"}


def end(desk: TestDesk, law: str, words: str | None = NO_NEED) -> None:
    task_id = reports(desk)[law].task_id
    finish(desk.database, task_id, actor=SAM, now=desk.now, evidence=words)


@BOTH_ENGINES
def test_each_law_has_a_task_with_its_day(desk: TestDesk) -> None:
    tasks = reports(desk)
    assert {"gdpr", "uk_gdpr", "india_spdi"} <= tasks.keys()
    assert tasks["india_spdi"].due_on < tasks["gdpr"].due_on
    assert all(task.urgent for task in tasks.values())


@BOTH_ENGINES
def test_what_was_reported_rings_no_more_and_the_other_laws_do(desk: TestDesk) -> None:
    for law in reports(desk).keys() - {"gdpr", "uk_gdpr"}:
        end(desk, law, REPORTED)
    heard = listen(desk, until=NOON + 80 * HOUR)
    assert "HOURS(6)" not in heard
    assert "report of a security incident (gdpr)" in heard
    assert desk.case().own_due.rule == "HOURS(72)"


def test_two_laws_that_end_at_one_hour_have_a_report_each(desk: TestDesk) -> None:
    for law in reports(desk).keys() - {"uk_gdpr"}:
        end(desk, law)
    heard = listen(desk, until=NOON + 80 * HOUR)
    assert "report of a security incident (uk_gdpr)" in heard
    assert "report of a security incident (gdpr)" not in heard


@BOTH_ENGINES
def test_after_the_last_report_nothing_rings_and_nothing_is_owed(desk: TestDesk) -> None:
    for law in reports(desk):
        end(desk, law)
    assert listen(desk, until=NOON + 10 * DAY) == ""
    assert desk.case().own_due is None
    assert reports(desk) == {}


@pytest.mark.parametrize("words", [None, "", "done", "reported to CERT-In on 2027-01-01"])
def test_a_report_ends_with_what_became_of_it_and_not_without(desk: TestDesk, words) -> None:
    before = reports(desk)
    with pytest.raises(Permanent, match=r"evidence|say|to come"):
        end(desk, "gdpr", words)
    assert reports(desk) == before


def test_the_words_are_sealed_with_the_case_and_the_trail_has_the_outcome(desk: TestDesk) -> None:
    end(desk, "india_spdi", REPORTED)
    end(desk, "gdpr", NO_NEED)
    case_id = desk.case().case_id
    with desk.database.reading() as reading:
        notes = {note.about: (note.text, note.author) for note in notes_of(reading, case_id)}
    assert notes == {
        ("incident", "india_spdi", "reported"): (REPORTED, SAM.address),
        ("incident", "gdpr", "not-needed"): (NO_NEED, SAM.address),
    }
    done = [one for one in desk.events(case_id) if one.kind is AuditKind.TASK_DONE]
    assert [(one.payload["law"], one.payload["outcome"]) for one in done] == [
        ("india_spdi", "reported"),
        ("gdpr", "not-needed"),
    ]
    assert "Rao" not in str([one.payload for one in desk.events(case_id)])
    assert desk.chain_holds(case_id)


def test_another_leak_told_in_the_same_thread_is_another_incident(desk: TestDesk) -> None:
    for law in reports(desk):
        end(desk, law)
    draft = desk.draft()
    approve_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    (letter,) = send(desk).sent
    desk.now += DAY
    desk.receive_one(reply_to(letter, f"It happened again. {BREACH}"), received_at=desk.now)
    assert desk.case().own_due is not None
    assert "HOURS(6)" in listen(desk, until=desk.now + 8 * HOUR)
    assert reports(desk) != {}

"""Questions that are asked all day walk an index, however many rows there are."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import event, text

from campaign_questions import NOTICE_QUESTIONS
from privacy.audit import AuditKind
from privacy.cases import CaseState
from privacy.deciding import Outcome
from privacy.deliveries import BounceReason
from privacy.directory import PersonRecord, Standing
from privacy.outgoing import OutgoingState
from privacy.reminders import RungKey, Tell, Watched
from privacy.rights import Lane
from privacy.suppression import SuppressionList
from privacy.work_status import WorkStatus
from storage.added_requests import added_requests, find_added
from storage.address_changes import (
    answer_change,
    changes_of,
    due_changes,
    end_change,
    find_changes,
    object_to_change,
    wake_change,
)
from storage.anchors import anchors_of_chains, anchors_of_segment, close_segment
from storage.api_tokens import drop_tokens, tokens_of
from storage.audit import happened_since
from storage.calls import (
    calls_of_case,
    cancel_calls_of,
    claim_call,
    count_calls,
    forget_callbacks,
    silent_calls,
)
from storage.case_corrections import notes_of
from storage.cases import (
    add_cases,
    find_case,
    get_case,
    known_cases,
    list_cases,
    open_cases_after,
    reopen_acknowledgement,
)
from storage.cursors import unknown_uids
from storage.database import open_database
from storage.delivered import letters_by_message_id, letters_of_cases, mark_bounced
from storage.desk_sessions import end_sessions, sessions_of
from storage.directory import lead_workspaces, look_up, people_at
from storage.directory_readings import Extent, end_reading
from storage.directory_writes import NO_WORKSPACE, add_people, known_workspaces
from storage.drafts import earliest_draft, list_drafts
from storage.erasing import due_cool_offs
from storage.erasure_notices import end_notices, find_notices
from storage.findings import cases_to_look_up, findings_of
from storage.forwards import (
    cases_forwarded_for,
    due_cases,
    forwards_of,
    letter_with,
    letter_with_code,
    letters_of_forwards,
    letters_to,
    referral_with,
    referrals_of,
)
from storage.holds import held_cases, holds_of
from storage.identity import challenges_of, due_standings, evidence_of, find_challenges
from storage.identity_papers import due_papers
from storage.ids import new_id
from storage.item_answers import answers_in_letter, answers_of_items
from storage.merges import merges_of, relations_of
from storage.messages import (
    claim_messages,
    count_by_outcome,
    count_quarantined,
    earliest_hold,
    find_same_mail,
    keep_raw,
    list_messages,
    messages_of_case,
    oldest_unprocessed,
)
from storage.model_calls import calls_since, said_before, spent_since
from storage.moving_rights import move_messages, move_rights
from storage.outbox import (
    answer_counts,
    claim_letter,
    confirm_sent,
    enqueue,
    expire_leases,
    letters_of_case,
    list_letters,
    oldest_pending,
    uncertain_letters,
)
from storage.package_links import (
    links_in_draft,
    links_in_letter,
    links_of,
    receipts_of,
    waivers_of,
)
from storage.packages import due_packages, files_of, packages_of
from storage.queue import (
    QueueFilter,
    cases_of_address,
    cases_of_domain,
    count_queue,
    queued_cases,
)
from storage.reminders import (
    StoredReminder,
    claim_due_cases,
    claim_untold,
    mark_told,
    record_reminders,
    reminders_of_case,
    set_next_looks,
)
from storage.retention_runs import begin_or_resume
from storage.suppressions import list_suppressions, lists_with, suppressed_for_customer
from storage.tasks import (
    cases_with_tasks,
    earliest_task,
    finish_kind_of_case,
    finish_tasks_about,
    finish_tasks_of_case,
    is_task_open,
    list_tasks,
    open_tasks_of,
)
from storage.trail_events import newest_events
from storage.work import plans_of as plans_of_rights
from storage.work import work_events
from storage.workspaces import contacts_of

LEASE = timedelta(minutes=5)
KEYS = SimpleNamespace(sender=b"s", domain=b"d", text=b"t")


@pytest.fixture
def sqlite(migrated_sqlite, make):
    settings = make.settings_for(migrated_sqlite)
    database = open_database(settings, make.key_ring(), region="default")
    with database.transaction() as transaction:
        case = make.case()
        keep_raw(transaction, [make.in_folder(2)], now=make.now)
        add_cases(transaction, [case], now=make.now)
        enqueue(transaction, [make.queued(case)])
    yield database
    database.close()


def plans_of(database, ask):
    """Return how SQLite would answer each question, with the question."""
    asked = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            asked.append((statement, parameters))

    with database.transaction() as transaction:
        event.listen(transaction.connection, "before_cursor_execute", note)
        ask(transaction)
        event.remove(transaction.connection, "before_cursor_execute", note)
        return [
            (statement, " | ".join(row[3] for row in explain(transaction, statement, parameters)))
            for statement, parameters in asked
        ]


def explain(transaction, statement, parameters):
    one = parameters[0] if isinstance(parameters, list) else parameters
    return transaction.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", one).all()


def a_reminder(case_id, make):
    return StoredReminder(
        case_id=case_id,
        item_id=None,
        clock=Watched.RESPOND,
        key=RungKey(rung="half", version="2026-03-09"),
        due_at=make.now,
        tell=Tell.MORNING,
    )


def remind(transaction, make):
    """Ask what a sweep and a telling ask."""
    (case, *_) = claim_due_cases(transaction, now=make.now, limit=5)
    record_reminders(transaction, [a_reminder(case.case_id, make)], now=make.now)
    set_next_looks(transaction, {case.case_id: make.now})
    claimed = claim_untold(transaction, Tell.MORNING, due_by=make.now, now=make.now, lease=LEASE)
    mark_told(transaction, claimed, at=make.now)
    reminders_of_case(transaction, case.case_id)


def show_person(transaction, make):
    """Ask what is asked about somebody who is there."""
    anne = PersonRecord(
        standing=Standing.CONTACT, workspace=None, person=make.anne, address=make.anne
    )
    add_people(transaction, [(anne, NO_WORKSPACE)], reading=1)
    people_at(transaction, make.anne)


def read_directory(transaction, make):
    """Ask what the end of a reading asks; it has one row of state, which needs no index."""
    extent = Extent(workspaces=True, people=True)
    end_reading(transaction, 1, extent, began_at=make.now, now=make.now)


QUESTIONS = {
    "work_events": lambda tx, _: work_events(tx, new_id()),
    "plans_of": lambda tx, _: plans_of_rights(tx, [new_id()]),
    "answers_of_items": lambda tx, _: answers_of_items(tx, [new_id()]),
    "answers_in_letter": lambda tx, _: answers_in_letter(tx, b"key"),
    "due_cool_offs": lambda tx, make: due_cool_offs(tx, now=make.now, limit=10),
    "claim_call": lambda tx, make: claim_call(tx, now=make.now, lease=timedelta(minutes=3)),
    "silent_calls": lambda tx, make: silent_calls(tx, now=make.now, limit=10),
    "calls_of_case": lambda tx, _: calls_of_case(tx, new_id()),
    "cancel_calls_of": lambda tx, _: cancel_calls_of(tx, new_id(), new_id()),
    "count_calls": lambda tx, _: count_calls(tx, "product"),
    "forget_callbacks": lambda tx, make: forget_callbacks(tx, before=make.now),
    "find_notices": lambda tx, _: find_notices(tx, [b"key"]),
    "end_notices": lambda tx, make: end_notices(tx, new_id(), at=make.now),
    "close_segment": lambda tx, make: close_segment(tx, make.now),
    "anchors_of_segment": lambda tx, _: anchors_of_segment(tx, 7),
    "anchors_of_chains": lambda tx, _: anchors_of_chains(tx, [new_id()]),
    "sessions_of": lambda tx, _: sessions_of(tx, new_id()),
    "end_sessions": lambda tx, _: end_sessions(tx, new_id()),
    "tokens_of": lambda tx, _: tokens_of(tx, new_id()),
    "drop_tokens": lambda tx, _: drop_tokens(tx, new_id()),
    "begin_or_resume": lambda tx, make: begin_or_resume(tx, by="sam", now=make.now),
    "newest_events": lambda tx, _: newest_events(tx),
    "list_cases": lambda tx, _: list_cases(tx),
    "list_cases of a state": lambda tx, make: list_cases(
        tx, state=CaseState.OPEN, after=(make.now, new_id())
    ),
    "open_cases_after": lambda tx, make: open_cases_after(tx, (make.now, new_id()), limit=5),
    "look_up": lambda tx, make: look_up(tx, {1: make.anne}),
    "people_at": show_person,
    "lead_workspaces": lambda tx, make: lead_workspaces(tx, make.anne),
    "known_workspaces": lambda tx, _: known_workspaces(tx, ["w1"]),
    "end_reading": read_directory,
    "findings_of": lambda tx, _: findings_of(tx, [new_id()]),
    "cases_to_look_up": lambda tx, _: cases_to_look_up(tx, generation=1, limit=5),
    "lists_with": lambda tx, make: lists_with(tx, [make.anne]),
    "suppressed_for_customer": lambda tx, make: suppressed_for_customer(tx, new_id(), [make.anne]),
    "list_suppressions": lambda tx, _: list_suppressions(tx, SuppressionList.MARKETING, limit=5),
    "finish_tasks_of_case": lambda tx, make: finish_tasks_of_case(
        tx, new_id(), kind="directory_missing", reasons=("directory-stale",), at=make.now
    ),
    "find_case": lambda tx, _: find_case(tx, "PR-2026-000001-XX"),
    "known_cases": lambda tx, _: known_cases(tx, numbers=[1, 2], references=["PR", "PS"]),
    "keep_raw": lambda tx, make: keep_raw(tx, [make.in_folder(7), make.in_folder(8)], now=make.now),
    "claim_messages": lambda tx, make: claim_messages(tx, now=make.now, limit=5, lease=LEASE),
    "find_same_mail": lambda tx, _: find_same_mail(tx, [b"k", b"l"]),
    "list_messages": lambda tx, _: list_messages(tx, outcomes=None, limit=5),
    "list_messages of an outcome": lambda tx, make: list_messages(
        tx, outcomes=[Outcome.HELD], limit=5, after=(make.now, new_id())
    ),
    "messages_of_case": lambda tx, _: messages_of_case(tx, new_id()),
    "oldest_unprocessed": lambda tx, _: oldest_unprocessed(tx),
    "count_quarantined": lambda tx, _: count_quarantined(tx),
    "earliest_hold": lambda tx, _: earliest_hold(tx),
    "earliest_draft": lambda tx, _: earliest_draft(tx),
    "earliest_task": lambda tx, _: earliest_task(tx, leave_out=["read"]),
    "cases_with_tasks": lambda tx, _: cases_with_tasks(tx, [new_id(), new_id()], kinds=("x", "y")),
    "finish_kind_of_case": lambda tx, make: finish_kind_of_case(
        tx, new_id(), kind="x", actor="sam@autocloz.example", at=make.now
    ),
    "finish_tasks_about": lambda tx, make: finish_tasks_about(
        tx, new_id(), kind="read", actor="sam", at=make.now
    ),
    "count_by_outcome": lambda tx, _: count_by_outcome(tx),
    "answer_counts": lambda tx, make: answer_counts(tx, {1: KEYS, 2: KEYS}, now=make.now),
    "claim_letter": lambda tx, make: claim_letter(tx, now=make.now, lease=LEASE),
    "expire_leases": lambda tx, make: expire_leases(tx, now=make.now),
    "confirm_sent": lambda tx, make: confirm_sent(tx, [b"k"], at=make.now, evidence="trace"),
    "uncertain_letters": lambda tx, _: uncertain_letters(tx),
    "oldest_pending": lambda tx, _: oldest_pending(tx),
    "list_letters": lambda tx, _: list_letters(tx),
    "list_letters of a state": lambda tx, _: list_letters(tx, states=[OutgoingState.FAILED]),
    "letters_of_case": lambda tx, _: letters_of_case(tx, new_id()),
    "letters_by_message_id": lambda tx, _: letters_by_message_id(tx, [b"k", b"l"]),
    "letters_of_cases": lambda tx, _: letters_of_cases(tx, [new_id(), new_id()]),
    "mark_bounced": lambda tx, _: mark_bounced(
        tx, new_id(), reason=BounceReason.EXPIRED, evidence="report"
    ),
    "reopen_acknowledgement": lambda tx, make: reopen_acknowledgement(
        tx, list_cases(tx)[0].case_id, message_id_key=b"k", at=make.now
    ),
    "remind": remind,
    "due_standings": lambda tx, make: due_standings(tx, now=make.now, limit=5),
    "challenges_of": lambda tx, _: challenges_of(tx, [new_id()]),
    "find_challenges": lambda tx, _: find_challenges(tx, [b"k", b"l"]),
    "due_changes": lambda tx, make: due_changes(tx, now=make.now, limit=5),
    "changes_of": lambda tx, _: changes_of(tx, [new_id(), new_id()]),
    "find_changes": lambda tx, _: find_changes(tx, [b"k", b"l"]),
    "answer_change": lambda tx, make: answer_change(tx, new_id(), now=make.now),
    "wake_change": lambda tx, make: wake_change(tx, new_id(), at=make.now),
    "end_change": lambda tx, _: end_change(tx, new_id()),
    "object_to_change": lambda tx, _: object_to_change(tx, new_id(), b"k"),
    "is_task_open": lambda tx, _: is_task_open(tx, new_id(), "carry_out"),
    "due_papers": lambda tx, make: due_papers(tx, now=make.now, limit=5),
    "evidence_of": lambda tx, _: evidence_of(tx, new_id()),
    "notes_of": lambda tx, _: notes_of(tx, new_id()),
    "holds_of": lambda tx, _: holds_of(tx, new_id()),
    "held_cases": lambda tx, _: held_cases(tx, [new_id(), new_id()]),
    "merges_of": lambda tx, _: merges_of(tx, [new_id(), new_id()]),
    "relations_of": lambda tx, _: relations_of(tx, new_id()),
    "find_added": lambda tx, _: find_added(tx, b"k"),
    "added_requests": lambda tx, _: added_requests(tx, [new_id(), new_id()]),
    "move_messages": lambda tx, _: move_messages(tx, [new_id(), new_id()], new_id()),
    "list_drafts": lambda tx, _: list_drafts(tx),
    "list_tasks": lambda tx, _: list_tasks(tx),
    "open_tasks_of": lambda tx, _: open_tasks_of(tx, new_id()),
    "happened_since": lambda tx, make: happened_since(
        tx, new_id(), AuditKind.CASE_VIEWED, actor="sam", since=make.now
    ),
    "queued_cases": lambda tx, make: queued_cases(
        tx, QueueFilter(right="access"), limit=5, after=(make.now, new_id())
    ),
    "queued_cases of somebody": lambda tx, _: queued_cases(tx, QueueFilter(owner="sam"), limit=5),
    "queued_cases by who acts": lambda tx, _: queued_cases(
        tx, QueueFilter(status=WorkStatus.DONE), limit=5
    ),
    "queued_cases of a language": lambda tx, _: queued_cases(
        tx, QueueFilter(language="de"), limit=5
    ),
    "queued_cases of a law": lambda tx, _: queued_cases(tx, QueueFilter(regime="gdpr"), limit=5),
    "queued_cases of a lane": lambda tx, _: queued_cases(tx, QueueFilter(lane=Lane.OTHER), limit=5),
    "count_queue": lambda tx, make: count_queue(
        tx, owner="sam", now=make.now, soon=make.now, regions=frozenset()
    ),
    "cases_of_address": lambda tx, make: cases_of_address(tx, make.anne, limit=5),
    "cases_of_domain": lambda tx, _: cases_of_domain(tx, "home.example", limit=5),
    "spent_since": lambda tx, make: spent_since(tx, make.now),
    "calls_since": lambda tx, make: calls_since(tx, make.now),
    "said_before": lambda tx, _: said_before(tx, [(b"k", new_id(), new_id())]),
    "due_cases": lambda tx, make: due_cases(tx, now=make.now, limit=5),
    "forwards_of": lambda tx, _: forwards_of(tx, [new_id(), new_id()]),
    "cases_forwarded_for": lambda tx, make: cases_forwarded_for(tx, b"k", since=make.now),
    "letters_of_forwards": lambda tx, _: letters_of_forwards(tx, [new_id()]),
    "letter_with": lambda tx, _: letter_with(tx, b"k"),
    "letter_with_code": lambda tx, _: letter_with_code(tx, b"k"),
    "letters_to": lambda tx, make: letters_to(tx, [b"k", b"l"], since=make.now),
    "referral_with": lambda tx, _: referral_with(tx, b"k"),
    "referrals_of": lambda tx, _: referrals_of(tx, new_id()),
    "contacts_of": lambda tx, _: contacts_of(tx, [new_id(), new_id()]),
    "packages_of": lambda tx, _: packages_of(tx, new_id()),
    "due_packages": lambda tx, make: due_packages(tx, now=make.now, limit=5),
    "files_of": lambda tx, _: files_of(tx, [new_id(), new_id()]),
    "links_of": lambda tx, _: links_of(tx, [new_id(), new_id()]),
    "links_in_draft": lambda tx, _: links_in_draft(tx, new_id()),
    "links_in_letter": lambda tx, _: links_in_letter(tx, b"k"),
    "receipts_of": lambda tx, _: receipts_of(tx, [new_id(), new_id()]),
    "waivers_of": lambda tx, _: waivers_of(tx, new_id()),
    "unknown_uids": lambda tx, make: unknown_uids(tx, make.privacy, "INBOX", 7, [1, 2]),
} | NOTICE_QUESTIONS
# These walk an index that holds only what waits, or only what is counted.
WALKS = {
    "ix_inbound_queue",
    "ix_inbound_outcome",
    "ix_outgoing_queue",
    "ix_task_open",
    "ix_draft_waiting",
    "ix_draft_due",
    "ix_inbound_hold",
    "ix_audit_chain_grown",
    "ix_retention_run_open",
}
# A page that is read in the order of an index, and cut off after its limit.
PAGES = {
    "ix_audit_event_at",
    "ix_case_queue_due",
    "ix_privacy_case_received",
    "ix_inbound_received",
    "ix_outgoing_queued",
}

LISTS = {
    "CONSTANT ROW",  # the values of the question itself
    "part_of_people",  # cut off before, in the order of a primary key
    "newest",  # cut off before, in the order of an index
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_walks_an_index(sqlite, make, name):
    plans = plans_of(sqlite, lambda transaction: QUESTIONS[name](transaction, make))
    assert plans
    for statement, plan in plans:
        for step in plan.split(" | "):
            walk = step.startswith("SCAN") and not any(
                name in step for name in WALKS | PAGES | LISTS
            )
            assert not walk, (step, statement)


def test_moving_a_right_looks_at_the_events_of_its_case_alone(sqlite):
    with sqlite.reading() as reading:
        (case,) = list_cases(reading)
        items = [item.item_id for item in get_case(reading, case.case_id).items]
    plans = plans_of(sqlite, lambda transaction: move_rights(transaction, items, case.case_id))
    assert any("ix_clock_event_case" in plan for _, plan in plans)
    assert not [plan for _, plan in plans if "SCAN" in plan]


@pytest.mark.parametrize(
    "name",
    [
        "list_cases",
        "list_cases of a state",
        "list_messages",
        "list_messages of an outcome",
        "claim_messages",
        "list_letters",
    ],
)
def test_a_page_needs_no_sorting(sqlite, make, name):
    plans = plans_of(sqlite, lambda transaction: QUESTIONS[name](transaction, make))
    assert "TEMP B-TREE FOR ORDER BY" not in plans[0][1], plans[0]


def test_every_index_says_which_question_it_answers(sqlite, make):
    """An index that no question uses costs every insert and helps nobody; a unique one is a rule, like a constraint."""
    used = " ".join(
        plan
        for ask in QUESTIONS.values()
        for _, plan in plans_of(sqlite, lambda transaction, ask=ask: ask(transaction, make))
    )
    with sqlite.reading() as reading:
        rows = reading.fetch(
            text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'")
        )
        unused = {name for name in rows.scalars() if name not in used}
    assert unused == set()


@pytest.mark.parametrize(
    "name", ["earliest_hold", "earliest_draft", "earliest_task", "count_quarantined"]
)
def test_what_health_asks_walks_an_index_on_postgresql_too(migrated_postgres, make, name):
    """The plan is forced away from whole tables, which it takes for small ones; what is left then is no index."""
    database = open_database(
        make.settings_for(migrated_postgres), make.key_ring(), region="default"
    )
    with database.transaction() as transaction:
        transaction.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        asked = []
        event.listen(
            transaction.connection,
            "before_cursor_execute",
            lambda _c, _cursor, statement, parameters, *_: asked.append((statement, parameters)),
        )
        QUESTIONS[name](transaction, make)
        (statement, parameters) = asked[0]
        plan = transaction.connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars()
        assert "Seq Scan" not in " | ".join(plan)
    database.close()

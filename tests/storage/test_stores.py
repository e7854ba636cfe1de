"""Drafts, tasks, cursors and tokens."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from privacy.approval import letter_digest
from privacy.errors import PrivacyError
from privacy.ports import FolderCursor, OAuthTokens
from storage.cases import add_cases
from storage.cursors import load_cursor, save_cursor, unknown_uids
from storage.drafts import (
    Draft,
    add_drafts,
    decide_draft,
    drafts_of_case,
    get_draft,
    list_drafts,
)
from storage.failures import NotFound
from storage.ids import new_id
from storage.messages import keep_raw
from storage.tables import TASK
from storage.tasks import Task, add_tasks, finish_task, list_tasks
from storage.tokens import load_tokens, save_tokens


@pytest.fixture
def case(database, make):
    made = make.case()
    with database.transaction() as transaction:
        add_cases(transaction, [made], now=make.now)
    return made


@pytest.fixture
def draft(database, make, case):
    message = make.outbound()
    made = Draft(
        draft_id=new_id(),
        case_id=case.case_id,
        inbound_id=new_id(),
        kind="acknowledgement",
        message=message,
        digest=letter_digest(message),
        reasons=("sender-limit", "dmarc-fail"),
        created_at=make.now,
        due_on=date(2026, 3, 9),
    )
    with database.transaction() as transaction:
        add_drafts(transaction, [made])
    return made


def decide(database, draft, at, **changes):
    how = {
        "digest": draft.digest,
        "decision": "approved",
        "actor": "sam",
        "os_user": "root",
    } | changes
    with database.transaction() as transaction:
        return decide_draft(transaction, draft.draft_id, at=at, **how)


def test_a_draft_waits_as_it_was_written(database, case, draft):
    with database.reading() as reading:
        [waiting] = list_drafts(reading)
        assert (
            get_draft(reading, draft.draft_id)
            == waiting
            == drafts_of_case(reading, case.case_id)[0]
        )
    assert waiting == replace(draft, case_reference=case.reference)
    assert draft.message.recipient not in repr(waiting)


def test_a_draft_is_decided_once(database, make, draft):
    assert decide(database, draft, make.now)
    assert not decide(database, draft, make.now, decision="rejected")
    with database.reading() as reading:
        assert list_drafts(reading) == []
        decided = get_draft(reading, draft.draft_id)
    assert (decided.state, decided.decided_by, decided.decided_at) == ("approved", "sam", make.now)


def test_an_approval_of_other_content_does_not_count(database, make, draft):
    assert not decide(database, draft, make.now, digest="0" * 64)
    assert decide(database, draft, make.now, decision="rejected")


def test_a_draft_that_is_not_there_is_named_as_such(database):
    with database.reading() as reading, pytest.raises(NotFound):
        get_draft(reading, new_id())


def task(now, **changes):
    made = Task(
        task_id=new_id(),
        case_id=None,
        inbound_id=new_id(),
        kind="look_at_message",
        reason="no-right-recognised",
        due_on=date(2026, 3, 9),
        urgent=False,
        created_at=now,
    )
    return replace(made, **changes)


def open_tasks(database, *tasks):
    with database.transaction() as transaction:
        add_tasks(transaction, tasks)


def test_a_repeated_task_is_opened_once(database, make, case):
    first = task(make.now, case_id=case.case_id)
    open_tasks(database, first)
    open_tasks(
        database, replace(first, task_id=new_id()), replace(first, task_id=new_id(), kind="other")
    )
    with database.reading() as reading:
        tasks = list_tasks(reading)
    assert {one.kind for one in tasks} == {"look_at_message", "other"}
    assert replace(first, case_reference=case.reference) in tasks


def test_urgent_tasks_come_first_then_the_earliest_day(database, make):
    late, early = task(make.now), task(make.now, due_on=date(2026, 3, 3))
    urgent = task(make.now, urgent=True, due_on=date(2026, 9, 9))
    open_tasks(database, late, early, urgent)
    with database.reading() as reading:
        assert [one.task_id for one in list_tasks(reading)] == [
            urgent.task_id,
            early.task_id,
            late.task_id,
        ]


def test_a_done_task_is_done_once_and_can_be_opened_anew(database, make):
    first = task(make.now)
    open_tasks(database, first)
    with database.transaction() as transaction:
        done = finish_task(transaction, first.task_id, actor="sam", at=make.now)
        assert done is not None
        assert (done.inbound_id, done.kind) == (first.inbound_id, first.kind)
        assert finish_task(transaction, first.task_id, actor="sam", at=make.now) is None
        assert finish_task(transaction, new_id(), actor="sam", at=make.now) is None
    again = replace(first, task_id=new_id())
    open_tasks(database, again)
    with database.reading() as reading:
        assert [one.task_id for one in list_tasks(reading)] == [again.task_id]


def test_a_cursor_is_replaced_whole(database, make):
    cursor = FolderCursor(
        mailbox=make.privacy,
        folder="INBOX/Über & unter",
        uidvalidity=2**32 - 1,
        last_uid=2**32 - 2,
        answer_from=make.now,
        first_uidnext=2**32 - 1,
        renumbered_at=(make.now - timedelta(days=1), make.now),
    )
    moved = replace(cursor, uidvalidity=5, last_uid=9, first_uidnext=None, renumbered_at=())
    with database.transaction() as transaction:
        save_cursor(transaction, cursor)
        assert load_cursor(transaction, make.privacy, cursor.folder) == cursor
        save_cursor(transaction, moved)
    with database.reading() as reading:
        assert load_cursor(reading, make.privacy, cursor.folder) == moved
        assert load_cursor(reading, make.privacy, "Junk") is None


def test_unknown_numbers_are_those_never_taken_in_whatever_their_number(database, make):
    with database.transaction() as transaction:
        keep_raw(transaction, [make.in_folder(uid) for uid in (2, 4)], now=make.now)
    asked = [4, 3, 2, 1, *range(5, 2000)]
    with database.reading() as reading:
        unknown = unknown_uids(reading, make.privacy, "INBOX", 7, asked)
        assert unknown_uids(reading, make.privacy, "INBOX", 8, [2]) == [2]
        assert unknown_uids(reading, "dpo@autocloz.example", "INBOX", 7, [2]) == [2]
    assert unknown == [3, 1, *range(5, 2000)]


def test_rotated_tokens_replace_the_ones_before(database, make):
    first = OAuthTokens(access_token="a1", refresh_token="r1", expires_at=make.now)
    second = replace(first, access_token="a2", refresh_token="r2")
    for tokens in (first, second):
        with database.transaction() as transaction:
            save_tokens(transaction, make.privacy, tokens)
    with database.reading() as reading:
        assert load_tokens(reading, make.privacy) == second
        assert load_tokens(reading, "dpo@autocloz.example") is None


def test_a_reading_cannot_write(database):
    with pytest.raises(PrivacyError), database.reading() as reading:
        reading.fetch(TASK.delete())
    with database.transaction() as transaction:
        transaction.fetch(TASK.delete())

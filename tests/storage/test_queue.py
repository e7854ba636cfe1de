"""What a transaction knows of the cases that it changed, so that the queue is derived before it is committed."""

from datetime import timedelta

import pytest

from privacy.cases import CaseState
from privacy.challenges import StandingState
from storage.cases import add_cases, mark_acknowledged
from storage.identity import Standing, park, put_standing
from storage.queue import queue_mark, set_queue_mark
from storage.reminders import set_next_looks
from storage.work import set_case_state


@pytest.fixture
def case(database, make):
    made = make.case()
    with database.transaction() as transaction:
        add_cases(transaction, [made], now=make.now)
    return made


CHANGES = {
    "an acknowledgement": lambda tx, case, now: mark_acknowledged(
        tx, case.case_id, message_id_key=b"k", at=now
    ),
    "its end": lambda tx, case, now: set_case_state(tx, case.case_id, CaseState.CLOSED, at=now),
    "a question about identity": lambda tx, case, now: put_standing(
        tx, Standing(case_id=case.case_id, state=StandingState.LAPSED), now=now
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_a_case_is_told_before_the_commit(database, make, case, name):
    told = []
    database.derive_by(lambda _, ids: told.append(ids))
    with database.transaction() as transaction:
        CHANGES[name](transaction, case, make.now)
        assert told == []
    assert told == [frozenset({case.case_id})]


def test_an_update_tells_whose_rows_it_changed_though_its_condition_holds_no_more(
    database, make, case
):
    lapsed = Standing(case_id=case.case_id, state=StandingState.LAPSED)
    with database.transaction() as transaction:
        put_standing(transaction, lapsed, now=make.now)
    told = []
    database.derive_by(lambda _, ids: told.append(ids))
    with database.transaction() as transaction:
        park(transaction, case.case_id)
    assert told == [frozenset({case.case_id})]


def test_what_fails_or_only_sets_the_next_look_derives_nothing(database, make, case):
    told = []
    database.derive_by(lambda _, ids: told.append(ids))
    with database.transaction() as transaction:
        set_next_looks(transaction, {case.case_id: make.now + timedelta(days=1)})
    changed = CHANGES["its end"]
    with pytest.raises(ZeroDivisionError):
        change_and_fail(database, lambda tx: changed(tx, case, make.now))
    assert told == []


def change_and_fail(database, change):
    with database.transaction() as transaction:
        change(transaction)
        raise ZeroDivisionError


def test_a_database_whose_queue_was_made_opens_again(open_it):
    """The mark of the rules stands beside the proofs of the keys, and is none of them."""
    with open_it().transaction() as transaction:
        set_queue_mark(transaction, b"rules")
    with open_it().reading() as reading:
        assert queue_mark(reading) == b"rules"

"""The desk forgets by itself: what is over goes for good, what is on hold stays, a killed run goes on, the trail stays whole."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from casework import forgetting
from casework.auditing import look_through, write_down_ends
from casework.forgetting import CHAIN, is_run_due, look_ahead, run_retention
from casework.holding import hold_case, release_case
from casework_values import ANNE, BOTH_ENGINES, DAY, SAM, arriving, mail
from privacy.audit import AuditKind
from privacy.cases import CaseState
from privacy.deciding import Outcome
from privacy.directory import WorkspaceRecord
from privacy.forgetting import DataClass
from privacy.forwarding import ForwardState
from regimes.retention_classes import load_retention_classes
from storage.audit import events_of
from storage.directory_rows import DIRECTORY_WORKSPACE
from storage.directory_writes import add_workspaces
from storage.failures import CannotUnseal
from storage.forward_rows import FORWARD
from storage.ids import new_id
from storage.messages import raw_of
from storage.retention_runs import get_run, list_runs
from storage.signing import is_signed, public_key_of
from storage.tables import DATA_KEY, PARTY
from storage.work import set_case_state

RULES = load_retention_classes()
MONTH, YEAR = timedelta(days=31), timedelta(days=366)
AWAY = {"Auto-Submitted": "auto-replied"}


def close(desk, case):
    with desk.database.transaction() as transaction:
        set_case_state(transaction, case.case_id, CaseState.CLOSED, at=desk.now)


def forget(desk, rules=RULES):
    return run_retention(desk.database, rules, by="daemon", now=desk.now)


def counts(run):
    return {
        one["class"]: one["count"] for one in json.loads(run.certificate)["classes"] if one["count"]
    }


def held(run):
    return {
        one["class"]: one["held"] for one in json.loads(run.certificate)["classes"] if one["held"]
    }


def can_read(desk, inbound_id):
    with desk.database.reading() as reading:
        try:
            return bool(raw_of(reading, inbound_id))
        except CannotUnseal:
            return False


@pytest.fixture
def closed(desk):
    """Give Anne's mail, whose case is closed."""
    message = desk.receive_one(mail())
    close(desk, desk.case())
    return message


@BOTH_ENGINES
def test_mail_of_a_closed_case_goes_when_its_period_is_over_and_not_a_day_before(desk, closed):
    begun = desk.now
    desk.now = begun.replace(year=begun.year + 2) - DAY
    forget(desk)
    assert can_read(desk, closed.inbound_id)
    desk.now += DAY
    run = forget(desk)
    assert counts(run)["raw_mail"] == 1
    assert not can_read(desk, closed.inbound_id)
    assert desk.case().requester == ANNE  # the register has a period of its own


@pytest.mark.usefixtures("closed")
@BOTH_ENGINES
def test_the_register_goes_last_and_keeps_dates_and_rights_without_the_person(desk):
    before = desk.case()
    desk.now += 3 * YEAR
    run = forget(desk)
    assert counts(run)["case_register"] == 1
    after = desk.case()
    assert (after.reference, after.received_at) == (before.reference, before.received_at)
    assert [item.right for item in after.items] == [item.right for item in before.items]
    assert after.requester != ANNE
    with desk.database.reading() as reading:
        assert reading.fetch(select(PARTY.c.address_key)).scalars().all() == [None]
        assert reading.fetch(select(func.count()).select_from(DATA_KEY)).scalar_one() == 0
    assert counts(forget(desk)) == {
        "delivery_log": 1
    }  # where the mail came in, once its bytes are gone
    assert counts(forget(desk)) == {}


@BOTH_ENGINES
def test_nothing_of_a_case_on_hold_goes_and_the_certificate_counts_it(desk, closed):
    reference = desk.case().reference
    hold_case(desk.database, reference, "Anne sued us.", actor=SAM, now=desk.now)
    desk.now += 10 * YEAR
    run = forget(desk)
    assert counts(run) == {}
    assert held(run)["raw_mail"] == held(run)["case_register"] == held(run)["audit_house"] == 1
    assert can_read(desk, closed.inbound_id)
    release_case(desk.database, reference, "It is settled.", actor=SAM, now=desk.now)
    assert counts(forget(desk))["case_register"] == 1


def test_an_open_case_has_no_period_however_old_it_is(desk):
    message = desk.receive_one(mail())
    desk.now += 10 * YEAR
    forget(desk)
    assert can_read(desk, message.inbound_id)
    assert desk.case().requester == ANNE


def test_mail_that_is_no_request_goes_soon_and_what_waits_for_a_person_never(desk):
    away = desk.receive_one(mail("I am away until Monday.", number=2, **AWAY))
    assert away.outcome is Outcome.AUTO
    held_mail = desk.receive_one(mail("Hello, what are your opening hours?", number=3))
    assert held_mail.outcome is not Outcome.CASE
    desk.now += 90 * DAY
    run = forget(desk)
    assert not can_read(desk, away.inbound_id)
    waits = held_mail.outcome in {Outcome.HELD, Outcome.QUARANTINED}
    assert can_read(desk, held_mail.inbound_id) is waits
    assert counts(run)["other_mail"] == 2 - waits


@pytest.mark.usefixtures("closed")
@BOTH_ENGINES
def test_the_trail_is_emptied_by_its_period_and_still_whole(desk):
    write_down_ends(desk.database, desk.now)
    case = desk.case()
    assert any(one.payload for one in desk.events(case.case_id))
    desk.now += 3 * YEAR
    forget(desk)
    write_down_ends(desk.database, desk.now)
    assert not any(one.payload for one in desk.events(case.case_id))
    assert look_through(desk.database).is_whole


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize(
    ("plan", "name", "after"),
    [("Pro", "audit_pro", 12), ("business", "audit_business", 24), ("", "audit_enterprise", 84)],
)
def test_the_plan_of_the_workspace_says_how_long_the_trail_of_its_case_stays(
    desk, plan, name, after
):
    """Policy clause P10."""
    of_workspace(desk, desk.case(), plan)
    desk.now += (after - 1) * timedelta(days=30)
    assert name not in counts(forget(desk))
    desk.now += 3 * after * timedelta(days=1) + 3 * MONTH
    assert counts(forget(desk))[name] == 1


def of_workspace(desk, case, plan):
    """As if the case had been passed on to a customer of this plan."""
    record = WorkspaceRecord(workspace="ws-1", plan=plan)
    empty = {column.name: None for column in FORWARD.c if column.nullable}
    with desk.database.transaction() as transaction:
        add_workspaces(transaction, [record], reading=1)
        row = {
            "forward_id": new_id(),
            "case_id": case.case_id,
            "workspace_id": transaction.fetch(
                select(DIRECTORY_WORKSPACE.c.workspace_id)
            ).scalar_one(),
            "number": 1,
            "items": (),
            "person_key": b"p",
            "state": ForwardState.CONFIRMED,
            "made_at": desk.now,
            "due_on": desk.now.date(),
            "reminders": 0,
        }
        transaction.insert(FORWARD, [empty | row])


@pytest.mark.edge("E176")
@BOTH_ENGINES
def test_a_cancelled_workspace_goes_thirty_days_after_its_day_is_over(desk):
    """Policy clause P9."""
    record = WorkspaceRecord(workspace="ws-1", name="Shop", cancelled_since=desk.now.date())
    with desk.database.transaction() as transaction:
        add_workspaces(transaction, [record], reading=1)
    desk.now += 30 * DAY
    assert counts(forget(desk)) == {}
    desk.now += DAY
    assert counts(forget(desk)) == {"workspaces": 1}
    with desk.database.reading() as reading:
        assert reading.fetch(select(func.count()).select_from(DATA_KEY)).scalar_one() == 0
    assert counts(forget(desk)) == {}


@BOTH_ENGINES
@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_run_that_is_killed_half_way_goes_on_and_counts_everything_once(
    desk, monkeypatch, dies_at
):
    monkeypatch.setattr(forgetting, "BATCH", 2)
    texts = [
        mail("I am away until Monday.", number=n, Subject=f"Away {n}", **AWAY) for n in range(5)
    ]
    desk.receive(*texts)
    desk.now += 90 * DAY
    steps = iter(range(1, 100))
    genuine = forgetting.add_batch

    def dying(*words):
        genuine(*words)
        if next(steps) == dies_at:
            raise KeyboardInterrupt  # before the commit: this batch is undone as a whole

    monkeypatch.setattr(forgetting, "add_batch", dying)
    with pytest.raises(KeyboardInterrupt):
        forget(desk)
    assert is_run_due(desk.database, desk.now)
    begun, desk.now = desk.now, desk.now + 5 * DAY
    run = forget(desk)
    assert counts(run)["other_mail"] == 5
    assert run.begun_at == begun  # nothing went by a later count than that of its beginning
    with desk.database.reading() as reading:
        assert len(list_runs(reading, limit=10)) == 1


@pytest.mark.usefixtures("closed")
def test_the_certificate_is_signed_and_in_the_trail(desk):
    desk.now += 2 * YEAR
    run = forget(desk)
    with desk.database.reading() as reading:
        assert get_run(reading, run.run_id) == run
        (event,) = events_of(reading, CHAIN)
    key = public_key_of(desk.database.keys)
    assert is_signed(key, run.signature, run.certificate.encode())
    assert not is_signed(key, run.signature, run.certificate.replace("1", "2").encode())
    assert (event.kind, event.payload["run"]) == (AuditKind.RETENTION_RUN, str(run.run_id))
    assert event.payload["destroyed"]["raw_mail"] == 1


def test_looking_ahead_says_what_would_go_and_lets_it_be(desk, closed):
    desk.now += 2 * YEAR
    ahead = {one.name: (one.due, one.held) for one in look_ahead(desk.database, RULES, desk.now)}
    assert ahead[DataClass.RAW_MAIL] == (1, 0)
    assert can_read(desk, closed.inbound_id)
    with desk.database.reading() as reading:
        assert list_runs(reading, limit=1) == []
    assert counts(forget(desk)) == {one.value: due for one, (due, _) in ahead.items() if due}


def test_the_same_mail_is_still_known_when_it_comes_again(desk, closed):
    desk.now += 2 * YEAR
    forget(desk)
    again = desk.keep(arriving(mail()))[0]
    assert again.inbound_id == closed.inbound_id
    assert len(desk.cases()) == 1


def test_a_run_is_due_once_a_day(desk):
    assert is_run_due(desk.database, desk.now)
    forget(desk)
    assert not is_run_due(desk.database, desk.now + DAY - timedelta(seconds=1))
    assert is_run_due(desk.database, desk.now + DAY)

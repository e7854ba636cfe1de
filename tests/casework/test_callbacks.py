"""What systems call back with takes effect once, for the task that they were given, and nothing else is believed."""

import pytest

from casework.callbacks import Taken
from casework.planning import plan_case
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    ERASE,
    LONG,
    MALLORY,
    SAM,
    TOKEN_KEYS,
    TestDesk,
    mail,
    profile,
)
from identity_values import DELAY, Listed, challenges, send_all, standing
from identity_values import terms as asking_terms
from privacy.audit import AuditKind
from privacy.cases import Case, ItemState
from privacy.challenges import StandingState
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.rights import Right
from privacy.system_calls import CallState
from privacy.tokens import make_token
from storage.identity import evidence_of
from storage.work import plans_of
from system_values import call_all, calls, doors, reasons, say, with_systems
from work_values import begin, carry_out, plan, prove, state, take_back

LOGIN = "https://app.autocloz.example/privacy"


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk whose product and CRM were asked for a copy of Anne's data."""
    with_systems(desk)
    begin(desk, COPY)
    prove(desk)
    plan(desk)
    call_all(desk, doors())
    return desk


def task_of(desk: TestDesk, system: str = "product") -> str:
    return next(str(one.task_id) for one in calls(desk) if one.system == system)


def evidence_of_task(desk: TestDesk, system: str) -> tuple[str | None, str | None]:
    item = desk.case().items[0]
    with desk.database.reading() as reading:
        plan_of_item = plans_of(reading, [item.item_id])[item.item_id]
    return next((one.done_by, one.evidence) for one in plan_of_item if one.system == system)


@BOTH_ENGINES
def test_a_task_that_is_done_counts_as_staffs_and_the_last_one_moves_the_right_on(
    desk: TestDesk,
) -> None:
    carry_out(desk)
    assert state(desk) is ItemState.EXECUTING
    assert say(desk, "task.done", task=task_of(desk), evidence="export 17") is Taken.NOW
    assert evidence_of_task(desk, "product") == ("system:product", "export 17")
    crm = task_of(desk, "crm")
    assert say(desk, "task.done", system="crm", task=crm, evidence="rows: 0") is Taken.NOW
    assert state(desk) is ItemState.EXECUTED
    assert {one.state for one in calls(desk)} == {CallState.DONE}
    case_id = desk.case().case_id
    assert desk.kinds_of_events(case_id).count(AuditKind.SYSTEM_ANSWERED) == 2
    assert desk.chain_holds(case_id)


@BOTH_ENGINES
def test_the_same_message_again_changes_nothing(desk: TestDesk) -> None:
    task = task_of(desk)
    assert say(desk, "task.done", task=task, evidence="export 17") is Taken.NOW
    assert say(desk, "task.done", task=task, evidence="another") is Taken.BEFORE
    assert say(desk, "task.done", name="evt_2", task=task, evidence="a third") is Taken.BEFORE
    assert evidence_of_task(desk, "product") == ("system:product", "export 17")


@BOTH_ENGINES
def test_what_was_refused_is_not_remembered_and_may_come_again(desk: TestDesk) -> None:
    with pytest.raises(Permanent, match="no such task"):
        say(desk, "task.done", task=task_of(desk, "crm"), evidence="x")
    assert say(desk, "task.done", task=task_of(desk), evidence="export 17") is Taken.NOW


def test_each_system_has_ids_of_its_own(desk: TestDesk) -> None:
    assert say(desk, "task.done", task=task_of(desk), evidence="x") is Taken.NOW
    crm = task_of(desk, "crm")
    assert say(desk, "task.done", system="crm", task=crm, evidence="x") is Taken.NOW


@BOTH_ENGINES
def test_a_task_that_failed_is_its_peoples_who_see_the_code(desk: TestDesk) -> None:
    task = task_of(desk)
    assert say(desk, "task.failed", task=task, reason="legal-hold") is Taken.NOW
    assert "access:product:engineering:legal-hold" in reasons(desk, "carry_out")
    (call,) = [one for one in calls(desk) if one.system == "product"]
    assert (call.state, call.reason) == (CallState.FAILED, "legal-hold")
    assert say(desk, "task.done", name="evt_2", task=task, evidence="it worked after all")
    assert "access:product:engineering:legal-hold" not in reasons(desk, "carry_out")
    with pytest.raises(Permanent, match="the task is done"):
        say(desk, "task.failed", name="evt_3", task=task, reason="late")


@pytest.mark.parametrize("name", ["", "no-id", "0191f5e0-0000-7000-8000-000000000001"])
def test_a_task_that_is_none_is_refused(desk: TestDesk, name: str) -> None:
    with pytest.raises(Permanent):
        say(desk, "task.done", task=name, evidence="x")


def test_a_task_of_a_right_that_was_taken_back_is_not_done_any_more(desk: TestDesk) -> None:
    task = task_of(desk)
    take_back(desk, Right.ACCESS)
    with pytest.raises(Permanent, match="not to be carried out"):
        say(desk, "task.done", task=task, evidence="x")


def test_a_system_that_is_asked_by_nobody_yet_cannot_say_that_it_is_done(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE, number=5))
    case = next(one for one in desk.cases() if one.items[0].right is Right.ERASURE)
    (planned,) = plan_case(
        desk.database, desk.profile, case.reference, right=None, actor=SAM, now=desk.now
    )
    task = next(one for one in planned.tasks if one.system == "product")
    with pytest.raises(Permanent, match="not to be carried out"):
        say(desk, "task.done", task=str(task.task_id), evidence="x")


@pytest.fixture
def asking(desk: TestDesk) -> TestDesk:
    """A desk that asked Anne whether an erasure is hers."""
    with_systems(desk, challenges=asking_terms(login=LOGIN), limits=LONG)
    desk.on_file = Listed(frozenset({ANNE}))
    desk.receive_one(mail(ERASE, number=7))
    desk.now += DELAY
    send_all(desk)
    return desk


def test_the_letter_that_asks_names_the_products_page_with_the_token_of_the_case(
    asking: TestDesk,
) -> None:
    letter = challenges(asking)[-1]
    assert f"{LOGIN}/{token(asking)}" in letter.letter.text.replace("\n", "")


def erasure_of(desk: TestDesk) -> Case:
    return next(one for one in desk.cases() if one.items[0].right is Right.ERASURE)


def token(desk: TestDesk) -> str:
    return make_token(erasure_of(desk).number, TOKEN_KEYS["1"])


def confirm(desk: TestDesk, account: str, **changes: str) -> Taken:
    said = {"case_token": token(desk), "account": account} | changes
    return say(desk, "person.confirmed", **said)


@BOTH_ENGINES
def test_whoever_is_signed_in_to_the_account_and_presses_the_button_is_proved(
    asking: TestDesk,
) -> None:
    case_id = erasure_of(asking).case_id
    assert confirm(asking, ANNE.upper()) is Taken.NOW
    where = standing(asking, case_id)
    assert (where.state, where.level) == (StandingState.PROVED, Level.ACCOUNT)
    assert AuditKind.IDENTITY_EVIDENCE in asking.kinds_of_events(case_id)


@BOTH_ENGINES
def test_a_login_to_another_account_proves_nobody_and_is_in_the_trail(asking: TestDesk) -> None:
    case_id = erasure_of(asking).case_id
    assert confirm(asking, MALLORY) is Taken.REFUSED
    with asking.database.reading() as reading:
        assert "signed_in" not in [one.evidence.kind for one in evidence_of(reading, case_id)]
    assert AuditKind.IDENTITY_REFUSED in asking.kinds_of_events(case_id)
    assert MALLORY not in repr(asking.events(case_id))


def test_who_named_another_account_cannot_confirm_with_their_own(asking: TestDesk) -> None:
    text = f"{ERASE} My account is {ANNE}."
    asking.receive_one(mail(text, number=11, From=MALLORY))
    case = next(one for one in asking.cases() if one.requester == MALLORY)
    said = {"case_token": make_token(case.number, TOKEN_KEYS["1"])}
    assert confirm(asking, MALLORY, **said) is Taken.REFUSED
    assert say(asking, "person.confirmed", name="evt_2", account=ANNE, **said) is Taken.NOW


@pytest.mark.parametrize("wrong", ["0" * 26, "PR-2026-000001-AB"])
def test_without_the_token_of_a_case_nothing_is_confirmed(asking: TestDesk, wrong: str) -> None:
    with pytest.raises(Permanent, match="no such open case"):
        confirm(asking, ANNE, case_token=wrong)


def test_a_system_that_may_not_confirm_people_confirms_nobody(asking: TestDesk) -> None:
    with pytest.raises(Permanent, match="confirms nobody"):
        say(asking, "person.confirmed", system="crm", case_token=token(asking), account=ANNE)
    asking.profile = profile(work=asking.profile.work)
    with pytest.raises(Permanent, match="confirms nobody"):
        confirm(asking, ANNE)

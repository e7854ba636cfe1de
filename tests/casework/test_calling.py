"""Systems carry out the tasks of a plan by messages: asked under one id for life, and where they do not, people do."""

from datetime import timedelta

import pytest

from casework.calling import look_at_silence
from casework.directory_reading import read_directory
from casework.erasing import sweep_erasures
from casework.tasks import finish
from casework_values import ANNE, BOTH_ENGINES, COPY, DANA, DAY, ERASE, OMAR, SAM, TestDesk
from directory_values import ListedSource, terms
from privacy.audit import AuditKind
from privacy.cases import ItemState
from privacy.directory import PersonRecord, Standing, WorkspaceRecord
from privacy.errors import Permanent, Retryable
from privacy.rights import Right
from privacy.system_calls import BACK_OFF, LEASE, CallState, SystemWay, Way
from storage.calls import claim_call
from storage.datakeys import erase_keys
from storage.work import plans_of
from system_values import (
    BY_PERSON,
    WAYS,
    call_all,
    calls,
    doors,
    reasons,
    say,
    with_systems,
)
from work_values import (
    approve_erasing,
    begin,
    carry_out,
    plan,
    prove,
    state,
    state_what_is_kept,
    take_back,
)

RESTRICT = "Please restrict the processing of my personal data under Article 18."


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk whose product, CRM and mail provider are asked by messages."""
    with_systems(desk)
    return desk


def planned(desk: TestDesk, text: str = COPY) -> str:
    reference = begin(desk, text)
    prove(desk)
    plan(desk)
    return reference


@BOTH_ENGINES
def test_systems_are_asked_and_told_no_more_than_they_need(desk: TestDesk) -> None:
    reference = planned(desk)
    systems = doors()
    assert call_all(desk, systems) == 2
    ((name, body),) = systems["product"].sent
    assert name.startswith("msg_")
    assert body["type"] == "right.execute"
    assert body["data"] | {"task": "", "due_on": ""} == {
        "case": reference,
        "task": "",
        "right": "access",
        "scope": None,
        "subject": {"address": [ANNE]},
        "due_on": "",
        "region": "default",
    }
    assert [one.state for one in calls(desk)] == [CallState.TAKEN, CallState.TAKEN]
    assert reasons(desk, "carry_out") == [
        "access:mail_provider:marketing",
        "access:payments:finance",
    ]
    case_id = desk.case().case_id
    assert desk.kinds_of_events(case_id).count(AuditKind.SYSTEM_ASKED) == 2
    assert desk.chain_holds(case_id)
    assert call_all(desk, systems) == 0


def test_nothing_is_asked_before_the_person_is_proved(desk: TestDesk) -> None:
    begin(desk, COPY)
    plan(desk)
    assert call_all(desk, doors()) == 0
    assert calls(desk) == []


@BOTH_ENGINES
def test_a_system_out_of_reach_is_asked_again_under_the_same_id_with_the_same_body(
    desk: TestDesk,
) -> None:
    planned(desk)
    systems = doors()
    systems["product"].script = [Retryable("too slow"), Retryable("answered-503")]
    call_all(desk, systems)
    for wait in BACK_OFF[:2]:
        assert call_all(desk, systems) == 0
        desk.now += wait
        assert call_all(desk, systems) == 1
    first, *others = systems["product"].sent
    assert others == [first, first]
    (call,) = [one for one in calls(desk) if one.system == "product"]
    assert (call.state, call.attempts) == (CallState.TAKEN, 3)


def test_a_system_that_stays_away_becomes_a_task_of_its_people(desk: TestDesk) -> None:
    planned(desk)
    systems = doors()
    systems["product"].script = [Retryable("too slow")] * 20
    for wait in (timedelta(), *BACK_OFF):
        desk.now += wait
        call_all(desk, systems)
    assert len(systems["product"].sent) == len(BACK_OFF) + 1
    wanted = "access:product:engineering:out-of-reach-7-times"
    assert wanted in reasons(desk, "carry_out")
    (task,) = [one for one in desk.tasks() if one.reason == wanted]
    assert task.urgent
    finish(desk.database, task.task_id, actor=SAM, now=desk.now, evidence="by hand")
    assert AuditKind.SYSTEM_FAILED in desk.kinds_of_events(desk.case().case_id)


@pytest.mark.parametrize(
    ("trouble", "because"),
    [(Permanent("answered-404"), "answered-404"), (None, "no-way-is-set")],
)
def test_what_a_message_cannot_bring_about_is_given_to_people_at_once(
    desk: TestDesk, trouble: Exception | None, because: str
) -> None:
    planned(desk)
    systems = doors()
    if trouble is None:
        del systems["product"]
    else:
        systems["product"].script = [trouble]
    call_all(desk, systems)
    assert f"access:product:engineering:{because}" in reasons(desk, "carry_out")


def test_a_door_that_breaks_loses_nothing(desk: TestDesk) -> None:
    planned(desk)
    systems = doors()
    systems["product"].script = [RuntimeError("a person's words")]
    call_all(desk, systems)
    desk.now += BACK_OFF[0]
    assert call_all(desk, systems) == 1


@BOTH_ENGINES
def test_a_caller_that_died_is_followed_by_another_under_the_same_id(desk: TestDesk) -> None:
    planned(desk)
    with desk.database.transaction() as transaction:
        first = claim_call(transaction, now=desk.now, lease=LEASE)
    assert first is not None
    systems = doors()
    assert call_all(desk, systems) == 1
    desk.now += LEASE
    assert call_all(desk, systems) == 1
    assert first.name in [name for door in systems.values() for name, _ in door.sent]


def test_a_system_that_says_nothing_in_time_becomes_a_task_of_its_people(desk: TestDesk) -> None:
    planned(desk)
    call_all(desk, doors())
    assert look_at_silence(desk.database, desk.now + 2 * DAY) == 0
    desk.now += 3 * DAY
    assert look_at_silence(desk.database, desk.now) == 2
    assert look_at_silence(desk.database, desk.now) == 0
    assert "access:crm:sales:silent" in reasons(desk, "carry_out")


def test_an_erased_case_says_nothing_to_a_system(desk: TestDesk) -> None:
    planned(desk)
    with desk.database.transaction() as transaction:
        erase_keys(transaction, [desk.case().case_id])
    systems = doors()
    call_all(desk, systems)
    assert [door.sent for door in systems.values()] == [[], [], []]
    assert {one.reason for one in calls(desk)} == {"cannot-unseal"}


@pytest.fixture
def erasure(desk: TestDesk) -> TestDesk:
    """A desk whose erasure waits until the person can no longer cancel it."""
    planned(desk, ERASE)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    return desk


def test_the_mail_provider_erases_and_its_job_is_what_shows_it(erasure: TestDesk) -> None:
    systems = doors()
    assert call_all(erasure, systems) == 0
    erasure.now += 8 * DAY
    sweep_erasures(erasure.database, erasure.profile, erasure.now)
    call_all(erasure, systems)
    (_, body) = systems["mail_provider"].sent[0]
    assert body["data"]["subject"] == {"address": [ANNE]}
    item = erasure.case().items[0]
    with erasure.database.reading() as reading:
        plan_of_item = plans_of(reading, [item.item_id])[item.item_id]
    (task,) = [one for one in plan_of_item if one.system == "mail_provider"]
    assert (task.done_by, task.evidence) == ("system:mail_provider", "SendGrid job 1")
    assert erasure.kinds_of_events(erasure.case().case_id).count(AuditKind.SYSTEM_ASKED) == 3


def test_an_erasure_that_the_person_cancelled_is_told_to_systems(erasure: TestDesk) -> None:
    take_back(erasure, Right.ERASURE)
    systems = doors()
    call_all(erasure, systems)
    assert systems["product"].types == systems["crm"].types == ["erasure.cancelled"]
    assert systems["product"].tasks == [None]
    assert systems["mail_provider"].sent == []
    assert {one.state for one in calls(erasure)} == {CallState.DONE}


def test_a_notice_that_does_not_get_through_is_told_by_people(erasure: TestDesk) -> None:
    take_back(erasure, Right.ERASURE)
    systems = doors()
    systems["product"].script = [Permanent("answered-403")]
    call_all(erasure, systems)
    assert reasons(erasure, "tell_system") == ["erasure.cancelled:product:answered-403"]


@BOTH_ENGINES
def test_a_restriction_that_is_taken_back_is_lifted_where_it_was_asked(desk: TestDesk) -> None:
    planned(desk, RESTRICT)
    systems = doors()
    systems["crm"].script = [Retryable("too slow")]
    call_all(desk, systems)
    take_back(desk, Right.RESTRICTION)
    desk.now += DAY
    call_all(desk, systems)
    assert systems["product"].types == ["processing.restrict", "processing.lift"]
    assert systems["crm"].types == ["processing.restrict", "processing.lift"]
    assert desk.case().items[0].state is ItemState.WITHDRAWN


def test_a_system_that_needs_the_products_own_id_is_not_guessed_for(desk: TestDesk) -> None:
    with_systems(desk, {"product": BY_PERSON})
    planned(desk)
    assert calls(desk) == []
    assert "access:product:engineering" in reasons(desk, "carry_out")


def test_when_all_systems_have_shown_what_they_did_the_right_goes_on(desk: TestDesk) -> None:
    ways = {"product": SystemWay(way=Way.SENDGRID), "mail_provider": SystemWay(way=Way.SENDGRID)}
    with_systems(desk, ways)
    planned(desk)
    carry_out(desk)
    assert state(desk) is ItemState.EXECUTED
    assert calls(desk) == []


SHOP = WorkspaceRecord(workspace="w1", name="Shop")
PRIVATE = "anne.private@home.example"


def listed(person: str, address: str) -> PersonRecord:
    return PersonRecord(
        standing=Standing.MEMBER, workspace="w1", person=person, address=address, name="Anne"
    )


def read(desk: TestDesk, *records: object) -> None:
    source = ListedSource([SHOP, *records])
    read_directory(desk.database, source, terms(complete=True), desk.clock)


def subjects(desk: TestDesk) -> dict[str, object]:
    systems = doors()
    call_all(desk, systems)
    return {
        name: body["data"]["subject"] for name, door in systems.items() for _, body in door.sent
    }


def erase(desk: TestDesk) -> None:
    planned(desk, ERASE)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    desk.now += 8 * DAY
    sweep_erasures(desk.database, desk.profile, desk.now)


@BOTH_ENGINES
def test_who_is_alone_behind_a_mailbox_is_told_by_id_and_by_all_addresses_to_the_mail_provider(
    desk: TestDesk,
) -> None:
    with_systems(desk, WAYS | {"product": BY_PERSON})
    read(desk, listed("p1", ANNE), listed("p1", PRIVATE))
    erase(desk)
    assert subjects(desk) == {
        "product": {"person": ["p1"]},
        "crm": {"address": [ANNE]},
        "mail_provider": {"address": [ANNE, PRIVATE]},
    }


OPT_OUT = "I object to your analytics: please stop tracking how I use the product."
WITHDRAW = "I withdraw my consent to the AI features."


@BOTH_ENGINES
@pytest.mark.parametrize(("text", "preference"), [(OPT_OUT, "analytics"), (WITHDRAW, "consent")])
def test_what_somebody_switches_off_reaches_the_product_at_once_and_what_it_shows_ends_the_task(
    desk: TestDesk, text: str, preference: str
) -> None:
    read(desk, listed("p1", ANNE))
    planned(desk, text)
    systems = doors()
    systems["product"].script = [Retryable("answered-503")]
    call_all(desk, systems)
    desk.now += BACK_OFF[0]
    call_all(desk, systems)
    first, second = systems["product"].sent
    assert first == second
    data = second[1]["data"]
    assert systems["product"].types[-1] == "preference.changed"
    assert (data["preference"], data["value"], data["effective"]) == (preference, "off", "at_once")
    assert (data["subject"], data["workspaces"]) == ({"address": [ANNE]}, ["w1"])
    say(desk, "task.done", task=data["task"], evidence="switched off for p1")
    assert state(desk) is ItemState.EXECUTED


def test_a_preference_that_the_product_refuses_is_switched_off_by_its_people(
    desk: TestDesk,
) -> None:
    planned(desk, OPT_OUT)
    systems = doors()
    systems["product"].script = [Permanent("answered-404")]
    call_all(desk, systems)
    assert systems["product"].sent[0][1]["data"]["workspaces"] == []
    assert "objection:analytics:product:engineering:answered-404" in reasons(desk, "carry_out")


def test_a_mailbox_that_several_share_stands_for_none_of_them(desk: TestDesk) -> None:
    with_systems(desk, WAYS | {"product": BY_PERSON})
    read(desk, listed("p1", ANNE), listed("p1", PRIVATE), listed("p2", ANNE))
    erase(desk)
    assert subjects(desk)["mail_provider"] == {"address": [ANNE]}
    assert "erasure:product:engineering" in reasons(desk, "carry_out")


def test_a_mailbox_that_somebody_gave_up_says_nothing_of_them(desk: TestDesk) -> None:
    with_systems(desk, WAYS | {"product": BY_PERSON})
    read(desk, listed("p1", ANNE), listed("p1", PRIVATE))
    read(desk, listed("p1", PRIVATE))
    erase(desk)
    assert subjects(desk)["mail_provider"] == {"address": [ANNE]}
    assert "erasure:product:engineering" in reasons(desk, "carry_out")

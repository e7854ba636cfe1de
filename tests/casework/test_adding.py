"""What comes by post, by phone or in a chat is a case like any mail: from its true arrival, once, and told by a person."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from casework.adding import Entered, HandRequest, enter
from casework.drafts import approve_draft
from casework.sending import send_next
from casework.tasks import finish
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DAY,
    DPO,
    ERASE,
    NOON,
    PRIVACY,
    SAM,
    ScriptedTransport,
    TestDesk,
    mail,
    rights_of,
)
from privacy.audit import AuditKind
from privacy.by_hand import Channel
from privacy.deciding import Outcome
from privacy.errors import Permanent
from privacy.rights import Lane, Right, Scope
from staff_values import ARRIVED, BY_POST, POSTAL
from storage.added_requests import added_requests
from storage.cases import clock_events, list_cases
from storage.messages import raw_of
from storage.states import ClockChange


def add(desk: TestDesk, request: HandRequest = BY_POST) -> Entered:
    return enter(desk.services, request, actor=SAM, now=desk.now)


@BOTH_ENGINES
@pytest.mark.edge("E184")
def test_a_letter_by_post_is_a_case_whose_clocks_run_from_its_true_arrival(desk) -> None:
    case = add(desk).case
    assert case == desk.case()
    assert (rights_of(case), case.received_at, case.language) == (["erasure"], ARRIVED, "en")
    assert case.items[0].quote in ERASE
    assert case.acknowledge.on == date(2026, 11, 27)
    assert case.items[0].due.on == date(2026, 12, 20)
    assert case.mailbox == PRIVACY
    (message,) = desk.messages()
    assert (message.outcome, message.reason, message.case_reference) == (
        Outcome.CASE,
        "entered-by-a-person",
        case.reference,
    )
    assert desk.work() == 0
    assert desk.chain_holds(case.case_id)


@BOTH_ENGINES
def test_its_words_and_its_writer_are_sealed_and_can_be_read_by_us(desk) -> None:
    case = add(desk).case
    assert (case.requester, case.requester_name) == (None, "Anne")
    inbound_id = case.items[0].inbound_id
    with desk.database.reading() as reading:
        (kept,) = added_requests(reading, [inbound_id]).values()
        assert raw_of(reading, inbound_id)
    assert (kept.postal, kept.channel, kept.added_by) == (POSTAL, Channel.POST, SAM.address)


def test_who_cannot_be_mailed_is_acknowledged_by_the_way_of_the_request(desk) -> None:
    for channel, kind in {
        Channel.POST: "acknowledge_by_post",
        Channel.PHONE: "acknowledge_by_phone",
        Channel.CHAT: "acknowledge_in_chat",
    }.items():
        case = add(desk, replace(BY_POST, channel=channel)).case
        task = next(one for one in desk.tasks() if one.kind == kind)
        assert (task.case_id, task.due_on) == (case.case_id, case.acknowledge.on)
    assert desk.drafts() == []
    assert desk.letters() == []


@BOTH_ENGINES
def test_the_task_done_is_the_acknowledgement(desk) -> None:
    case = add(desk).case
    (task,) = desk.tasks()
    finish(desk.database, task.task_id, actor=SAM, now=desk.now)
    with desk.database.reading() as reading:
        (row,) = list_cases(reading)
        last = clock_events(reading, case.case_id)[-1]
    assert row.acknowledged_at == desk.now
    assert (last.change, last.message_id_key) == (ClockChange.MET, None)


@BOTH_ENGINES
def test_with_a_mail_address_the_acknowledgement_is_a_draft_for_a_person(desk) -> None:
    case = add(desk, replace(BY_POST, address=ANNE, postal=None)).case
    assert case.requester == ANNE
    draft = desk.draft()
    assert (draft.message.recipient, draft.reasons) == (ANNE, ("entered-by-a-person",))
    assert draft.message.in_reply_to is None
    assert draft.message.references == ()
    assert desk.task_kinds() == ["approve_letter"]
    approve_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    transport = ScriptedTransport()
    send_next(desk.database, transport, desk.clock)
    (letter,) = transport.sent
    assert case.reference in letter.letter.subject


def test_the_same_key_adds_one_case_however_often_a_script_repeats_itself(desk) -> None:
    keyed = replace(BY_POST, key="letter 17")
    first = add(desk, keyed)
    desk.now += DAY
    again = add(desk, keyed)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.case == first.case
    assert len(desk.messages()) == 1
    with pytest.raises(Permanent, match="named another request"):
        add(desk, replace(keyed, text=COPY))
    assert len(desk.cases()) == 1


def test_without_a_key_two_people_may_say_the_same(desk) -> None:
    assert add(desk).case.case_id != add(desk).case.case_id


def test_staff_know_better_than_the_rules_what_is_asked(desk) -> None:
    told = ((Right.OBJECTION, Scope.MARKETING), (Right.ERASURE, None))
    case = add(desk, replace(BY_POST, told=told, language="de")).case
    assert rights_of(case) == ["objection:marketing", "erasure"]
    by_staff, by_rules = case.items
    assert (by_staff.quote, by_staff.reason) == ("", "by-hand")
    assert by_rules.quote in ERASE
    assert by_staff.due.expires_at == ARRIVED + timedelta(hours=48)
    assert (case.language, case.lane) == ("de", Lane.RIGHTS)
    assert "stop_marketing" in desk.task_kinds()


def test_words_in_which_nothing_is_seen_are_read_by_a_person(desk) -> None:
    case = add(desk, replace(BY_POST, text="Anne called and will call again.")).case
    assert case.items == ()
    assert case.due is not None
    assert [task.reason for task in desk.tasks()] == ["no-right-recognised"]


def test_a_lane_may_be_named(desk) -> None:
    case = add(desk, replace(BY_POST, lane=Lane.COMPLAINT)).case
    assert case.lane is Lane.COMPLAINT
    assert [task.kind for task in desk.tasks() if task.urgent] == ["urgent_lane"]


def test_the_trail_says_who_entered_it_and_how_it_came(desk) -> None:
    case = add(desk, replace(BY_POST, told=((Right.ACCESS, None),))).case
    events = desk.events(case.case_id)
    assert {event.actor for event in events} == {str(SAM)}
    (added,) = [event for event in events if event.kind is AuditKind.CASE_ADDED]
    assert (added.payload["channel"], added.payload["told"]) == ("post", ["access"])
    assert "Anne" not in str(events)


def test_it_may_be_answered_from_another_of_our_mailboxes(desk) -> None:
    assert add(desk, replace(BY_POST, mailbox=DPO)).case.mailbox == DPO


def test_a_mail_that_comes_later_is_a_case_of_its_own(desk) -> None:
    add(desk, replace(BY_POST, address=ANNE))
    desk.receive_one(mail())
    assert len(desk.cases()) == 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"received_at": NOON + DAY}, "future"),
        ({"text": " \n"}, "no words"),
        ({"text": "x" * 200_001}, "more than"),
        ({"text": "\udc80"}, "no UTF-8"),
        ({"name": "Anne\nBcc: x"}, "one line"),
        ({"address": "anne@person.example\r\nBcc: mallory@elsewhere.example"}, "one line"),
        ({"address": "nobody"}, "none that mail could be sent to"),
        ({"name": "", "postal": None}, "nobody could be answered"),
        ({"key": " "}, "the key is empty"),
        ({"postal": "x" * 1001}, "more than 1000 characters"),
    ],
)
def test_a_request_that_cannot_be_one_is_refused_in_one_line(desk, changes, told: str) -> None:
    with pytest.raises(Permanent, match=told) as refused:
        add(desk, replace(BY_POST, **changes))
    assert "\n" not in str(refused.value)
    assert desk.cases() == []
    assert desk.messages() == []


def test_a_letter_from_before_the_calendars_is_due_since_they_begin(desk) -> None:
    old = datetime(1999, 1, 1, tzinfo=NOON.tzinfo)
    case = add(desk, replace(BY_POST, received_at=old)).case
    assert case.received_at == desk.profile.first_countable

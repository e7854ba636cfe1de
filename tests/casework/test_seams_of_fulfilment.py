"""Packages, orders to systems, customers who decide and what a reply moves, crossed with each other: nothing twice, nothing lost."""

import re
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest

from casework.announcing import renew_package
from casework.callbacks import Taken
from casework.calling import look_at_silence
from casework.correcting import Wrong, correct_case
from casework.deliveries import record_events
from casework.download_terms import DownloadTerms
from casework.downloading import Downloads
from casework.drafts import reject_draft
from casework.erasing import sweep_erasures
from casework.exporting import export_case, verify
from casework.identity_decisions import IdentityDecision, decide_identity
from casework.merging import merge_cases, split_case, undo_merge
from casework.package_sweep import sweep_packages
from casework.planning import plan_case
from casework.profile import DirectoryTerms
from casework.stopping import stop_by_page
from casework.work_terms import WorkTerms
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DANA,
    DAY,
    ERASE,
    LONG,
    MALLORY,
    OMAR,
    SAM,
    TOKEN_KEYS,
    TestDesk,
    authenticated,
    checking_profile,
    key_ring,
    mail,
    reply_to,
)
from forward_values import (
    CUSTOMERS,
    LEADS,
    OWNERS,
    REQUEST,
    W1,
    approve_all,
    forwards,
    list_customers,
    pass_on,
    press,
    sweep_customers,
    waiting,
)
from identity_values import Listed, code_of, quoted
from package_values import (
    PAGE,
    add,
    anne,
    answered,
    link_in,
    mailed_code,
    open_with_code,
)
from privacy.cases import CaseState, ItemState
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import Permanent
from privacy.forwarding import ForwardState, Instruction
from privacy.identity import Level
from privacy.rights import Right
from privacy.system_calls import CallState
from responders.erasure import NOTICE, STOPPED
from storage.drafts import drafts_of_case
from storage.signing import public_key_of
from system_values import WAYS, call_all, calls, doors, reasons, say
from work_values import (
    TERMS,
    approve,
    approve_erasing,
    bounce,
    carry_out,
    plan,
    prove,
    send,
    state,
    state_what_is_kept,
    take_back,
)

ALIGNED = "spf=pass smtp.mailfrom=person.example; dkim=pass header.d=person.example; dmarc=pass header.from=person.example"
ELSEWHERE = ALIGNED.replace("person.example", "elsewhere.example")
BOTH = f"{ERASE} {COPY}"
CODE = re.compile(rf"{re.escape(PAGE)}/instruct/[a-z]+/(\S+)")
REFERENCE = re.compile(r"PR-2026-\d{6}-[A-Z0-9]{2}")
ASK = {"do": "ask"}


def whole(**changes):
    """A desk that checks senders, has a page, systems that are called, and a directory that is read."""
    usual = {
        "challenges": replace(TERMS, page=PAGE),
        "downloads": DownloadTerms(),
        "directory": DirectoryTerms(expected=False, stale_after=timedelta(days=90)),
        "work": replace(WorkTerms(), ways=WAYS),
        "limits": LONG,
    }
    return checking_profile(**(usual | changes))


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    desk.profile = whole()
    desk.on_file = Listed(frozenset({ANNE}))
    return desk


@pytest.fixture
def listed(desk: TestDesk) -> TestDesk:
    """A desk whose directory lists Anne as a contact of one customer."""
    list_customers(desk, workspaces=CUSTOMERS[:1], owners=OWNERS[:1], leads=LEADS[:1])
    return desk


def asked(desk: TestDesk, text: str = ERASE, number: int = 1) -> None:
    """Anne asks, and has our first letter."""
    desk.receive_one(authenticated(mail(text, number=number), ALIGNED), received_at=desk.now)
    send(desk)


def reply(desk: TestDesk, text: str, number: int = 20, **headers: str):
    return desk.receive_one(written(desk, text, number, **headers), received_at=desk.now)


def written(desk: TestDesk, text: str, number: int = 20, *, letter=None, **headers: str) -> bytes:
    letter = letter or next(one.message for one in desk.letters() if one.message.recipient == ANNE)
    results = ELSEWHERE if headers.get("From") == MALLORY else ALIGNED
    return authenticated(reply_to(letter, text, number=number, **headers), results)


def kinds(desk: TestDesk) -> list[str]:
    return [row.kind for row in desk.letters()]


def states(desk: TestDesk) -> dict[str, ItemState]:
    return {str(item.right): item.state for item in desk.case().items}


def cooling(desk: TestDesk) -> None:
    """Anne's erasure is approved, she was told, and it waits for its day."""
    asked(desk)
    prove(desk)
    plan(desk)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    send(desk)


def notice(desk: TestDesk):
    return next(row.message for row in desk.letters() if row.kind == NOTICE)


# What a reply moves, while a customer is written to.


@BOTH_ENGINES
def test_what_a_reply_takes_back_is_asked_of_no_customer(listed: TestDesk) -> None:
    asked(listed)
    sweep_customers(listed)
    assert len(waiting(listed, REQUEST)) == 2
    reply(listed, "WITHDRAW")
    assert waiting(listed, REQUEST) == []
    assert reasons(listed, "forward_request") == []
    send(listed)
    assert listed.case().state is CaseState.CLOSED
    sweep_customers(listed)
    assert waiting(listed, REQUEST) == []


@pytest.mark.parametrize("by_mail", [True, False])
def test_an_approved_letter_to_a_customer_stays_here_when_the_right_was_taken_back(
    listed: TestDesk, by_mail
) -> None:
    asked(listed)
    sweep_customers(listed)
    for draft in waiting(listed, REQUEST):
        approve(listed, draft.draft_id, DANA)
    if by_mail:
        reply(listed, "WITHDRAW")
    else:
        take_back(listed, Right.ERASURE)
    sent = send(listed).sent
    assert [one.letter.kind for one in sent if one.recipient != ANNE] == []
    assert [one.state for one in forwards(listed)] == [ForwardState.OWED]
    assert listed.case().state is CaseState.CLOSED


def test_a_letter_that_names_a_right_which_was_taken_back_is_not_approved(listed: TestDesk) -> None:
    asked(listed, BOTH)
    sweep_customers(listed)
    before = waiting(listed, REQUEST)
    reply(listed, "I take back my request for erasure.")
    assert states(listed) == {"erasure": ItemState.WITHDRAWN, "access": ItemState.RECEIVED}
    sweep_customers(listed)
    left = approve_all(listed, REQUEST)
    assert len(left) == len(before)
    for letter in left:
        assert "access" in letter.letter.text
        assert "erasure" not in letter.letter.text


def test_what_is_with_a_customer_is_not_ended_by_a_mail(listed: TestDesk) -> None:
    asked(listed)
    pass_on(listed)
    assert state(listed) is ItemState.WITH_CONTROLLER
    reply(listed, "WITHDRAW")
    assert state(listed) is ItemState.WITH_CONTROLLER
    assert reasons(listed, "understand_reply") == ["takes-it-back-unclear: work-has-begun"]


def test_a_letter_that_comes_back_after_everything_was_taken_back_is_nobodys_work(
    listed: TestDesk,
) -> None:
    asked(listed)
    sent = pass_on(listed)
    take_back(listed, Right.ERASURE)
    assert listed.case().state is CaseState.CLOSED
    for letter in sent:
        bounce_of(listed, letter.message_id)
    assert reasons(listed, "forward_by_hand") == ["customer-1-taken-back"]
    assert listed.case().state is CaseState.CLOSED


def test_after_the_end_of_a_case_no_customer_moves_it(listed: TestDesk) -> None:
    asked(listed)
    code = CODE.search(pass_on(listed)[0].letter.text)[1]
    take_back(listed, Right.ERASURE)
    assert not press(listed, code, Instruction.DELETE)
    with pytest.raises(Permanent, match="closed"):
        instructed(listed)
    assert "carry_out" not in listed.task_kinds()


def instructed(desk: TestDesk, instruction: str = "delete") -> Taken:
    return say(
        desk,
        "customer.instructed",
        name=f"evt_{instruction}",
        case=desk.case().reference,
        workspace=W1,
        account="user-77",
        instruction=instruction,
    )


# Systems that call back.


@BOTH_ENGINES
def test_a_system_that_cannot_carry_out_what_a_customer_instructed_says_so(
    listed: TestDesk,
) -> None:
    asked(listed)
    pass_on(listed)
    assert instructed(listed) is Taken.NOW
    (task, *_) = [
        one for one in listed.tasks() if one.kind == "carry_out" and ":product:" in one.reason
    ]
    before = len(listed.tasks())
    said = say(listed, "task.failed", name="evt_f", task=str(task.task_id), reason="legal-hold")
    assert said is Taken.NOW
    assert len(listed.tasks()) == before
    carry_out(listed)
    assert [one.state for one in forwards(listed)] == [ForwardState.CONFIRMED]


def test_a_system_that_carried_out_what_a_customer_instructed_confirms_it(listed: TestDesk) -> None:
    asked(listed)
    pass_on(listed)
    instructed(listed)
    for number, task in enumerate(one for one in listed.tasks() if one.kind == "carry_out"):
        system = task.reason.split(":")[1]
        said = say(
            listed,
            "task.done",
            system=system,
            name=f"d{number}",
            task=str(task.task_id),
            evidence="rows: 4",
        )
        assert said is Taken.NOW
    assert [one.state for one in forwards(listed)] == [ForwardState.CONFIRMED]
    assert "carry_out" not in listed.task_kinds()


@pytest.mark.parametrize("taken", [True, False])
def test_a_callback_for_a_right_that_was_taken_back_changes_nothing(desk: TestDesk, taken) -> None:
    asked(desk, "Please correct my name, it is wrong in your records.")
    prove(desk)
    plan(desk)
    if taken:
        call_all(desk, doors())
    task = next(one.task_id for one in calls(desk) if one.system == "product")
    (right,) = [item.right for item in desk.case().items]
    take_back(desk, right)
    with pytest.raises(Permanent, match="not to be carried out"):
        say(desk, "task.done", task=str(task), evidence="corrected")
    with pytest.raises(Permanent, match="not to be carried out"):
        say(desk, "task.failed", task=str(task), reason="no-such-person")
    assert call_all(desk, doors()) == 0
    look_at_silence(desk.database, desk.now + 9 * DAY)
    assert "carry_out" not in desk.task_kinds()
    assert state(desk) is ItemState.WITHDRAWN


def test_who_takes_back_what_systems_were_asked_for_gets_no_package(desk: TestDesk) -> None:
    begun_with_orders(desk)
    add(desk)
    reply(desk, "WITHDRAW")
    assert state(desk) is not ItemState.WITHDRAWN
    assert reasons(desk, "understand_reply") == ["takes-it-back-unclear: work-has-begun"]
    take_back(desk, Right.ACCESS)
    with pytest.raises(Permanent, match="the case is closed"):
        add(desk)
    desk.now += DAY
    assert sweep_packages(desk.database, desk.profile, desk.now) == 1


def begun_with_orders(desk: TestDesk, text: str = COPY) -> None:
    asked(desk, text)
    prove(desk)
    plan(desk)
    call_all(desk, doors())
    carry_out(desk)


def packed(desk: TestDesk) -> None:
    """Bring Anne's case to where her copy is packed and every system is done."""
    begun_with_orders(desk)
    finish_orders(desk)
    add(desk)


def finish_orders(desk: TestDesk) -> None:
    for number, call in enumerate(calls(desk)):
        if call.state is CallState.TAKEN:
            say(
                desk,
                "task.done",
                system=call.system,
                name=f"o{number}",
                task=str(call.task_id),
                evidence="rows: 4",
            )


# An erasure that waits: the code of its notice, and the conversation.


@BOTH_ENGINES
@pytest.mark.parametrize("code_first", [True, False])
def test_two_ways_to_stop_at_once_stop_it_once(desk: TestDesk, code_first) -> None:
    cooling(desk)
    letter = notice(desk)
    with_code = written(desk, f"STOP\n\n{quoted(letter)}", 30, letter=letter)
    without = written(desk, "STOP", 31)
    pair = (with_code, without) if code_first else (without, with_code)
    rows = desk.receive(*pair)
    assert all(row.outcome is not None for row in rows)
    assert state(desk) is ItemState.WITHDRAWN
    send(desk)
    ended = [kind for kind in kinds(desk) if kind in {STOPPED, "withdrawn"}]
    assert len(ended) == 1
    systems = doors()
    call_all(desk, systems)
    assert all(door.types.count("erasure.cancelled") <= 1 for door in systems.values())
    desk.now += 9 * DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 0


def test_a_button_after_a_reply_and_a_reply_after_a_button_change_nothing(desk: TestDesk) -> None:
    cooling(desk)
    letter = notice(desk)
    code = code_of(letter)
    reply(desk, "STOP")
    assert state(desk) is ItemState.WITHDRAWN
    assert not stop_by_page(desk.database, desk.profile, code, client="192.0.2.1", now=desk.now)
    reply(desk, f"STOP\n\n{quoted(letter)}", 33, letter=letter)
    send(desk)
    assert [kind for kind in kinds(desk) if kind in {STOPPED, "withdrawn"}] == ["withdrawn"]


def test_an_erasure_that_was_stopped_while_others_go_on_keeps_their_package(desk: TestDesk) -> None:
    asked(desk, BOTH)
    prove(desk)
    plan_all(desk)
    call_all(desk, doors())
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    carry_out(desk)
    finish_orders(desk)
    add(desk)
    link = link_in(answered(desk))
    reply(desk, "STOP")
    assert states(desk) == {"erasure": ItemState.WITHDRAWN, "access": ItemState.FULFILLED}
    assert "data.zip" in open_with_code(desk, anne(desk), link).text


def plan_all(desk: TestDesk) -> None:
    plan_case(
        desk.database, desk.profile, desk.case().reference, right=None, actor=SAM, now=desk.now
    )


# Packages, links and codes.


def test_a_link_dies_with_its_right(desk: TestDesk) -> None:
    """The first answer comes back after a renewed letter left; she then takes the request back."""
    packed(desk)
    answered(desk)
    answer_letter = desk.letters()[-1]
    draft = renew_package(
        desk.database, desk.profile, desk.case().reference, Right.ACCESS, by=(SAM, desk.now)
    )
    approve(desk, draft, DANA, OMAR)
    link = link_in(send(desk).sent[-1])
    browser = anne(desk)
    open_with_code(desk, browser, link)
    bounce_of(desk, answer_letter.message.message_id)
    reject_answer(desk)
    assert state(desk) is ItemState.EXECUTED
    take_back(desk, Right.ACCESS)
    page = browser.get(link)
    assert "data.zip" not in page.text
    door = Downloads(desk.database, desk.profile, desk.clock)
    session = browser.cookies["rightsdesk-download"]
    assert door.fetch(link.rpartition("/")[2], session, 1) is None
    desk.now += DAY
    assert sweep_packages(desk.database, desk.profile, desk.now) == 1


def bounce_of(desk: TestDesk, message_id: str) -> None:
    event = DeliveryEvent(message_id=message_id, fate=Fate.FAILED, at=desk.now, status="5.1.1")
    assert record_events(desk.database, [event], TOKEN_KEYS, now=desk.now) == 1


def reject_answer(desk: TestDesk) -> None:
    with desk.database.reading() as reading:
        found = drafts_of_case(reading, desk.case().case_id)
    (draft,) = [one for one in found if one.kind == "completion"]
    reject_draft(desk.database, draft.draft_id, actor=DANA, now=desk.now)


@pytest.mark.parametrize("level", [Level.NONE, Level.MAILBOX])
def test_a_proof_that_is_taken_back_between_the_code_and_the_file_ends_it(
    desk: TestDesk, level: Level
) -> None:
    packed(desk)
    link, browser = link_in(answered(desk)), anne(desk)
    browser.post(link, params=ASK)
    code = mailed_code(desk)
    prove(desk, level)
    assert "data.zip" not in browser.post(link, params={"do": "open"}, data={"code": code}).text
    prove(desk, Level.ACCOUNT)
    assert "data.zip" in browser.post(link, params={"do": "open"}, data={"code": code}).text


def test_a_code_that_comes_back_opens_no_right_again(desk: TestDesk) -> None:
    packed(desk)
    link = link_in(answered(desk))
    anne(desk).post(link, params=ASK)
    send(desk)
    bounce(desk)
    assert state(desk) is ItemState.FULFILLED
    assert desk.case().state is CaseState.CLOSED
    assert "data.zip" in open_with_code(desk, anne(desk), link).text


def test_a_download_after_the_case_closed_leaves_it_closed(desk: TestDesk) -> None:
    packed(desk)
    link = link_in(answered(desk))
    assert desk.case().state is CaseState.CLOSED
    open_with_code(desk, anne(desk), link)
    send(desk)
    assert desk.case().state is CaseState.CLOSED


# Two cases, with work in them.


def told(letters) -> Counter:
    """How many letters ask for which right of which case."""
    return Counter(
        (REFERENCE.search(one.letter.text)[0], right)
        for one in letters
        for right in ("access", "erasure")
        if right in one.letter.text
    )


def pair(desk: TestDesk) -> tuple[str, str]:
    first, second = sorted(desk.cases(), key=lambda case: case.received_at)
    return first.reference, second.reference


def test_a_case_whose_erasure_waits_for_its_day_becomes_part_of_no_other(desk: TestDesk) -> None:
    cooling(desk)
    early = desk.case().reference
    desk.now += DAY
    asked(desk, ERASE, number=40)
    (late,) = {case.reference for case in desk.cases()} - {early}
    with pytest.raises(Permanent, match="work on erasure has begun"):
        merge_cases(desk.database, late, early, by=(SAM, desk.now))
    merge_cases(desk.database, early, late, by=(SAM, desk.now))
    desk.now += 9 * DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 1


def test_a_case_whose_data_are_packed_becomes_part_of_no_other(desk: TestDesk) -> None:
    begun_with_orders(desk)
    add(desk)
    early = desk.case().reference
    desk.now += DAY
    asked(desk, COPY, number=40)
    (late,) = {case.reference for case in desk.cases()} - {early}
    with pytest.raises(Permanent, match="work on access has begun"):
        merge_cases(desk.database, late, early, by=(SAM, desk.now))


def test_customers_hear_of_a_case_that_stands_alone_again(listed: TestDesk) -> None:
    asked(listed)
    asked(listed, COPY, number=40)
    first, second = pair(listed)
    sweep_customers(listed)
    merge_cases(listed.database, first, second, by=(SAM, listed.now))
    sweep_customers(listed)
    undo_merge(listed.database, second, by=(SAM, listed.now))
    sweep_customers(listed)
    sent = approve_all(listed, REQUEST)
    assert told(sent) == {(first, "erasure"): 2, (second, "access"): 2}
    assert reasons(listed, "forward_request") == []


def test_a_right_that_was_split_off_is_still_decided_by_the_customer(listed: TestDesk) -> None:
    asked(listed, BOTH)
    sweep_customers(listed)
    reference = listed.case().reference
    new = split_case(listed.database, reference, [(Right.ACCESS, None)], by=(SAM, listed.now))
    with_proof(listed, new.reference)
    (planned,) = plan_case(
        listed.database, listed.profile, new.reference, right=None, actor=SAM, now=listed.now
    )
    assert planned.waits_for == ("the-customer-decides",)
    sweep_customers(listed)
    sent = approve_all(listed, REQUEST)
    assert told(sent) == {(reference, "erasure"): 2, (new.reference, "access"): 2}
    everywhere = {item.state for case in listed.cases() for item in case.items}
    assert everywhere == {ItemState.WITH_CONTROLLER}


def with_proof(desk: TestDesk, reference: str) -> None:
    decision = IdentityDecision(reference=reference, level=Level.ACCOUNT, reason="she logged in")
    decide_identity(desk.database, TERMS, decision, actor=SAM, now=desk.now)


def test_a_right_that_never_was_asked_for_is_asked_of_no_customer(listed: TestDesk) -> None:
    asked(listed, BOTH)
    sweep_customers(listed)
    wrong = Wrong(not_asked=(Right.ERASURE, None))
    correct_case(
        listed.database, listed.profile, listed.case().reference, wrong, by=(SAM, listed.now)
    )
    sweep_customers(listed)
    for letter in approve_all(listed, REQUEST):
        assert "erasure" not in letter.letter.text


# Strangers, holds, exports.


@pytest.mark.parametrize("text", ["STATUS", "WITHDRAW", "STOP", "LANG de"])
def test_a_stranger_with_our_letter_learns_nothing_of_customers_and_packages(
    listed: TestDesk, text: str
) -> None:
    asked(listed, BOTH)
    pass_on(listed)
    before = listed.case()
    reply(listed, text, From=MALLORY)
    assert listed.cases()[0] == before
    letters = [row.message for row in listed.letters() if row.message.recipient == MALLORY]
    assert [one for one in letters if before.reference in one.letter.text] == []


def test_a_customer_who_replies_to_its_letter_is_no_person_of_the_case(listed: TestDesk) -> None:
    asked(listed)
    (letter, *_) = pass_on(listed)
    before = states(listed)
    raw = reply_to(letter, "WITHDRAW", number=50, From=letter.recipient)
    listed.receive_one(raw, received_at=listed.now)
    assert states(listed) == before


@BOTH_ENGINES
def test_the_export_of_a_case_with_all_of_it_opens_nothing(listed: TestDesk) -> None:
    secrets = everything(listed)
    packed: list[bytes] = []
    for redacted in (False, True):
        export_case(
            listed.database,
            listed.case().reference,
            packed.append,
            redacted=redacted,
            by=(SAM, listed.now),
        )
    for one in packed:
        assert verify(one, public_key_of(key_ring())).problems == ()
        with zipfile.ZipFile(BytesIO(one)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
        assert [secret for secret in secrets if secret.encode() in content] == []
    assert listed.chain_holds(listed.case().case_id)


def everything(desk: TestDesk) -> list[str]:
    """Let one case have a customer, orders, a package, a download and a stopped erasure; returns what opens something."""
    list_customers(
        desk, workspaces=CUSTOMERS[:1], owners=OWNERS[:1], leads=LEADS[:1], members=((W1, ANNE),)
    )
    asked(desk, BOTH)
    customers = pass_on(desk)
    prove(desk)
    plan_all(desk)
    call_all(desk, doors())
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    carry_out(desk)
    finish_orders(desk)
    add(desk)
    link = link_in(answered(desk))
    browser = anne(desk)
    browser.post(link, params=ASK)
    code = mailed_code(desk)
    browser.post(link, params={"do": "open"}, data={"code": code})
    stop = code_of(notice(desk))
    reply(desk, "STOP")
    send(desk)
    codes = [CODE.search(one.letter.text)[1] for one in customers]
    return [link.rpartition("/")[2], code, stop, browser.cookies["rightsdesk-download"], *codes]

"""Before an approved erasure the person is told, and stops it by a reply or by a button; nothing else goes on meanwhile."""

from dataclasses import replace

import pytest

from casework.erasing import sweep_erasures
from casework.stopping import stop_by_page
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    DANA,
    DAY,
    ERASE,
    LONG,
    MALLORY,
    OMAR,
    TestDesk,
    authenticated,
    checking_profile,
    reply_to,
    rights_of,
)
from identity_values import PAGE, Listed, code_of, quoted
from privacy.audit import AuditKind
from privacy.cases import CaseState, ItemState
from privacy.challenges import PAGE_ATTEMPTS_A_DAY
from privacy.messages import OutboundMessage
from privacy.ports import AddressOnFile, NobodyOnFile
from responders.erasure import NOTICE, STOPPED
from system_values import call_all, doors, reasons, with_systems
from work_values import TERMS, approve_erasing, begin, plan, prove, send, state, state_what_is_kept

WITH_PAGE = replace(TERMS, page=PAGE)


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk that has approved the erasure of Anne's data, whose address is on file."""
    with_systems(desk, challenges=WITH_PAGE, limits=LONG)
    desk.on_file = Listed(frozenset({ANNE}))
    begin(desk, ERASE)
    approved(desk)
    return desk


def approved(desk: TestDesk) -> None:
    prove(desk)
    plan(desk)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    send(desk)


def letters(desk: TestDesk, kind: str = NOTICE) -> list[OutboundMessage]:
    return [one.message for one in desk.letters() if one.kind == kind]


def notice(desk: TestDesk) -> OutboundMessage:
    return letters(desk)[-1]


def press(desk: TestDesk, code: str, client: str = "192.0.2.1") -> bool:
    return stop_by_page(desk.database, desk.profile, code, client=client, now=desk.now)


def is_stopped(desk: TestDesk) -> bool:
    desk.now += 8 * DAY
    begun = sweep_erasures(desk.database, desk.profile, desk.now)
    return begun == 0 and desk.case().items[0].state is ItemState.WITHDRAWN


@BOTH_ENGINES
def test_the_notice_goes_by_itself_to_the_address_on_file_with_its_day_and_its_code(
    desk: TestDesk,
) -> None:
    letter = notice(desk)
    assert letter.recipient == ANNE
    said = " ".join(letter.letter.text.split())
    assert "We erase them on 30 November 2026." in said
    assert f"{PAGE}/cancel/en/{code_of(letter)}" in letter.letter.text.replace("\n", "")
    assert reasons(desk, "tell_cool_off") == []


@BOTH_ENGINES
def test_nothing_is_erased_before_the_time_is_over_and_then_it_is(desk: TestDesk) -> None:
    desk.now += 6 * DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 0
    assert call_all(desk, doors()) == 0
    desk.now += DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 1
    assert not press(desk, code_of(notice(desk)))
    assert state(desk) is ItemState.EXECUTING


@BOTH_ENGINES
def test_a_reply_that_says_stop_above_the_code_stops_it_and_the_person_is_told(
    desk: TestDesk,
) -> None:
    letter = notice(desk)
    desk.receive_one(reply_to(letter, f"Please stop.\n\n{quoted(letter)}"))
    (told,) = letters(desk, STOPPED)
    assert told.recipient == ANNE
    assert "Nothing was erased" in " ".join(told.letter.text.split())
    assert AuditKind.IDENTITY_REFUSED not in desk.kinds_of_events(desk.case().case_id)
    send(desk)
    assert is_stopped(desk)
    assert desk.case().state is CaseState.CLOSED
    assert desk.chain_holds(desk.case().case_id)
    systems = doors()
    call_all(desk, systems)
    assert systems["product"].types == ["erasure.cancelled"]


def test_the_same_word_under_a_code_that_is_over_is_read_like_any_other_mail(
    desk: TestDesk,
) -> None:
    letter = notice(desk)
    assert press(desk, code_of(letter))
    desk.receive_one(reply_to(letter, f"Please stop.\n\n{quoted(letter)}", number=40))
    rights = [right for case in desk.cases() for right in rights_of(case)]
    assert "objection:marketing" in rights


@BOTH_ENGINES
def test_the_button_stops_it_once(desk: TestDesk) -> None:
    code = code_of(notice(desk))
    assert press(desk, code.lower())
    assert not press(desk, code)
    assert len(letters(desk, STOPPED)) == 1
    assert is_stopped(desk)


def test_a_reply_that_does_not_say_stop_holds_it_up_until_people_have_read_it(
    desk: TestDesk,
) -> None:
    letter = notice(desk)
    desk.receive_one(reply_to(letter, f"I am not so sure about my photos.\n\n{quoted(letter)}"))
    assert state(desk) is ItemState.PLANNED
    assert "person-replied" in reasons(desk, "erasure_waits")
    assert letters(desk, STOPPED) == []
    desk.now += 8 * DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 0
    approve_erasing(desk, DANA)
    assert state(desk) is ItemState.PLANNED
    approve_erasing(desk, OMAR)
    assert state(desk) is ItemState.COOLING_OFF
    assert not press(desk, code_of(letter))
    assert press(desk, code_of(notice(desk)))


def test_somebody_else_with_the_code_stops_nothing_and_holds_it_up(desk: TestDesk) -> None:
    letter = notice(desk)
    desk.receive_one(reply_to(letter, f"Stop!\n\n{quoted(letter)}", From=MALLORY))
    assert desk.cases()[0].items[0].state is ItemState.PLANNED
    assert "another-sender" in reasons(desk, "erasure_waits")
    assert letters(desk, STOPPED) == []


def test_a_machine_that_quotes_the_code_changes_nothing(desk: TestDesk) -> None:
    letter = notice(desk)
    text = f"I am away and stop reading mail until Monday.\n\n{quoted(letter)}"
    desk.receive_one(reply_to(letter, text, Auto_Submitted="auto-replied"))
    assert state(desk) is ItemState.COOLING_OFF
    assert reasons(desk, "erasure_waits") == []


def test_a_forged_sender_stops_nothing_by_itself(desk: TestDesk) -> None:
    work = desk.profile.work
    desk.profile = checking_profile(challenges=WITH_PAGE, work=work, limits=LONG)
    letter = notice(desk)
    raw = reply_to(letter, f"Stop.\n\n{quoted(letter)}")
    desk.receive_one(authenticated(raw, "dmarc=fail header.from=person.example"))
    assert state(desk) is ItemState.PLANNED
    assert "sender-not-aligned" in reasons(desk, "erasure_waits")


@pytest.mark.parametrize("on_file", [Listed(), NobodyOnFile()])
def test_where_nobody_can_say_that_the_address_is_on_file_staff_tell_too(
    desk: TestDesk, on_file: AddressOnFile
) -> None:
    letter = notice(desk)
    desk.receive_one(reply_to(letter, f"I am not so sure.\n\n{quoted(letter)}"))
    desk.on_file = on_file
    approve_erasing(desk, DANA, OMAR)
    assert reasons(desk, "tell_cool_off") == ["erased-from-2026-11-30"]
    assert len(letters(desk)) == 2
    assert press(desk, code_of(notice(desk)))
    assert reasons(desk, "tell_cool_off") == []


def test_wrong_codes_are_counted_and_refused_alike(desk: TestDesk) -> None:
    code = code_of(notice(desk))
    for _ in range(PAGE_ATTEMPTS_A_DAY):
        assert not press(desk, "RD-00000-00000-00000-00000-00")
    assert not press(desk, code)
    assert press(desk, code, client="192.0.2.2")

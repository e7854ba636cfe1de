"""Packages, orders to systems, erasures that wait and what a reply moves, crossed: nothing twice, nothing lost."""

import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from structlog.testing import capture_logs

from casework.announcing import renew_package
from casework.calling import look_at_silence
from casework.downloading import Downloads
from casework.drafts import reject_draft
from casework.erasing import sweep_erasures
from casework.exporting import export_case, verify
from casework.forwarding import sweep_forwards
from casework.governing import correct_laws
from casework.holding import hold_case, release_case
from casework.package_showing import shown_packages
from casework.package_sweep import sweep_packages
from casework.packing import withdraw_package
from casework.stopping import stop_by_page
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DANA,
    DAY,
    MALLORY,
    MINUTE,
    OMAR,
    SAM,
    TestDesk,
    key_ring,
)
from forward_values import (
    CUSTOMERS,
    LEADS,
    OLIVIA,
    OWNERS,
    REQUEST,
    W1,
    list_customers,
    pass_on,
    waiting,
)
from identity_values import Listed, code_of, quoted
from package_values import (
    add,
    anne,
    answered,
    grant,
    link_in,
    mailed_code,
    open_with_code,
)
from privacy.cases import CaseState, ItemState
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.outgoing import OutgoingState
from privacy.rights import Right
from responders.erasure import STOPPED
from seam_values import (
    ASK,
    BOTH,
    CODE,
    asked,
    begun_with_orders,
    bounce_of,
    cooling,
    finish_orders,
    kinds,
    list_customer,
    notice,
    packed,
    plan_all,
    reply,
    states,
    whole,
    written,
)
from storage.audit import events_of
from storage.calls import calls_of_case
from storage.datakeys import erase_keys
from storage.drafts import drafts_of_case
from storage.forwards import forwards_of, referrals_of
from storage.packages import packages_of
from storage.signing import public_key_of
from system_values import call_all, doors, reasons
from work_values import (
    approve,
    approve_erasing,
    bounce,
    carry_out,
    prove,
    send,
    state,
    state_what_is_kept,
    take_back,
)


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    desk.profile = whole()
    desk.on_file = Listed(frozenset({ANNE}))
    return desk


@pytest.fixture
def listed(desk: TestDesk) -> TestDesk:
    """A desk whose directory lists Anne as a contact of one customer."""
    list_customer(desk)
    return desk


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


def test_who_takes_back_what_systems_were_asked_for_gets_no_package(desk: TestDesk) -> None:
    begun_with_orders(desk)
    add(desk)
    reply(desk, "WITHDRAW")
    assert state(desk) is not ItemState.WITHDRAWN
    assert reasons(desk, "understand_reply") == ["takes-it-back-unclear: work-has-begun"]
    take_back(desk, Right.ACCESS)
    with pytest.raises(Permanent, match="the case asks for no access"):
        add(desk)
    desk.now += DAY
    assert sweep_packages(desk.database, desk.profile, desk.now) == 1


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


def test_an_erasure_begins_in_no_system_while_its_case_is_on_hold(desk: TestDesk) -> None:
    cooling(desk)
    reference = desk.case().reference
    hold_case(desk.database, reference, "a claim", actor=SAM, now=desk.now)
    desk.now += 9 * DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 0
    assert call_all(desk, doors()) == 0
    assert state(desk) is ItemState.COOLING_OFF
    assert reasons(desk, "erasure_waits") == ["case-is-on-hold"]
    release_case(desk.database, reference, "settled", actor=SAM, now=desk.now)
    desk.now += DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 1


def test_an_answer_that_was_written_under_other_laws_is_written_anew(desk: TestDesk) -> None:
    packed(desk)
    correct_laws(desk.database, desk.profile, desk.case().reference, ["gdpr"], by=(SAM, desk.now))
    desk.now += MINUTE
    draft = grant(desk)
    desk.now += MINUTE
    approve(desk, draft, DANA)
    correct_laws(desk.database, desk.profile, desk.case().reference, ["ccpa"], by=(SAM, desk.now))
    with pytest.raises(Permanent, match="laws of the case changed"):
        approve(desk, draft, OMAR)
    reject_draft(desk.database, draft, actor=DANA, now=desk.now)
    answered(desk)
    assert state(desk) is ItemState.FULFILLED


def test_a_package_that_is_withdrawn_keeps_its_renewed_letter_here(desk: TestDesk) -> None:
    packed(desk)
    answered(desk)
    reference, by = desk.case().reference, (SAM, desk.now)
    draft = renew_package(desk.database, desk.profile, reference, Right.ACCESS, by=by)
    approve(desk, draft, DANA, OMAR)
    withdraw_package(desk.database, reference, Right.ACCESS, actor=SAM, now=desk.now)
    assert send(desk).sent == []
    assert desk.letters()[-1].state is OutgoingState.FAILED


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_workers_who_sweep_at_once_do_everything_once(desk: TestDesk) -> None:
    cooling(desk)
    list_customer(desk)
    asked(desk, COPY, number=40)
    desk.now += 9 * DAY
    at_once(lambda: sweep_erasures(desk.database, desk.profile, desk.now))
    at_once(lambda: sweep_forwards(desk.database, desk.profile, desk.now))
    at_once(lambda: sweep_packages(desk.database, desk.profile, desk.now))
    at_once(lambda: look_at_silence(desk.database, desk.now))
    first, second = desk.cases()
    assert [item.state for item in first.items] == [ItemState.EXECUTING]
    written = Counter((one.case_id, one.message.recipient) for one in waiting(desk, REQUEST))
    assert set(written.values()) == {1}
    assert second.case_id in {case_id for case_id, _ in written}
    systems = doors()
    at_once(lambda: call_all(desk, systems))
    for door in systems.values():
        assert len({name for name, _ in door.sent}) == len(door.sent)


def at_once(work: Callable[[], object]) -> None:
    """Let two workers do the same at the same time; what one of them raises is raised."""
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(work), pool.submit(work)]:
            future.result()


def test_neither_logs_nor_reprs_hold_what_opens_something_or_names_somebody(
    desk: TestDesk,
) -> None:
    with capture_logs() as lines:
        secrets = everything(desk)
        reply(desk, "STATUS", 61, From=MALLORY)
        sweep_packages(desk.database, desk.profile, desk.now + 90 * DAY)
        sweep_forwards(desk.database, desk.profile, desk.now + 90 * DAY)
        look_at_silence(desk.database, desk.now + 90 * DAY)
    case = desk.case()
    with desk.database.reading() as reading:
        kept = [
            *forwards_of(reading, [case.case_id])[case.case_id],
            *calls_of_case(reading, case.case_id),
            *packages_of(reading, case.case_id),
            *referrals_of(reading, case.case_id),
            *shown_packages(reading, case),
        ]
        trail = [event.payload for event in events_of(reading, case.case_id)]
    said = f"{lines} {kept} {trail}"
    assert [one for one in (*secrets, ANNE, OLIVIA, "data.zip", "user-77") if one in said] == []


@pytest.mark.parametrize("what", ["ask", "open"])
def test_a_link_of_a_case_whose_words_are_erased_answers_like_a_wrong_one(
    desk: TestDesk, what: str
) -> None:
    packed(desk)
    link, browser = link_in(answered(desk)), anne(desk)
    with desk.database.transaction() as transaction:
        erase_keys(transaction, [desk.case().case_id])
    wrong = link[:-32] + "a" * 32
    said = [browser.post(one, params={"do": what}, data={"code": "RD-1"}) for one in (link, wrong)]
    assert said[0].status_code == said[1].status_code
    assert said[0].text.replace(link, wrong) == said[1].text

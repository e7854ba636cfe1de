"""What a person's own page says, and what it never says: nothing that their letters did not."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from casework.merging import merge_cases
from casework.sending import send_next
from casework.status_page import person_status, status_url
from casework.status_revoking import switch_page
from casework_values import (
    BOTH_ENGINES,
    COPY,
    DAY,
    ERASE,
    MALLORY,
    SAM,
    ScriptedTransport,
    TestDesk,
    authenticated,
    checking_profile,
    mail,
    reply_to,
)
from privacy.cases import CaseState
from privacy.errors import Permanent
from privacy.person_status import PersonStatus, SentKind, WaitsFor
from privacy.rights import Right
from privacy.stands import Stand
from privacy.status_links import LIFE
from storage.work import set_case_state
from work_values import TERMS

PAGE = "https://desk.autocloz.example"


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    desk.profile = replace(desk.profile, challenges=replace(TERMS, page=PAGE))
    return desk


def ask(desk: TestDesk, text: str = ERASE, **headers: str) -> str:
    """Somebody asks and gets our letter; return the code of the link in it."""
    known = {letter.letter_id for letter in desk.letters()}
    desk.receive_one(mail(text, **headers), received_at=desk.now)
    while send_next(desk.database, ScriptedTransport(), desk.clock).worked:
        pass
    (letter,) = [one for one in desk.letters() if one.letter_id not in known]
    return code_in(letter.message.letter.text)


def code_in(text: str) -> str:
    joined = "".join(text.split())
    assert f"{PAGE}/status/en/" in joined
    return joined.partition("/status/en/")[2][:73]


def look(desk: TestDesk, code: str) -> PersonStatus | None:
    return person_status(desk.database, desk.profile, code, now=desk.now)


@BOTH_ENGINES
def test_it_says_what_the_letter_said(desk: TestDesk) -> None:
    status = look(desk, ask(desk))
    case = desk.case()
    assert status is not None
    assert (status.reference, status.hear_by) == (case.reference, None)
    (right,) = status.rights
    assert (right.right, right.stand, right.waits_for) == (
        Right.ERASURE,
        Stand.WORKING,
        WaitsFor.US,
    )
    assert right.answer_by == case.items[0].due.on
    assert [one.kind for one in status.sent] == [SentKind.RECEIVED]


def test_it_says_no_name_no_address_no_word_of_a_mail_and_no_internal_state(desk: TestDesk) -> None:
    status = look(desk, ask(desk))
    assert status is not None
    assert set(asdict(status)) == {"reference", "received_on", "rights", "sent", "hear_by"}
    assert set(asdict(status.rights[0])) == {"right", "scope", "stand", "waits_for", "answer_by"}
    assert set(asdict(status.sent[0])) == {"kind", "on"}
    told = repr(status).lower()
    for word in ("anne", "person.example", "delete", "my data", desk.case().state, "unknown"):
        assert word not in told


def test_looking_changes_nothing_and_works_many_times(desk: TestDesk) -> None:
    code = ask(desk)
    before = (desk.case(), desk.events(desk.case().case_id), desk.letters())
    assert len({repr(look(desk, code)) for _ in range(3)}) == 1
    assert (desk.case(), desk.events(desk.case().case_id), desk.letters()) == before


@BOTH_ENGINES
def test_it_is_gone_ninety_days_after_the_case_and_not_before(desk: TestDesk) -> None:
    code = ask(desk)
    with desk.database.transaction() as transaction:
        set_case_state(transaction, desk.case().case_id, CaseState.CLOSED, at=desk.now)
    desk.now += LIFE - timedelta(seconds=1)
    assert look(desk, code) is not None
    desk.now += timedelta(seconds=1)
    assert look(desk, code) is None


@BOTH_ENGINES
def test_a_person_of_staff_switches_it_off_and_on_with_a_reason(desk: TestDesk) -> None:
    code, reference, by = ask(desk), desk.case().reference, (SAM, desk.now)
    switch_page(desk.database, reference, "The mailbox was stolen.", off=True, by=by)
    assert look(desk, code) is None
    with pytest.raises(Permanent):
        switch_page(desk.database, reference, "Again.", off=True, by=by)
    desk.now += DAY
    switch_page(desk.database, reference, "It is hers again.", off=False, by=(SAM, desk.now))
    assert look(desk, code) is not None
    assert desk.chain_holds(desk.case().case_id)
    with pytest.raises(Permanent):
        switch_page(desk.database, reference, " ", off=True, by=by)


def test_a_code_of_another_case_or_of_none_opens_nothing(desk: TestDesk) -> None:
    code = ask(desk)
    for wrong in ("", "x", code[:-1], code[:-1] + "é", "1" + "A" * 72, code.swapcase()):
        assert look(desk, wrong) is None


@BOTH_ENGINES
def test_what_a_case_of_somebody_else_brought_is_theirs(desk: TestDesk) -> None:
    of_anne = ask(desk)
    (anne,) = desk.cases()
    desk.now += DAY
    of_other = ask(desk, COPY, number=2, From=MALLORY)
    other = next(case for case in desk.cases() if case.reference != anne.reference)
    merge_cases(desk.database, anne.reference, other.reference, by=(SAM, desk.now))
    for code, right, reference in (
        (of_anne, Right.ERASURE, anne.reference),
        (of_other, Right.ACCESS, other.reference),
    ):
        status = look(desk, code)
        assert status is not None
        assert [one.right for one in status.rights] == [right]
        assert status.reference == reference
        assert [one.kind for one in status.sent] == [SentKind.RECEIVED]


def test_only_the_person_of_the_case_is_sent_its_link(desk: TestDesk) -> None:
    ask(desk)
    case = desk.case()
    assert status_url(case, case.requester or "", "status", desk.profile).startswith(PAGE)
    assert status_url(case, "mallory@elsewhere.example", "status", desk.profile) == ""
    assert status_url(replace(case, requester=None), "", "status", desk.profile) == ""


def test_the_answer_to_the_word_status_has_the_same_link(desk: TestDesk) -> None:
    desk.profile = checking_profile(challenges=replace(TERMS, page=PAGE))
    aligned = "dkim=pass header.d=person.example; dmarc=pass header.from=person.example"
    desk.receive_one(authenticated(mail(), aligned))
    letter = desk.letter().message
    code = code_in(letter.letter.text)
    desk.now += 2 * DAY
    asked = authenticated(reply_to(letter, "STATUS"), aligned)
    desk.receive_one(asked, received_at=desk.now)
    written = [one.message for one in desk.letters()] + [one.message for one in desk.drafts()]
    (told,) = [one.letter.text for one in written if one.letter.kind == "status"]
    assert code_in(told) == code


def test_without_a_page_no_letter_has_a_link(desk: TestDesk) -> None:
    desk.profile = replace(desk.profile, challenges=TERMS)
    desk.receive_one(mail())
    assert "/status/" not in desk.letter().message.letter.text

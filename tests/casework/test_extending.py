"""A later date needs a law that allows it, a ground, a person, and a letter that left in time; else nothing moves."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from acknowledgements import AUTOCLOZ, case_asking
from casework.deliveries import Told, record_told
from casework.drafts import approve_draft, reject_draft
from casework.extending import Wanted, extend
from casework.governing import correct_laws
from casework.recounting import recount
from casework.sending import send_next
from casework_values import (
    BOTH_ENGINES,
    COPY,
    DANA,
    DAY,
    ERASE,
    NOON,
    OMAR,
    SAM,
    ScriptedTransport,
    TestDesk,
    mail,
    profile,
)
from privacy.cases import Case
from privacy.deadlines import Due
from privacy.deliveries import BounceReason, Fate, RecipientReport
from privacy.errors import Permanent
from privacy.letter_review import Expected
from privacy.rights import Right
from regimes import load_regimes
from responders.extension import LaterDate, draft_extension
from storage.delivered import letters_by_message_id
from templates import available
from templates.reviewing import review

GROUND = "You wrote from three addresses, and each of them belongs to another workspace."
FIRST = date(2026, 12, 23)


@pytest.fixture
def case(desk) -> Case:
    """Give the case of Anne, who was acknowledged at once and asks for erasure."""
    desk.receive_one(mail())
    send(desk)
    return desk.case()


def ask(desk: TestDesk, right: Right = Right.ERASURE, ground: str = GROUND) -> Due:
    wanted = Wanted(reference=desk.cases()[0].reference, right=right, ground=ground)
    return extend(desk.database, desk.profile, wanted, actor=SAM, now=desk.now).written[0].due


def send(desk: TestDesk) -> ScriptedTransport:
    transport = ScriptedTransport()
    while send_next(desk.database, transport, desk.clock).worked:
        pass
    return transport


def approve(desk: TestDesk) -> None:
    draft_id = desk.draft().draft_id
    for other in (DANA, OMAR):  # a second one besides: regimes/approvers.toml
        approve_draft(desk.database, draft_id, actor=other, now=desk.now)


def due_on(desk: TestDesk) -> date:
    return desk.case().items[0].due.on


@BOTH_ENGINES
def test_the_date_moves_when_the_letter_has_left_and_not_before(desk, case) -> None:
    assert case.items[0].due.on == FIRST
    desk.now = NOON + 20 * DAY
    later = ask(desk)
    assert later.on == date(2027, 2, 21)  # 90 days under the earliest of the extended laws
    assert due_on(desk) == FIRST
    approve(desk)
    assert due_on(desk) == FIRST
    (letter,) = send(desk).sent
    words = " ".join(letter.letter.text.split())
    for said in ("by 23 December 2026", "by 21 February 2027", GROUND):
        assert said in words
    assert desk.case().items[0].due == later
    assert desk.case().due == later
    assert desk.chain_holds(case.case_id)


@BOTH_ENGINES
def test_a_letter_that_came_back_moves_the_date_back(desk, case) -> None:
    ask(desk)
    approve(desk)
    (sent,) = send(desk).sent
    key = desk.database.lookup_key("message-id", sent.message_id)
    with desk.database.transaction() as transaction:
        letter = letters_by_message_id(transaction, [key])[key]
        part = RecipientReport(fate=Fate.FAILED, reason=BounceReason.USERUNKNOWN, status="5.1.1")
        assert record_told(
            transaction, Told(letter=letter, part=part, evidence="report"), now=desk.now
        )
    assert due_on(desk) == FIRST
    (task,) = [one for one in desk.tasks() if one.kind == "letter_bounced"]
    assert task.due_on == FIRST
    assert desk.case().acknowledge == case.acknowledge


@pytest.mark.usefixtures("case")
def test_a_later_date_is_told_in_the_thread_of_the_mail(desk) -> None:
    acknowledgement = desk.letters()[0].message
    ask(desk)
    letter = desk.draft().message
    assert letter.in_reply_to == acknowledgement.in_reply_to is not None
    assert letter.references == acknowledgement.references


def test_a_letter_that_would_leave_too_late_does_not_and_calls_a_person(desk, case) -> None:
    desk.now = NOON + 29 * DAY
    ask(desk)
    approve(desk)
    desk.now = case.items[0].due.expires_at
    send(desk)
    assert due_on(desk) == FIRST
    (task,) = [one for one in desk.tasks() if one.kind == "letter_failed"]
    assert task.reason == "may-not-leave: review: date: in the past"


def test_a_letter_written_under_other_laws_tells_no_date_past_those_that_govern_now(
    desk, case
) -> None:
    ask(desk)
    desk.now = NOON + DAY
    correct_laws(desk.database, desk.profile, case.reference, ["pipeda"], by=(SAM, desk.now))
    approve(desk)
    send(desk)
    assert due_on(desk) == date(2027, 1, 22)  # 60 days, not the 90 that the letter tells


def test_a_letter_cannot_be_approved_any_more_once_the_old_date_is_over(desk, case) -> None:
    desk.now = NOON + 29 * DAY
    ask(desk)
    desk.now = case.items[0].due.expires_at
    with pytest.raises(Permanent, match="date: in the past"):
        approve(desk)
    assert len(desk.letters()) == 1
    assert due_on(desk) == FIRST


@pytest.mark.usefixtures("case")
def test_a_ground_that_no_letter_holds_is_shown_with_the_draft_and_not_approved(desk) -> None:
    ask(desk, ground="Some of it might take longer.")
    assert desk.draft().reasons == ("extension", "review: vague: might", "review: vague: some")
    with pytest.raises(Permanent, match="cannot leave like this: vague: might; vague: some"):
        approve(desk)
    assert desk.drafts() != []


def test_a_rejected_letter_leaves_the_way_open_for_another(desk, case) -> None:
    ask(desk)
    reject_draft(desk.database, desk.draft().draft_id, actor=SAM, now=desk.now)
    assert due_on(desk) == case.items[0].due.on
    ask(desk)
    assert desk.draft().kind == "extension"


def test_nothing_is_extended_twice(desk, case) -> None:
    del case
    ask(desk)
    with pytest.raises(Permanent, match="no law extends twice"):
        ask(desk)


def test_it_is_refused_when_it_is_too_late(desk, case) -> None:
    desk.now = case.items[0].due.expires_at
    with pytest.raises(Permanent, match="too late"):
        ask(desk)
    assert desk.drafts() == []


@pytest.mark.parametrize(
    ("laws", "told"),
    [
        (("house", "lgpd"), "lgpd knows no extension"),
        (("house",), "house knows no extension"),
        (("house", "gdpr", "quebec"), "quebec knows no extension|would not move the date"),
    ],
)
def test_it_is_refused_where_the_law_has_none(desk, laws: tuple[str, ...], told: str) -> None:
    desk.profile = profile(regimes=load_regimes(laws))
    desk.receive_one(mail())
    with pytest.raises(Permanent, match=told):
        ask(desk)


def test_an_objection_to_marketing_waits_for_nobody(desk) -> None:
    desk.receive_one(mail("Stop sending me marketing mail."))
    with pytest.raises(Permanent, match=r"would not move the date|knows no extension"):
        ask(desk, Right.OBJECTION)


@BOTH_ENGINES
def test_all_rights_of_a_case_are_extended_at_once_but_those_that_no_law_extends(desk) -> None:
    desk.receive_one(mail(f"{COPY} {ERASE} Stop sending me marketing mail."))
    wanted = Wanted(reference=desk.cases()[0].reference, right=None, ground=GROUND)
    done = extend(desk.database, desk.profile, wanted, actor=SAM, now=desk.now)
    assert [one.right for one in done.written] == ["access", "erasure"]
    ((right, why),) = done.refused
    assert right == "objection:marketing"
    assert "knows no extension" in why
    assert [draft.kind for draft in desk.drafts()].count("extension") == 2


@pytest.mark.parametrize("ground", ["", "  ", "two\nlines", "x" * 501])
def test_a_ground_is_one_line(desk, case, ground: str) -> None:
    del case
    with pytest.raises(Permanent, match="one line"):
        ask(desk, ground=ground)


def test_who_and_what_is_not_there_is_said(desk, case) -> None:
    with pytest.raises(Permanent, match="asks for no access"):
        ask(desk, Right.ACCESS)
    wanted = Wanted(reference="PR-2026-000000-00", right=Right.ACCESS, ground=GROUND)
    with pytest.raises(Permanent, match="no such case"):
        extend(desk.database, desk.profile, wanted, actor=SAM, now=desk.now)
    assert due_on(desk) == case.items[0].due.on


def test_counting_anew_leaves_a_told_date_alone(desk, case) -> None:
    del case
    later = ask(desk)
    approve(desk)
    send(desk)
    assert (
        list(recount(desk.database, desk.profile, actor="sam", now=desk.now, dry_run=False)) == []
    )
    assert desk.case().items[0].due == later


@pytest.mark.parametrize("language", available("extension"))
def test_the_letter_is_one_that_may_leave(language: str) -> None:
    made = case_asking((Right.ERASURE, None), language=language)
    item = made.items[0]
    later = date(2027, 5, 28)
    letter = draft_extension(made, item, AUTOCLOZ, LaterDate(due_on=later, ground="Aa bb."))
    expected = Expected(
        reference=made.reference,
        dates=frozenset({item.due.on, later}),
        today=datetime(2027, 3, 1, tzinfo=UTC).date(),
    )
    assert review(letter, expected) == []


def test_a_desk_that_does_not_say_who_it_is_writes_none(desk, case) -> None:
    del case
    desk.profile = replace(desk.profile, identity=AUTOCLOZ.model_copy(update={"legal_name": ""}))
    with pytest.raises(Permanent, match="legal_name"):
        ask(desk)

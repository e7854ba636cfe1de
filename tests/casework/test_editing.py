"""Staff change a letter, send it back, hear the officer, approve it, and take an approval back while there is time."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from casework.editing import Wording, as_the_desk_wrote_it, edit_draft, send_back
from casework.opinions import give_opinion
from casework.reviewing import findings_before_sending
from casework.undoing import undo_approval, undo_until
from casework.work_terms import WorkTerms
from casework_values import COPY, DANA, OMAR, SAM, TestDesk, profile
from privacy.cases import ItemState
from privacy.errors import Permanent
from privacy.reminders import Audience
from privacy.staffing import StaffMember
from privacy.work import Decision
from storage.drafts import Draft, get_draft
from storage.states import DraftState
from work_values import TERMS, answer, approve, begin, send, state

GROUND = "It is not our data."
UNDO = timedelta(minutes=5)


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk with time to undo, on which a refusal of Anne's request waits; Sam wrote it."""
    desk.profile = replace(profile(challenges=TERMS), work=WorkTerms(undo=UNDO))
    begin(desk, COPY)
    return desk


@pytest.fixture
def draft_id(desk: TestDesk) -> UUID:
    return answer(desk, decision=Decision.REFUSED, ground=GROUND)


def draft_of(desk: TestDesk, draft_id: UUID) -> Draft:
    with desk.database.reading() as reading:
        return get_draft(reading, draft_id)


def edit(desk: TestDesk, draft_id: UUID, old: str, new: str, **more: Any) -> None:
    draft = draft_of(desk, draft_id)
    letter = draft.message.letter
    assert old in letter.text
    wording = Wording(subject=letter.subject, text=letter.text.replace(old, new))
    given = {"seen": draft.digest, "by": (OMAR, desk.now)} | more
    edit_draft(desk.database, draft_id, wording, **given)


def test_an_edit_puts_the_same_words_into_text_and_html_and_keeps_what_the_desk_wrote(
    desk: TestDesk, draft_id: UUID
):
    before = draft_of(desk, draft_id)
    edit(desk, draft_id, GROUND, "These data are <b>not</b> ours & never were.")
    after = draft_of(desk, draft_id)
    assert "<b>" not in after.message.letter.html
    assert findings_before_sending(after.message) == []
    assert after.message.letter.html.count("<h2>") == before.message.letter.html.count("<h2>")
    assert after.digest != before.digest
    with desk.database.reading() as reading:
        assert as_the_desk_wrote_it(reading, after) == before.message


def test_an_edit_voids_approvals_and_its_editor_cannot_approve(desk: TestDesk, draft_id: UUID):
    approve(desk, draft_id, DANA)
    edit(desk, draft_id, GROUND, "These data are not ours.")
    with pytest.raises(Permanent, match="whoever wrote a letter"):
        approve(desk, draft_id, OMAR)
    assert approve(desk, draft_id, DANA).given == 1


def test_words_that_were_approved_and_come_back_by_another_edit_are_approved_anew(
    desk: TestDesk, draft_id: UUID
):
    approve(desk, draft_id, DANA)
    edit(desk, draft_id, GROUND, "These data are not ours.")
    edit(desk, draft_id, "These data are not ours.", GROUND)
    assert approve(desk, draft_id, DANA).given == 1


def test_whoever_edits_a_letter_that_another_changed_meanwhile_is_told_so(
    desk: TestDesk, draft_id: UUID
):
    seen = draft_of(desk, draft_id).digest
    edit(desk, draft_id, GROUND, "These data are not ours.")
    with pytest.raises(Permanent, match="meanwhile"):
        edit(desk, draft_id, "These data are not ours.", GROUND, seen=seen)


@pytest.mark.parametrize(
    ("subject", "text"),
    [("", "words"), ("two\nlines", "words"), ("subject", " \n"), ("subject", "a\x00b")],
)
def test_words_that_no_letter_can_have_are_refused(
    desk: TestDesk, draft_id: UUID, subject: str, text: str
):
    draft = draft_of(desk, draft_id)
    with pytest.raises(Permanent):
        edit_draft(
            desk.database,
            draft_id,
            Wording(subject=subject, text=text),
            seen=draft.digest,
            by=(OMAR, desk.now),
        )
    assert draft_of(desk, draft_id) == draft


def test_a_letter_that_was_sent_back_is_approved_once_it_is_changed(desk: TestDesk, draft_id: UUID):
    seen = draft_of(desk, draft_id).digest
    send_back(desk.database, draft_id, "The tone is cold.", seen=seen, by=(DANA, desk.now))
    with pytest.raises(Permanent, match="sent back"):
        approve(desk, draft_id, DANA)
    edit(desk, draft_id, GROUND, "These data are not ours.")
    assert approve(desk, draft_id, DANA).given == 1


def test_where_there_is_an_officer_a_refusal_waits_for_the_opinion_about_exactly_these_words(
    desk: TestDesk, draft_id: UUID
):
    officer = StaffMember(address="olga@autocloz.example", roles=frozenset({Audience.DPO}))
    desk.profile = replace(desk.profile, staff=(officer,))
    with pytest.raises(Permanent, match="opinion of the data protection officer"):
        approve(desk, draft_id, DANA)
    give_opinion(desk.database, draft_id, "I would grant it.", actor=SAM, now=desk.now)
    assert approve(desk, draft_id, DANA).given == 1
    edit(desk, draft_id, GROUND, "These data are not ours.")
    with pytest.raises(Permanent, match="opinion of the data protection officer"):
        approve(desk, draft_id, DANA)


def test_an_approved_letter_waits_some_minutes_and_can_be_taken_back_until_then(
    desk: TestDesk, draft_id: UUID
):
    approve(desk, draft_id, DANA, OMAR)
    assert send(desk).sent == []
    with desk.database.reading() as reading:
        until = undo_until(reading, get_draft(reading, draft_id), desk.now)
    assert until == desk.now + UNDO
    undo_approval(desk.database, draft_id, actor=DANA, now=desk.now)
    assert draft_of(desk, draft_id).state is DraftState.WAITING
    assert state(desk) is ItemState.AWAITING_APPROVAL
    desk.now += UNDO
    assert send(desk).sent == []
    assert approve(desk, draft_id, DANA, OMAR).is_enough
    desk.now += UNDO
    assert len(send(desk).sent) == 1
    assert state(desk) is ItemState.REFUSED


def test_what_has_left_is_not_taken_back(desk: TestDesk, draft_id: UUID):
    approve(desk, draft_id, DANA, OMAR)
    desk.now += UNDO
    with pytest.raises(Permanent, match="too late"):
        undo_approval(desk.database, draft_id, actor=DANA, now=desk.now)
    assert len(send(desk).sent) == 1
    with pytest.raises(Permanent, match="too late"):
        undo_approval(desk.database, draft_id, actor=DANA, now=desk.now)

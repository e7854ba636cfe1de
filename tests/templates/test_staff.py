"""What our own people read: terse, with the reason and the next step, and no word of the person."""

import pytest

from privacy.errors import Permanent
from templates.staff import MOST_ENTRIES, StaffEntry, StaffLetter, render_staff_letter

ENTRY = StaffEntry(
    reference="PR-2026-482915-K7",
    what="erasure",
    due_on="2026-12-20",
    zone="UTC",
    left="3 days left",
    law="house, HOUSE",
    waiting="The person waits for us.",
    reason="the deadline lies within three working days",
    audience="handler, lead, dpo",
    facts=("2026-11-20: the case was opened by a mail",),
    why=("house: received on 2026-11-20 (UTC)", "HOUSE: 30 days end on 2026-12-20"),
    next_action="answer the request",
    question="is it answered in time?",
)


def test_a_reminder_says_when_why_and_what_next() -> None:
    subject, text = render_staff_letter(StaffLetter.REMINDERS, [ENTRY])
    assert subject == "Running clocks: 1 of them want to be looked at"
    assert text.splitlines()[:7] == [
        "- PR-2026-482915-K7: erasure",
        f"  Due 2026-12-20 (UTC), 3 days left: {ENTRY.reason}. Law: house, HOUSE. {ENTRY.waiting}",
        "    house: received on 2026-11-20 (UTC)",
        "    HOUSE: 30 days end on 2026-12-20",
        "  Next, for handler, lead, dpo: answer the request",
        "  See: rightsdesk cases explain PR-2026-482915-K7",
        "",
    ]


def test_an_escalation_asks_one_question_and_leaves_the_decision_free() -> None:
    subject, text = render_staff_letter(StaffLetter.ESCALATION, [ENTRY])
    assert subject == "To the data protection officer: 1 deadlines need a person now"
    for said in (
        "Why now: the deadline lies within three working days.",
        "    2026-11-20: the case was opened by a mail",
        "Proposal, for handler, lead, dpo: answer the request",
        "To decide by 2026-12-20: is it answered in time?",
        "is yours alone",
    ):
        assert said in " ".join(text.split()) or said in text


@pytest.mark.parametrize("letter", list(StaffLetter))
def test_a_flood_is_counted_and_not_listed(letter: StaffLetter) -> None:
    subject, text = render_staff_letter(letter, [ENTRY] * (MOST_ENTRIES + 9_960))
    assert "10000" in subject
    assert text.count("rightsdesk cases explain") == MOST_ENTRIES
    assert "And 9960 more" in text


def test_a_letter_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Permanent, match="TemplatesNotFound"):
        render_staff_letter("poem", [ENTRY])  # type: ignore[arg-type]

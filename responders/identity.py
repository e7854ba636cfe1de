"""The letters by which a person shows who they are; none says whether we know them (GDPR Art. 12(6))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from privacy.cases import Case, RequestItem
from privacy.challenges import ClockEffect
from privacy.messages import Letter
from responders.frame import frame_of, language_of
from responders.settings import DeskIdentity
from templates import render_letter, words_of

CHALLENGE = "identity_challenge"
REMINDER = "identity_reminder"
NOT_PROVED = "identity_not_proved"
PAPER_DESTROYED = "identity_paper_destroyed"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a challenge asks for: the rights that need proof, the code, until when, and what waiting does to the time.

    `page` is the address of the page without language and code, empty where there is no page.
    """

    rights: Sequence[RequestItem]
    code: str = field(repr=False)
    expires_on: date
    clock: ClockEffect
    page: str = ""


def draft_challenge(case: Case, question: Question, desk: DeskIdentity) -> Letter:
    """Return the challenge: the same words for whoever we know and whom we do not.

    Raises Permanent while the desk does not say who it is.
    """
    return _asking(CHALLENGE, case, question, desk, {})


def draft_reminder(case: Case, question: Question, desk: DeskIdentity, *, asked_on: date) -> Letter:
    """Return the one reminder of a challenge. Raises Permanent, as above."""
    words = words_of(language_of(case, REMINDER)[0])
    return _asking(REMINDER, case, question, desk, {"asked_on": words.date_in_words(asked_on)})


def draft_not_proved(
    case: Case, rights: Sequence[RequestItem], desk: DeskIdentity, *, marketing_stopped: bool
) -> Letter:
    """Return the closing letter for these rights (GDPR Art. 12(4), 11(2)). Raises Permanent, as above."""
    language, fallback = language_of(case, NOT_PROVED)
    context = {
        **frame_of(case, desk, fallback),
        "rights": _in_words(rights, language),
        "marketing_stopped": marketing_stopped,
    }
    return render_letter(NOT_PROVED, language, context)


def draft_paper_destroyed(
    case: Case, desk: DeskIdentity, *, received_on: date, destroyed_on: date
) -> Letter:
    """Return the letter that says that a copy of an identity paper is gone. Raises Permanent, as above."""
    language, fallback = language_of(case, PAPER_DESTROYED)
    words = words_of(language)
    context = {
        **frame_of(case, desk, fallback),
        "received_on": words.date_in_words(received_on),
        "destroyed_on": words.date_in_words(destroyed_on),
    }
    return render_letter(PAPER_DESTROYED, language, context)


def _asking(
    kind: str, case: Case, question: Question, desk: DeskIdentity, more: dict[str, object]
) -> Letter:
    language, fallback = language_of(case, kind)
    context = {
        **frame_of(case, desk, fallback),
        "rights": _in_words(question.rights, language),
        "code": question.code,
        "expires_on": words_of(language).date_in_words(question.expires_on),
        "clock": question.clock.value,
        "page_url": f"{question.page}/confirm/{language}/{question.code}" if question.page else "",
        **more,
    }
    return render_letter(kind, language, context)


def _in_words(rights: Sequence[RequestItem], language: str) -> tuple[str, ...]:
    words = words_of(language)
    return tuple(words.right_in_words(item.right, item.scope) for item in rights)

"""The letters by which a person shows who they are; none says whether we know them (GDPR Art. 12(6))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from privacy.cases import Case, RequestItem
from privacy.challenges import ClockEffect
from privacy.messages import Letter
from responders.frame import asked_right, language_of, write_for
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book
from templates.fields import kinds
from templates.fields.identity import (
    AddressChanged,
    IdentityChallenge,
    IdentityNotProved,
    IdentityPaperDestroyed,
    IdentityReminder,
)

CHALLENGE = IdentityChallenge.letter
REMINDER = IdentityReminder.letter
NOT_PROVED = IdentityNotProved.letter
ADDRESS_CHANGED = AddressChanged.letter
PAPER_DESTROYED = IdentityPaperDestroyed.letter


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a challenge asks for: the rights that need proof, the code, until when, and what waiting does to the time.

    `page` is the address of the page without language and code, `login` that of the product's page about this case; empty
    where there is none.
    """

    rights: Sequence[RequestItem]
    code: str = field(repr=False)
    expires_on: date
    clock: ClockEffect
    page: str = ""
    login: str = ""


def draft_challenge(
    case: Case, question: Question, desk: DeskIdentity, book: Book = OUR_BOOK
) -> Letter:
    """Return the challenge: the same words for whoever we know and whom we do not.

    Raises Permanent while the desk does not say who it is.
    """
    challenge = IdentityChallenge(
        rights=_asked(question.rights),
        code=question.code,
        expires_on=question.expires_on,
        clock=question.clock,
        page_url=_page(case, question, CHALLENGE),
        login_url=kinds.Url(question.login) if question.login else None,
    )
    return write_for(case, challenge, desk, book)


def draft_reminder(
    case: Case, question: Question, desk: DeskIdentity, *, asked_on: date, book: Book = OUR_BOOK
) -> Letter:
    """Return the one reminder of a challenge. Raises Permanent, as above."""
    reminder = IdentityReminder(
        asked_on=asked_on,
        rights=_asked(question.rights),
        code=question.code,
        expires_on=question.expires_on,
        clock=question.clock,
        page_url=_page(case, question, REMINDER),
        login_url=kinds.Url(question.login) if question.login else None,
    )
    return write_for(case, reminder, desk, book)


@dataclass(frozen=True, kw_only=True)
class Closing:
    """What the closing letter says: on which rights we cannot act, and what the person can do against it."""

    rights: Sequence[RequestItem]
    remedies: kinds.Remedies
    marketing_stopped: bool = False


def draft_not_proved(
    case: Case, closing: Closing, desk: DeskIdentity, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter that closes what was not proved (GDPR Art. 12(4), 11(2)). Raises Permanent, as above."""
    first = min(item.received_at for item in closing.rights)
    not_proved = IdentityNotProved(
        received_on=first.astimezone(ZoneInfo(case.acknowledge.zone)).date(),
        rights=_asked(closing.rights),
        remedies=closing.remedies,
        marketing_stopped=closing.marketing_stopped,
    )
    return write_for(case, not_proved, desk, book)


def draft_paper_destroyed(
    case: Case,
    desk: DeskIdentity,
    *,
    received_on: date,
    destroyed_on: date,
    book: Book = OUR_BOOK,
) -> Letter:
    """Return the letter that says that a copy of an identity paper is gone. Raises Permanent, as above."""
    destroyed = IdentityPaperDestroyed(received_on=received_on, destroyed_on=destroyed_on)
    return write_for(case, destroyed, desk, book)


def draft_address_changed(
    case: Case, desk: DeskIdentity, *, asked_on: date, effective_on: date, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter that tells the old address of the new one, without naming it. Raises Permanent, as above."""
    changed = AddressChanged(asked_on=asked_on, effective_on=effective_on)
    return write_for(case, changed, desk, book)


def _page(case: Case, question: Question, kind: str) -> kinds.Url | None:
    if not question.page:
        return None
    language, _ = language_of(case.language, kind)
    return kinds.Url(f"{question.page}/confirm/{language}/{question.code}")


def _asked(rights: Sequence[RequestItem]) -> tuple[kinds.AskedRight, ...]:
    return tuple(asked_right(item) for item in rights)

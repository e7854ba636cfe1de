"""The letters around an erasure that waits: that it is to be carried out, with a way to stop it, and that it was stopped."""

from __future__ import annotations

from datetime import date

from privacy.cases import Case
from privacy.messages import Letter
from responders.frame import language_of, write_for
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book
from templates.fields.answers import ErasureCoolOff, ErasureStopped
from templates.fields.kinds import Url

NOTICE = ErasureCoolOff.letter
STOPPED = ErasureStopped.letter


def draft_notice(
    case: Case, desk: DeskIdentity, *, erase_on: date, code: str, page: str, book: Book = OUR_BOOK
) -> Letter:
    """Return the notice. `page` is the address of the pages without language and code, empty where there is none.

    Raises Permanent while the desk does not say who it is.
    """
    language, _ = language_of(case.language, NOTICE)
    cancel_url = Url(f"{page}/cancel/{language}/{code}") if page else None
    notice = ErasureCoolOff(erase_on=erase_on, code=code, cancel_url=cancel_url)
    return write_for(case, notice, desk, book)


def draft_stopped(
    case: Case, desk: DeskIdentity, *, stopped_on: date, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter that says that nothing was erased. Raises Permanent, as above."""
    return write_for(case, ErasureStopped(stopped_on=stopped_on), desk, book)

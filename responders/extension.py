"""The letter that tells a later date, with its reason, before the first one is over (GDPR Art. 12(3))."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from privacy.cases import Case, RequestItem
from privacy.messages import Letter
from responders.frame import asked_right, write_for
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book
from templates.fields.answers import Extension
from templates.fields.kinds import Remedies

KIND = Extension.letter


@dataclass(frozen=True, kw_only=True)
class LaterDate:
    """The date that is told, why, and what the person can do against it; None: nothing is named."""

    due_on: date
    ground: str = field(repr=False)
    remedies: Remedies | None = None


def draft_extension(
    case: Case,
    item: RequestItem,
    desk: DeskIdentity,
    later: LaterDate,
    *,
    book: Book = OUR_BOOK,
) -> Letter:
    """Return the letter that moves the answer to this right to a later date, in the language of the case where there is one.

    Raises Permanent while the desk does not say who it is.
    """
    fields = Extension(
        what=asked_right(item),
        before=item.due.on,
        due_on=later.due_on,
        ground=later.ground,
        remedies=later.remedies,
    )
    return write_for(case, fields, desk, book)

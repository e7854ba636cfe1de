"""The letters of a conversation: where a request stands, and what was taken back; nothing that was not told before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from privacy.cases import Case, RequestItem
from privacy.messages import Letter
from privacy.stands import CaseStand
from responders.frame import asked_right, write_for
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book
from templates.fields.identity import RightTold, Status, Withdrawn
from templates.fields.kinds import AskedRight, RightDue, Url

STATUS = Status.letter
WITHDRAWN = Withdrawn.letter


def received_on(case: Case) -> date:
    """Return the day on which the case began, where its clock runs."""
    return case.received_at.astimezone(ZoneInfo(case.acknowledge.zone)).date()


def draft_status(
    case: Case,
    stand: CaseStand,
    desk: DeskIdentity,
    book: Book = OUR_BOOK,
    *,
    page: str = "",
) -> Letter:
    """Return the letter that says where the rights of the case stand; `page` is the person's own.

    Raises Permanent while the desk does not say who it is, and where there is no right to speak of.
    """
    status = Status(
        received_on=stand.received_on,
        rights=tuple(
            RightTold(
                what=AskedRight(right=one.right, scope=one.scope),
                stand=one.stand,
                due_on=one.answer_by,
            )
            for one in stand.rights
        ),
        status_url=Url(page) if page else None,
    )
    return write_for(case, status, desk, book)


def draft_withdrawn(
    case: Case,
    ended: Sequence[RequestItem],
    desk: DeskIdentity,
    *,
    written_on: date,
    book: Book = OUR_BOOK,
) -> Letter:
    """Return the letter that confirms what was taken back, and says what goes on. Raises Permanent, as above."""
    still = [item for item in case.items if item.is_open and item not in ended]
    withdrawn = Withdrawn(
        written_on=written_on,
        rights=tuple(asked_right(item) for item in ended),
        still=tuple(RightDue(what=asked_right(item), due_on=item.due.on) for item in still),
    )
    return write_for(case, withdrawn, desk, book)

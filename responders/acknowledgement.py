"""The acknowledgement: what we understood of a mail, and by when the answer comes.

It says nothing of what we hold, quotes nothing of the mail (not even the writer's name, which anybody can forge),
and promises an answer, never an outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from privacy.cases import Case, RequestItem
from privacy.messages import Letter
from privacy.rights import Right, Scope
from privacy.stands import CaseStand, RightStand, Stand
from responders.frame import asked_right, write_for
from responders.settings import DeskIdentity
from templates import OUR_BOOK, Book
from templates.fields.identity import Acknowledgement, Variant
from templates.fields.kinds import RightDue, Url, Zone


def draft_acknowledgement(
    case: Case,
    added: Sequence[RequestItem],
    desk: DeskIdentity,
    book: Book = OUR_BOOK,
    *,
    page: str = "",
) -> Letter:
    """Return the letter that acknowledges the mail which added these rights to the case; `page` is the person's own.

    It is in the language of the case where a letter in it exists, else in English with one line in theirs.
    Raises Permanent while the desk does not say who it is.
    """
    told = replace(acknowledgement_of(case, added), status_url=Url(page) if page else None)
    return write_for(case, told, desk, book)


def stand_acknowledged(case: Case, added: Sequence[RequestItem]) -> CaseStand:
    """Return what the same letter says for programs: these rights were received, and when each is answered."""
    told = acknowledgement_of(case, added)
    rights = tuple(
        RightStand(
            right=one.what.right, scope=one.what.scope, stand=Stand.RECEIVED, answer_by=one.due_on
        )
        for one in told.rights
    )
    return CaseStand(received_on=told.received_on, rights=rights)


def acknowledgement_of(case: Case, added: Sequence[RequestItem]) -> Acknowledgement:
    """Return what the acknowledgement of these rights says."""
    received_at = added[0].received_at if added else case.received_at
    zone = (
        min(added, key=lambda item: item.due.expires_at).due.zone
        if added
        else case.acknowledge.zone
    )
    return Acknowledgement(
        variant=_variant(case, added),
        received_on=_local_date(received_at, zone),
        received_zone=Zone(zone),
        acknowledge_by=case.acknowledge.on,
        rights=tuple(_right_due(item) for item in added),
        marketing_stopped_by=_marketing_stopped_by(added),
    )


def _right_due(item: RequestItem) -> RightDue:
    return RightDue(what=asked_right(item), due_on=item.due.on)


def _variant(case: Case, added: Sequence[RequestItem]) -> Variant:
    if added:
        return Variant.FIRST if len(added) == len(case.items) else Variant.ADDED
    return Variant.NO_RIGHT if case.stub_reason is None else Variant.UNREADABLE


def _marketing_stopped_by(added: Sequence[RequestItem]) -> date | None:
    """The last day for stopping marketing (GDPR Art. 21(3): no balancing, no proof), None where nobody objects."""
    for item in added:
        if item.key == (Right.OBJECTION, Scope.MARKETING):
            return item.due.on
    return None


def _local_date(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()

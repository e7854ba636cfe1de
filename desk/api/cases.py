"""Cases over the API: the open ones by their dates, and one of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from casework.viewing import record_view
from desk.acting import DeskHere, DeskServices
from desk.api.caller import Caller, scoped
from desk.api.routes import ApiRoute
from desk.api.shapes import REFERENCE, CaseLine, CasePage, CaseShape, DueDay, ItemShape, Shape
from desk.case_reading import CaseFile
from desk.lists import NOT_FOUND, place_in
from desk.paging import place_word
from privacy.cases import RequestItem
from privacy.deadlines import Due
from privacy.desk_roles import Action
from privacy.rights import Lane, Right
from privacy.work_status import WorkStatus
from storage.queue import QueuedCase, QueueFilter, queued_cases

router = APIRouter(route_class=ApiRoute, tags=["cases"])
Seeing = Annotated[Caller, scoped(Action.SEE)]
Reference = Annotated[str, Path(pattern=REFERENCE)]
Limit = Annotated[int, Query(ge=1, le=100)]


class CaseQuery(Shape):
    """Which open cases are wanted, and how many at once."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    after: Annotated[str | None, Field(max_length=100)] = None
    status: WorkStatus | None = None
    lane: Lane | None = None
    right: Right | None = None


@router.get("/cases")
def cases(
    caller: Seeing,
    desk: DeskHere,
    wanted: Annotated[CaseQuery, Query()],
) -> CasePage:
    """Open cases, what is owed first before the rest."""
    narrowed = wanted.model_dump(exclude={"limit", "after"})
    asked = QueueFilter(**narrowed, regions=caller.regions)
    with desk.database.reading() as reading:
        found = queued_cases(reading, asked, limit=wanted.limit + 1, after=place_in(wanted.after))
    shown = found[: wanted.limit]
    return CasePage(
        cases=[_line(one) for one in shown],
        after=place_word(shown[-1].page) if len(found) > wanted.limit else None,
    )


@router.get("/cases/{reference}")
def case(caller: Seeing, desk: DeskHere, reference: Reference) -> CaseShape:
    """One case, open or closed. That it was looked at is written down."""
    found = case_for(caller, desk, reference)
    record_view(desk.database, found.case.case_id, actor=caller.actor, now=desk.clock())
    return _whole(found)


def case_for(caller: Caller, desk: DeskServices, reference: str) -> CaseFile:
    """Return the case. Raises what is answered by 404 for one that is not there, or not for this caller."""
    found = desk.reader.case(reference)
    if found is None or not caller.sees(found.case.region):
        raise NOT_FOUND
    return found


def _line(one: QueuedCase) -> CaseLine:
    told = {name: getattr(one, name) for name in CaseLine.model_fields}
    return CaseLine(**told | {"rights": list(one.rights), "due_at": _owed(one)})


def _owed(one: QueuedCase) -> object:
    """A case without a date stands at the end of the list by a date that is none."""
    return None if one.due_on is None else one.due_at


def _whole(found: CaseFile) -> CaseShape:
    case = found.case
    plain = ("case_id", "reference", "region", "state", "lane", "language", "requester")
    return CaseShape(
        **{name: getattr(case, name) for name in plain},
        status=found.status,
        owner=found.owner,
        laws=list(case.laws),
        received_at=case.received_at,
        acknowledged_at=found.acknowledged_at,
        due=_day(case.due) if case.due else None,
        needs_human=case.needs_human,
        items=[_item(one) for one in case.items],
    )


def _item(item: RequestItem) -> ItemShape:
    return ItemShape(
        item_id=item.item_id,
        right=item.right,
        scope=item.scope,
        state=item.state,
        received_at=item.received_at,
        due=_day(item.due),
    )


def _day(due: Due) -> DueDay:
    return DueDay(on=due.on, expires_at=due.expires_at, regime=due.regime)

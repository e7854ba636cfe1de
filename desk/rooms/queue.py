"""What is open: the queue of cases by their dates, the search, and what is due."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from desk.acting import DeskHere
from desk.choices import queue_choices
from desk.forms import Form, fill
from desk.lists import NOT_FOUND, After, SeeingAll
from desk.queue_query import QueueQuery
from desk.searches import Found, SearchBook
from desk.showing import show
from desk.visitor import Seeing, session_of

MOST_TYPED = 320  # characters of an address

router = APIRouter()


class SearchForm(Form):
    """An address, a domain or a reference, exactly."""

    q: str = Field(min_length=2, max_length=MOST_TYPED)


@router.get("/")
def queue(
    request: Request,
    visitor: Seeing,
    desk: DeskHere,
    query: Annotated[QueueQuery, Query()],
    after: After,
) -> Response:
    found = desk.reader.queue(query.filter_for(visitor, desk.clock()), visitor.address, after)
    choices = queue_choices(desk.profile)
    return show(request, "queue", list=found, query=query, choices=choices, first=after is None)


@router.post("/search")
def search(request: Request, _visitor: Seeing, desk: DeskHere) -> Response:
    sheet = fill(request, SearchForm)
    if sheet.value is None:
        return show(request, "found", 422, cases=(), term="", cut=False)
    term = sheet.value.q
    ids, cut = desk.reader.search(term)
    secret = session_of(request).secret
    found = Found(session=secret, term=term, case_ids=ids, at=desk.clock(), cut=cut)
    return RedirectResponse(f"/search/{_searches(request).keep(found)}", status_code=303)


@router.get("/search/{name}")
def found(request: Request, visitor: Seeing, desk: DeskHere, name: str) -> Response:
    kept = _searches(request).find(name, session_of(request).secret, desk.clock())
    if kept is None:
        raise NOT_FOUND
    cases = desk.reader.found(kept.case_ids, visitor.regions)
    return show(request, "found", cases=cases, term=kept.term, cut=kept.cut)


@router.get("/due")
def due(request: Request, _visitor: SeeingAll, desk: DeskHere, after: After) -> Response:
    return show(request, "due", list=desk.reader.due(after), first=after is None)


def _searches(request: Request) -> SearchBook:
    """One book for the life of the application."""
    state = request.app.state
    if not hasattr(state, "searches"):
        state.searches = SearchBook()
    book: SearchBook = state.searches
    return book

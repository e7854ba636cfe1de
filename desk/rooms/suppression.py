"""Addresses that get no mail: asked for one by one, added by hand, taken in from a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import AfterValidator, Field

from casework.suppressing import Imported, import_pasted, suppress_by_hand
from desk.acting import DeskHere, DeskServices
from desk.forms import Form, Sheet, fill
from desk.lists import NOT_FOUND
from desk.showing import done, show
from desk.visitor import Visitor, needs
from privacy.desk_roles import Action
from privacy.directory_lines import is_address
from privacy.errors import Permanent
from privacy.suppression import SuppressionLine, SuppressionList, SuppressionReason
from storage.suppressions import count_suppressions, lists_with

MOST_WRONG_LINES = 50  # are told; the rest is counted
LONGEST_PASTE = 300_000  # characters

router = APIRouter()
Suppressing = Annotated[Visitor, needs(Action.SUPPRESS)]


def known_address(text: str) -> str:
    """Return the address. Raises ValueError for what is none."""
    if not is_address(text):
        raise ValueError("This is not a mail address.")
    return text


Address = Annotated[str, AfterValidator(known_address), Field(max_length=254)]


class CheckForm(Form):
    address: Address


class AddForm(CheckForm):
    on: SuppressionList
    reason: SuppressionReason = SuppressionReason.BY_HAND


class ImportForm(Form):
    on: SuppressionList
    lines: str = Field(max_length=LONGEST_PASTE)


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The lists that an address is on."""

    address: str = field(repr=False)
    lists: tuple[SuppressionList, ...]


@dataclass(frozen=True, kw_only=True)
class TakenIn:
    """What became of a list; the first of its wrong lines by their numbers."""

    imported: Imported
    wrong: tuple[SuppressionLine, ...]


@router.get("/suppression")
def suppression(request: Request, _visitor: Suppressing, desk: DeskHere) -> Response:
    return _page(request, desk)


@router.get("/suppression/answers/{answer_id}")
def answer(request: Request, visitor: Suppressing, desk: DeskHere, answer_id: UUID) -> Response:
    found = desk.shelf.get(answer_id, owner=visitor.account, now=desk.clock())
    if isinstance(found, Checked):
        return _page(request, desk, checked=found)
    if isinstance(found, TakenIn):
        return _page(request, desk, taken=found)
    raise NOT_FOUND


@router.post("/suppression/check")
def check(request: Request, visitor: Suppressing, desk: DeskHere) -> Response:
    sheet = fill(request, CheckForm)
    if sheet.value is None:
        return _page(request, desk, 422, check_form=sheet)
    address = sheet.value.address
    with desk.database.reading() as reading:
        lists = lists_with(reading, [address])[address]
    return _to_answer(desk, visitor, Checked(address=address, lists=lists))


@router.post("/suppression/add")
def add(request: Request, visitor: Suppressing, desk: DeskHere) -> Response:
    sheet = fill(request, AddForm)
    if sheet.value is None:
        return _page(request, desk, 422, add_form=sheet)
    form = sheet.value
    suppress_by_hand(
        desk.database, [form.address], form.on, form.reason, actor=visitor.actor, now=desk.clock()
    )
    return done(request, "/suppression", "The address is on the list.")


@router.post("/suppression/import")
def take_in(request: Request, visitor: Suppressing, desk: DeskHere) -> Response:
    sheet = fill(request, ImportForm)
    if sheet.value is None:
        return _page(request, desk, 422, import_form=sheet)
    wrong: list[SuppressionLine] = []
    by = (visitor.actor, desk.clock())
    try:
        imported = import_pasted(
            desk.database, sheet.value.lines, sheet.value.on, wrong.append, by=by
        )
    except Permanent as error:
        return _page(request, desk, 422, import_form=_wrong_lines(sheet, error))
    taken = TakenIn(imported=imported, wrong=tuple(wrong[:MOST_WRONG_LINES]))
    return _to_answer(desk, visitor, taken)


def _wrong_lines(sheet: Sheet[ImportForm], error: Permanent) -> Sheet[ImportForm]:
    return sheet.with_error("lines", f"{str(error).capitalize()}.")


def _to_answer(desk: DeskServices, visitor: Visitor, value: object) -> Response:
    name = desk.shelf.put(value, owner=visitor.account, now=desk.clock())
    return RedirectResponse(f"/suppression/answers/{name}", status_code=303)


def _page(request: Request, desk: DeskServices, status: int = 200, **values: object) -> Response:
    with desk.database.reading() as reading:
        counts = count_suppressions(reading)
    forms = dict.fromkeys(("checked", "taken", "check_form", "add_form", "import_form"))
    return show(
        request,
        "suppression",
        status,
        counts=counts,
        lists=list(SuppressionList),
        reasons=list(SuppressionReason),
        **(forms | values),
    )

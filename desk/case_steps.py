"""How a form of a case is answered: done and told on the case's page, or shown again with what is wrong in it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Request
from fastapi.responses import Response

from casework.answers import DECISIONS, Ground
from desk.acting import DeskServices
from desk.case_acts import case_seen, read_acts
from desk.case_forms import asked_names
from desk.forms import Filled, Sheet, fill
from desk.showing import done, show
from desk.visitor import Visitor
from privacy.case_events import Ground as Waiting
from privacy.cases import Case, RequestItem
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.rights import Lane
from privacy.work_status import CloseReason
from storage.failures import NotFound
from templates import languages


def act(
    request: Request,
    desk: DeskServices,
    visitor: Visitor,
    reference: str,
    step: tuple[str, type[Filled], Callable[[Filled, Case], str]],
) -> Response:
    """Fill the form, do the step and tell what was done.

    `step` is the name of the form on the page, its kind, and what it does with the case. What is wrong, or against it,
    stands in that form, with what was typed. Raises NotFound for a case that is not there or not theirs to see.
    """
    name, kind, do = step
    case = case_seen(desk, visitor, reference)
    sheet = fill(request, kind)
    if sheet.value is None:
        return acts_page(request, desk, visitor, case.reference, wrong=(name, sheet))
    try:
        told = do(sheet.value, case)
    except NotFound:
        raise
    except Permanent as error:
        refused = (name, sheet.with_error("", f"Not done: {error}"))
        return acts_page(request, desk, visitor, case.reference, wrong=refused)
    desk.wake()
    return done(request, f"/cases/{case.reference}", told)


def item_of(case: Case, item_id: object) -> RequestItem:
    """Return the right of the case with this id. Raises Permanent for one that it does not have."""
    found = next((one for one in case.items if one.item_id == item_id), None)
    if found is None:
        raise Permanent("the case has no such right")
    return found


def acts_page(
    request: Request,
    desk: DeskServices,
    visitor: Visitor,
    reference: str,
    *,
    wrong: tuple[str, Sheet[Filled]] | None = None,
) -> Response:
    """Return the page of what can be done with a case; `wrong` is a form that could not be taken, by its name."""
    acts = read_acts(desk, visitor, reference)
    return show(
        request,
        "case_acts",
        200 if wrong is None else 422,
        acts=acts,
        case=acts.case,
        which=wrong[0] if wrong else "",
        form=wrong[1] if wrong else None,
        rights=asked_names(),
        lanes=list(Lane),
        languages=languages(),
        laws=[law.code for law in desk.profile.regimes],
        waits=list(Waiting),
        closes=list(CloseReason),
        levels=list(Level),
        decisions=DECISIONS,
        grounds=list(Ground),
        today=desk.clock().date(),
    )

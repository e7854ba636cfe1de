"""A case: who asks, what they ask for, and one clock per right; made and extended by pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from privacy.deadlines import (
    Due,
    Regime,
    acknowledgement_due,
    any_right_due,
    completion_due,
    lane_due,
)
from privacy.instants import require_utc
from privacy.messages import Sender
from privacy.rights import Classification, Lane, Right, RightClaim, Scope


class CaseState(StrEnum):
    """Whether work is owed. All finer states are derived from the items, clocks and letters."""

    OPEN = "open"
    CLOSED = "closed"


class Role(StrEnum):
    """Whose data it is (GDPR Art. 4(7) and (8)); unknown until a person or the directory knows."""

    UNKNOWN = "unknown"
    CONTROLLER = "controller"
    PROCESSOR = "processor"


class ItemState(StrEnum):
    """Where the work on one right stands; privacy/work.py has the only steps between them."""

    RECEIVED = "received"
    PLANNED = "planned"
    COOLING_OFF = "cooling_off"
    EXECUTING = "executing"
    EXECUTED = "executed"
    WITH_CONTROLLER = "with_controller"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    PARKED = "parked"
    FULFILLED = "fulfilled"
    PARTLY = "partly"
    REFUSED = "refused"
    PASSED_TO_CONTROLLER = "passed_to_controller"
    WITHDRAWN = "withdrawn"
    NOT_A_REQUEST = "not_a_request"


# In these nothing is owed any more. What is parked waits for the person: a later reply resumes it.
ENDED = frozenset(
    {
        ItemState.PARKED,
        ItemState.FULFILLED,
        ItemState.PARTLY,
        ItemState.REFUSED,
        ItemState.PASSED_TO_CONTROLLER,
        ItemState.WITHDRAWN,
        ItemState.NOT_A_REQUEST,
    }
)


@dataclass(frozen=True, kw_only=True)
class RequestItem:
    """One right asked for in one case, with the words that asked and the clock that runs for it."""

    item_id: UUID
    inbound_id: UUID
    right: Right
    scope: Scope | None
    confidence: float
    part: str
    quote: str = field(repr=False)
    start: int
    end: int
    reason: str
    received_at: datetime
    due: Due
    state: ItemState = ItemState.RECEIVED

    def __post_init__(self) -> None:
        require_utc(received_at=self.received_at)

    @property
    def key(self) -> tuple[Right, Scope | None]:
        """What makes two requests in one case the same."""
        return (self.right, self.scope)

    @property
    def is_open(self) -> bool:
        """Whether work on it is still owed."""
        return self.state not in ENDED


@dataclass(frozen=True, kw_only=True)
class CaseIdentifiers:
    """Drawn at random by the rim: a case decides nothing about its own name."""

    case_id: UUID
    number: int
    reference: str


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The message that opens a case, as the decision needs it."""

    inbound_id: UUID
    mailbox: str
    region: str
    received_at: datetime
    sender: Sender
    language: str

    def __post_init__(self) -> None:
        require_utc(received_at=self.received_at)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One person's request, from the first mail on.

    `requester` is the believable From address or None; `mailbox` is where answers leave from.
    `stub_reason` is set when nothing could be read and only the clock runs. `own_due` is the date of the case itself:
    what its lane sets, or while no right is known the earliest of any right; None where its items have all dates.
    `laws` are the codes of those that may govern it, with `law_reasons`; none where the operator's candidates do.
    """

    case_id: UUID
    number: int
    reference: str
    region: str
    mailbox: str
    state: CaseState
    lane: Lane
    role: Role
    language: str
    received_at: datetime
    acknowledge: Due
    requester: str | None = field(repr=False)
    requester_name: str = field(default="", repr=False)
    items: tuple[RequestItem, ...] = ()
    needs_human: bool = False
    stub_reason: str | None = None
    own_due: Due | None = None
    laws: tuple[str, ...] = ()
    law_reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_utc(received_at=self.received_at)

    @property
    def due(self) -> Due | None:
        """The earliest date that is still owed: of the case itself or of a right; None once nothing is owed."""
        owed = [item.due for item in self.items if item.is_open]
        owed += [self.own_due] if self.own_due else []
        return min(owed, key=lambda due: due.expires_at, default=None)


def open_case(
    identifiers: CaseIdentifiers,
    origin: Origin,
    classification: Classification,
    *,
    regimes: Sequence[Regime],
    new_id: Callable[[], UUID],
) -> Case:
    """Return the case that this message opens, with one item and one clock per right and scope."""
    case = Case(
        case_id=identifiers.case_id,
        number=identifiers.number,
        reference=identifiers.reference,
        region=origin.region,
        mailbox=origin.mailbox,
        state=CaseState.OPEN,
        lane=classification.lane,
        role=Role.UNKNOWN,
        language=origin.language,
        received_at=origin.received_at,
        acknowledge=acknowledgement_due(origin.received_at, regimes, lane=classification.lane),
        requester=origin.sender.address,
        requester_name=origin.sender.display_name,
        needs_human=classification.needs_human,
    )
    return add_message(case, origin, classification, regimes=regimes, new_id=new_id)


def open_stub(
    identifiers: CaseIdentifiers, origin: Origin, reason: str, *, regimes: Sequence[Regime]
) -> Case:
    """Return a case for a message that could not be read: its clock runs from arrival all the same."""
    unclear = Classification(lane=Lane.UNCLEAR, needs_human=True, reasons=(reason,))
    case = open_case(identifiers, origin, unclear, regimes=regimes, new_id=_no_item_is_made)
    return replace(case, stub_reason=reason)


def add_message(
    case: Case,
    origin: Origin,
    classification: Classification,
    *,
    regimes: Sequence[Regime],
    new_id: Callable[[], UUID],
) -> Case:
    """Return the case with the rights that this message adds; each new right has its own clock from this mail.

    A right that is open already is joined and keeps its first clock. One that was withdrawn, or judged to be no
    request, is asked for anew by a later mail; the same mail, read again, adds nothing. A lane with a date of its
    own, such as a complaint, sets it from the first mail that is in it; a case always has a date.
    """
    known = {
        item.key for item in case.items if item.is_open or item.inbound_id == origin.inbound_id
    }
    asked: dict[tuple[Right, Scope | None], RightClaim] = {}
    for claim in classification.rights:
        if claim.key not in known:
            asked.setdefault(claim.key, claim)
    added = tuple(_new_item(claim, origin, regimes, new_id()) for claim in asked.values())
    in_lane = lane_due(origin.received_at, classification.lane, regimes)
    items = case.items + added
    return replace(
        case,
        items=items,
        needs_human=case.needs_human or classification.needs_human,
        own_due=_own_due(case, items, in_lane, regimes),
    )


def added_items(before: Case, after: Case) -> tuple[RequestItem, ...]:
    """Return the items that `after` has and `before` had not."""
    known = {item.item_id for item in before.items}
    return tuple(item for item in after.items if item.item_id not in known)


def _own_due(
    case: Case, items: Sequence[RequestItem], in_lane: Due | None, regimes: Sequence[Regime]
) -> Due | None:
    running = [due for due in (case.own_due, in_lane) if due is not None]
    if running or items:
        return min(running, key=lambda due: due.expires_at, default=None)
    return any_right_due(case.received_at, regimes)


def _new_item(
    claim: RightClaim, origin: Origin, regimes: Sequence[Regime], item_id: UUID
) -> RequestItem:
    return RequestItem(
        item_id=item_id,
        inbound_id=origin.inbound_id,
        right=claim.right,
        scope=claim.scope,
        confidence=claim.confidence,
        part=claim.part,
        quote=claim.quote,
        start=claim.start,
        end=claim.end,
        reason=claim.reason,
        received_at=origin.received_at,
        due=completion_due(origin.received_at, claim.right, regimes, scope=claim.scope),
    )


def _no_item_is_made() -> UUID:
    raise AssertionError("a stub case has no items")

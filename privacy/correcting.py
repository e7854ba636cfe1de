"""What a member of staff corrects of what was understood: rights, scope, lane, language; the clocks follow.

What a person was told binds: a right's date and the acknowledgement's become earlier, never later. The date of the case
itself is in no letter, so it is set anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from privacy.cases import Case, ItemState, RequestItem
from privacy.deadlines import (
    Asked,
    Due,
    Regime,
    acknowledgement_due,
    any_right_due,
    completion_due,
    lane_due,
)
from privacy.errors import Permanent
from privacy.instants import require_utc
from privacy.rights import Lane, RightClaim, Scope, right_name

# Of these nobody has done, approved or drafted anything yet; what goes on takes the steps of privacy/work.py.
BEFORE_WORK = frozenset({ItemState.RECEIVED, ItemState.PLANNED})


@dataclass(frozen=True, kw_only=True)
class Found:
    """A right that somebody saw in a message of the case, with that message's arrival: its clock runs from there."""

    claim: RightClaim
    inbound_id: UUID
    received_at: datetime

    def __post_init__(self) -> None:
        require_utc(received_at=self.received_at)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What was wrong. Each field is None where nothing was; `rescoped` names an open right and its true scope."""

    added: Found | None = None
    not_asked: Asked | None = None
    rescoped: tuple[Asked, Scope | None] | None = None
    lane: Lane | None = None
    language: str | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing before and after; None where it was not there."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """The case as it is understood now. `items` are the rights that were there and are changed."""

    case: Case
    added: tuple[RequestItem, ...] = ()
    items: tuple[RequestItem, ...] = ()
    changes: tuple[Change, ...] = field(default=())


def correct(
    case: Case,
    correction: Correction,
    *,
    regimes: Sequence[Regime],
    new_id: Callable[[], UUID],
) -> Corrected:
    """Return the corrected case with every change. Raises Permanent, with the reason, where there is none to make."""
    items, changes = list(case.items), list(_about_case(case, correction))
    added: tuple[RequestItem, ...] = ()
    if correction.rescoped is not None:
        place, item = _open_item(items, correction.rescoped[0])
        items[place] = _rescoped(item, correction.rescoped[1], items, regimes)
        changes.append(
            Change(what="right", before=right_name(item.key), after=right_name(items[place].key))
        )
    if correction.not_asked is not None:
        place, item = _open_item(items, correction.not_asked)
        if item.state not in BEFORE_WORK:
            raise Permanent(
                f"work on {item.right} has begun: the person takes it back, or it is answered"
            )
        items[place] = replace(item, state=ItemState.NOT_A_REQUEST)
        changes.append(Change(what="right", before=right_name(item.key), after=None))
    if correction.added is not None:
        new = _new_item(correction.added, items, regimes, new_id())
        added = (new,)
        changes.append(Change(what="right", before=None, after=right_name(new.key)))
    if not changes:
        raise Permanent("nothing would change: the case is understood like that already")
    changed = tuple(now for now, was in zip(items, case.items, strict=True) if now != was)
    after = _with_clocks(case, (*items, *added), correction, regimes)
    return Corrected(
        case=after,
        added=added,
        items=changed,
        changes=(*changes, *_moved(case, after)),
    )


def _about_case(case: Case, correction: Correction) -> Sequence[Change]:
    wanted = (
        ("lane", case.lane, correction.lane),
        ("language", case.language, correction.language),
    )
    return [
        Change(what=what, before=str(before), after=str(after))
        for what, before, after in wanted
        if after is not None and after != before
    ]


def _open_item(items: Sequence[RequestItem], asked: Asked) -> tuple[int, RequestItem]:
    """Return the open right with its place; a right without scope means the only one of its kind."""
    right, scope = asked
    found = [
        (place, item) for place, item in enumerate(items) if item.is_open and item.right is right
    ]
    exact = [one for one in found if one[1].scope is scope]
    if exact or (len(found) == 1 and scope is None):
        return (exact or found)[0]
    raise Permanent(f"the case asks for no {right_name(asked)}, or not any more")


def _rescoped(
    item: RequestItem, scope: Scope | None, items: Sequence[RequestItem], regimes: Sequence[Regime]
) -> RequestItem:
    if item.scope is scope:
        raise Permanent(f"the scope is {scope or 'none'} already")
    _require_new(items, (item.right, scope))
    due = completion_due(item.received_at, item.right, regimes, scope=scope)
    return replace(item, scope=scope, due=_earlier(item.due, due))


def _new_item(
    found: Found, items: Sequence[RequestItem], regimes: Sequence[Regime], item_id: UUID
) -> RequestItem:
    claim = found.claim
    _require_new(items, claim.key)
    return RequestItem(
        item_id=item_id,
        inbound_id=found.inbound_id,
        right=claim.right,
        scope=claim.scope,
        confidence=claim.confidence,
        part=claim.part,
        quote=claim.quote,
        start=claim.start,
        end=claim.end,
        reason=claim.reason,
        received_at=found.received_at,
        due=completion_due(found.received_at, claim.right, regimes, scope=claim.scope),
    )


def _require_new(items: Sequence[RequestItem], asked: Asked) -> None:
    if any(item.is_open and item.key == asked for item in items):
        raise Permanent(f"the case asks for {right_name(asked)} already")


def _with_clocks(
    case: Case, items: tuple[RequestItem, ...], correction: Correction, regimes: Sequence[Regime]
) -> Case:
    lane = correction.lane or case.lane
    acknowledge = acknowledgement_due(case.received_at, regimes, lane=lane)
    own_due = lane_due(case.received_at, lane, regimes)
    if own_due is None and not any(item.is_open for item in items):
        own_due = any_right_due(case.received_at, regimes)  # until a person closes it
    return replace(
        case,
        items=items,
        lane=lane,
        language=correction.language or case.language,
        acknowledge=_earlier(case.acknowledge, acknowledge),
        own_due=own_due,
    )


def _earlier(held: Due, counted: Due) -> Due:
    return counted if counted.expires_at < held.expires_at else held


def _moved(before: Case, after: Case) -> Sequence[Change]:
    dates = (
        ("acknowledge_by", before.acknowledge, after.acknowledge),
        ("due", before.due, after.due),
    )
    return [
        Change(what=what, before=_day(was), after=_day(now))
        for what, was, now in dates
        if was != now
    ]


def _day(due: Due | None) -> str | None:
    return due.on.isoformat() if due else None

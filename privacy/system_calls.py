"""What systems are asked to do by signed messages: which kind a right becomes, what it says, and when it is tried again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from privacy.instants import require_utc
from privacy.rights import Right, Scope


class Way(StrEnum):
    """How a system is asked: by its people, by a signed message to it, or by SendGrid's own erasure."""

    STAFF = "staff"
    WEBHOOK = "webhook"
    SENDGRID = "sendgrid"


class Identifier(StrEnum):
    """What a system can be told about whose data it is: addresses, or the product's own ids of the person."""

    ADDRESS = "address"
    PERSON = "person"


class CallKind(StrEnum):
    """The types of messages to a system (docs/product-calls.md)."""

    RIGHT_EXECUTE = "right.execute"
    PROCESSING_RESTRICT = "processing.restrict"
    PROCESSING_LIFT = "processing.lift"
    MARKETING_STOP = "marketing.stop"
    PREFERENCE_CHANGED = "preference.changed"
    ANALYTICS_OPT_OUT = "analytics.opt_out"  # as this and the next were asked before; what is queued keeps its words
    CONSENT_WITHDRAWN = "consent.withdrawn"
    ERASURE_CANCELLED = "erasure.cancelled"


class CallState(StrEnum):
    """PENDING waits for its time, LEASED is under way, TAKEN was accepted; DONE, FAILED and CANCELLED are final."""

    PENDING = "pending"
    LEASED = "leased"
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class SystemWay:
    """How one system is asked, and which identifiers it needs: it is told no others.

    `confirms_people`: its word that somebody is signed in counts.
    """

    way: Way = Way.STAFF
    identifiers: tuple[Identifier, ...] = (Identifier.ADDRESS,)
    confirms_people: bool = False

    def carries_out(self, right: Right) -> bool:
        """Say whether the system can be asked for this right by itself; SendGrid erases, and nothing else."""
        return self.way is Way.WEBHOOK or (self.way is Way.SENDGRID and right is Right.ERASURE)


BY_STAFF = SystemWay()
# The most special row first; what is in none is a plain order to execute the right.
_KINDS: Mapping[tuple[Right, Scope | None], CallKind] = {
    (Right.OBJECTION, Scope.MARKETING): CallKind.MARKETING_STOP,
    (Right.OBJECTION, Scope.ANALYTICS): CallKind.PREFERENCE_CHANGED,
    (Right.WITHDRAW_CONSENT, Scope.MARKETING): CallKind.MARKETING_STOP,
    (Right.WITHDRAW_CONSENT, None): CallKind.PREFERENCE_CHANGED,
    (Right.RESTRICTION, None): CallKind.PROCESSING_RESTRICT,
}
# What a system hears when the person takes a right back that it may have heard of.
TAKEN_BACK: Mapping[Right, CallKind] = {
    Right.ERASURE: CallKind.ERASURE_CANCELLED,
    Right.RESTRICTION: CallKind.PROCESSING_LIFT,
}


def kind_of(right: Right, scope: Scope | None) -> CallKind:
    """Return the type of the message that asks a system to carry out a right."""
    special = _KINDS.get((right, scope)) or _KINDS.get((right, None))
    return special or CallKind.RIGHT_EXECUTE


@dataclass(frozen=True, kw_only=True)
class SystemOrder:
    """What one message says. `task` None: nothing is to be reported back; `due_on` None: at once.

    `workspaces` are the product's ids of those to which the person belongs today; only a preference names them.
    """

    kind: CallKind
    case: str
    right: Right
    scope: Scope | None
    subject: Mapping[Identifier, tuple[str, ...]] = field(repr=False)
    region: str
    task: UUID | None = None
    due_on: date | None = None
    workspaces: tuple[str, ...] = ()


def order_body(order: SystemOrder, at: datetime) -> str:
    """Return the message as JSON; the same text goes out at every attempt."""
    require_utc(at=at)
    data: dict[str, object] = {
        "case": order.case,
        "task": None if order.task is None else str(order.task),
        "right": order.right,
        "scope": order.scope,
        "subject": {name: list(values) for name, values in order.subject.items()},
        "due_on": None if order.due_on is None else order.due_on.isoformat(),
        "region": order.region,
    }
    if order.kind is CallKind.PREFERENCE_CHANGED:
        data |= _preference(order)
    message = {"type": order.kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def _preference(order: SystemOrder) -> dict[str, object]:
    """An objection or a withdrawal holds from the moment at which it is heard; `due_on` is when it is shown at the latest."""
    return {
        "preference": "analytics" if order.right is Right.OBJECTION else "consent",
        "value": "off",
        "effective": "at_once",
        "workspaces": list(order.workspaces),
    }


# Waiting times after the first, second, … failed attempt; after the last one a person takes the task.
BACK_OFF: tuple[timedelta, ...] = (
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
LEASE = timedelta(minutes=3)
JITTER = (
    0.2  # of a waiting time, up or down: systems that come back are not met by all calls at once
)
LONGEST_OBEYED_WAIT = timedelta(hours=12)
ANSWER_WITHIN = timedelta(
    days=3
)  # after it took an order; then a person looks, not later than its day


@dataclass(frozen=True, kw_only=True)
class NextCall:
    """What becomes of an order that did not get through: tried again `at`; None: given up, for the reason."""

    at: datetime | None
    reason: str


def next_call(
    attempts: int, *, share: float, now: datetime, asked_to_wait: timedelta | None = None
) -> NextCall:
    """Return when to try again after `attempts` failures. `share`, from 0 to 1, is the caller's chance."""
    require_utc(now=now)
    if attempts > len(BACK_OFF):
        return NextCall(at=None, reason=f"out-of-reach-{attempts}-times")
    wait = BACK_OFF[max(attempts, 1) - 1] * (1 + JITTER * (2 * share - 1))
    if asked_to_wait is not None:
        wait = max(wait, min(asked_to_wait, LONGEST_OBEYED_WAIT))
    return NextCall(at=now + wait, reason="retry-later")

"""Whose data it is, per case and per right: controller, processor, both, or unknown, with reasons; never a guess.

A finding is for staff. No letter to the person may differ by it before the person is proved (letters.md section 1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from privacy.directory import DirectoryState, HeldStanding, Known, Standing
from privacy.rights import Right, Scope

NO_ADDRESS = "no-believable-address"
NOT_LISTED = "not-in-directory"


class FoundRole(StrEnum):
    """In which role we hold the data (GDPR Art. 4(7) and (8)); BOTH splits the case (law.md section 1)."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"
    BOTH = "both"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class RoleFinding:
    """The role with its reasons. `waits`: the directory could not be relied on, and is asked again."""

    role: FoundRole
    reasons: tuple[str, ...]
    waits: bool = False


@dataclass(frozen=True, kw_only=True)
class ItemRole:
    """The role in which we answer one right, with the code of the row that says so."""

    role: FoundRole
    reason: str


def find_role(
    known: Known | None, state: DirectoryState, *, now: datetime, stale_after: timedelta
) -> RoleFinding:
    """Return the role for the person behind the addresses of a case; `known` None: there is no address.

    Who is not listed may be a visitor, or a lead that a customer added since: nobody knows, so nothing is guessed.
    """
    missing = state.missing(now, stale_after)
    if missing is not None:
        return RoleFinding(role=FoundRole.UNKNOWN, reasons=(missing,), waits=True)
    if known is None:
        return RoleFinding(role=FoundRole.UNKNOWN, reasons=(NO_ADDRESS,))
    reasons = (*dict.fromkeys(_reason(one) for one in known.standings), *_leads(known.lead_of))
    role = _ROLES[bool(known.standings), bool(known.lead_of)]
    return RoleFinding(role=role, reasons=reasons or (NOT_LISTED,))


def item_role(found: FoundRole, right: Right, scope: Scope | None) -> ItemRole:
    """Return the role in which one right is answered: the first row of the table that holds."""
    for reason, holds, role in ITEM_ROLES:
        if holds(found, right, scope):
            return ItemRole(role=role or found, reason=reason)
    raise AssertionError("the last row of ITEM_ROLES always holds")


_ROLES = {
    (True, False): FoundRole.CONTROLLER,
    (False, True): FoundRole.PROCESSOR,
    (True, True): FoundRole.BOTH,
    (False, False): FoundRole.UNKNOWN,
}
_REASONS = {
    Standing.OWNER: "owner-of-workspace",
    Standing.MEMBER: "member-of-workspace",
    Standing.CONTACT: "marketing-contact",
}

_Row = tuple[str, Callable[[FoundRole, Right, Scope | None], bool], FoundRole | None]

# From top to bottom; a row without a role takes that of the case. A lawyer can review it.
ITEM_ROLES: tuple[_Row, ...] = (
    # Our own marketing stops for whoever asks, known or not (law.md section 14); a customer hears of it as well
    # where the person is one of its leads, for its mail is what a lead most likely means.
    (
        "own-marketing-stops-customer-is-told",
        lambda found, _, scope: (
            scope is Scope.MARKETING and found in {FoundRole.PROCESSOR, FoundRole.BOTH}
        ),
        FoundRole.BOTH,
    ),
    (
        "own-marketing-stops",
        lambda _found, _right, scope: scope is Scope.MARKETING,
        FoundRole.CONTROLLER,
    ),
    # Telemetry is about those who use the product: a lead has none.
    (
        "own-telemetry",
        lambda found, _, scope: scope is Scope.ANALYTICS and found is FoundRole.BOTH,
        FoundRole.CONTROLLER,
    ),
    ("as-the-case", lambda _found, _right, _scope: True, None),
)


def _reason(held: HeldStanding) -> str:
    name = _REASONS[held.standing]
    if held.left_at is not None:
        return f"former-{name}"
    return name if held.holds else f"{name}-by-former-address"


def _leads(number: int) -> tuple[str, ...]:
    """How many, never which: a customer's name is nothing that a reason may tell."""
    return (
        ()
        if not number
        else ("lead-of-one-workspace" if number == 1 else f"lead-of-{number}-workspaces",)
    )

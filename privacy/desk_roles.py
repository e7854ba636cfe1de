"""What each role of the desk may do: roles, actions, and one decision with its reason.

Who approves which letter is another table (`privacy/approvers.py`): this one opens doors, that one counts signatures.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is at the desk; one person may be several."""

    VIEWER = "viewer"
    CASE_WORKER = "case_worker"
    APPROVER = "approver"
    DPO = "dpo"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What can be done at the desk; each page and each form of it needs exactly one of these."""

    OWN = "own"
    SEE = "see"
    CORRECT = "correct"
    DRAFT = "draft"
    APPROVE = "approve"
    OPINION = "opinion"
    DECIDE_IDENTITY = "decide_identity"
    CLOCK = "clock"
    MERGE = "merge"
    HOLD = "hold"
    NOTICES = "notices"
    SUPPRESS = "suppress"
    DIRECTORY = "directory"
    AUDIT = "audit"
    REPORTS = "reports"
    SETTINGS = "settings"
    USERS = "users"


# Whoever is one of these decides in the name of the company (the setting `staff` says the same by address).
@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether it may be done, and the code of the reason."""

    allowed: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class RoleTable:
    """What each role may do."""

    granted: Mapping[Role, frozenset[Action]]

    def may(self, roles: AbstractSet[Role], action: Action) -> Decision:
        """Return whether somebody with these roles may do it; the reason names the first role that lets them."""
        for role in Role:
            if role in roles and action in self.granted[role]:
                return Decision(allowed=True, reason=f"role:{role}")
        return Decision(allowed=False, reason="no_role" if not roles else f"not_for:{action}")

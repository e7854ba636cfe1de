"""Where the rights of a case stand, as its person is told: in the words of a letter, and beside them for programs.

Nothing here says more than the letter does in words, and nothing names a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from privacy.rights import Right, Scope

VERSION = 1  # of the form that programs read; a change that breaks a reader raises it


class Stand(StrEnum):
    """Where one right stands. In this order the first one of a case is that of the case."""

    WAITING_FOR_YOU = "waiting_for_you"
    RESTING = "resting"
    RECEIVED = "received"
    WORKING = "working"
    ANSWERED = "answered"
    REFUSED = "refused"
    PARTLY = "partly"
    FULFILLED = "fulfilled"
    PASSED_ON = "passed_on"
    NOT_PROVED = "not_proved"
    WITHDRAWN = "withdrawn"


_ORDER = tuple(Stand)


@dataclass(frozen=True, kw_only=True)
class RightStand:
    """One right: where it stands, the day of our answer where the letter names one, and the sort of a refusal's ground."""

    right: Right
    scope: Scope | None
    stand: Stand
    answer_by: date | None = None
    ground: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseStand:
    """Where the rights stand of which a letter speaks."""

    received_on: date
    rights: tuple[RightStand, ...]

    @property
    def stand(self) -> Stand:
        """Where the case stands: what asks most of anybody; `received` where no right is known yet."""
        found = [one.stand for one in self.rights]
        return min(found, key=_ORDER.index, default=Stand.RECEIVED)

    @property
    def answer_by(self) -> date | None:
        """The first day of an answer that the letter names."""
        return min((one.answer_by for one in self.rights if one.answer_by), default=None)

    def as_values(self, reference: str) -> dict[str, object]:
        """Return the form that programs read (docs/conversation.md): codes and days, no personal data."""
        return {
            "version": VERSION,
            "case": reference,
            "status": str(self.stand),
            "received": self.received_on.isoformat(),
            "requests": [_values(one) for one in self.rights],
        }


def _values(one: RightStand) -> dict[str, object]:
    return {
        "right": str(one.right),
        "scope": None if one.scope is None else str(one.scope),
        "status": str(one.stand),
        "answer_by": None if one.answer_by is None else one.answer_by.isoformat(),
        "ground": one.ground,
    }

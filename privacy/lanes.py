"""What happens in each lane: who gets the mail, the first letter, and what ends it; values of one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from privacy.rights import Lane


class Desk(StrEnum):
    """Who in the house gets mail of a lane."""

    HANDLER = "handler"
    DPO = "dpo"
    SECURITY = "security"
    SUPPORT = "support"


class FirstLetter(StrEnum):
    """How the writer hears of us first; `none` where no letter is owed, or a person answers as they see fit."""

    BY_ITSELF = "by_itself"
    BY_PERSON = "by_person"
    NONE = "none"


class Closing(StrEnum):
    """What has to be done before a case of the lane may be closed."""

    RIGHTS_ENDED = "rights_ended"
    OUTCOME_TOLD = "outcome_told"
    TAKEN_OVER = "taken_over"
    ANSWERED = "answered"
    SEEN = "seen"


@dataclass(frozen=True, kw_only=True)
class LaneRow:
    """The rules of one lane. `at_once`: it is a case without any right, and a person acts before all other work.

    `letter` names the letter of the first answer, None where there is none; `source` is where the rule comes from.
    """

    lane: Lane
    to: tuple[Desk, ...]
    at_once: bool
    first_letter: FirstLetter
    letter: str | None
    closing: Closing
    source: str


@dataclass(frozen=True)
class LaneTable:
    """The rules of all lanes."""

    rows: Mapping[Lane, LaneRow]

    def __post_init__(self) -> None:
        missing = [str(lane) for lane in Lane if lane not in self.rows]
        if missing:
            raise ValueError(f"a lane has no rules: {', '.join(missing)}")

    def of(self, lane: Lane) -> LaneRow:
        """Return the rules of a lane."""
        return self.rows[lane]

    @cached_property
    def at_once(self) -> frozenset[Lane]:
        """The lanes in which a person must act at once, whether or not a right is asked for."""
        return frozenset(lane for lane, row in self.rows.items() if row.at_once)

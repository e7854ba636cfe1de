"""Whom nobody may write to or measure again: the lists, and what puts an address on one at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from privacy.directory_lines import WrongLine, address_in
from privacy.instants import require_utc
from privacy.rights import FORWARDED, RightClaim, Scope
from privacy.witness import MODEL_RULE

COLUMNS = ("address", "list", "reason")
Word = TypeVar("Word", bound=StrEnum)


class SuppressionList(StrEnum):
    """What is kept from an address: marketing, analytics, being uploaded again after an erasure, or product updates."""

    MARKETING = "marketing"
    ANALYTICS = "analytics"
    ERASURE = "erasure"
    UPDATES = "updates"


# Updates are marketing in the eyes of the law: whoever objected to that gets none (ePrivacy Directive Art. 13(2)).
# Letters and policy notices ask no list at all.
ENDS_UPDATES = frozenset(
    {SuppressionList.UPDATES, SuppressionList.MARKETING, SuppressionList.ERASURE}
)


class SuppressionReason(StrEnum):
    """Why an address is on a list."""

    OBJECTION = "objection"
    WITHDRAWAL = "withdrawal"
    ERASURE = "erasure"
    BY_HAND = "by_hand"
    IMPORTED = "imported"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppression:
    """One address on one list. The address is hashed when it is stored and kept nowhere.

    `case_id` is the case that asked for it, None where no case did.
    """

    address: str = field(repr=False)
    on: SuppressionList
    reason: SuppressionReason
    added_at: datetime
    added_by: str
    case_id: UUID | None = None

    def __post_init__(self) -> None:
        require_utc(added_at=self.added_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class SuppressionLine:
    """One line of a file: an address for a list, or the one thing that is wrong with it. `place` counts from 1."""

    place: int
    address: str = field(default="", repr=False)
    on: SuppressionList = SuppressionList.MARKETING
    reason: SuppressionReason = SuppressionReason.IMPORTED
    wrong: str | None = None


def read_suppression(
    place: int, fields: Mapping[str, str], default: SuppressionList | None
) -> SuppressionLine:
    """Return the line that the fields make; `default` is the list of one that names none. Raises WrongLine."""
    address = address_in(fields)
    on = _one_of(SuppressionList, "list", fields.get("list", ""), default)
    reason = _one_of(
        SuppressionReason, "reason", fields.get("reason", ""), SuppressionReason.IMPORTED
    )
    return SuppressionLine(place=place, address=address, on=on, reason=reason)


def _one_of(words: type[Word], name: str, text: str, default: Word | None) -> Word:
    text = text.strip().lower()
    if not text and default is not None:
        return default
    if text not in list(words):
        raise WrongLine(f"{name}: is none of {', '.join(words)}")
    return words(text)


def may_get_updates(lists: Iterable[SuppressionList]) -> bool:
    """Say whether an address on these lists may be sent product updates."""
    return ENDS_UPDATES.isdisjoint(lists)


def surely_ends_marketing(claims: Iterable[RightClaim], *, threshold: float) -> bool:
    """Say whether the writer's own words surely object to marketing: then it stops at once (GDPR Art. 21(3)).

    Only the rules decide that. No proof of identity is asked for it: the error costs a newsletter (law.md section 12).
    """
    return any(
        claim.scope is Scope.MARKETING
        and claim.confidence >= threshold
        and claim.reason != MODEL_RULE
        and not claim.part.startswith(FORWARDED)
        for claim in claims
    )

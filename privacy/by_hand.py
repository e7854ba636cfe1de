"""A request that came by no mail: how it arrived, what staff say that it asks for, and how its writer is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from privacy.deadlines import Asked
from privacy.rights import Classification, Lane, RightClaim

BY_HAND = "by-hand"  # the `reason` of a claim that only a member of staff makes


class Channel(StrEnum):
    """The way by which a request came that was no mail; any way is a valid one (EDPB Guidelines 01/2022)."""

    POST = "post"
    PHONE = "phone"
    CHAT = "chat"


# A request without any of its words in it: people ask for rights in these lanes only when staff say so.
_WITHOUT_RIGHTS = frozenset(
    {Lane.OTHER, Lane.UNCLEAR, Lane.SUPPORT, Lane.VENDOR, Lane.POLICY_QUESTION, Lane.UNSUBSCRIBE}
)


def as_told(
    found: Classification, told: Sequence[Asked], lane: Lane | None = None
) -> Classification:
    """Return what the request asks for: what staff say, in the words that the rules found for it, else what was found.

    A right that staff name and the rules do not see has no words of its own: its quote is empty.
    """
    if not told:
        return replace(found, lane=lane or found.lane)
    words = {claim.key: claim for claim in found.rights}
    rights = tuple(words.get(asked) or claim_by_hand(asked) for asked in dict.fromkeys(told))
    moved = Lane.RIGHTS if found.lane in _WITHOUT_RIGHTS else found.lane
    return replace(found, rights=rights, lane=lane or moved, needs_human=False)


def claim_by_hand(asked: Asked, *, quote: str = "", start: int = 0) -> RightClaim:
    """Return the claim that a member of staff makes, about these words of the text or about none."""
    right, scope = asked
    return RightClaim(
        right=right,
        scope=scope,
        confidence=1.0,
        part="text",
        quote=quote,
        start=start,
        end=start + len(quote),
        reason=BY_HAND,
    )


def is_utf8(text: str) -> bool:
    """Return whether the text can be written in UTF-8: bytes of a command line that are none come in as half characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

"""Whether everything is accounted for: each message is in one place, each case is answered or says why not, each letter has a fate."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from privacy.deciding import Outcome


class Bucket(StrEnum):
    """Where a message is; UNACCOUNTED is what must not be."""

    CASE = "case"
    HELD = "held"
    AUTO = "auto"
    BULK = "bulk"
    SPAM = "spam"
    BOUNCE = "bounce"
    DUPLICATE = "duplicate"
    HISTORY = "history"
    OWN_COPY = "own_copy"
    QUARANTINE = "quarantine"
    DISMISSED = "dismissed"
    WAITING = "waiting"
    MOVED = "moved"  # its bytes and its case are in the database of another region
    UNACCOUNTED = "unaccounted"


class Answered(StrEnum):
    """Whether the person of a case was told that it is there, or why not."""

    SENT = "sent"
    ON_ITS_WAY = "on_its_way"
    WAITS_FOR_A_PERSON = "waits_for_a_person"
    MERGED = "merged"  # its person is written to in the case that it is part of
    BY_HAND = "by_hand"  # staff entered the request: they have the person before them
    NOBODY = "nobody"  # there is no believable address
    CLOSED = "closed"  # with its reason in the trail
    UNACCOUNTED = "unaccounted"


class Fate(StrEnum):
    """What became of a letter."""

    WAITS = "waits"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    FAILED = "failed"
    UNACCOUNTED = "unaccounted"


@dataclass(frozen=True, kw_only=True)
class MessageFacts:
    """What the ledger says of a message. `is_due`: a worker will look at it by itself."""

    outcome: Outcome | None
    is_due: bool
    is_quarantined: bool
    is_dismissed: bool
    is_moved: bool
    has_case: bool
    has_reason: bool


@dataclass(frozen=True, kw_only=True)
class FolderCount:
    """A folder as the server shows it against the ledger: UIDs `below` the cursor have to be known."""

    on_server: int
    known: int
    not_read_yet: int
    lost: tuple[int, ...]


def bucket_of(facts: MessageFacts) -> Bucket:
    """Return where the message is."""
    if facts.is_moved:
        return Bucket.MOVED
    if facts.is_dismissed:
        return Bucket.DISMISSED
    if facts.is_quarantined or facts.outcome is Outcome.QUARANTINED:
        return Bucket.QUARANTINE
    if facts.outcome is None:
        return Bucket.WAITING if facts.is_due else Bucket.UNACCOUNTED
    return _decided(facts, facts.outcome)


def _decided(facts: MessageFacts, outcome: Outcome) -> Bucket:
    """A case has to be there, and spam to say why it was taken for spam."""
    if outcome is Outcome.CASE and not facts.has_case:
        return Bucket.UNACCOUNTED
    if outcome is Outcome.SPAM and not facts.has_reason:
        return Bucket.UNACCOUNTED
    return Bucket(outcome.value)


def answered(reasons: Collection[Answered]) -> Answered:
    """Return the strongest of what is known, in the order of the list; nothing at all is unaccounted for."""
    return next((one for one in Answered if one in reasons), Answered.UNACCOUNTED)


def count_folder(
    uids: Collection[int], known: Collection[int], *, read_through: int
) -> FolderCount:
    """Compare what is on the server with what was taken in; a UID up to `read_through` should be known."""
    missing = sorted(set(uids) - set(known))
    lost = tuple(uid for uid in missing if uid <= read_through)
    return FolderCount(
        on_server=len(set(uids)),
        known=len(set(uids)) - len(missing),
        not_read_yet=len(missing) - len(lost),
        lost=lost,
    )

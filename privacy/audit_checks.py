"""Judges a trail: is each chain whole, is each end there that a segment wrote down, is each segment the next one."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from privacy.audit import GENESIS
from privacy.audit_segments import Anchor, Segment, digest_of, segment_hash


class Fault(StrEnum):
    """What can be wrong with a trail."""

    EVENT_CHANGED = "event_changed"  # an event, or the order of events
    END_MOVED = "end_moved"  # a chain does not end where it was last
    ANCHOR_LOST = "anchor_lost"  # what a segment wrote down is not there, or was written anew
    SEGMENT_CHANGED = "segment_changed"  # the ends of a segment are not those that it covers
    SEGMENT_MISSING = "segment_missing"
    SIGNATURE_WRONG = "signature_wrong"
    UNKNOWN_ANCHOR = "unknown_anchor"  # a hash that was kept elsewhere is in no segment


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong: where, as a chain's id or a segment's number, and at which place."""

    fault: Fault
    where: str
    place: int | None = None


@dataclass(frozen=True, kw_only=True)
class ChainLink:
    """An event as the chain holds it, so that anybody can count the links anew; an erased payload and its salt are ''."""

    position: int
    kind: str
    at: str
    actor: str
    payload: str
    salt: str
    payload_digest: str
    link: str


@dataclass(kw_only=True)
class ChainCheck:
    """Walks along one chain, event by event, and finds what is wrong with it; it keeps the last link only."""

    chain: str
    anchors: deque[Anchor] = field(default_factory=deque)
    length: int = 0
    head: str = GENESIS
    found: list[Finding] = field(default_factory=list)

    def take(self, link: ChainLink) -> None:
        """Look at the next event; after the first that does not hold, the rest of the chain says nothing more."""
        if any(one.fault is Fault.EVENT_CHANGED for one in self.found):
            return
        if link.position != self.length or not _holds(self.chain, link, self.head):
            self._find(Fault.EVENT_CHANGED, self.length)
            return
        self.length, self.head = link.position + 1, link.link
        while self.anchors and self.anchors[0].length <= self.length:
            anchor = self.anchors.popleft()
            if (anchor.length, anchor.head) != (self.length, self.head):
                self._find(Fault.ANCHOR_LOST, anchor.length)

    def end(self, length: int, head: str) -> list[Finding]:
        """Return what is wrong, now that the last event was looked at and the chain should end so."""
        if not self.found and (length, head) != (self.length, self.head):
            self._find(Fault.END_MOVED, self.length)
        if self.anchors:
            self._find(Fault.ANCHOR_LOST, self.anchors[-1].length)
        return self.found

    def _find(self, fault: Fault, place: int) -> None:
        self.found.append(Finding(fault=fault, where=self.chain, place=place))


def check_segment(
    segment: Segment, anchors: Sequence[Anchor], previous: Segment | None, *, is_signed: bool
) -> list[Finding]:
    """Return what is wrong with a segment that comes after `previous`, None for the first one."""
    number = 1 if previous is None else previous.number + 1
    before = GENESIS if previous is None else segment_hash(previous)
    faults = []
    if segment.number != number or segment.previous != before:
        faults.append(Fault.SEGMENT_MISSING)
    if len(anchors) != segment.chains or digest_of(anchors) != segment.digest:
        faults.append(Fault.SEGMENT_CHANGED)
    if not is_signed:
        faults.append(Fault.SIGNATURE_WRONG)
    return [Finding(fault=fault, where=f"segment {segment.number}") for fault in faults]


def unknown_anchors(kept_elsewhere: Iterable[str], hashes: frozenset[str]) -> list[Finding]:
    """Return the hashes that somebody kept elsewhere and that no segment has any more."""
    lost = sorted(set(kept_elsewhere) - hashes)
    return [Finding(fault=Fault.UNKNOWN_ANCHOR, where=one) for one in lost]


def _holds(chain: str, link: ChainLink, previous: str) -> bool:
    if bool(link.payload) != bool(link.salt):
        return False  # erasure takes both
    if link.payload:
        salted = bytes.fromhex(link.salt) + link.payload.encode()
        if hashlib.sha256(salted).hexdigest() != link.payload_digest:
            return False
    head = [chain, link.kind, link.at, link.actor, link.payload_digest, previous]
    return hashlib.sha256("|".join(head).encode()).hexdigest() == link.link

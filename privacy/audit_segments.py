"""Segments of the trail: now and then the ends of all chains that grew are written down together, and signed.

A chain alone proves its own order, and nothing of a chain that is gone whole. A segment names the ends of many chains
and covers the segment before, so that whoever keeps the hash of one segment elsewhere can tell later whether anything
that was there then was changed or taken away since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from privacy.audit import GENESIS
from privacy.instants import require_utc


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """The end of a chain as a segment wrote it down: how many links it had, and the last of them."""

    chain: UUID
    length: int
    head: str


@dataclass(frozen=True, kw_only=True)
class Segment:
    """What one segment says of itself. The first has the number 1 and GENESIS before it."""

    number: int
    at: datetime
    chains: int
    digest: str
    previous: str

    def __post_init__(self) -> None:
        require_utc(at=self.at)


def next_segment(last: Segment | None, anchors: Sequence[Anchor], at: datetime) -> Segment:
    """Return the segment that writes down these ends after the last one."""
    return Segment(
        number=1 if last is None else last.number + 1,
        at=at,
        chains=len(anchors),
        digest=digest_of(anchors),
        previous=GENESIS if last is None else segment_hash(last),
    )


def digest_of(anchors: Sequence[Anchor]) -> str:
    """Return the hash over the ends, in the order of their chains' ids, whatever order they come in."""
    covered = hashlib.sha256()
    for anchor in sorted(anchors, key=lambda one: one.chain):
        covered.update(f"{anchor.chain}|{anchor.length}|{anchor.head}\n".encode())
    return covered.hexdigest()


def segment_text(segment: Segment) -> bytes:
    """Return the bytes that are hashed and signed."""
    head = [
        str(segment.number),
        segment.at.isoformat(),
        str(segment.chains),
        segment.digest,
        segment.previous,
    ]
    return "|".join(head).encode()


def segment_hash(segment: Segment) -> str:
    """Return the hash by which the next segment, and whoever keeps it elsewhere, knows this one."""
    return hashlib.sha256(segment_text(segment)).hexdigest()

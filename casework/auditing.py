"""Looks the whole trail through: every chain, every segment, and what no segment covers yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from privacy.audit import GENESIS
from privacy.audit_checks import ChainCheck, Finding, check_segment, unknown_anchors
from privacy.audit_segments import Segment, segment_hash, segment_text
from storage.anchors import (
    anchors_of_chains,
    anchors_of_segment,
    chains_after,
    close_segment,
    oldest_unanchored,
    segments_in_order,
)
from storage.database import Database, Reading
from storage.signing import is_signed, public_key_of
from storage.trail_pages import ends_of_chains, links_of_chains


@dataclass(frozen=True, kw_only=True)
class TrailReport:
    """What a look through the trail found. `last` and `last_hash` are None where nothing was written down yet."""

    chains: int
    events: int
    segments: int
    last: Segment | None
    last_hash: str | None
    unanchored: int  # events that no segment covers: an end that was cut off there is not missed
    unanchored_since: datetime | None
    findings: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def write_down_ends(database: Database, now: datetime) -> list[Segment]:
    """Write the ends of all chains that grew into signed segments, and return these."""
    written: list[Segment] = []
    while True:
        with database.transaction() as transaction:
            segment = close_segment(transaction, now)
        if segment is None:
            return written
        written.append(segment)


def look_through(database: Database, kept_elsewhere: Sequence[str] = ()) -> TrailReport:
    """Return what is in the trail and what is wrong with it.

    `kept_elsewhere` are hashes of segments that somebody wrote down outside this database.
    """
    with database.reading() as reading:
        found, last, hashes = _look_at_segments(reading)
        chains = events = anchored = 0
        for check, wrong, covered in _look_at_chains(reading):
            chains, events, anchored = chains + 1, events + check.length, anchored + covered
            found.extend(wrong)
        since = oldest_unanchored(reading)
    found.extend(unknown_anchors(kept_elsewhere, frozenset(hashes)))
    return TrailReport(
        chains=chains,
        events=events,
        segments=len(hashes),
        last=last,
        last_hash=hashes[-1] if hashes else None,
        unanchored=max(events - anchored, 0),
        unanchored_since=since,
        findings=tuple(found),
    )


def _look_at_segments(reading: Reading) -> tuple[list[Finding], Segment | None, list[str]]:
    key, found, hashes = public_key_of(reading.ring), [], []
    previous: Segment | None = None
    for signed in segments_in_order(reading):
        segment = signed.segment
        found += check_segment(
            segment,
            anchors_of_segment(reading, segment.number),
            previous,
            is_signed=is_signed(key, signed.signature, segment_text(segment)),
        )
        hashes.append(segment_hash(segment))
        previous = segment
    return found, previous, hashes


def _look_at_chains(reading: Reading) -> Iterator[tuple[ChainCheck, list[Finding], int]]:
    """Yield each chain as it was walked along, what is wrong with it, and how many of its events a segment covers."""
    last: UUID | None = None
    while chains := chains_after(reading, last):
        anchored, ends = anchors_of_chains(reading, chains), ends_of_chains(reading, chains)
        checks = {
            chain: ChainCheck(
                chain=str(chain), anchors=deque(one.anchor for one in anchored.get(chain, ()))
            )
            for chain in chains
        }
        for chain, links in groupby(links_of_chains(reading, chains), key=lambda one: one[0]):
            for _, link in links:
                checks[chain].take(link)
        for chain, check in checks.items():
            reached = anchored.get(chain)
            covered = min(reached[-1].anchor.length, check.length) if reached else 0
            yield check, check.end(*ends.get(chain, (0, GENESIS))), covered
        last = chains[-1]

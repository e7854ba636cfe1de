"""Writes the ends of grown chains down in signed segments, and reads segments and ends back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Subquery, Table, bindparam, func, or_, select, union, update

from privacy.audit_segments import Anchor, Segment, next_segment, segment_text
from storage.anchor_rows import AUDIT_ANCHOR, AUDIT_SEGMENT
from storage.postgres import Lock
from storage.signing import sign
from storage.tables import AUDIT_CHAIN, AUDIT_EVENT
from storage.transactions import AnyRow, Reading, Transaction

AT_ONCE = 5_000  # chains in one segment
PAGE = 500
GREW = or_(AUDIT_CHAIN.c.anchored.is_(None), AUDIT_CHAIN.c.length > AUDIT_CHAIN.c.anchored)


@dataclass(frozen=True, kw_only=True)
class SignedSegment:
    """A segment and the desk's signature over it."""

    segment: Segment
    signature: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Anchored:
    """The end of a chain in the segment that wrote it down."""

    segment: int
    anchor: Anchor


def close_segment(transaction: Transaction, now: datetime) -> Segment | None:
    """Write down the ends of chains that grew, at most AT_ONCE; returns the segment, None where none grew.

    One writer at a time: the segments are a chain themselves.
    """
    transaction.lock(Lock.SEGMENT)
    anchors = _grown(transaction)
    if not anchors:
        return None
    last = last_segment(transaction)
    segment = next_segment(last.segment if last else None, anchors, now)
    _keep_segment(transaction, segment)
    _keep_anchors(transaction, segment.number, anchors)
    return segment


def last_segment(reading: Reading) -> SignedSegment | None:
    """Return the newest segment, None before the first."""
    question = select(AUDIT_SEGMENT).order_by(AUDIT_SEGMENT.c.number.desc()).limit(1)
    row = reading.fetch(question).one_or_none()
    return None if row is None else _signed(row)


def segments_in_order(reading: Reading, *, after: int = 0) -> Iterator[SignedSegment]:
    """Yield the segments after this number, the first first."""
    number = AUDIT_SEGMENT.c.number
    question = select(AUDIT_SEGMENT).where(number > bindparam("last")).order_by(number).limit(PAGE)
    last = after
    while rows := reading.fetch(question, {"last": last}).all():
        yield from map(_signed, rows)
        last = rows[-1].number


def anchors_of_segment(reading: Reading, number: int) -> list[Anchor]:
    """Return the ends that this segment wrote down."""
    question = select(AUDIT_ANCHOR).where(AUDIT_ANCHOR.c.segment == number)
    return [_anchor(row) for row in reading.fetch(question)]


def chains_after(reading: Reading, last: UUID | None) -> list[UUID]:
    """Return the next PAGE ids of chains of which there is any trace: an event, an end, or an anchor."""
    pages = [_chains_of(table, last) for table in (AUDIT_EVENT, AUDIT_CHAIN, AUDIT_ANCHOR)]
    every = union(*(select(page.c.chain) for page in pages)).subquery()
    return list(reading.fetch(select(every.c.chain).order_by(every.c.chain).limit(PAGE)).scalars())


def anchors_of_chains(reading: Reading, chains: Sequence[UUID]) -> dict[UUID, list[Anchored]]:
    """Return what segments wrote down of each of these chains, the first segment first."""
    anchor = AUDIT_ANCHOR.c
    question = select(AUDIT_ANCHOR).where(anchor.chain.in_(chains))
    found: dict[UUID, list[Anchored]] = {}
    for row in reading.fetch(question.order_by(anchor.chain, anchor.segment)):
        found.setdefault(row.chain, []).append(Anchored(segment=row.segment, anchor=_anchor(row)))
    return found


def oldest_unanchored(reading: Reading) -> datetime | None:
    """Return when the oldest event came that no segment covers; None where all are covered."""
    event = AUDIT_EVENT.c
    after = func.coalesce(AUDIT_CHAIN.c.anchored, 0)
    grown = AUDIT_CHAIN.join(AUDIT_EVENT, event.chain == AUDIT_CHAIN.c.chain)
    question = select(func.min(event.at)).select_from(grown).where(GREW, event.position >= after)
    found: datetime | None = reading.fetch(question).scalar()
    return found


def _chains_of(table: Table, last: UUID | None) -> Subquery:
    """Each table's own page, so that its key gives the order and nothing is read whole."""
    chain = table.c.chain
    question = select(chain).distinct().order_by(chain).limit(PAGE)
    return (question if last is None else question.where(chain > last)).subquery()


def _grown(transaction: Transaction) -> list[Anchor]:
    chain = AUDIT_CHAIN.c
    question = select(chain.chain, chain.length, chain.head).where(GREW)
    rows = transaction.fetch(question.order_by(chain.chain).limit(AT_ONCE))
    return [_anchor(row) for row in rows]


def _keep_segment(transaction: Transaction, segment: Segment) -> None:
    row = {
        "number": segment.number,
        "at": segment.at,
        "chains": segment.chains,
        "digest": segment.digest,
        "previous": segment.previous,
        "signature": sign(transaction.ring, segment_text(segment)),
    }
    transaction.insert(AUDIT_SEGMENT, [row])


def _keep_anchors(transaction: Transaction, number: int, anchors: Sequence[Anchor]) -> None:
    """The ends as they were read: what comes to a chain meanwhile is for the next segment."""
    transaction.insert(
        AUDIT_ANCHOR,
        [
            {"chain": one.chain, "segment": number, "length": one.length, "head": one.head}
            for one in anchors
        ],
    )
    reached = update(AUDIT_CHAIN).where(AUDIT_CHAIN.c.chain == bindparam("of_chain"))
    transaction.change(
        reached.values(anchored=bindparam("reached")),
        [{"of_chain": one.chain, "reached": one.length} for one in anchors],
    )


def _anchor(row: AnyRow) -> Anchor:
    return Anchor(chain=row.chain, length=row.length, head=row.head)


def _signed(row: AnyRow) -> SignedSegment:
    segment = Segment(
        number=row.number, at=row.at, chains=row.chains, digest=row.digest, previous=row.previous
    )
    return SignedSegment(segment=segment, signature=bytes(row.signature))

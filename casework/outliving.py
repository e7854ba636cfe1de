"""Keeps the list that outlives the database up to date, and puts a restored database right by it before anything leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.notice_campaign import stop_notice
from privacy.audit_segments import segment_hash
from privacy.notices import NoticeState
from privacy.outliving import Entry, Erased, Outlived, Restored, Signed, is_rolled_back
from storage.anchors import segments_in_order
from storage.database import Database, Reading
from storage.erased_owners import are_outside, erase_again, not_outside_yet
from storage.notices import list_notices
from storage.restored_letters import ACTOR, set_letters_aside

Keep = Callable[[Sequence[Entry]], None]
RUNNING = frozenset({NoticeState.GATHERING, NoticeState.SENDING})


@dataclass(frozen=True, kw_only=True)
class PutRight:
    """What was done to a database that is older than the list: how many were erased again, and what was stopped."""

    was_restored: bool
    erased: int
    letters: int
    notices: int


def copy_out(database: Database, keep: Keep, last_segment: int, now: datetime) -> int:
    """Hand over what the list does not have yet, and return the number of the last segment that is in it now.

    What `keep` could not write comes again.
    """
    with database.reading() as reading:
        signed = _signed_after(reading, last_segment)
    if signed:
        keep(signed)
    while owners := _erased(database):
        keep([Erased(owner=owner, at=now) for owner in owners])
        with database.transaction() as transaction:
            are_outside(transaction, owners)
    return signed[-1].number if signed else last_segment


def put_right(
    database: Database, outlived: Outlived, keep: Keep, now: datetime, *, restored: bool = False
) -> PutRight:
    """Erase again who came back, and stop what a restored database would send a second time.

    A database is taken for restored where the caller says so, or where the trail lacks the last segment of the list.
    """
    segments = _segments_of(database)
    was_restored = restored or is_rolled_back(outlived, segments)
    with database.transaction() as transaction:
        erased = erase_again(transaction, outlived.erased)
        letters = set_letters_aside(transaction, now) if was_restored else 0
    notices = _stop_notices(database, now) if was_restored else 0
    if was_restored:
        common = _last_common(outlived, segments)
        keep([Restored(at=now, segment=common)])
    return PutRight(was_restored=was_restored, erased=erased, letters=letters, notices=notices)


def _last_common(outlived: Outlived, segments: dict[int, str]) -> int:
    same = (n for n, found in outlived.segments.items() if segments.get(n) == found)
    return max(same, default=0)


def _segments_of(database: Database) -> dict[int, str]:
    with database.reading() as reading:
        return {one.segment.number: segment_hash(one.segment) for one in segments_in_order(reading)}


def _signed_after(reading: Reading, number: int) -> list[Signed]:
    return [
        Signed(number=one.segment.number, hash=segment_hash(one.segment))
        for one in segments_in_order(reading, after=number)
    ]


def _erased(database: Database) -> Sequence[UUID]:
    with database.reading() as reading:
        return not_outside_yet(reading)


def _stop_notices(database: Database, now: datetime) -> int:
    with database.reading() as reading:
        running = [one.version for one in list_notices(reading) if one.state in RUNNING]
    for version in running:
        stop_notice(database, version, actor=Actor(address=ACTOR, os_user=ACTOR), now=now)
    return len(running)

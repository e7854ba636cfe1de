"""Whether an answer came so soon behind our letter that hardly a person wrote it."""

from __future__ import annotations

from datetime import datetime, timedelta

from privacy.instants import require_utc

QUICK = timedelta(seconds=30)  # to be handed over, seen, read and answered takes a person longer
CLOCKS = timedelta(seconds=5)  # by which an answer may seem older than its letter: two clocks
HELD = timedelta(hours=1)  # that a server makes an unknown sender wait (greylisting, RFC 6647)


def is_quick(left_at: datetime, *, received_at: datetime, dated: datetime | None) -> bool:
    """Return whether the answer to a letter was written within seconds. All instants are aware and in UTC.

    `left_at` is when the other server took our letter, `received_at` when the answer reached our boundary. Where a
    server held the answer back, what its own Date says counts (`dated`): a wrong clock may make it quick by chance,
    therefore being quick never decides alone (`classifier.quick`).
    """
    require_utc(left_at=left_at, received_at=received_at)
    if _within(received_at - left_at, QUICK):
        return True
    if dated is None or not _within(received_at - left_at, HELD):
        return False
    return _within(dated - left_at, QUICK)


def _within(taken: timedelta, longest: timedelta) -> bool:
    return -CLOCKS <= taken <= longest

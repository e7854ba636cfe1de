"""How long to wait before the next attempt at a mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
FIRST_LOGIN_PAUSE, LONGEST_LOGIN_PAUSE = timedelta(minutes=1), timedelta(minutes=30)
# Providers lock an account that is tried more often.
LOGINS, LOGIN_WINDOW = 3, timedelta(minutes=10)


def connection_pause(failures: int, jitter: float) -> timedelta:
    """Return the pause after so many failures in a row: 1 s doubling to 5 min.

    `jitter` from 0 to 1 shortens it to no less than half, so that mailboxes do not return in step.
    """
    return _doubled(FIRST_PAUSE, failures, LONGEST_PAUSE) * (1 - jitter / 2)


def login_pause(refused_at: Sequence[datetime], now: datetime, jitter: float) -> timedelta:
    """Return the pause after logins that were refused at these instants, the latest last.

    1 min doubling to 30 min, and never more than three logins in ten minutes. `jitter` from 0 to
    1 makes it longer by up to a quarter.
    """
    pause = _doubled(FIRST_LOGIN_PAUSE, len(refused_at), LONGEST_LOGIN_PAUSE)
    if len(refused_at) >= LOGINS:
        pause = max(pause, refused_at[-LOGINS] + LOGIN_WINDOW - now)
    return pause * (1 + jitter / 4)


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    exponent = min(max(times - 1, 0), 20)
    return min(first * (1 << exponent), longest)

"""Whether a policy version was announced by us, for whoever holds its hash: dates, and nothing about anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from privacy.notice_gate import local_day
from privacy.notices import NoticeState
from privacy.policy_versions import text_digest
from storage.database import Database, Reading
from storage.notices import Notice, notices_in, policy_version

ANNOUNCED = (NoticeState.SENDING, NoticeState.STOPPED, NoticeState.ENDED)


@dataclass(frozen=True, kw_only=True)
class Announced:
    """A version of the policy that Owners are told of: since when, and the day on which it takes effect."""

    version: str
    announced_on: date
    effective_on: date


def announced_under(database: Database, digest: str) -> Announced | None:
    """Return what was announced under this SHA-256, of a whole version or its text in one language; None for nothing.

    Both days are those of the policy's zone. Raises Retryable when the database is out of reach.
    """
    with database.reading() as reading:
        for notice in notices_in(reading, *ANNOUNCED):
            if digest in _digests(reading, notice):
                return _announced(notice)
    return None


def _digests(reading: Reading, notice: Notice) -> frozenset[str]:
    version = policy_version(reading, notice.version)
    if version is None:
        return frozenset()
    return frozenset((version.digest, *map(text_digest, version.texts.values())))


def _announced(notice: Notice) -> Announced | None:
    if notice.started_at is None or notice.effective_on is None:
        return None
    return Announced(
        version=notice.version,
        announced_on=local_day(notice.started_at, notice.zone),
        effective_on=notice.effective_on,
    )

"""What the desk itself may keep no longer: each class of its data has a period, and nothing goes before it or under a hold."""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from privacy.audit import canonical
from privacy.instants import require_utc

MONTHS_OF_A_YEAR = 12


class DataClass(StrEnum):
    """The closed list of what the desk keeps for a time."""

    RAW_MAIL = "raw_mail"
    OTHER_MAIL = "other_mail"
    IDENTITY_EVIDENCE = "identity_evidence"
    DRAFTS = "drafts"
    PACKAGES = "packages"
    MODEL_LEDGER = "model_ledger"
    DELIVERY_LOG = "delivery_log"
    SERVER_ANSWERS = "server_answers"
    CASE_REGISTER = "case_register"
    AUDIT_PRO = "audit_pro"
    AUDIT_BUSINESS = "audit_business"
    AUDIT_ENTERPRISE = "audit_enterprise"
    AUDIT_HOUSE = "audit_house"
    WORKSPACES = "workspaces"
    BACKUPS = "backups"


class Deed(StrEnum):
    """What happens to data whose period is over."""

    ERASE_KEY = "erase_key"  # whatever it sealed can never be read again
    DELETE = "delete"  # the rows go
    EMPTY = "empty"  # the row stays, what it holds goes
    NAME = "name"  # not ours to delete: a person is told


class Why(StrEnum):
    """Why something goes or stays."""

    ON_HOLD = "on-hold"
    NOT_BEGUN = "period-not-begun"
    RUNS = "period-runs"
    OVER = "period-over"


@dataclass(frozen=True, kw_only=True)
class RetentionClass:
    """One row of the table. The period is `months` and then `days`; `starts` and `source` are words for people."""

    name: DataClass
    deed: Deed
    starts: str
    source: str
    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if self.months < 0 or self.days < 0 or not self.months + self.days:
            raise ValueError(f"{self.name}: months or days say how long")
        if not self.starts.strip() or not self.source.strip():
            raise ValueError(f"{self.name}: starts and source are said")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether something goes, and why."""

    is_due: bool
    why: Why


@dataclass(frozen=True, kw_only=True)
class ClassCount:
    """What became of one class: how many went, a digest over their ids, and how many a hold keeps."""

    name: DataClass
    count: int
    digest: str
    held: int
    before: datetime  # what began after this instant was left alone


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What one run destroyed; `at` is the instant from which it counted back."""

    run: UUID
    by: str
    at: datetime
    ended_at: datetime
    classes: tuple[ClassCount, ...]

    def __post_init__(self) -> None:
        require_utc(at=self.at, ended_at=self.ended_at)


def cutoff(rule: RetentionClass, now: datetime) -> datetime:
    """Return the last instant at which a period may have begun that is over now."""
    require_utc(now=now)
    return _months_before(now, rule.months) - timedelta(days=rule.days)


def judge(
    rule: RetentionClass, started_at: datetime | None, now: datetime, *, on_hold: bool
) -> Verdict:
    """Say whether something goes whose period began then; None: it has not begun.

    A legal hold comes before every period (GDPR Art. 17(3)(e)).
    """
    require_utc(started_at=started_at)
    if on_hold:
        return Verdict(is_due=False, why=Why.ON_HOLD)
    if started_at is None:
        return Verdict(is_due=False, why=Why.NOT_BEGUN)
    if started_at > cutoff(rule, now):
        return Verdict(is_due=False, why=Why.RUNS)
    return Verdict(is_due=True, why=Why.OVER)


def audit_class(plans: Collection[str]) -> DataClass:
    """Return which period holds for the trail of a case: that of the highest plan of the workspaces in it.

    A plan that nobody knows counts as the highest one; a case in which no workspace is has the period of the house.
    """
    if not plans:
        return DataClass.AUDIT_HOUSE
    known = {plan.strip().casefold() for plan in plans}
    if known <= {"pro"}:
        return DataClass.AUDIT_PRO
    if known <= {"pro", "business"}:
        return DataClass.AUDIT_BUSINESS
    return DataClass.AUDIT_ENTERPRISE


def digest_of_ids(ids: Iterable[UUID]) -> str:
    """Return the SHA-256 over these ids in their order."""
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(ids)).encode()).hexdigest()


def digest_of_batches(digests: Sequence[str]) -> str:
    """Return the SHA-256 over the digests of batches in the order in which they went; '' for none."""
    return hashlib.sha256("".join(digests).encode()).hexdigest() if digests else ""


def certificate_text(certificate: Certificate) -> bytes:
    """Return the very bytes that are signed: JSON with sorted keys."""
    return canonical(
        {
            "run": certificate.run,
            "by": certificate.by,
            "at": certificate.at.isoformat(),
            "ended_at": certificate.ended_at.isoformat(),
            "classes": [
                {
                    "class": one.name.value,
                    "count": one.count,
                    "ids_sha256": one.digest,
                    "held": one.held,
                    "begun_before": one.before.isoformat(),
                }
                for one in certificate.classes
            ],
        }
    )


def _months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months earlier, or the last of a shorter month; never later than that."""
    index = moment.year * MONTHS_OF_A_YEAR + moment.month - 1 - months
    year, month = index // MONTHS_OF_A_YEAR, index % MONTHS_OF_A_YEAR + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)

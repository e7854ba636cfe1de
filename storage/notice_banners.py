"""Banners in the product: ordered for Owners whom no mail reached, claimed before dialling, marked after, and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, exists, func, select, update

from privacy.notices import OwnerState
from privacy.system_calls import CallState
from storage.datakeys import load_keys
from storage.failures import CannotUnseal
from storage.ids import new_id
from storage.notice_banner_rows import NOTICE_BANNER
from storage.notice_rows import NOTICE_OWNER
from storage.readable import readable
from storage.transactions import AnyRow, Reading, Transaction, in_chunks

BODY, EVIDENCE = "notice_banner.sealed_body", "notice_banner.sealed_evidence"
PAGE = 500
UNDER_WAY = (CallState.PENDING, CallState.LEASED)
_BANNER, _OWNER = NOTICE_BANNER.c, NOTICE_OWNER.c


@dataclass(frozen=True, kw_only=True)
class Banner:
    """One message to the product about one Owner. `body` None: nobody can read it any more."""

    notice_id: UUID
    person_id: UUID
    banner_id: UUID
    system: str
    body: str | None = field(repr=False)
    attempts: int = 0
    lease_token: UUID | None = None

    @property
    def name(self) -> str:
        """The id under which it goes out, for life."""
        return f"msg_{self.banner_id.hex}"


@dataclass(frozen=True, kw_only=True)
class ShownBanner:
    """How the banner to one Owner stands. `evidence` is what the product said when it was shown."""

    system: str
    state: CallState
    ordered_at: datetime
    shown_at: datetime | None
    reason: str | None
    evidence: str | None = field(repr=False)


def owners_without_banner(reading: Reading, notice_id: UUID, after: UUID) -> list[UUID]:
    """Return the next page of Owners who are unreached and for whom no banner was ordered."""
    ordered = exists().where(_BANNER.notice_id == notice_id, _BANNER.person_id == _OWNER.person_id)
    question = select(_OWNER.person_id).where(
        _OWNER.notice_id == notice_id,
        _OWNER.state == OwnerState.UNREACHED,
        _OWNER.contact_of.is_(None),
        _OWNER.person_id > after,
        ~ordered,
    )
    return list(reading.fetch(question.order_by(_OWNER.person_id).limit(PAGE)).scalars())


def add_banners(transaction: Transaction, banners: Sequence[Banner], *, now: datetime) -> None:
    """Order the banners, each due at once; one that was ordered already stays as it is."""
    load_keys(transaction, [one.person_id for one in banners])
    rows = [
        {
            "notice_id": one.notice_id,
            "person_id": one.person_id,
            "banner_id": one.banner_id,
            "system": one.system,
            "state": CallState.PENDING,
            "sealed_body": transaction.vault.seal_text(one.person_id, BODY, one.body or ""),
            "attempts": 0,
            "lease_token": None,
            "reason": None,
            "ordered_at": now,
            "due_at": now,
            "shown_at": None,
            "sealed_evidence": None,
        }
        for one in banners
    ]
    transaction.insert_new(NOTICE_BANNER, rows)


def claim_banner(transaction: Transaction, *, now: datetime, lease: timedelta) -> Banner | None:
    """Return the message that has been due longest, its attempt written down; None when none is due."""
    due = select(NOTICE_BANNER).where(_BANNER.due_at <= now, _BANNER.state.in_(UNDER_WAY))
    first = due.order_by(_BANNER.due_at).limit(1).with_for_update(skip_locked=True)
    row = transaction.fetch(first).one_or_none()
    if row is None:
        return None
    token = new_id()
    taken = update(NOTICE_BANNER).where(_BANNER.banner_id == row.banner_id)
    values = {"state": CallState.LEASED, "lease_token": token, "due_at": now + lease}
    transaction.change(taken.values(attempts=row.attempts + 1, **values))
    return _banner(transaction, row, token)


def mark_banner(
    transaction: Transaction,
    banner: Banner,
    state: CallState,
    *,
    due_at: datetime | None = None,
    reason: str | None = None,
) -> bool:
    """Record what came of the attempt; False when the lease was lost, or the product was faster."""
    ours = and_(_BANNER.banner_id == banner.banner_id, _BANNER.lease_token == banner.lease_token)
    values = {"state": state, "due_at": due_at, "reason": reason, "lease_token": None}
    return transaction.change(update(NOTICE_BANNER).where(ours).values(**values)) == 1


def find_banner(reading: Reading, banner_id: UUID) -> tuple[Banner, datetime | None] | None:
    """Return a banner and when it was shown, None for none of ours."""
    row = reading.fetch(select(NOTICE_BANNER).where(_BANNER.banner_id == banner_id)).one_or_none()
    return None if row is None else (_banner(reading, row, row.lease_token), row.shown_at)


def mark_shown(transaction: Transaction, banner: Banner, evidence: str, *, now: datetime) -> bool:
    """Record that the product showed it; False where it was known. Nothing can be sealed for whoever was erased."""
    sealed = None
    load_keys(transaction, [banner.person_id])
    if banner.person_id in transaction.vault:
        sealed = transaction.vault.seal_text(banner.person_id, EVIDENCE, evidence)
    new = update(NOTICE_BANNER).where(
        _BANNER.banner_id == banner.banner_id, _BANNER.shown_at.is_(None)
    )
    values = {"state": CallState.DONE, "due_at": None, "reason": None, "lease_token": None}
    return bool(transaction.change(new.values(shown_at=now, sealed_evidence=sealed, **values)))


def count_shown(transaction: Transaction, notice_id: UUID) -> int:
    """Let unreached Owners count as told when the product showed it to them; returns how many are new."""
    shown_at = (
        select(func.min(_BANNER.shown_at))
        .where(_BANNER.notice_id == notice_id, _BANNER.person_id == _OWNER.person_id)
        .correlate(NOTICE_OWNER)
        .scalar_subquery()
    )
    told = update(NOTICE_OWNER).where(
        _OWNER.notice_id == notice_id,
        _OWNER.state == OwnerState.UNREACHED,
        shown_at.is_not(None),
    )
    return transaction.change(told.values(state=OwnerState.SHOWN, told_at=shown_at, reason=None))


def banners_of(
    reading: Reading, notice_id: UUID, people: Sequence[UUID]
) -> dict[UUID, ShownBanner]:
    """Return the banners to these Owners; the caller has their keys in use."""
    found = {}
    for chunk in in_chunks(people):
        question = select(NOTICE_BANNER).where(
            _BANNER.notice_id == notice_id, _BANNER.person_id.in_(chunk)
        )
        for row in reading.fetch(question):
            found[row.person_id] = ShownBanner(
                system=row.system,
                state=row.state,
                ordered_at=row.ordered_at,
                shown_at=row.shown_at,
                reason=row.reason,
                evidence=_evidence(reading, row),
            )
    return found


def _evidence(reading: Reading, row: AnyRow) -> str | None:
    if row.sealed_evidence is None:
        return None
    return readable(reading, row.person_id, EVIDENCE, bytes(row.sealed_evidence))


def _banner(reading: Reading, row: AnyRow, token: UUID | None) -> Banner:
    return Banner(
        notice_id=row.notice_id,
        person_id=row.person_id,
        banner_id=row.banner_id,
        system=row.system,
        body=_body(reading, row),
        attempts=row.attempts + 1,
        lease_token=token,
    )


def _body(reading: Reading, row: AnyRow) -> str | None:
    load_keys(reading, [row.person_id])
    try:
        return reading.vault.unseal_text(row.person_id, BODY, bytes(row.sealed_body))
    except CannotUnseal:
        return None

"""Has the product show a notice to Owners whom no mail reached: ordered at the end of a campaign, asked under one id for life.

What does not get through is the task of people. That it was shown, the product says by a callback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import structlog

from casework.actors import By, by_desk
from casework.calling import ACTOR
from casework.notice_drafting import record
from casework.profile import DeskProfile
from casework.task_kinds import NOTICE_UNREACHED
from privacy.audit import AuditKind
from privacy.errors import Permanent, Retryable
from privacy.notice_banners import BannerOrder, banner_body
from privacy.ports import Clock, SystemDoor
from privacy.system_calls import LEASE, CallState, next_call
from storage.database import Database, Reading, Transaction
from storage.ids import new_id
from storage.notice_banners import (
    Banner,
    add_banners,
    claim_banner,
    count_shown,
    find_banner,
    mark_banner,
    mark_shown,
    owners_without_banner,
)
from storage.notice_lists import ShownOwner, owners_named
from storage.notice_roster import FIRST
from storage.notices import Notice, get_notice, policy_version
from storage.readable import ERASED
from storage.tasks import Task, add_tasks

log = structlog.get_logger(__name__)


def order_banners(
    transaction: Transaction, notice: Notice, desk: DeskProfile, now: datetime
) -> int:
    """Order a banner for each unreached Owner for whom none was ordered; returns how many. Without a system: none.

    Nobody is guessed: who was erased is left to people.
    """
    terms, policy = desk.notices, policy_version(transaction, notice.version)
    if not terms.banner_system or policy is None:
        return 0
    ordered = 0
    for page in _pages(transaction, notice.notice_id):
        found = owners_named(transaction, notice.notice_id, page)
        known = [one for one in found if one.person != ERASED]
        banners = [_banner(one, notice, policy.digest, (desk, now)) for one in known]
        add_banners(transaction, banners, now=now)
        ordered += len(banners)
    if ordered:
        payload = {"said": "ordered", "system": terms.banner_system, "owners": ordered}
        _trail(transaction, notice, payload, by_desk("notice-sender", now, cause="campaign-ended"))
    return ordered


def call_banner(
    database: Database,
    doors: Mapping[str, SystemDoor],
    clock: Clock,
    chance: Callable[[], float],
) -> bool:
    """Send the order that waits longest; False when none is due. `chance` gives a number from 0 to 1.

    The same id again is the same message, so one of unknown outcome is simply sent again.
    """
    with database.transaction() as transaction:
        banner = claim_banner(transaction, now=clock(), lease=LEASE)
    if banner is None:
        return False
    door = doors.get(banner.system)
    if banner.body is None or door is None:
        _give_up(database, banner, "no-way-is-set" if banner.body else "cannot-unseal", clock())
        return True
    try:
        door.send(banner.name, banner.body)
    except Retryable as error:
        _try_later(database, banner, error, clock(), chance())
    except Permanent as error:
        _give_up(database, banner, str(error), clock())
    except Exception as error:  # noqa: BLE001 - the top of the loop: nobody knows the outcome, and the id stays the same
        log.error("system_raised", system=banner.system, error=type(error).__name__)  # noqa: TRY400
        _try_later(database, banner, Retryable("raised"), clock(), chance())
    else:
        with database.transaction() as transaction:
            mark_banner(transaction, banner, CallState.TAKEN)
    return True


def banner_shown(
    transaction: Transaction, system: str, banner: str, evidence: str, *, now: datetime
) -> bool:
    """Count the Owner of this banner as told in the product; False where that was known.

    Whom a mail has reached meanwhile stays told by it. Raises Permanent for a banner that this system was not asked for.
    """
    try:
        found = find_banner(transaction, UUID(banner))
    except ValueError:
        found = None
    if found is None or found[0].system != system:
        raise Permanent("callback: this system was asked for no such banner")
    known, shown_at = found
    notice = get_notice(transaction, known.notice_id)
    if shown_at is not None or notice is None:
        return False
    mark_shown(transaction, known, evidence, now=now)
    count_shown(transaction, known.notice_id)
    payload = {"said": "shown", "system": system, "owner": known.person_id}
    by = by_desk(f"system:{system}", now, cause=f"banner:{known.banner_id}")
    _trail(transaction, notice, payload, by)
    return True


def _pages(reading: Reading, notice_id: UUID) -> Iterator[Sequence[UUID]]:
    after = FIRST
    while page := owners_without_banner(reading, notice_id, after):
        after = page[-1]
        yield page


def _banner(
    owner: ShownOwner, notice: Notice, version_hash: str, at: tuple[DeskProfile, datetime]
) -> Banner:
    desk, now = at
    banner_id = new_id()
    order = BannerOrder(
        banner=banner_id,
        version=notice.version,
        version_hash=version_hash,
        effective_on=owner.effective_on or notice.effective_on or date.max,
        zone=notice.zone,
        page_url=desk.notices.page + version_hash,
        policy_url=notice.terms.new_url if notice.terms else "",
        person=owner.person,
        workspaces=owner.workspaces,
        region=desk.region,
    )
    return Banner(
        notice_id=notice.notice_id,
        person_id=owner.person_id,
        banner_id=banner_id,
        system=desk.notices.banner_system,
        body=banner_body(order, now),
    )


def _try_later(
    database: Database, banner: Banner, error: Retryable, now: datetime, share: float
) -> None:
    plan = next_call(banner.attempts, share=share, now=now, asked_to_wait=error.after)
    if plan.at is None:
        _give_up(database, banner, plan.reason, now)
        return
    with database.transaction() as transaction:
        mark_banner(transaction, banner, CallState.PENDING, due_at=plan.at, reason=str(error))


def _give_up(database: Database, banner: Banner, reason: str, now: datetime) -> None:
    """What the product does not show, people have to tell: one task for all Owners of a notice with the same reason."""
    with database.transaction() as transaction:
        notice = get_notice(transaction, banner.notice_id)
        marked = mark_banner(transaction, banner, CallState.FAILED, reason=reason)
        if notice is None or not marked:
            return
        payload = {"said": "failed", "system": banner.system, "owner": banner.person_id}
        by = by_desk(ACTOR, now, cause=f"banner:{banner.banner_id}")
        _trail(transaction, notice, payload | {"reason": reason}, by)
        add_tasks(transaction, [_task(notice, f"banner-{reason}", now)])


def _trail(transaction: Transaction, notice: Notice, payload: Mapping[str, object], by: By) -> None:
    kind = AuditKind.NOTICE_BANNER
    record(transaction, notice, kind=kind, by=by, payload=dict(payload))


def _task(notice: Notice, reason: str, now: datetime) -> Task:
    return Task(
        case_id=None,
        kind=NOTICE_UNREACHED,
        reason=f"{reason}: {notice.version}",
        due_on=notice.effective_on,
        urgent=True,
        created_at=now,
    )

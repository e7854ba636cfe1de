"""A notice goes to every Owner: it starts, stops, goes on, and a person decides about whoever was told late or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from casework.actors import Actor, By, by_person
from casework.notice_drafting import digest_of, notice_named, record
from casework.profile import DeskProfile
from privacy.audit import AuditKind
from privacy.errors import Permanent
from privacy.notice_gate import (
    LateChoice,
    SendingPlan,
    Standing,
    Told,
    local_day,
    refusal_of,
    standing_of,
    told_before,
)
from privacy.notices import NoticeState, OwnerState
from storage.database import Database, Reading, Transaction
from storage.directory import directory_state
from storage.directory_writes import known_workspaces
from storage.ids import new_id
from storage.notice_choices import decide_owner, move_all, move_workspace
from storage.notice_lists import Group, Progress, effective_days, groups_of, progress_of
from storage.notice_roster import FIRST, Rule, count_owners, list_part, next_part
from storage.notices import Choice, Notice, add_choice, change_notice

STARTABLE = frozenset({NoticeState.APPROVED, NoticeState.GATHERING, NoticeState.STOPPED})
DECIDABLE = frozenset({NoticeState.SENDING, NoticeState.STOPPED, NoticeState.ENDED})
LONGEST_REASON = 2_000
NOT_LISTED = 0  # as generation: the list of Owners is not whole yet


@dataclass(frozen=True, kw_only=True)
class Started:
    """A campaign on its way: how many Owners are on its list, and when the last of them is told at this pace."""

    owners: int
    ends_at: datetime
    earliest: date


@dataclass(frozen=True, kw_only=True)
class NoticeStatus:
    """How a notice stands. `remaining` is how long the rest takes at the measured rate, None before there is one."""

    notice: Notice
    progress: Progress
    standing: Standing
    per_hour: float | None
    remaining: timedelta | None

    @property
    def may_publish(self) -> bool:
        """Whether nothing holds publication: every Owner was told in time or decided about."""
        if not self.notice.material:
            return True
        return self.notice.state is NoticeState.ENDED and self.standing.may_publish


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What somebody decides about whoever was told late or not at all: one of all, a workspace, or a person."""

    choice: LateChoice
    reason: str
    workspace: str | None = None
    person_id: UUID | None = None
    effective_on: date | None = None


def plan_of(reading: Reading, notice: Notice, desk: DeskProfile, now: datetime) -> SendingPlan:
    """Return the plan by which all Owners of this moment would be told from now on. Raises Permanent without terms."""
    return SendingPlan(
        owners=count_owners(reading, rule_of(notice, desk)),
        per_hour=notice.per_hour,
        starts_at=now,
        zone=notice.zone,
    )


def rule_of(notice: Notice, desk: DeskProfile) -> Rule:
    """Return who is left out. Raises Permanent for a change that nobody is told about."""
    if notice.announced_on is None or not notice.material:
        raise Permanent("this change is not material: nothing is sent, only the stamp moves")
    return Rule.of(notice.announced_on, desk.notices.cancelled_kept_for)


def start_notice(
    database: Database, version: str, *, desk: DeskProfile, actor: Actor, now: datetime
) -> Started:
    """Put every Owner on the list and let the workers begin; a stopped campaign, or a start that broke off, goes on.

    Raises Permanent for a notice that was not approved as it stands, without a directory that can be relied on, and
    for an effective day that the number of Owners and the pace do not allow, with the earliest that they do.
    """
    by = by_person(actor, now)
    with database.transaction() as transaction:
        notice = notice_named(transaction, version)
        started = _begin(transaction, notice, desk, by)
        generation = directory_state(transaction).generation
    if notice.generation == NOT_LISTED:
        _gather(database, notice, rule_of(notice, desk), now)
    with database.transaction() as transaction:
        if notice_named(transaction, version).state is NoticeState.STOPPED:
            return started  # by somebody else, meanwhile
        values: dict[str, object] = {"state": NoticeState.SENDING, "paced_at": None}
        if notice.generation == NOT_LISTED:
            values["generation"] = generation
        change_notice(transaction, notice.notice_id, **values)
    return started


def stop_notice(database: Database, version: str, *, actor: Actor, now: datetime) -> None:
    """Let no further batch leave; the one under way ends. Raises Permanent for a notice that is not being sent."""
    with database.transaction() as transaction:
        notice = notice_named(transaction, version)
        if notice.state not in {NoticeState.SENDING, NoticeState.GATHERING}:
            raise Permanent("this notice is not being sent")
        change_notice(transaction, notice.notice_id, state=NoticeState.STOPPED)
        record(
            transaction,
            notice,
            kind=AuditKind.NOTICE_STOPPED,
            by=by_person(actor, now),
            payload={"reason": "asked"},
        )


def status_of(reading: Reading, notice: Notice, now: datetime) -> NoticeStatus:
    """Return how the notice stands."""
    progress = progress_of(reading, notice.notice_id)
    rate = _rate(notice, progress, now)
    at_work = progress.at_work
    return NoticeStatus(
        notice=notice,
        progress=progress,
        standing=standing_of(
            (_told(group, notice), group.owners)
            for group in groups_of(reading, notice.notice_id, late_bounds(reading, notice))
        ),
        per_hour=rate,
        remaining=timedelta(hours=at_work / rate) if rate else None,
    )


def late_bounds(reading: Reading, notice: Notice) -> dict[date | None, datetime]:
    """Return, for each effective day of this notice, the instant before which somebody has to be told."""
    if notice.effective_on is None:
        return {}
    return {
        day: told_before(day or notice.effective_on, notice.zone)
        for day in effective_days(reading, notice.notice_id)
    }


def decide(
    database: Database, version: str, decided: Decided, *, actor: Actor, now: datetime
) -> int:
    """Record what somebody decided, and let it hold; returns how many Owners it concerns.

    Raises Permanent without a reason, for a day that is not later than the one that holds, and for whoever is not on
    the list.
    """
    if not decided.reason.strip() or len(decided.reason) > LONGEST_REASON:
        raise Permanent(f"a decision has a reason of at most {LONGEST_REASON} characters")
    by = by_person(actor, now)
    with database.transaction() as transaction:
        notice = notice_named(transaction, version)
        if notice.state not in DECIDABLE:
            raise Permanent("nothing was sent of this notice yet")
        choice = _choice(transaction, notice, decided, by)
        concerned = _apply(transaction, notice, choice)
        add_choice(transaction, choice)
        payload: dict[str, object] = {
            "choice": choice.choice,
            "workspace": choice.workspace_id,
            "owner": choice.person_id,
            "effective": choice.effective_on,
        }
        record(transaction, notice, kind=AuditKind.NOTICE_CHOICE, by=by, payload=payload)
    return concerned


def _begin(transaction: Transaction, notice: Notice, desk: DeskProfile, by: By) -> Started:
    plan = plan_of(transaction, notice, desk, by.at)
    if notice.state not in STARTABLE:
        raise Permanent(f"this notice cannot be sent: it is {notice.state}")
    if digest_of(transaction, notice) != notice.digest:
        raise Permanent("the notice is not what was approved")
    if notice.state is NoticeState.APPROVED:
        _check_start(transaction, notice, plan, desk)
    change_notice(transaction, notice.notice_id, state=NoticeState.GATHERING)
    if notice.started_at is None:
        change_notice(transaction, notice.notice_id, started_at=by.at)
    payload: dict[str, object] = {
        "owners": plan.owners,
        "per_hour": plan.per_hour,
        "earliest": plan.earliest,
        "again": notice.state is not NoticeState.APPROVED,
    }
    record(transaction, notice, kind=AuditKind.NOTICE_STARTED, by=by, payload=payload)
    return Started(owners=plan.owners, ends_at=plan.ends_at, earliest=plan.earliest)


def _check_start(
    transaction: Transaction, notice: Notice, plan: SendingPlan, desk: DeskProfile
) -> None:
    missing = directory_state(transaction).missing(plan.starts_at, desk.directory.stale_after)
    if missing is not None:
        raise Permanent(f"nobody knows who the Owners are: {missing}")
    if plan.owners == 0:
        raise Permanent("the directory lists no Owner")
    refusal = refusal_of(notice.announced_on or date.min, plan)
    if refusal is not None:
        raise Permanent(refusal)


def _gather(database: Database, notice: Notice, rule: Rule, now: datetime) -> None:
    """List the Owners, each part in a transaction of its own; what is listed already stays as it is."""
    after = FIRST
    while True:
        with database.transaction() as transaction:
            last = next_part(transaction, after)
            if last is None:
                return
            list_part(transaction, notice.notice_id, rule, (after, last), now=now)
        after = last


def _told(group: Group, notice: Notice) -> Told:
    on = None if group.last_told_at is None else local_day(group.last_told_at, notice.zone)
    effective_on = group.effective_on or notice.effective_on or date.max
    joined = group.state is OwnerState.JOINED
    return Told(on=on, effective_on=effective_on, joined=joined, decided=group.decided)


def _rate(notice: Notice, progress: Progress, now: datetime) -> float | None:
    """Owners told in an hour, since the start."""
    done = progress.owners.get(OwnerState.ACCEPTED, 0)
    if notice.started_at is None or not done:
        return None
    until = notice.ended_at or now
    hours = max((until - notice.started_at) / timedelta(hours=1), 1 / 3600)
    return done / hours


def _choice(transaction: Transaction, notice: Notice, decided: Decided, by: By) -> Choice:
    workspace_id = None
    if decided.choice is LateChoice.OTHERWISE_TOLD:
        if decided.person_id is None:
            raise Permanent("it has to be said of which Owner")
    else:
        _check_later(notice, decided.effective_on, by.at)
    if decided.choice is LateChoice.MOVE_WORKSPACE:
        found: Mapping[str, UUID] = known_workspaces(transaction, [decided.workspace or ""])
        workspace_id = found.get(decided.workspace or "")
        if workspace_id is None:
            raise Permanent("there is no such workspace")
    return Choice(
        choice_id=new_id(),
        notice_id=notice.notice_id,
        choice=decided.choice,
        workspace_id=workspace_id,
        person_id=decided.person_id,
        effective_on=decided.effective_on,
        reason=decided.reason,
        actor=by.name,
        os_user=by.os_user or "",
        at=by.at,
    )


def _check_later(notice: Notice, effective_on: date | None, now: datetime) -> None:
    if effective_on is None or notice.effective_on is None or effective_on <= notice.effective_on:
        raise Permanent(f"the effective day moves to a later one than {notice.effective_on}")
    if effective_on <= now.astimezone(UTC).date():
        raise Permanent("the effective day lies before us")


def _apply(transaction: Transaction, notice: Notice, choice: Choice) -> int:
    """Let the choice hold. Raises Permanent where it concerns nobody."""
    if choice.choice is LateChoice.MOVE_ALL and choice.effective_on is not None:
        move_all(transaction, notice.notice_id, choice.effective_on)
        change_notice(transaction, notice.notice_id, effective_on=choice.effective_on)
        return sum(progress_of(transaction, notice.notice_id).owners.values())
    if choice.choice is LateChoice.MOVE_WORKSPACE:
        concerned = move_workspace(transaction, choice)
    else:
        concerned = decide_owner(transaction, choice)
    if not concerned:
        raise Permanent("nobody on the list is concerned")
    return concerned

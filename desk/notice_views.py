"""What the pages of a notice show: how it stands, who approved it, whether its day can be kept, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from casework.notice_campaign import (
    STARTABLE,
    NoticeStatus,
    late_bounds,
    plan_of,
    status_of,
)
from casework.notice_drafting import NOT_SENT, against_approver, approval_rule
from desk.acting import DeskServices
from desk.visitor import Visitor
from privacy.addresses import without_plus
from privacy.notice_gate import SendingPlan, refusal_of
from privacy.notices import AT_WORK, NoticeLetter, NoticeState
from storage.database import Reading
from storage.notice_lists import ShownOwner, owners_in
from storage.notices import (
    Choice,
    Notice,
    NoticeApproval,
    choices_of,
    letters_of,
    notice_approvals,
    policy_version,
)

MOVING = frozenset({NoticeState.GATHERING, NoticeState.SENDING})
FEW = 20  # Owners whom the page of a notice names itself


@dataclass(frozen=True, kw_only=True)
class NoticeView:
    """A notice as its page shows it. `plan` is there while its day can still be refused, `too_early` where it is."""

    notice: Notice
    policy_digest: str
    letters: Sequence[NoticeLetter]
    approvals: Sequence[NoticeApproval]
    needed: int
    against_me: str | None
    plan: SendingPlan | None
    choices: Sequence[Choice]
    genuine_url: str

    @property
    def too_early(self) -> str | None:
        """Why the effective day cannot be promised, None where it can."""
        day = self.notice.announced_on
        return None if self.plan is None or day is None else refusal_of(day, self.plan)

    @property
    def borrowed(self) -> Sequence[NoticeLetter]:
        """The letters for readers in whose language the author wrote nothing."""
        return [one for one in self.letters if one.letter.language != one.reader]

    @property
    def is_editable(self) -> bool:
        """Whether it can be written anew."""
        return self.notice.state in NOT_SENT

    @property
    def is_startable(self) -> bool:
        """Whether somebody can let it go, or go on."""
        return self.notice.state in STARTABLE


@dataclass(frozen=True, kw_only=True)
class ProgressView:
    """How far a notice is; `holding` are the first Owners who hold publication."""

    status: NoticeStatus
    holding: Sequence[ShownOwner]

    @property
    def notice(self) -> Notice:
        """Which one."""
        return self.status.notice

    @property
    def is_moving(self) -> bool:
        """Whether it is being sent at this moment."""
        return self.notice.state in MOVING

    @property
    def owners(self) -> int:
        """How many Owners are on its list."""
        return sum(self.status.progress.owners.values())

    @property
    def reached(self) -> int:
        """How many the desk has finished with, whatever became of them."""
        counts = self.status.progress.owners
        return self.owners - sum(counts.get(state, 0) for state in AT_WORK)

    @property
    def remaining(self) -> timedelta | None:
        """How long the rest takes at the measured rate, in whole seconds."""
        left = self.status.remaining
        return None if left is None else timedelta(seconds=round(left.total_seconds()))


def notice_view(
    reading: Reading, notice: Notice, visitor: Visitor, desk: DeskServices
) -> NoticeView:
    """Return the notice for this visitor."""
    rule, policy = approval_rule(desk.profile), policy_version(reading, notice.version)
    digest = policy.digest if policy else ""
    who = without_plus(visitor.address)
    is_planned = notice.material and notice.state in NOT_SENT
    page = desk.profile.notices.page
    return NoticeView(
        notice=notice,
        policy_digest=digest,
        letters=letters_of(reading, notice.notice_id),
        approvals=notice_approvals(reading, notice.notice_id),
        needed=rule.needed,
        against_me=against_approver(reading, notice, who, rule),
        plan=plan_of(reading, notice, desk.profile, desk.clock()) if is_planned else None,
        choices=choices_of(reading, notice.notice_id),
        genuine_url=page + digest if page.startswith("https:") else "",
    )


def progress_view(reading: Reading, notice: Notice, desk: DeskServices) -> ProgressView:
    """Return how far the notice is."""
    status = status_of(reading, notice, desk.clock())
    bounds = late_bounds(reading, notice)
    is_held = notice.started_at is not None and not status.standing.may_publish
    found = (
        owners_in(reading, notice.notice_id, late_from=bounds, most=FEW)
        if is_held and notice.state not in MOVING
        else []
    )
    return ProgressView(status=status, holding=found)

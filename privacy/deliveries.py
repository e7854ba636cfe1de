"""What became of a letter after it left: what other servers report about it, and what that changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from privacy.instants import require_utc
from privacy.outgoing import OutgoingState

BOUNCED = "bounced-"  # begins the reason of a failed letter that had left and came back
CLOCKS_DIFFER_BY = timedelta(minutes=5)


class BounceReason(StrEnum):
    """Why a letter was not delivered, in the one vocabulary of reports, events, tasks and the trail."""

    USERUNKNOWN = "userunknown"
    MAILBOXFULL = "mailboxfull"
    HOSTUNKNOWN = "hostunknown"
    POLICYVIOLATION = "policyviolation"
    SPAMDETECTED = "spamdetected"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    SUSPEND = "suspend"
    NORELAYING = "norelaying"
    TOOMANYCONN = "toomanyconn"
    MESGTOOBIG = "mesgtoobig"
    AUTHFAILURE = "authfailure"
    SYSTEMERROR = "systemerror"
    FEEDBACK = "feedback"
    UNDEFINED = "undefined"

    @property
    def soft(self) -> bool:
        """Whether the same address may take a letter on another day."""
        return self in SOFT


SOFT = frozenset(
    {
        BounceReason.MAILBOXFULL,
        BounceReason.EXPIRED,
        BounceReason.TOOMANYCONN,
        BounceReason.SYSTEMERROR,
    }
)


class Fate(StrEnum):
    """What a report says about a letter; LEFT is the promise to deliver it, UNCLEAR is for a person to read.

    DROPPED is a failure too: the provider took the letter and never tried it.
    """

    LEFT = "left"
    DELIVERED = "delivered"
    DELAYED = "delayed"
    FAILED = "failed"
    DROPPED = "dropped"
    COMPLAINED = "complained"
    UNCLEAR = "unclear"


GIVEN_UP = frozenset({Fate.FAILED, Fate.DROPPED})


class Delivery(StrEnum):
    """The one vocabulary of what becomes of a mail, whatever way it took: SMTP with its reports, or a provider's events."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED_SOFT = "bounced_soft"
    BOUNCED_HARD = "bounced_hard"
    COMPLAINED = "complained"
    DROPPED = "dropped"


WORDS = {
    Fate.LEFT: Delivery.ACCEPTED,
    Fate.DELIVERED: Delivery.DELIVERED,
    Fate.DELAYED: Delivery.DEFERRED,
    Fate.DROPPED: Delivery.DROPPED,
    Fate.COMPLAINED: Delivery.COMPLAINED,
}


@dataclass(frozen=True, kw_only=True)
class RecipientReport:
    """What a report says about one recipient. `status` is the code of RFC 3463, None when none was given."""

    recipient: str | None = field(default=None, repr=False)
    fate: Fate
    reason: BounceReason = BounceReason.UNDEFINED
    status: str | None = None

    @property
    def delivery(self) -> Delivery | None:
        """What it comes to in the one vocabulary; None where only a person can tell."""
        if self.fate is Fate.FAILED:
            return Delivery.BOUNCED_SOFT if self.reason.soft else Delivery.BOUNCED_HARD
        return WORDS.get(self.fate)


@dataclass(frozen=True, kw_only=True)
class DeliveryReport:
    """A delivery report by mail: a part for each recipient, and the ids of the letter that it returns, the surest first.

    `leave_at` are the links of the returned mail to leave a list by (RFC 2369), as they stand there.
    """

    recipients: tuple[RecipientReport, ...] = ()
    message_ids: tuple[str, ...] = field(default=(), repr=False)
    leave_at: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, kw_only=True)
class DeliveryEvent:
    """What a sending provider tells about one letter; `said` are the words of the other server.

    `event_id` is the provider's own id of the event, the same when it tells it again. `recipient` is whom it names, empty
    where nobody.
    """

    message_id: str = field(repr=False)
    fate: Fate
    at: datetime
    event_id: str | None = None
    status: str | None = None
    said: str = field(default="", repr=False)
    recipient: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        require_utc(at=self.at)


class Step(StrEnum):
    """What a report changes: the letter is known to have left, has failed, a person is told, or nothing."""

    CONFIRM = "confirm"
    FAIL = "fail"
    TELL = "tell"
    NOTHING = "nothing"


def for_recipient(report: DeliveryReport, is_ours: Callable[[str], bool]) -> RecipientReport:
    """Return what the report says about the recipient of our letter.

    A part with another address counts when it is the only one (the mail was forwarded); of several others it counts
    only what all of them say alike, so that no code is taken from one recipient for another.
    """
    parts = report.recipients
    own = [part for part in parts if part.recipient is not None and is_ours(part.recipient)]
    if own or len(parts) == 1:
        return (own or list(parts))[0]
    if not parts or {part.fate for part in parts} != {parts[0].fate}:
        return RecipientReport(fate=Fate.UNCLEAR)
    alike = len({part.reason for part in parts}) == 1
    return RecipientReport(
        fate=parts[0].fate, reason=parts[0].reason if alike else BounceReason.UNDEFINED
    )


def next_step(fate: Fate, state: OutgoingState, *, attempts: int) -> Step:
    """Return what a report changes about a letter in this state, in whatever order reports come.

    A letter that failed stays failed: "delivered" comes late, a return is the end. A return of a letter that nobody
    has tried to send since it was queued is a riddle for a person.
    """
    if fate in {Fate.COMPLAINED, Fate.UNCLEAR}:
        return Step.TELL
    was_tried = state is not OutgoingState.PENDING or attempts > 0
    if fate in GIVEN_UP and state is not OutgoingState.FAILED:
        return Step.FAIL if was_tried else Step.TELL
    in_doubt = state not in {OutgoingState.SENT, OutgoingState.FAILED}
    if fate in {Fate.LEFT, Fate.DELIVERED} and was_tried and in_doubt:
        return Step.CONFIRM
    return Step.NOTHING


def is_of_an_earlier_life(event_at: datetime, queued_at: datetime) -> bool:
    """Say whether an event is about an attempt before a person had the letter queued again."""
    require_utc(event_at=event_at, queued_at=queued_at)
    return event_at < queued_at - CLOCKS_DIFFER_BY

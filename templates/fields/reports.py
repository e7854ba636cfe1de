"""Fields of the letters about children and incidents, of the unsubscribe confirmation, and of those to our own people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from templates.fields.kinds import Arrival, LetterFields, Url


@dataclass(frozen=True, kw_only=True)
class Unsubscribed(LetterFields):
    """L10: stopped, since when, for which address; nothing else."""

    letter: ClassVar[str] = "unsubscribed"
    address: str
    since: date
    service_mail: str


@dataclass(frozen=True, kw_only=True)
class ChildReport(LetterFields):
    """L11a: to an adult who reports data of a child."""

    letter: ClassVar[str] = "child_report"
    received_on: date
    answer_by: date


@dataclass(frozen=True, kw_only=True)
class ChildWriter(LetterFields):
    """L11b: to a child who writes."""

    letter: ClassVar[str] = "child_writer"
    answer_by: date


@dataclass(frozen=True, kw_only=True)
class ChildOutcome(LetterFields):
    """L11 after the work, to a proved parent: erased or nothing found, who was told, what we change."""

    letter: ClassVar[str] = "child_outcome"
    received_on: date
    prevention: str
    erased_on: date | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class IncidentClock:
    """One duty with the instant at which it ends."""

    duty: str
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class IncidentHandover(LetterFields):
    """L12a: hands a reported incident to the security team."""

    letter: ClassVar[str] = "incident_handover"
    arrived_at: Arrival
    mailbox: str
    reporter: str
    claim: str
    personal_data: bool
    clocks: tuple[IncidentClock, ...]
    url: Url


@dataclass(frozen=True, kw_only=True)
class IncidentReceived(LetterFields):
    """L12b: to whoever reported an incident."""

    letter: ClassVar[str] = "incident_received"
    received_on: date
    answer_by: date
    channel: str


@dataclass(frozen=True, kw_only=True)
class Misdirected(LetterFields):
    """L12c: asks a wrong recipient to delete a letter of ours."""

    letter: ClassVar[str] = "misdirected"
    sent_on: date
    confirm_by: date


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check of a draft, and what came of it."""

    name: str
    passed: bool


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest(LetterFields):
    """S2: asks a person to read and decide about a draft; holds nothing of its content."""

    letter: ClassVar[str] = "approval_request"
    draft_kind: str
    draft_language: str
    law: str
    due_on: date
    classified: str
    decided_by: str
    checks: tuple[Check, ...]
    digest: str
    url: Url
    expires_at: datetime


class Failure(StrEnum):
    """What went wrong with a mail: a letter came back, a mail cannot be read, a mail looks like spam."""

    BOUNCED = "bounced"
    UNREADABLE = "unreadable"
    SPAM = "spam"


@dataclass(frozen=True, kw_only=True)
class FailureNotice(LetterFields):
    """S4: tells the handler that a mail did not arrive or cannot be worked."""

    letter: ClassVar[str] = "failure_notice"
    failure: Failure
    reason: str
    due_on: date
    url: Url


@dataclass(frozen=True, kw_only=True)
class StaffSignIn(LetterFields):
    """The sign-in link of a member of staff."""

    letter: ClassVar[str] = "staff_sign_in"
    url: Url
    expires_at: datetime

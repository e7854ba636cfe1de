"""Fields of the letters that answer a request: done, kept, later, refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from templates.fields.kinds import AskedRight, Done, LetterFields, Passed, Remedies, Retained, Url


@dataclass(frozen=True, kw_only=True)
class Extension(LetterFields):
    """L6: a later date with its reason, sent before the first one is over."""

    letter: ClassVar[str] = "extension"
    what: AskedRight
    before: date
    due_on: date
    ground: str
    delivered: tuple[str, ...] = ()
    remedies: Remedies | None = None


@dataclass(frozen=True, kw_only=True)
class DataCategory:
    """One category of an access answer (GDPR Art. 15(1)(a) to (d), (g)); recipients are named, not sorted."""

    category: str
    purpose: str
    source: str
    recipients: str
    kept: str


@dataclass(frozen=True, kw_only=True)
class AccessGiven:
    """L7a: a copy to download with its annex, or nothing found and where we looked."""

    searched: tuple[str, ...]
    download_url: Url | None = None
    expires_on: date | None = None
    categories: tuple[DataCategory, ...] = ()
    redacted: tuple[str, ...] = ()
    safeguards: str = ""
    automated: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One corrected field with its new value."""

    field: str
    new: str
    where: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """L7b: what stands there now."""

    changes: tuple[Change, ...]
    note_offered: bool = False


@dataclass(frozen=True, kw_only=True)
class Erased:
    """L7c: what is gone, where, and when the backups forget it."""

    done: tuple[Done, ...]
    backups_until: date
    account_closed: bool = False
    suppression_kept: bool = False


@dataclass(frozen=True, kw_only=True)
class Ported:
    """L7d: a file that other services can read."""

    download_url: Url
    expires_on: date
    formats: str
    data: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MarketingStopped:
    """L7e: since when, and until when a mail that left before can still arrive."""

    since: date
    underway_until: date
    service_mail: str


@dataclass(frozen=True, kw_only=True)
class ObjectionHeeded:
    """L7f: what is switched off."""

    done: tuple[Done, ...]


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawn:
    """L7g: which consent ended, since when, and what that means in neutral words."""

    consent: str
    since: date
    effect: str


@dataclass(frozen=True, kw_only=True)
class Restricted:
    """L7h: what is only kept from now on."""

    data: tuple[str, ...]
    since: date


@dataclass(frozen=True, kw_only=True)
class Completion(LetterFields):
    """L7: what was done, one section for each right; with what was kept, where anything was.

    `done` is for rights without a section of their own, and where staff say in lines what was done.
    """

    letter: ClassVar[str] = "completion"
    received_on: date
    asked: tuple[AskedRight, ...]
    access: AccessGiven | None = None
    correction: Corrected | None = None
    erasure: Erased | None = None
    portability: Ported | None = None
    marketing: MarketingStopped | None = None
    objection: ObjectionHeeded | None = None
    consent: ConsentWithdrawn | None = None
    restriction: Restricted | None = None
    done: tuple[Done, ...] = ()
    told: tuple[str, ...] = ()
    retained: tuple[Retained, ...] = ()
    passed: Passed | None = None
    remedies: Remedies | None = None

    def __post_init__(self) -> None:
        if self.retained and self.remedies is None:
            raise ValueError("where something is kept, the letter says what can be done against it")


@dataclass(frozen=True, kw_only=True)
class ComplaintOutcome(LetterFields):
    """L7i: what we looked at, what we found, what changes."""

    letter: ClassVar[str] = "complaint_outcome"
    received_on: date
    looked_at: tuple[str, ...]
    found: str
    remedies: Remedies
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PartialRefusal(LetterFields):
    """L8: what was done, then each thing that is kept, why, by which law and until when."""

    letter: ClassVar[str] = "partial_refusal"
    received_on: date
    done: tuple[Done, ...]
    retained: tuple[Retained, ...]
    remedies: Remedies
    passed: Passed | None = None


class Ground(StrEnum):
    """The grounds that we accept for a refusal (letters.md L9); there are no others."""

    IDENTITY = "identity"
    NOT_OURS = "not_ours"
    EXCESSIVE = "excessive"
    OTHERS = "others"
    PRIVILEGE = "privilege"
    DUTY = "duty"
    NO_RIGHT = "no_right"


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One ground, applied to the facts, with the provision that it rests on."""

    ground: Ground
    facts: str
    article: str


@dataclass(frozen=True, kw_only=True)
class Refusal(LetterFields):
    """L9: what we do not do, why, and what can be done against it."""

    letter: ClassVar[str] = "refusal"
    received_on: date
    what: AskedRight
    reasons: tuple[Reason, ...]
    remedies: Remedies
    done: tuple[Done, ...] = ()
    download_url: Url | None = None
    expires_on: date | None = None
    statement_offered: bool = False
    passed: Passed | None = None

    def __post_init__(self) -> None:
        if not self.reasons:
            raise ValueError("nothing is refused without a ground")


@dataclass(frozen=True, kw_only=True)
class DownloadReady(LetterFields):
    """Says where a package waits, and until when; nothing personal is in the mail itself."""

    letter: ClassVar[str] = "download_ready"
    download_url: Url
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class DownloadCode(LetterFields):
    """The one-time code that opens a package, to the address that was proved."""

    letter: ClassVar[str] = "download_code"
    code: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureCoolOff(LetterFields):
    """Tells the address on file that an erasure is to be carried out, and how to stop it."""

    letter: ClassVar[str] = "erasure_cool_off"
    erase_on: date
    code: str
    categories: tuple[str, ...] = ()
    cancel_url: Url | None = None


@dataclass(frozen=True, kw_only=True)
class ErasureStopped(LetterFields):
    """Says that an erasure was stopped in time, and that nothing was erased."""

    letter: ClassVar[str] = "erasure_stopped"
    stopped_on: date

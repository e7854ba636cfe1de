"""Fields of the first letters, and of those by which a writer shows who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from privacy.challenges import ClockEffect
from privacy.stands import Stand
from templates.fields.kinds import (
    AskedRight,
    LetterFields,
    Remedies,
    RightDue,
    Url,
    Zone,
)


class Variant(StrEnum):
    """Which wording of the acknowledgement fits: the first mail, more rights later, no right in it, or unreadable."""

    FIRST = "first"
    ADDED = "added"
    NO_RIGHT = "no_right"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Acknowledgement(LetterFields):
    """L1: what we understood of a mail, and by when the answer comes."""

    letter: ClassVar[str] = "acknowledgement"
    variant: Variant
    received_on: date
    received_zone: Zone
    acknowledge_by: date
    rights: tuple[RightDue, ...] = ()
    marketing_stopped_by: date | None = None
    status_url: Url | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question with the choices that we offer beside `everything`."""

    text: str
    choices: tuple[str, ...]


MOST_QUESTIONS = 3


@dataclass(frozen=True, kw_only=True)
class Clarification(LetterFields):
    """L4: one to three questions about what is meant; what is clear goes on meanwhile."""

    letter: ClassVar[str] = "clarification"
    received_on: date
    questions: tuple[Question, ...]
    search_from: date
    clock: ClockEffect
    clear: tuple[RightDue, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.questions) <= MOST_QUESTIONS:
            raise ValueError("a clarification asks one to three questions")


@dataclass(frozen=True, kw_only=True)
class WrongCompany(LetterFields):
    """To a writer who means another company."""

    letter: ClassVar[str] = "wrong_company"
    received_on: date
    deleted_on: date


@dataclass(frozen=True, kw_only=True)
class IdentityChallenge(LetterFields):
    """L2: asks the writer to show that the mailbox is theirs, by the least that suffices."""

    letter: ClassVar[str] = "identity_challenge"
    rights: tuple[AskedRight, ...]
    code: str
    expires_on: date
    clock: ClockEffect
    page_url: Url | None = None
    login_url: Url | None = None


@dataclass(frozen=True, kw_only=True)
class IdentityReminder(LetterFields):
    """The one reminder of an identity challenge."""

    letter: ClassVar[str] = "identity_reminder"
    asked_on: date
    rights: tuple[AskedRight, ...]
    code: str
    expires_on: date
    clock: ClockEffect
    page_url: Url | None = None
    login_url: Url | None = None


@dataclass(frozen=True, kw_only=True)
class IdentityNotProved(LetterFields):
    """L3: says that we could not confirm who is asking, and what still would."""

    letter: ClassVar[str] = "identity_not_proved"
    received_on: date
    rights: tuple[AskedRight, ...]
    remedies: Remedies
    marketing_stopped: bool = False
    general_practices: bool = False


@dataclass(frozen=True, kw_only=True)
class IdentityPaperDestroyed(LetterFields):
    """Says that a copy of an identity paper was deleted unread."""

    letter: ClassVar[str] = "identity_paper_destroyed"
    received_on: date
    destroyed_on: date


@dataclass(frozen=True, kw_only=True)
class AddressChanged(LetterFields):
    """Tells the old address, before it takes effect, that another one is to be used."""

    letter: ClassVar[str] = "address_changed"
    asked_on: date
    effective_on: date


@dataclass(frozen=True, kw_only=True)
class RightTold:
    """One right asked for, where it stands, and the day of our answer while we work on it."""

    what: AskedRight
    stand: Stand
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Status(LetterFields):
    """Where a request stands, to whoever asks in its thread; nothing that they were not told before."""

    letter: ClassVar[str] = "status"
    received_on: date
    rights: tuple[RightTold, ...]
    status_url: Url | None = None


@dataclass(frozen=True, kw_only=True)
class Withdrawn(LetterFields):
    """Says what was taken back, what goes on, and how to ask again."""

    letter: ClassVar[str] = "withdrawn"
    written_on: date
    rights: tuple[AskedRight, ...]
    still: tuple[RightDue, ...] = ()

"""The kinds of values that a letter can be filled in with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, NewType

from privacy.cases import Role
from privacy.rights import Right, Scope

Url = NewType("Url", str)  # an https address: a link in the HTML part
Zone = NewType(
    "Zone", str
)  # a time zone by its name, such as Europe/Dublin: told as people name it
Quoted = NewType("Quoted", str)  # several lines of somebody else: shown as a quotation
Arrival = NewType("Arrival", datetime)  # an instant, told in UTC, Dublin and Kolkata


@dataclass(frozen=True, kw_only=True)
class LetterFields:
    """All that one letter is filled in with; `letter` is its name."""

    letter: ClassVar[str]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What letters have in common: which case, who we are, and the line for readers of another language."""

    reference: str
    role: Role
    legal_name: str
    postal_address: str
    dpo_name_or_function: str
    dpo_contact: str
    policy_url: Url
    fallback_language: str = ""
    fallback_line: str = ""


@dataclass(frozen=True, kw_only=True)
class AskedRight:
    """One right asked for; told as the end of the sentence `You ask us ...`."""

    right: Right
    scope: Scope | None = None


@dataclass(frozen=True, kw_only=True)
class NamedRight:
    """One right that somebody else asks for; told by its name, such as `erasure`."""

    right: Right
    scope: Scope | None = None


@dataclass(frozen=True, kw_only=True)
class RightDue:
    """One right asked for, and the day of our answer."""

    what: AskedRight
    due_on: date


@dataclass(frozen=True, kw_only=True)
class Done:
    """One thing that we did: what, in which system, on which day."""

    what: str
    where: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Passed:
    """That customers of ours decide about a part of the data: since when they know, and when to ask us again."""

    forwarded_on: date
    ask_again_on: date


@dataclass(frozen=True, kw_only=True)
class Retained:
    """One category that we keep: why, by which law or ground, and until when (a day, or the criterion in words)."""

    category: str
    purpose: str
    law: str
    access: str
    until: date | None = None
    criterion: str = ""

    def __post_init__(self) -> None:
        if (self.until is None) == (not self.criterion):
            raise ValueError("what is kept has either a last day or a criterion for its end")


@dataclass(frozen=True, kw_only=True)
class NamedAuthority:
    """To whom people complain, and where."""

    name: str
    url: Url


@dataclass(frozen=True, kw_only=True)
class Remedies:
    """What the person can do against a decision; each field is one sentence, absent where the law knows no such way."""

    authorities: tuple[NamedAuthority, ...] = ()
    court: bool = False
    complain_to_us: bool = False
    appeal_by: date | None = None
    contest_by: date | None = None
    grievance_by: date | None = None
    attorneys_general: tuple[Url, ...] = ()
    recourse_until: date | None = None
    kept_until: date | None = None
    offer_help: bool = False

    @property
    def days(self) -> tuple[date, ...]:
        """Every day that is named."""
        named = (self.appeal_by, self.contest_by, self.grievance_by, self.recourse_until)
        return tuple(day for day in (*named, self.kept_until) if day is not None)

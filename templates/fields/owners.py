"""Fields of the notices to the Owners of workspaces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from templates.fields.kinds import LetterFields, Url, Zone


@dataclass(frozen=True, kw_only=True)
class PolicyChange:
    """One change: how it is, how it will be, what that does, what the reader can do."""

    before: str
    after: str
    effect: str
    action: str


@dataclass(frozen=True, kw_only=True)
class PolicyNotice(LetterFields):
    """L13: tells an Owner what changes in the policy, and from when."""

    letter: ClassVar[str] = "policy_notice"
    new_version: str
    old_version: str
    new_url: Url
    old_url: Url
    choices_url: Url
    effective_on: date
    zone: Zone
    why: str
    asks_consent: bool
    changes: tuple[PolicyChange, ...]

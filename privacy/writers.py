"""As whom somebody writes: for themselves, or for another person, and what the law lets us ask of whoever does.

The words that tell it are data; a role is a reason for staff to look, and never a proof.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

MOST_READ = 20_000  # characters of the writer's own words
_NOT_A_WORD = re.compile(r"[^\w'’]+")


class WriterRole(StrEnum):
    """Why somebody writes about another person; SELF is whoever says nothing of the kind."""

    SELF = "self"
    HEIR = "heir"
    PARENT = "parent"
    LAWYER = "lawyer"
    AGENT = "agent"


class Mandate(StrEnum):
    """What shows that somebody may ask for another person; never more than the law of the case lets us ask."""

    NONE = "none"
    WRITTEN_AUTHORITY = "written-authority"  # EDPB Guidelines 01/2022, para. 80: for this request
    SIGNED_PERMISSION = "signed-permission"  # 11 CCR § 7063: and no power of attorney
    RELATION = "relation-by-the-least-data"
    STANDING_OF_HEIR = "standing-of-heir"  # where a law covers the dead; GDPR does not


@dataclass(frozen=True, kw_only=True)
class Representation:
    """What follows from a role: the proof that staff look for, and whether the person themselves are asked directly.

    `confirm_directly`: a challenge to the address of the person, never to the writer's, may do instead.
    """

    role: WriterRole
    mandate: Mandate
    confirm_directly: bool
    reasons: tuple[str, ...]


def role_of(text: str, words: Mapping[WriterRole, tuple[str, ...]]) -> WriterRole:
    """Return the role that the writer's own words tell; the gravest where they tell several, in the order of the list."""
    spelled = f" {_plain(text[:MOST_READ])} "
    said = set(spelled.split())
    told = (role for role in WriterRole if _is_told(spelled, said, words.get(role, ())))
    return next(told, WriterRole.SELF)


def _is_told(spelled: str, said: set[str], phrases: tuple[str, ...]) -> bool:
    """Whether one of the phrases stands in the text; it is looked for only where its first word does."""
    begun = _by_first_word(phrases)
    return any(phrase in spelled for first in begun.keys() & said for phrase in begun[first])


def representation_of(role: WriterRole, laws: Iterable[str]) -> Representation:
    """Return what a role needs under the laws that may govern: the least that all of them let us ask."""
    if role is WriterRole.SELF:
        return Representation(
            role=role, mandate=Mandate.NONE, confirm_directly=False, reasons=("writes-for-self",)
        )
    mandate = _MANDATES.get(role) or (
        Mandate.SIGNED_PERMISSION if "ccpa" in set(laws) else Mandate.WRITTEN_AUTHORITY
    )
    # The dead confirm nothing, and a child is not asked by mail (letters.md L11).
    direct = role in {WriterRole.LAWYER, WriterRole.AGENT}
    return Representation(
        role=role, mandate=mandate, confirm_directly=direct, reasons=(f"writes-as-{role}",)
    )


_MANDATES = {
    WriterRole.HEIR: Mandate.STANDING_OF_HEIR,
    WriterRole.PARENT: Mandate.RELATION,
}


@lru_cache(maxsize=64)
def _by_first_word(phrases: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for phrase in filter(None, map(_plain, phrases)):
        first = phrase.partition(" ")[0]
        found[first] = (*found.get(first, ()), f" {phrase} ")
    return found


def _plain(text: str) -> str:
    return " ".join(_NOT_A_WORD.split(text.casefold().replace("’", "'"))).strip()

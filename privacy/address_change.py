"""A change of the person's own address: what asks for it, where it stands, and what proves each of its two addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from privacy.identity import Evidence, EvidenceKind, Level, level_reached

MOST_READ = 20_000  # characters of the writer's own words
BETWEEN = 80  # characters between the two addresses
TO_OBJECT = timedelta(days=7)  # of the old address, after the notice and before letters move
_SIGNS = "<>()[]\"':;,.*"
_ADDRESS = re.compile(
    r"(?<![\w.+-])([a-z0-9][a-z0-9._%+-]{0,62}@[a-z0-9-]{1,62}(?:\.[a-z0-9-]{1,62}){1,4})(?![\w-])",
    re.IGNORECASE | re.ASCII,
)


class ChangeState(StrEnum):
    """Where a change of address stands.

    WANTED: the new address is to be asked. ASKED waits for it; PROVED: it answered. TOLD: carried out, and the old
    address can still object; IN_EFFECT: letters go to the new one. OBJECTED, LAPSED and ENDED are over.
    """

    WANTED = "wanted"
    ASKED = "asked"
    PROVED = "proved"
    TOLD = "told"
    IN_EFFECT = "in_effect"
    OBJECTED = "objected"
    LAPSED = "lapsed"
    ENDED = "ended"


LIVE = frozenset({ChangeState.WANTED, ChangeState.ASKED, ChangeState.PROVED, ChangeState.TOLD})
ANSWERED = frozenset({ChangeState.PROVED, ChangeState.TOLD, ChangeState.IN_EFFECT})


@dataclass(frozen=True, kw_only=True)
class ChangeWords:
    """Words in lower case: before the old address, between it and the new one, and for an address of mail at all."""

    before: frozenset[str]
    between: frozenset[str]
    mentions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class FoundChange:
    """What the words say: both addresses in lower case where they are sure, else neither."""

    old: str | None = field(default=None, repr=False)
    new: str | None = field(default=None, repr=False)

    @property
    def is_sure(self) -> bool:
        """Whether the words name which address gives way to which."""
        return self.old is not None


def find_change(text: str, words: ChangeWords, *, writing: str) -> FoundChange | None:
    """Return the change of address that the writer's own words ask for, None where they speak of no address of mail.

    Sure is only "from A to B" with these two addresses and no third one; the `writing` one alone, as below a name, says
    nothing. Linear in the text.
    """
    looked = text[:MOST_READ]
    found = list(_ADDRESS.finditer(looked))
    distinct = {match.group(1).lower() for match in found}
    if len(found) == len(distinct) == 2:  # noqa: PLR2004 - the old and the new one
        first, second = found
        before = _words(looked[max(0, first.start() - BETWEEN) : first.start()])
        between = looked[first.end() : second.start()]
        joined = " ".join(_words(between))
        is_said = bool(before) and before[-1] in words.before and joined in words.between
        if is_said and len(between) <= BETWEEN:
            return FoundChange(old=first.group(1).lower(), new=second.group(1).lower())
    spoken = f" {' '.join(_words(looked))} "
    is_mentioned = any(f" {word} " in spoken for word in words.mentions)
    return FoundChange() if distinct - {writing.lower()} or is_mentioned else None


def _words(text: str) -> list[str]:
    stripped = (word.strip(_SIGNS) for word in text.casefold().split())
    return [word for word in stripped if word]


def old_address_is_proved(evidence: Sequence[Evidence], old_key: bytes) -> bool:
    """Say whether it was the address on file itself that was proved: what speaks for any other counts for nothing here.

    A decision of staff stands for it; `old_key` is the keyed hash of the old address.
    """
    about_it = [
        one for one in evidence if one.kind is EvidenceKind.STAFF_DECISION or one.about == old_key
    ]
    return level_reached(about_it).level >= Level.MAILBOX


def against_change(
    state: ChangeState, evidence: Sequence[Evidence], old_key: bytes, *, contested: bool
) -> str | None:
    """Return why the address may not be changed, None where both addresses are proved.

    `contested`: another request would change the same old address to a third one, and was answered as well.
    """
    if state is ChangeState.OBJECTED:
        return "old-address-objected"
    if state not in ANSWERED:
        return "new-address-not-proved"
    if not old_address_is_proved(evidence, old_key):
        return "old-address-not-proved"
    return "another-change-is-proved" if contested else None

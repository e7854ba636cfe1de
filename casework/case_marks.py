"""How a case is told in an export: in all its words, or with marks in the place of whatever names somebody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from classifier.minimising import Placeholders, has_capital_nouns, minimise
from classifier.personal_spans import Known, Personal
from privacy.cases import Case


class Telling(Protocol):
    """What an export asks before it writes anything that may name somebody."""

    @property
    def is_redacted(self) -> bool:
        """Whether marks stand in the place of names."""

    def words(self, text: str) -> str:
        """Return words that somebody wrote."""

    def somebody(self, name: str | None) -> str | None:
        """Return an address or a name."""


@dataclass(frozen=True)
class InFull:
    """Everything as it is."""

    is_redacted: bool = False

    def words(self, text: str) -> str:
        """Return the words."""
        return text

    def somebody(self, name: str | None) -> str | None:
        """Return the address or name."""
        return name


@dataclass(frozen=True, kw_only=True)
class WithMarks:
    """Marks for people, addresses, numbers and links, by the rules that guard the model; one number for each of them."""

    known: Known
    numbering: Placeholders = field(default_factory=Placeholders)
    is_redacted: bool = True

    def words(self, text: str) -> str:
        """Return the words with marks."""
        known = Known(
            names=self.known.names,
            addresses=self.known.addresses,
            nouns_have_capitals=has_capital_nouns(text),
        )
        return minimise(text, known, self.numbering).text

    def somebody(self, name: str | None) -> str | None:
        """Return a mark for an address or a name, the same for an actor and their address; none for nobody."""
        if not name:
            return name
        who, kind = name.partition(" (")[0], Personal.EMAIL if "@" in name else Personal.NAME
        return self.numbering.name(kind, who)


def telling_of(case: Case, *, redacted: bool) -> Telling:
    """Return how this case is told."""
    if not redacted:
        return InFull()
    names = (case.requester_name,) if case.requester_name else ()
    addresses = (case.requester,) if case.requester else ()
    return WithMarks(known=Known(names=names, addresses=addresses))

"""How much of a text answering machines say as well, clause by clause, and how much is the writer's own."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from classifier.clauses import clause_ends
from classifier.machine_text import SIGNS, Found, said_besides
from classifier.written import Sample
from privacy.screening import Kind

EXPLAINS = 80  # letters of its clause that one sign explains: a long sentence says more than that
DATE_EXPLAINS = 45  # letters of a clause that a date alone explains: people name dates in sentences of their own
GREETING = 40  # letters of a first line and
CLOSING = 60  # of a last paragraph that greet or give a name
LITTLE = 60  # letters of a name, a wish or an aside behind a notice
ADDRESSED = 12  # letters of a sentence that may be no more than an address: "Dear Sam!"
_SENTENCE = re.compile(r"[.!?\n。！？।]")
_TOLD = {"usual"} | {sign for sign, one in SIGNS.items() if one.kind is Kind.AUTO_REPLY}
_DATE = {"back"}
_ADDRESS = "@"
_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n[ \t]*--")


@dataclass(frozen=True, slots=True)
class Told:
    """How many letters of a text answering machines say as well, and how many are the writer's own."""

    told: int
    own: int
    begins_own: bool = (
        False  # whether its first sentence is the writer's own: notices say first what they are
    )

    @property
    def own_share(self) -> float:
        """From 0, all is what machines say, to 1, none of it is."""
        return self.own / max(1, self.told + self.own)

    @property
    def all_told(self) -> bool:
        """Whether it says something, and nothing that machines do not say."""
        return self.told > 0 and self.own == 0

    @property
    def little_else(self) -> bool:
        """Whether it says what machines say, and beside it no more than a name or a wish."""
        return self.own < self.told and self.own <= LITTLE and not self.begins_own


def tell(found: Found) -> Told:
    """Return how much of what was read is a machine's; greetings, names and addresses are neither.

    Cost linear in what was read.
    """
    sample = found.sample
    starts = [0, *clause_ends(sample)]
    signs = _signs_by_clause(found, starts)
    told = own = 0
    begins_own = None
    for start, end in _spoken(starts, sample):
        letters = sum(map(len, sample.words[start:end]))
        explained = min(letters, _explained(signs.get(start, set()), letters))
        told += explained
        own += letters - explained
        if begins_own is None and _SENTENCE.search(sample.seps[end - 1]) and own + told > ADDRESSED:
            begins_own = told == 0
    return Told(told, own, begins_own=begins_own or False)


def _spoken(starts: Sequence[int], sample: Sample) -> Iterator[tuple[int, int]]:
    """Yield the clauses without a greeting line, a name below the text, and addresses."""
    names_from = _closing(sample)
    for start, end in pairwise(starts):
        first_line = start == 0 and "\n" in sample.seps[end - 1]
        greets = first_line and sum(map(len, sample.words[:end])) <= GREETING
        if not (greets or start >= names_from or _ADDRESS in sample.seps[start:end]):
            yield start, end


def _closing(sample: Sample) -> int:
    """Return the place of the first word of a short last paragraph, or the number of all words."""
    seps, letters = sample.seps, 0
    for at in range(len(seps) - 2, -1, -1):
        letters += len(sample.words[at + 1])
        if letters > CLOSING:
            break
        if _PARAGRAPH.search(seps[at]):
            return at + 1
    return len(seps)


def _signs_by_clause(found: Found, starts: Sequence[int]) -> dict[int, set[str]]:
    """Return the signs of answering machines that begin in a clause, by the place of its first word."""
    signs: dict[int, set[str]] = {}
    for sign, place in chain(found.said, said_besides(found.sample)):
        if sign in _TOLD:
            signs.setdefault(starts[bisect_right(starts, place) - 1], set()).add(sign)
    return signs


def _explained(signs: set[str], letters: int) -> int:
    if signs == _DATE:
        return DATE_EXPLAINS if letters <= DATE_EXPLAINS else 0
    return EXPLAINS * len(signs)

"""How much of a text answering machines say as well, clause by clause, and how much is the writer's own."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from classifier.machine_data import words_of
from classifier.machine_text import READ, READ_AT_END, SIGNS
from classifier.pieces import END, PERIOD, SOFT, Marks, stop_is_real
from classifier.written import Sample, WrittenText
from privacy.screening import Kind

EXPLAINS = 80  # letters of its clause that one expression explains: a long sentence says more than that
DATE_EXPLAINS = 45  # letters of a clause that a date alone explains: people name dates in sentences of their own
GREETING = 40  # letters of a first line and
CLOSING = 60  # of a last paragraph that greet or give a name
_TOLD = frozenset(sign for sign, one in SIGNS.items() if one.kind is Kind.AUTO_REPLY)
_DATE = "back"
_ADDRESS = "@"
_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n[ \t]*--")
_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Told:
    """How many letters of a text answering machines say as well, and how many are the writer's own."""

    told: int
    own: int

    @property
    def own_share(self) -> float:
        """From 0, all is what machines say, to 1, none of it is."""
        return self.own / max(1, self.told + self.own)

    @property
    def all_told(self) -> bool:
        """Whether it says something, and nothing that machines do not say."""
        return self.told > 0 and self.own == 0


def tell(written: WrittenText) -> Told:
    """Return how much of the beginning and the end of a text is a machine's; greetings, names and addresses are neither.

    Cost linear in what is read.
    """
    sample = written.sample(READ, READ_AT_END)
    clauses = list(_clauses(sample))
    signs = _signs_in(sample, [clause.start for clause in clauses])
    told = own = 0
    for clause in _spoken(clauses, sample):
        letters = sum(map(len, sample.words[clause]))
        explained = min(letters, _explained(signs[clause.start], letters))
        told += explained
        own += letters - explained
    return Told(told, own)


def _clauses(sample: Sample) -> Iterator[slice]:
    """Yield the places of the words of each clause: up to a full stop, a comma or a new paragraph."""
    start = 0
    for at, (word, between) in enumerate(zip(sample.words, sample.seps, strict=True)):
        mark = _MARKS[between]
        if mark & (END | SOFT) or (mark & PERIOD and stop_is_real(word)):
            yield slice(start, at + 1)
            start = at + 1
    if start < len(sample.words):
        yield slice(start, len(sample.words))


def _spoken(clauses: Sequence[slice], sample: Sample) -> Iterator[slice]:
    """Yield the clauses without a greeting line, a name below the text, and addresses."""
    names_from = _closing(sample)
    for clause in clauses:
        between = sample.seps[clause]
        first_line = clause.start == 0 and "\n" in between[-1]
        greets = first_line and sum(map(len, sample.words[clause])) <= GREETING
        if not (greets or clause.start >= names_from or _ADDRESS in between):
            yield clause


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


def _signs_in(sample: Sample, starts: Sequence[int]) -> dict[int, Counter[str]]:
    """Return, by the first word of a clause, how often each sign of an answering machine begins in it."""
    found: dict[int, Counter[str]] = {start: Counter() for start in starts}
    known = words_of("text")
    places = [(sign, place) for sign, place, _ in known.within(sample.words)]
    places += _glued(sample)
    for sign, place in places:
        if sign in _TOLD:
            found[starts[bisect_right(starts, place) - 1]][sign] += 1
    return found


def _glued(sample: Sample) -> Iterator[tuple[str, int]]:
    """Yield the signs in a script without blanks, each with the place of the word in which it begins."""
    signs = list(words_of("text").glued_within(sample.folded))
    if signs and sample.words:
        lengths = (len(w) + len(s) for w, s in zip(sample.words, sample.seps, strict=True))
        lead = sample.folded.find(sample.words[0])
        begins = list(accumulate(lengths, initial=max(0, lead)))[:-1]
        for sign, at in signs:
            yield sign, max(0, bisect_right(begins, at) - 1)


def _explained(signs: Counter[str], letters: int) -> int:
    if signs.keys() == {_DATE}:
        return DATE_EXPLAINS if letters <= DATE_EXPLAINS else 0
    return EXPLAINS * len(signs)

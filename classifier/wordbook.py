"""All expressions of a language as plain tables: what a file can keep, and a lexicon looks words up in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from classifier.concepts import ALL_OBJECTS, ALL_TRIGGERS
from classifier.folded import fold
from classifier.spelling import SlipTables, tabulate
from classifier.unspaced import compile_terms, cut_phrase, term_pattern
from classifier.vocabulary import HEAD, Phrase

_FORGIVEN = ALL_TRIGGERS | ALL_OBJECTS

Numbers = dict[str, int]


@dataclass(kw_only=True)
class Wordbook:
    """The tables; masks are told by their number in `masks`.

    `exact` holds whole words, `stems` and `ends` parts of words by the letters they are looked up by. `rows` are the
    rows of words by their first word, `stem_rows` those that begin with a stem; each is a line that `row_in` reads.
    `ends_apart` are the second words of what may stand apart; `terms` is the pattern of words that no blank divides.
    """

    masks: list[int] = field(default_factory=list)
    exact: Numbers = field(default_factory=dict)
    stems: dict[str, Numbers] = field(default_factory=dict)
    ends: dict[str, Numbers] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    stem_rows: dict[str, list[str]] = field(default_factory=dict)
    ends_apart: Numbers = field(default_factory=dict)
    slips: SlipTables = field(default_factory=SlipTables)
    terms: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON gives it back."""
        return asdict(self)


def from_json(known: Mapping[str, Any]) -> Wordbook:
    """Return the tables that `as_json` told."""
    return Wordbook(**{**known, "slips": SlipTables(**known["slips"])})


def compile_words(entries: Iterable[Phrase], ordinary: Iterable[str] = ()) -> Wordbook:
    """Return the tables of these expressions; `ordinary` are words that are no slip of another one."""
    written = tuple(entries)
    pattern = term_pattern(entry.words[0] for entry in written if len(entry.words) == 1)
    terms = compile_terms(pattern)
    gathered = _Gathered()
    for entry in written:
        gathered.add(_cut(entry, terms))
    return gathered.tables(ordinary, pattern)


def row_in(line: str, masks: list[int]) -> Phrase:
    """Return the row of words that a line of the tables holds."""
    number, gaps, *words = line.split(" ")
    places = frozenset(map(int, gaps.split(","))) if gaps != "-" else frozenset[int]()
    return Phrase(tuple(words), places, masks[int(number)])


def _line_of(words: tuple[str, ...], gaps: frozenset[int], number: int) -> str:
    places = ",".join(map(str, sorted(gaps))) or "-"
    return " ".join((str(number), places, *words))


def _cut(entry: Phrase, terms: re.Pattern[str] | None) -> Phrase:
    """Return a row of words cut as the text is: Korean `동의를 철회` stands there as `동의`, `를`, `철회`."""
    if terms is None or len(entry.words) == 1:
        return entry
    words: list[str] = []
    gaps: set[int] = set()
    for number, word in enumerate(entry.words):
        if number in entry.gaps:
            gaps.add(len(words))
        words += cut_phrase(word, terms, last=number == len(entry.words) - 1)
    return Phrase(tuple(words), frozenset(gaps), entry.mask)


# Rows by their words and gaps: an expression that is written twice means both.
_Rows = dict[tuple[tuple[str, ...], frozenset[int]], int]


class _Gathered:
    """Masks of all expressions, those that are written alike together."""

    def __init__(self) -> None:
        self.exact: Numbers = {}
        self.stems: dict[str, Numbers] = {}
        self.ends: dict[str, Numbers] = {}
        self.rows: dict[str, _Rows] = {}
        self.stem_rows: dict[str, _Rows] = {}
        self.later_words: dict[str, None] = {}  # of a known row: no slips of the pen

    def add(self, entry: Phrase) -> None:
        word = entry.words[0]
        if len(entry.words) > 1:
            home, key = (self.stem_rows, word[:HEAD]) if word.endswith("*") else (self.rows, word)
            _put(home.setdefault(key, {}), (entry.words, entry.gaps), entry.mask)
            self.later_words.update(dict.fromkeys(entry.words[1:]))
        elif word.endswith("*"):
            _put(self.stems.setdefault(word[:HEAD], {}), word[:-1], entry.mask)
        elif word.startswith("*"):
            _put(self.ends.setdefault(word[-HEAD:], {}), word[1:], entry.mask)
        else:
            _put(self.exact, word, entry.mask)

    def tables(self, ordinary: Iterable[str], pattern: str | None) -> Wordbook:
        numbers: dict[int, int] = {}

        def number_of(mask: int) -> int:
            return numbers.setdefault(mask, len(numbers))

        def numbered(masks: Numbers) -> Numbers:
            return {word: number_of(mask) for word, mask in masks.items()}

        def lines(rows: Mapping[str, _Rows]) -> dict[str, list[str]]:
            return {
                key: [_line_of(*row, number_of(mask)) for row, mask in known.items()]
                for key, known in rows.items()
            }

        return Wordbook(
            exact=numbered(self.exact),
            stems={head: numbered(known) for head, known in self.stems.items()},
            ends={tail: numbered(known) for tail, known in self.ends.items()},
            rows=lines(self.rows),
            stem_rows=lines(self.stem_rows),
            ends_apart=numbered(self.ends_apart()),
            slips=self.slips(ordinary),
            terms=pattern,
            masks=list(numbers),
        )

    def ends_apart(self) -> Numbers:
        found: Numbers = {}
        for rows in (*self.rows.values(), *self.stem_rows.values()):
            for (words, gaps), mask in rows.items():
                if 1 in gaps:
                    _put(found, words[1], mask)
        return found

    def slips(self, ordinary: Iterable[str]) -> SlipTables:
        return tabulate(
            (word for word, mask in self.exact.items() if mask & _FORGIVEN),
            self._meant(ordinary),
        )

    def _meant(self, ordinary: Iterable[str]) -> Iterator[str]:
        """Yield the words that are meant as they are written."""
        yield from (word for word, mask in self.exact.items() if not mask & _FORGIVEN)
        yield from (fold(word).text for word in ordinary)
        yield from self.later_words


def _put(home: dict[Any, int], key: object, mask: int) -> None:
    home[key] = home.get(key, 0) | mask

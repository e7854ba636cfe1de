"""The words of one language, compiled: from a word to the concepts it may mean, at the price of one look-up.

Notation of the language files: `delete` is a word, `delet*` a stem, `*daten` the end of a compound, `opt out` words
in a row, `take ... off` words with up to seven others between, `my {name|address}` one of several. A row takes its
words away from shorter readings: once `account manager` is read, `account` is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import chain
from operator import or_

from classifier.concepts import AHEAD, ALL_OBJECTS, ALL_TRIGGERS, APART_BEGUN, APART_ENDED, BIT
from classifier.folded import fold
from classifier.pieces import REMEMBERED
from classifier.spelling import Slips
from classifier.unspaced import compile_terms, cut_phrase

GAP = 7  # words that may stand between the two halves of `take ... off`
_HEAD = 3  # letters by which stems and endings are looked up
PHRASE_START = BIT["phrase_start"]
_FORGIVEN = ALL_TRIGGERS | ALL_OBJECTS


@dataclass(frozen=True)
class Phrase:
    """One way of writing a concept: words in a row; `gaps` holds the places before which other words may stand."""

    words: tuple[str, ...]
    gaps: frozenset[int]
    mask: int

    @cached_property
    def plain(self) -> bool:
        """Whether the words stand in a row and are no stems: then they can be compared as they are."""
        return not self.gaps and not any("*" in word for word in self.words)


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases that begin with one word, by the second word; longest first.

    `rows` follow at once, `gapped` after up to GAP others; `open` holds the few whose second word is a stem;
    `by_stem` holds those that begin with a stem of the word, so that no pair of words announces them.
    """

    rows: Mapping[str, tuple[Phrase, ...]]
    gapped: Mapping[str, tuple[Phrase, ...]]
    open: tuple[Phrase, ...]
    by_stem: tuple[Phrase, ...]


class Beginning:
    """The rows of words that begin with one pair of words."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._likely = 0
        self._longer: list[tuple[tuple[str, ...], int]] = []
        for phrase in phrases:
            mask = PHRASE_START | phrase.mask << AHEAD
            if len(phrase.words) > 2 and phrase.plain:  # noqa: PLR2004 - more than the pair itself
                self._longer.append((phrase.words, mask))
            else:
                self._likely |= mask

    def mark(self, words: Sequence[str], at: int) -> int:
        """Return the mark of a row that stands at this place with its concepts as those that lie ahead, 0 where none does."""
        mask = self._likely
        for row, found in self._longer:
            if words[at : at + len(row)] == row:
                mask |= found
        return mask


def read_entry(written: str, mask: int) -> Phrase:
    """Return the compiled form of one expression. Raises ValueError for a stem shorter than three letters."""
    words: list[str] = []
    gaps: set[int] = set()
    for word in fold(written).text.split():
        if word in {"...", "."}:
            gaps.add(len(words))
            continue
        if not words and "*" in word and len(word.strip("*")) < _HEAD:
            raise ValueError(f"stem too short: {written}")
        words.append(word)
    return Phrase(tuple(words), frozenset(gaps), mask)


def wordings(written: str) -> Iterable[str]:
    """Yield each wording that alternatives stand for: `delete {it|them}` is `delete it` and `delete them`."""
    before, brace, rest = written.partition("{")
    if not brace:
        yield written
        return
    choices, _, after = rest.partition("}")
    for tail in wordings(after):
        for choice in choices.split("|"):
            yield f"{before}{choice}{tail}"


def spellings(written: str, respell: Mapping[str, str]) -> Iterable[str]:
    """Yield an expression as it is written and as people write it without the letters of their language."""
    yield written
    plain = written.casefold()
    for letter, pair in respell.items():
        plain = plain.replace(letter, pair)
    if plain != written.casefold():
        yield plain


def word_fits(pattern: str, word: str) -> bool:
    """Return whether a word of the text is the word, stem or ending of the pattern."""
    if pattern.endswith("*"):
        return word.startswith(pattern[:-1])
    if pattern.startswith("*"):
        return word.endswith(pattern[1:])
    return word == pattern


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


class Lexicon:
    """All words of one language (or of several read as one), ready to be asked."""

    def __init__(self, entries: Iterable[Phrase], ordinary: Iterable[str] = ()) -> None:
        self._exact: dict[str, int] = {}
        self._stems: dict[str, dict[str, int]] = {}
        self._ends: dict[str, dict[str, int]] = {}
        self._phrases: dict[str, list[Phrase]] = {}
        self._stem_phrases: dict[str, list[Phrase]] = {}
        spelled_as_meant: set[str] = (
            set()
        )  # a later word of a known row of words is no slip of the pen
        written = tuple(entries)
        self.terms = compile_terms(entry.words[0] for entry in written if len(entry.words) == 1)
        for entry in written:
            cut = _cut(entry, self.terms)
            self._add(cut)
            spelled_as_meant.update(cut.words[1:])
        # Pairs of words with which a row of words begins: one look-up tells that nothing begins here.
        rows: dict[tuple[str, str], list[Phrase]] = {}
        for word, known in self._phrases.items():
            for phrase in known:
                if 1 not in phrase.gaps:
                    rows.setdefault((word, phrase.words[1]), []).append(phrase)
        self.pairs = {pair: Beginning(phrases) for pair, phrases in rows.items()}
        self.ends_apart: dict[str, int] = {}
        for known in chain(self._phrases.values(), self._stem_phrases.values()):
            for phrase in known:
                if 1 in phrase.gaps:
                    _put(self.ends_apart, phrase.words[1], phrase.mask << APART_ENDED)
        self._slips = Slips(
            (word for word, mask in self._exact.items() if mask & _FORGIVEN),
            [
                *(word for word, mask in self._exact.items() if not mask & _FORGIVEN),
                *(fold(w).text for w in ordinary),
                *spelled_as_meant,
            ],
        )
        self.forgiving = Masks(self, forgiving=True)
        self.strict = Masks(self, forgiving=False)
        self.phrases = PhraseMemory(self)

    def _add(self, entry: Phrase) -> None:
        word = entry.words[0]
        if len(entry.words) > 1:
            home = self._stem_phrases if word.endswith("*") else self._phrases
            key = word[:_HEAD] if word.endswith("*") else word
            _put_phrase(home.setdefault(key, []), entry)
        elif word.endswith("*"):
            _put(self._stems.setdefault(word[:_HEAD], {}), word[:-1], entry.mask)
        elif word.startswith("*"):
            _put(self._ends.setdefault(word[-_HEAD:], {}), word[1:], entry.mask)
        else:
            _put(self._exact, word, entry.mask)

    def find_phrases(self, word: str) -> Phrases:
        """Return the phrases that begin with this word."""
        stems = self._stem_phrases.get(word[:_HEAD], ())
        fitting = [phrase for phrase in stems if word_fits(phrase.words[0], word)]
        rows: dict[str, list[Phrase]] = {}
        gapped: dict[str, list[Phrase]] = {}
        stemmed: list[Phrase] = []
        for phrase in sorted(
            (*self._phrases.get(word, ()), *fitting), key=lambda phrase: -len(phrase.words)
        ):
            second = phrase.words[1]
            if "*" in second:
                stemmed.append(phrase)
            else:
                (gapped if 1 in phrase.gaps else rows).setdefault(second, []).append(phrase)
        return Phrases(_frozen(rows), _frozen(gapped), tuple(stemmed), tuple(fitting))

    def find_start(self, word: str) -> int:
        """Return the mark of a word that begins phrases which no pair of words announces, and what they would mean."""
        if word not in self._phrases and word[:_HEAD] not in self._stem_phrases:
            return 0
        known = self.phrases[word]
        if not (known.gapped or known.open or known.by_stem):
            return 0
        apart = _together(chain(*known.gapped.values())) << APART_BEGUN
        ahead = _together((*known.open, *known.by_stem)) << AHEAD
        return PHRASE_START | apart | ahead

    def find_mask(self, word: str, *, forgiving: bool) -> int:
        """Return the concepts of one word: by its own entry, else the longest stem, else the longest ending."""
        mask = self._exact.get(word)
        if mask is None and (stems := self._stems.get(word[:_HEAD])):
            mask = _longest(stems, word, str.startswith)
        if mask is None and (ends := self._ends.get(word[-_HEAD:])):
            mask = _longest(ends, word, str.endswith)
        if mask is None and forgiving:
            meant = self._slips.meant(word)
            mask = None if meant is None else self._exact[meant]
        return mask or 0


class Masks(dict[str, int]):
    """From a word to its concepts; what was looked up once is remembered."""

    def __init__(self, lexicon: Lexicon, *, forgiving: bool) -> None:
        super().__init__()
        self._lexicon = lexicon
        self._forgiving = forgiving

    def __missing__(self, word: str) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
        mask = self[word] = self._read(word)
        return mask

    def _read(self, word: str) -> int:
        lexicon = self._lexicon
        start = lexicon.find_start(word) | lexicon.ends_apart.get(word, 0)
        return start | lexicon.find_mask(word, forgiving=self._forgiving)


class PhraseMemory(dict[str, Phrases]):
    """From a word to the phrases that begin with it."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self._lexicon = lexicon

    def __missing__(self, word: str) -> Phrases:
        if len(self) >= REMEMBERED:
            self.clear()
        phrases = self[word] = self._lexicon.find_phrases(word)
        return phrases


def _together(phrases: Iterable[Phrase]) -> int:
    return reduce(or_, (phrase.mask for phrase in phrases), 0)


def _put(home: dict[str, int], word: str, mask: int) -> None:
    home[word] = home.get(word, 0) | mask


def _put_phrase(home: list[Phrase], entry: Phrase) -> None:
    for place, other in enumerate(home):
        if (other.words, other.gaps) == (entry.words, entry.gaps):
            home[place] = Phrase(entry.words, entry.gaps, other.mask | entry.mask)
            return
    home.append(entry)


def _frozen(phrases: Mapping[str, list[Phrase]]) -> Mapping[str, tuple[Phrase, ...]]:
    return {second: tuple(known) for second, known in phrases.items()}


def _longest(known: Mapping[str, int], word: str, fits: Callable[[str, str], bool]) -> int | None:
    best = max((part for part in known if fits(word, part)), key=len, default=None)
    return None if best is None else known[best]

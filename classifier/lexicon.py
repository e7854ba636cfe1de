"""The words of one language, ready to be asked: from a word to the concepts it may mean, at the price of one look-up.

Most words of a language occur in no mail of a day: rows of words stay the lines that a file keeps, until the word
with which they begin is met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from operator import or_

from classifier.concepts import AHEAD, APART_BEGUN, APART_ENDED, BIT
from classifier.pieces import REMEMBERED
from classifier.spelling import Slips
from classifier.unspaced import compile_terms
from classifier.vocabulary import HEAD, Phrase, word_fits
from classifier.wordbook import Wordbook, row_in

PHRASE_START = BIT["phrase_start"]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """All phrases that begin with one word, by the second word; longest first.

    `rows` follow at once, `gapped` after up to GAP others; `open` holds the few whose second word is a stem, one of
    `begins` or `ends` (or any word, where it stands apart);
    `by_stem` holds those that begin with a stem of the word, so that no pair of words announces them.
    """

    rows: Mapping[str, tuple[Phrase, ...]]
    gapped: Mapping[str, tuple[Phrase, ...]]
    open: tuple[Phrase, ...]
    by_stem: tuple[Phrase, ...]
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    def opens(self, word: str) -> tuple[Phrase, ...]:
        """Return the phrases of `open` that can go on with this word; most words are told at one look."""
        if word.startswith(self.begins) or (self.ends and word.endswith(self.ends)):
            return self.open
        return ()


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


class Lexicon:
    """All words of one language (or of several read as one)."""

    def __init__(self, book: Wordbook) -> None:
        self._book = book
        self._slips = Slips(book.slips)
        self.terms = compile_terms(book.terms)
        # Pairs of words with which a row of words begins, of all first words that were met: one look-up tells that
        # nothing begins here.
        self.pairs: dict[Pair, Beginning] = {}
        self.forgiving = Masks(self, forgiving=True)
        self.strict = Masks(self, forgiving=False)
        self.phrases = PhraseMemory(self)

    def find_phrases(self, word: str) -> Phrases:
        """Return the phrases that begin with this word; `pairs` holds their first two words from then on."""
        begun = self._rows(self._book.rows, word)
        for pair, known in _by_pair(begun).items():
            self.pairs[pair] = Beginning(known)
        stems = self._rows(self._book.stem_rows, word[:HEAD])
        fitting = [phrase for phrase in stems if word_fits(phrase.words[0], word)]
        rows: dict[str, list[Phrase]] = {}
        gapped: dict[str, list[Phrase]] = {}
        stemmed: list[Phrase] = []
        for phrase in sorted((*begun, *fitting), key=lambda phrase: -len(phrase.words)):
            second = phrase.words[1]
            if "*" in second:
                stemmed.append(phrase)
            else:
                (gapped if 1 in phrase.gaps else rows).setdefault(second, []).append(phrase)
        seconds = ["*" if 1 in phrase.gaps else phrase.words[1] for phrase in stemmed]
        return Phrases(
            _frozen(rows),
            _frozen(gapped),
            tuple(stemmed),
            tuple(fitting),
            tuple(second[:-1] for second in seconds if second.endswith("*")),
            tuple(second[1:] for second in seconds if not second.endswith("*")),
        )

    def _rows(self, home: Mapping[str, Iterable[str]], key: str) -> list[Phrase]:
        return [row_in(line, self._book.masks) for line in home.get(key, ())]

    def find_start(self, word: str) -> int:
        """Return the mark of a word that begins phrases which no pair of words announces, and what they would mean."""
        if word not in self._book.rows and word[:HEAD] not in self._book.stem_rows:
            return 0
        known = self.phrases[word]
        if not (known.gapped or known.open or known.by_stem):
            return 0
        apart = _together(chain(*known.gapped.values())) << APART_BEGUN
        ahead = _together((*known.open, *known.by_stem)) << AHEAD
        return PHRASE_START | apart | ahead

    def find_end(self, word: str) -> int:
        """Return what phrases would mean whose second word this one may be, apart from the first."""
        number = self._book.ends_apart.get(word)
        return 0 if number is None else self._book.masks[number] << APART_ENDED

    def find_mask(self, word: str, *, forgiving: bool) -> int:
        """Return the concepts of one word: by its own entry, else the longest stem, else the longest ending."""
        book = self._book
        number = book.exact.get(word)
        if number is None and (stems := book.stems.get(word[:HEAD])):
            number = _longest(stems, word, str.startswith)
        if number is None and (ends := book.ends.get(word[-HEAD:])):
            number = _longest(ends, word, str.endswith)
        if number is None and forgiving:
            meant = self._slips.meant(word)
            number = None if meant is None else book.exact[meant]
        return 0 if number is None else book.masks[number]


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
        start = lexicon.find_start(word) | lexicon.find_end(word)
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


def _by_pair(phrases: Iterable[Phrase]) -> dict[Pair, list[Phrase]]:
    """Return the phrases whose first two words stand in a row, by these words."""
    found: dict[Pair, list[Phrase]] = {}
    for phrase in phrases:
        if 1 not in phrase.gaps:
            found.setdefault((phrase.words[0], phrase.words[1]), []).append(phrase)
    return found


def _frozen(phrases: Mapping[str, list[Phrase]]) -> Mapping[str, tuple[Phrase, ...]]:
    return {second: tuple(known) for second, known in phrases.items()}


def _longest(known: Mapping[str, int], word: str, fits: Callable[[str, str], bool]) -> int | None:
    best = max((part for part in known if fits(word, part)), key=len, default=None)
    return None if best is None else known[best]

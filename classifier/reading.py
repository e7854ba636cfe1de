"""From pieces to sentences: which concepts stand where, and where a thought ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, compress

from classifier.folded import Folded, fold
from classifier.pieces import END, PERIOD, PIECES, QUESTION, SOFT, STOPS, stop_is_real
from classifier.vocabulary import GAP, PHRASE_START, Lexicon, Phrase, word_fits

# Pieces up to which slips of the pen are forgiven: a mail of ordinary length, never a flood of made-up words.
FORGIVING_UP_TO = 6_000
# A sentence without any stop is cut, so that work in one sentence is bounded and the whole stays linear.
LONGEST_SENTENCE = 60
QUOTED_BEFORE, QUOTED_AFTER = 240, 360  # characters
_REAL = ~(PHRASE_START | PERIOD | END)
_NOT_IN_ROW = STOPS | SOFT


@dataclass(frozen=True, slots=True)
class Hit:
    """A word or row of words that means something, by its first and last piece."""

    first: int
    last: int
    mask: int


@dataclass(slots=True)
class Sentence:
    """The hits of one sentence, in order; `mask` holds all their concepts; pieces [first:last)."""

    first: int
    last: int = 0
    mask: int = 0
    hits: list[Hit] = field(default_factory=list)


@dataclass
class Reader:
    """One part of a message, read with one lexicon."""

    part: str
    original: str
    folded: Folded
    pieces: list[str]
    sentences: list[Sentence]
    mask: int

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(map(len, self.pieces), initial=0))

    def place_of(self, piece: int) -> int:
        """Return where a piece begins in the original text (code points)."""
        return self.folded.original(self._ends[piece])

    def span(self, sentence: Sentence, hit: Hit) -> tuple[int, int]:
        """Return the place [start:end) of the sentence in the original text, without blanks around it.

        Of a sentence without end only the surroundings of the hit are quoted.
        """
        text, at = self.original, self.place_of(hit.first)
        start = max(self.place_of(sentence.first), at - QUOTED_BEFORE)
        end = min(self.place_of(sentence.last), at + QUOTED_AFTER)
        while start < end and not _stays(text[start]):
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        return start, end


def _stays(char: str) -> bool:
    return char.isalnum() or char in "¿¡\"'„“«(§"


def cut(text: str) -> tuple[Folded, list[str]]:
    """Return a text folded and in pieces."""
    folded = fold(text)
    return folded, PIECES.findall(folded.text)


def read(part: str, original: str, cut_text: tuple[Folded, list[str]], lexicon: Lexicon) -> Reader:
    """Return the sentences of one part of a message; cost linear in its length."""
    folded, pieces = cut_text
    memory = lexicon.forgiving if len(pieces) <= FORGIVING_UP_TO else lexicon.strict
    masks = list(map(memory.__getitem__, pieces))
    sentences = list(_sentences(pieces, masks, lexicon))
    whole = 0
    for sentence in sentences:
        whole |= sentence.mask
    return Reader(part, original, folded, pieces, sentences, whole)


def _sentences(pieces: Sequence[str], masks: Sequence[int], lexicon: Lexicon) -> Iterator[Sentence]:
    sentence = Sentence(0)
    taken = -1
    for at in compress(range(len(masks)), masks):
        mask = masks[at]
        if at <= taken:
            continue
        if mask & STOPS:
            if mask & END or (at and stop_is_real(pieces[at - 1])):
                yield from _closed(sentence, at + 1, mask & QUESTION)
                sentence = Sentence(at + 1)
            continue
        hit = _hit(pieces, masks, at, lexicon)
        taken = hit.last
        if hit.mask:
            sentence.hits.append(hit)
            sentence.mask |= hit.mask
            if len(sentence.hits) >= LONGEST_SENTENCE:
                yield from _closed(sentence, taken + 1, 0)
                sentence = Sentence(taken + 1)
    yield from _closed(sentence, len(pieces), 0)


def _closed(sentence: Sentence, last: int, question: int) -> Iterator[Sentence]:
    if sentence.hits:
        sentence.last = last
        sentence.mask |= question
        yield sentence


def _hit(pieces: Sequence[str], masks: Sequence[int], at: int, lexicon: Lexicon) -> Hit:
    if masks[at] & PHRASE_START:
        phrases = lexicon.phrases[pieces[at]]
        follower = next_word(pieces, at)
        second = pieces[follower] if follower < len(pieces) else ""
        for phrase in (*phrases.get(second, ()), *phrases.get("", ())):
            last = phrase_end(pieces, masks, at, phrase)
            if last is not None:
                return Hit(at, last if not phrase.gaps else at, phrase.mask)
    return Hit(at, at, masks[at] & _REAL)


def next_word(pieces: Sequence[str], at: int) -> int:
    """Return the place of the next word or number after a word (pieces of letters and digits may touch)."""
    at += 1
    return at if at >= len(pieces) or pieces[at][0].isalnum() else at + 1


def phrase_end(pieces: Sequence[str], masks: Sequence[int], at: int, phrase: Phrase) -> int | None:
    """Return the place of the last word of the phrase that begins at `at`, None when it does not stand there."""
    for number, pattern in enumerate(phrase.words[1:], start=1):
        gap = GAP if number in phrase.gaps else 0
        found = _find_word(pieces, masks, at, pattern, gap)
        if found is None:
            return None
        at = found
    return at


def _find_word(pieces: Sequence[str], masks: Sequence[int], at: int, pattern: str, gap: int) -> int | None:
    for _ in range(gap + 1):
        following = next_word(pieces, at)
        if following >= len(pieces) or (following > at + 1 and masks[at + 1] & (STOPS if gap else _NOT_IN_ROW)):
            return None
        if word_fits(pattern, pieces[following]):
            return following
        at = following
    return None


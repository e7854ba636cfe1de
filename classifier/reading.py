"""From words to sentences: which concepts stand where, and where a thought ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import compress, pairwise
from operator import or_
from typing import NamedTuple

from classifier.concepts import ALL_CONCEPTS, BIT, concepts_within
from classifier.lexicon import PHRASE_START, Lexicon, Phrases
from classifier.pieces import COLON, END, QUESTION, SOFT, STOPS, Cut, Marks, stop_is_real
from classifier.unspaced import cut_at_terms
from classifier.vocabulary import GAP, Phrase, word_fits

# Words up to which slips of the pen are forgiven: a mail of ordinary length, never a flood of made-up words.
FORGIVING_UP_TO = 3_000
# A sentence without any stop is cut, so that work in one sentence is bounded and the whole stays linear.
LONGEST_SENTENCE = 60
QUOTED_BEFORE, QUOTED_AFTER = 240, 360  # characters
_CONCEPTS = ALL_CONCEPTS & ~(PHRASE_START | STOPS | SOFT | COLON | QUESTION)
_MARKED = STOPS | SOFT
_TRIMMED = " \t\r\n\u00a0-*•>|([\"'"
_CARRIES = BIT["carries"]
_MARKS = Marks()
_new = tuple.__new__  # what Hit(...) calls in the end, at half the price: a text has hundreds


class Hit(NamedTuple):
    """A word or row of words that means something, by its first and last word."""

    first: int
    last: int
    mask: int


@dataclass(slots=True)
class Sentence:
    """The hits of one sentence, in order; `mask` holds all their concepts; words [first:last).

    `announced` tells that it stands in a list below words that ask for what follows.
    """

    first: int
    last: int = 0
    mask: int = 0
    hits: list[Hit] = field(default_factory=list)
    announced: bool = False


class Stretch(NamedTuple):
    """Words [first:last) up to a stop that ends a sentence; `may` holds every concept that they could mean.

    What they do mean is known only after the rows of words in them were read: `sure` tells where there are none.
    """

    first: int
    last: int
    may: int
    sure: bool


@dataclass
class Reader:
    """One part of a message, read with one lexicon: in full only where the rules ask for it."""

    part: str
    original: str
    text: Cut
    lexicon: Lexicon
    masks: Sequence[int]
    stretches: Sequence[Stretch]
    _read: dict[int, list[Sentence]] = field(default_factory=dict)
    _asked: dict[int, bool] = field(default_factory=dict)

    def sentences_of(self, stretch: Stretch) -> list[Sentence]:
        """Return the sentences of a stretch that mean something; only one of great length is more than one."""
        known = self._read.get(stretch.first)
        if known is None:
            known = self._read[stretch.first] = list(
                _sentences(self.text.words, self.masks, stretch, self.lexicon)
            )
        return known

    def speaks_of(self, concepts: int) -> bool:
        """Return whether any word of the part means one of these concepts."""
        known = self._asked.get(concepts)
        if known is None:
            known = self._asked[concepts] = any(
                stretch.may & concepts
                and (
                    stretch.sure
                    or any(sentence.mask & concepts for sentence in self.sentences_of(stretch))
                )
                for stretch in self.stretches
            )
        return known

    def place_of(self, word: int) -> int:
        """Return where a word begins in the original text (code points)."""
        return self.text.folded.original(self.text.starts[word])

    def span(self, sentence: Sentence, hit: Hit) -> tuple[int, int]:
        """Return the place [start:end) of the sentence in the original text, without blanks around it.

        Of a sentence without end only the surroundings of the hit are quoted.
        """
        at = self.place_of(hit.first)
        start = max(self.place_of(sentence.first), at - QUOTED_BEFORE)
        end = min(self.place_of(sentence.last), at + QUOTED_AFTER)
        quote = self.original[start:end]
        start += len(quote) - len(quote.lstrip(_TRIMMED))
        return start, start + len(quote.strip(_TRIMMED))

    def written(self, first: int, last: int) -> str:
        """Return the folded words [first:last) with what stands between them."""
        starts = self.text.starts
        end = starts[min(last, len(self.text.words))]
        return self.text.folded.text[starts[min(first, len(self.text.words))] : end]


def read(
    part: str, original: str, text: Cut, lexicon: Lexicon, *, forgiving: bool = True
) -> Reader:
    """Return the sentences of one part of a message; cost linear in its length."""
    text = cut_at_terms(text, lexicon.terms)
    words = text.words
    forgives = forgiving and len(words) <= FORGIVING_UP_TO
    memory = lexicon.forgiving if forgives else lexicon.strict
    masks = list(map(memory.__getitem__, words))
    begun = list(map(lexicon.pairs.get, pairwise(words)))
    for at, row in compress(enumerate(begun), begun):
        masks[at] |= row.mark(words, at) if row else 0
    return Reader(part, original, text, lexicon, masks, list(_stretches(text, masks)))


def _stretches(text: Cut, masks: list[int]) -> Iterator[Stretch]:
    """Add to the masks what stands after the words, and yield what lies between the stops that end a sentence."""
    first = 0
    for at in _ends(text, masks):
        mask = reduce(or_, masks[first:at], 0)
        may = concepts_within(mask) & _CONCEPTS
        if may:
            yield Stretch(first, at, may, not mask & PHRASE_START)
        first = at


def _ends(text: Cut, masks: list[int]) -> Iterator[int]:
    for at in text.breaks:
        mark = _MARKS[text.seps[at]]
        if mark:
            masks[at] |= mark
            if mark & END or (mark & STOPS and stop_is_real(text.words[at])):
                yield at + 1
    yield len(masks)


def _sentences(
    words: Sequence[str], masks: Sequence[int], stretch: Stretch, lexicon: Lexicon
) -> Iterator[Sentence]:
    first, last, *_ = stretch
    sentence = Sentence(first)
    hits, taken, phrases = sentence.hits, -1, lexicon.phrases
    for at in compress(range(first, last), masks[first:last]):
        mask = masks[at]
        if at > taken:
            found = (
                find_phrase(words, masks, at, phrases[words[at]]) if mask & PHRASE_START else None
            )
            hit = _hit(at, *found) if found else _new(Hit, (at, at, mask & _CONCEPTS))
            taken, meant = hit[1], hit[2]
            if meant:
                hits.append(hit)
                sentence.mask |= meant
        if at < taken or (not mask & _MARKED and len(hits) < LONGEST_SENTENCE):
            continue
        if mask & SOFT:
            hits.append(Hit(at, at, mask & (SOFT | COLON)))
        if (
            mask & END
            or len(hits) >= LONGEST_SENTENCE
            or (mask & STOPS and stop_is_real(words[at]))
        ):
            yield from _closed(sentence, at + 1, mask & QUESTION)
            sentence = Sentence(at + 1)
            hits = sentence.hits
    yield from _closed(sentence, last, 0)


def _hit(at: int, last: int, phrase: Phrase) -> Hit:
    return Hit(at, at if phrase.gaps else last, phrase.mask)


def _closed(sentence: Sentence, last: int, question: int) -> Iterator[Sentence]:
    if sentence.mask:
        sentence.last = last
        sentence.mask |= question
        yield sentence


def find_phrase(
    words: Sequence[str], masks: Sequence[int], at: int, known: Phrases
) -> tuple[int, Phrase] | None:
    """Return the phrase that begins at `at` and its last word; a row goes before words that stand apart."""
    following = at + 1
    if following >= len(words) or masks[at] & STOPS:
        return None
    second = words[following]
    rows = known.rows.get(second, ())
    for phrase in (*rows, *known.opens(second)) if known.open else rows:
        last = (
            _row(words, masks, at, phrase) if phrase.plain else _rest(words, masks, at, phrase, 1)
        )
        if last is not None:
            return last, phrase
    return _find_apart(words, masks, at, known) if known.gapped else None


def _row(words: Sequence[str], masks: Sequence[int], at: int, phrase: Phrase) -> int | None:
    last = at + len(phrase.words) - 1
    if words[at : last + 1] != phrase.words:
        return None
    return None if any(map(_parts, masks[at:last], masks[at + 1 : last + 1])) else last


def _parts(mask: int, following: int) -> bool:
    """Whether a row of words ends after a word: at every stop but the comma of "thank you, that"."""
    return bool(mask & STOPS or (mask & SOFT and not following & _CARRIES))


def _find_apart(
    words: Sequence[str], masks: Sequence[int], at: int, known: Phrases
) -> tuple[int, Phrase] | None:
    if known.gapped.keys().isdisjoint(words[at + 1 : at + GAP + 2]):
        return None
    for place in range(at + 1, min(at + GAP + 2, len(words))):
        for phrase in known.gapped.get(words[place], ()):
            last = _rest(words, masks, place, phrase, 2)
            if last is not None:
                return last, phrase
        if masks[place] & STOPS:
            return None
    return None


def _rest(
    words: Sequence[str], masks: Sequence[int], at: int, phrase: Phrase, number: int
) -> int | None:
    """Return the last word of the phrase whose words before `number` end at `at`, None when it does not go on so."""
    for pattern in phrase.words[number:]:
        gap = GAP if number in phrase.gaps else 0
        found = _find_word(words, masks, at, pattern, gap)
        if found is None:
            return None
        at, number = found, number + 1
    return at


def _find_word(
    words: Sequence[str], masks: Sequence[int], at: int, pattern: str, gap: int
) -> int | None:
    border = STOPS if gap else _MARKED
    for place in range(at + 1, min(at + gap + 2, len(words))):
        if masks[place - 1] & border:
            return None
        if word_fits(pattern, words[place]):
            return place
    return None

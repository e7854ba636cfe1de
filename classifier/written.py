"""A text that several readers need in words: cut once, and forgotten together with its message."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

from classifier.form_lines import without_refused_lines
from classifier.language import SAMPLE, SAMPLE_LENGTH, Guess, detect_language, guess_in
from classifier.pieces import Cut, cut
from privacy.messages import ParsedMessage


class Sample(NamedTuple):
    """The beginning and the end of a text: folded, the words, and what stands after each."""

    folded: str
    words: Sequence[str]
    seps: Sequence[str]


class WrittenText:
    """A text with its words and its language, each found when first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def cut(self) -> Cut:
        """The text folded and in words."""
        return cut(self.text)

    @cached_property
    def chosen(self) -> Cut:
        """The same with blanks for the lines of a form that were not chosen: what may ask for something."""
        text = without_refused_lines(self.text)
        return self.cut if text is self.text else cut(text)

    @cached_property
    def guess(self) -> Guess:
        """The language of the first words that may ask for something, and those that are nearly as likely."""
        return guess_in(self.chosen.words, self.text)

    @cached_property
    def language(self) -> str:
        """What `detect_language` says of the text; its sample is counted in characters before it is in words."""
        shared = self.chosen is self.cut and self._sample_is_whole()
        return self.guess.code if shared else detect_language(self.text)

    def _sample_is_whole(self) -> bool:
        """Whether the first words end before the characters do that are looked at."""
        if len(self.text) <= SAMPLE_LENGTH:
            return True
        words = self.cut.words
        if self.cut.folded.origins is not None or len(words) < SAMPLE:
            return False
        return self.cut.starts[SAMPLE - 1] + len(words[SAMPLE - 1]) <= SAMPLE_LENGTH

    def sample(self, first: int, last: int) -> Sample:
        """Return the first and the last characters with a line break between, or all where there are no more."""
        text, whole = self.text, self.cut
        if len(text) > first + last:
            if whole.folded.origins is None:
                return _sample_of(whole, first, last)
            whole = cut(f"{text[:first]}\n{text[len(text) - last :]}")
        return Sample(whole.folded.text, whole.words, whole.seps)


def _sample_of(whole: Cut, first: int, last: int) -> Sample:
    """Return a sample of words that were cut before; at both of its edges only a part of a word may be left."""
    folded, words, starts = whole.folded.text, whole.words, whole.starts
    from_end = len(folded) - last
    until, since = (bisect_left(starts, edge, hi=len(words)) for edge in (first, from_end))
    head = list(words[:until])
    if head:
        head[-1] = head[-1][: first - starts[until - 1]]
    broken = words[since - 1][from_end - starts[since - 1] :] if since else ""
    since -= bool(broken)
    tail = [broken, *words[since + 1 :]] if broken else words[since:]
    seps = [*whole.seps[: max(0, until - 1)], *(["\n"] if head else []), *whole.seps[since:]]
    return Sample(f"{folded[:first]}\n{folded[from_end:]}", [*head, *tail], seps)


# By the message itself, and weakly: no word of a mail outlives the mail.
_OWN: WeakKeyDictionary[ParsedMessage, WrittenText] = WeakKeyDictionary()


def own_text(message: ParsedMessage) -> WrittenText:
    """Return the writer's new words of a message: the same value for all who ask while the message lives."""
    known = _OWN.get(message)
    if known is None:
        known = _OWN[message] = WrittenText(message.new_text)
    return known

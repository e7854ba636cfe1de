"""Many fixed phrases looked up at once: by the words that occur in a text, so that more languages cost nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

WORD = re.compile(r"\w+")
# Scripts without blanks between words: nothing there is a word by itself.
WITHOUT_BLANKS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

Opening = dict[str, tuple[str, ...]]


def by_opening(phrases: Iterable[str]) -> Opening:
    """Return the phrases by their first two characters, the longest first."""
    found: dict[str, list[str]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        found.setdefault(phrase[:2], []).append(phrase)
    return {head: tuple(same) for head, same in found.items()}


def begins_with(text: str, opening: Opening) -> bool:
    """Tell whether a text begins with one of the phrases; only those that share two characters are compared."""
    phrases = opening.get(text[:2])
    return phrases is not None and text.startswith(phrases)


def matching_opening(text: str, opening: Opening) -> str | None:
    """Return the longest phrase by which a text begins, None when it begins by none."""
    phrases = opening.get(text[:2])
    if phrases is None or not text.startswith(phrases):
        return None
    return next(phrase for phrase in phrases if text.startswith(phrase))


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by their longest word, and those of scripts without blanks."""

    by_word: dict[str, tuple[str, ...]]
    unspaced: tuple[str, ...]

    def occur_in(self, text: str) -> bool:
        """Tell whether one of the phrases occurs in a text in lower case; linear in its length."""
        return self.occur_among(frozenset(WORD.findall(text)), text)

    def occur_among(self, words: frozenset[str], text: str) -> bool:
        """Tell it where the words of the text are known already."""
        for word in self.by_word.keys() & words:
            if any(phrase in text for phrase in self.by_word[word]):
                return True
        return not text.isascii() and any(phrase in text for phrase in self.unspaced)


def make_phrases(phrases: Iterable[str]) -> Phrases:
    """Return phrases ready to be looked up; their first and last words are whole words of a text."""
    by_word: dict[str, list[str]] = {}
    unspaced: list[str] = []
    for phrase in phrases:
        if WITHOUT_BLANKS.search(phrase):
            unspaced.append(phrase)
        else:
            by_word.setdefault(max(WORD.findall(phrase), key=len), []).append(phrase)
    return Phrases({word: tuple(same) for word, same in by_word.items()}, tuple(unspaced))

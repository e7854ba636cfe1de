"""Many fixed phrases looked up at once: by the words that occur in a text, so that more languages cost nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

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


class TextToSearch:
    """A text whose different words are known, in lower case, so that many lists of phrases can be looked up in it.

    The whole text is put into lower case only when a phrase may occur: that costs more than all the rest.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.different = " ".join(set(text.split())).lower()
        chunks = set(self.different.split())
        whole = {chunk for chunk in chunks if chunk.isalnum()}
        self.words = whole.union(WORD.findall(" ".join(chunks - whole)))
        self.has_unspaced = not text.isascii() and WITHOUT_BLANKS.search(self.different) is not None

    @cached_property
    def lowered(self) -> str:
        return self.text.lower()

    def holds(self, phrases: Iterable[str]) -> bool:
        """Tell whether one of the phrases stands in the text; most of them lack one of their words."""
        return any(
            phrase in self.lowered
            for phrase in phrases
            if all(word in self.different for word in phrase.split())
        )


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases by their longest word, and those of scripts without blanks."""

    by_word: dict[str, tuple[str, ...]]
    unspaced: tuple[str, ...]

    def occur_in(self, text: str) -> bool:
        """Tell whether one of the phrases occurs in a text; linear in its length."""
        return self.occur_among(TextToSearch(text))

    def occur_among(self, found: TextToSearch) -> bool:
        """Tell it where the words of the text are known already."""
        if any(found.holds(self.by_word[word]) for word in self.by_word.keys() & found.words):
            return True
        return found.has_unspaced and found.holds(self.unspaced)


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

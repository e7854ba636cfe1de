"""How the words of a language are written in its file, and what one expression becomes.

Notation of the language files: `delete` is a word, `delet*` a stem, `*daten` the end of a compound, `opt out` words
in a row, `take ... off` words with up to seven others between, `my {name|address}` one of several. A row takes its
words away from shorter readings: once `account manager` is read, `account` is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from classifier.folded import fold

GAP = 7  # words that may stand between the two halves of `take ... off`
HEAD = 3  # letters by which stems and endings are looked up


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


def read_entry(written: str, mask: int) -> Phrase:
    """Return the compiled form of one expression. Raises ValueError for a stem shorter than three letters."""
    words: list[str] = []
    gaps: set[int] = set()
    for word in fold(written).text.split():
        if word in {"...", "."}:
            gaps.add(len(words))
            continue
        if not words and "*" in word and len(word.strip("*")) < HEAD:
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

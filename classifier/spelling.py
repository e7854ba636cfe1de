"""Forgiven slips of the pen: doubled letters, and one wrong, missing, added or swapped letter in a long word.

Typing errors of angry people concentrate on the key noun, which is long. Short words are not forgiven: too many
ordinary words lie one letter apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

SHORTEST = 6  # letters; below this a slip is more often another word
LONGEST = 24
_BETWEEN = "\u00ad"  # stands in no folded word
_DOUBLED = re.compile(r"(.)\1+")


def squeeze(word: str) -> str:
    """Return the word with every run of one letter written once."""
    return _DOUBLED.sub(r"\1", word)


def _shortened(word: str) -> Iterator[str]:
    yield word
    for place in range(1, len(word)):  # the first letter is seldom wrong
        yield word[:place] + word[place + 1 :]


def one_slip_apart(first: str, second: str) -> bool:
    """Return whether one insertion, deletion, substitution or swap of neighbours makes one of the other."""
    if len(first) > len(second):
        first, second = second, first
    at = next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), len(first)
    )
    if len(first) + 1 == len(second):
        return first[at:] == second[at + 1 :]
    if len(first) != len(second):
        return False
    swapped = first[at + 1 : at + 2] + first[at : at + 1] + first[at + 2 :]
    return first[at + 1 :] == second[at + 1 :] or swapped == second[at:]


@dataclass(kw_only=True)
class SlipTables:
    """What `Slips` looks words up in, as text that a file can keep: one string is read sooner than its words.

    `squeezed` leads from a known word with each run of letters written once to the word. `keys` are known words and
    all that is left of them without one letter, in a row with blanks; `meant` the words of each, in the same order.
    """

    squeezed: dict[str, str] = field(default_factory=dict)
    keys: str = ""
    meant: str = ""
    ordinary: str = ""


def tabulate(known: Iterable[str], ordinary: Iterable[str] = ()) -> SlipTables:
    """Return the tables of the words that may be meant; `ordinary` words are no slips."""
    squeezed: dict[str, str] = {}
    near: dict[str, list[str]] = {}
    for word in known:
        squeezed.setdefault(squeeze(word), word)
        if SHORTEST <= len(word) <= LONGEST:
            for key in _shortened(word):
                near.setdefault(key, []).append(word)
    return SlipTables(
        squeezed=squeezed,
        keys=" ".join(near),
        meant=" ".join(map(_BETWEEN.join, near.values())),
        ordinary=" ".join(dict.fromkeys(ordinary)),
    )


class Slips:
    """Finds the known word that an unknown word was meant to be; the cost depends on the word's length only."""

    def __init__(self, tables: SlipTables) -> None:
        self._ordinary = frozenset(tables.ordinary.split(" "))
        self._squeezed = tables.squeezed
        self._near = dict(zip(tables.keys.split(" "), tables.meant.split(" "), strict=True))

    def meant(self, word: str) -> str | None:
        """Return the known word behind `word`, None when there is none or when `word` is an ordinary one."""
        if word in self._ordinary or not 4 <= len(word) <= LONGEST:  # noqa: PLR2004 - "dta" could be anything
            return None
        return self._squeezed.get(squeeze(word)) or self._one_slip(word)

    def _one_slip(self, word: str) -> str | None:
        if len(word) < SHORTEST - 1:
            return None
        for key in _shortened(word):
            meant = self._near.get(key)
            for known in meant.split(_BETWEEN) if meant else ():
                if one_slip_apart(word, known):
                    return known
        return None

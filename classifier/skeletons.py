"""What clauses say by the classes of the words that meet in them, in whatever order: data in `skeletons.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from importlib.resources import files
from itertools import pairwise
from operator import or_
from typing import Any

from classifier.clauses import clause_ends
from classifier.folded import fold
from classifier.machine_data import file_of, language_codes
from classifier.pieces import REMEMBERED
from classifier.vocabulary import spellings
from classifier.written import Sample

DAY = "day"
SHORTEST_DAY = 3  # letters: articles and the like stand in the lists of days, too
TELEGRAM = 2  # words: "Received, thanks" is what people write, machines make sentences


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Classes of words, a bit each, that say something where they meet in a clause."""

    sign: str
    classes: int
    count: int


class WordClasses(dict[str, int]):
    """From a word of one language to the bits of its classes; what was looked up once is remembered."""

    def __init__(self, raw: dict[str, str], days: str, respell: dict[str, str]) -> None:
        super().__init__()
        self._whole: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        named = {**raw, DAY: " ".join(day for day in days.split() if len(day) > SHORTEST_DAY)}
        for name, written in named.items():
            for spelled in spellings(written, respell):
                for word in fold(spelled).text.split():
                    home = self._stems if word.endswith("*") else self._whole
                    stem = word.rstrip("*")
                    home[stem] = home.get(stem, 0) | bit_of(name)
        self._lengths = sorted({len(stem) for stem in self._stems})

    def __missing__(self, word: str) -> int:
        if len(self) >= REMEMBERED:
            self.clear()  # a flood of new words makes the memory start anew
        found = bit_of(DAY) if word.isdigit() else self._whole.get(word, 0)
        for length in self._lengths:
            found |= self._stems.get(word[:length], 0)
        self[word] = found
        return found


@cache
def bit_of(name: str) -> int:
    """Return the bit of a class, 0 for one of which no skeleton speaks."""
    names = sorted({one for raw in _rows() for one in raw["classes"]})
    return 1 << names.index(name) if name in names else 0


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    text = files("classifier").joinpath("skeletons.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["skeleton"])


@cache
def skeletons() -> tuple[Skeleton, ...]:
    """Return all combinations of classes that say something."""
    return tuple(
        Skeleton(raw["sign"], sum(map(bit_of, raw["classes"])), len(raw["classes"]))
        for raw in _rows()
    )


@cache
def classes_of(code: str) -> WordClasses | None:
    """Return the classes of the words of a language, None where we have none."""
    raw = file_of(code) if code in language_codes() else {}
    classes = raw.get("classes")
    return WordClasses(classes, raw["days"], raw.get("respell", {})) if classes else None


def said_by_classes(sample: Sample, codes: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield the signs of all clauses in any of these languages, each with the place of the clause's first word."""
    for code in codes:
        classes = classes_of(code)
        if classes is not None:
            yield from _said_in(sample, classes)


def _said_in(sample: Sample, classes: WordClasses) -> Iterator[tuple[str, int]]:
    bits = list(map(classes.__getitem__, sample.words))
    there = reduce(or_, set(bits), 0)
    possible = [one for one in skeletons() if one.classes & there == one.classes]
    if not (possible or there & bit_of("arrived")):
        return
    for start, end in pairwise((0, *clause_ends(sample))):
        clause = bits[start:end]
        met = reduce(or_, clause, 0)
        if start == 0 and end <= TELEGRAM and _is_telegram(met):
            yield "matter", start
        for one in possible:
            if one.classes & met == one.classes and _are_different_words(one, clause):
                yield one.sign, start


def _is_telegram(classes: int) -> bool:
    return bool(classes & bit_of("arrived")) and not classes & bit_of("message")


def _are_different_words(skeleton: Skeleton, clause: Iterable[int]) -> bool:
    """Return whether it is not one word that is in all of these classes; some languages say "your mail" in one."""
    return sum(1 for word in clause if word & skeleton.classes) >= min(2, skeleton.count)

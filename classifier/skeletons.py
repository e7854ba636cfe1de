"""What clauses say by the classes of the words that meet in them, in whatever order: data in `skeletons.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
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

DAY, YEAR, AT = "day", "year", "at"
SHORTEST_DAY = 3  # letters: articles and the like stand in the lists of days, too
TELEGRAM = 2  # words: "Received, thanks" is what people begin with, machines make sentences;
REMARK = 3  # and so many where they agree ("Fine with me"), or behind thanks,
THANKED = 2  # which are so short
_COMMA = ","
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Classes of words, a bit each, that say something where they meet in a clause."""

    sign: str
    classes: int
    count: int
    without: int = 0
    joined: bool = False

    def says(self, met: int) -> bool:
        """Return whether all of its classes are among those that met, and none that must not."""
        return self.classes & met == self.classes and not self.without & met


class WordClasses(dict[str, int]):
    """From a word of one language to the bits of its classes; what was looked up once is remembered."""

    def __init__(self, raw: dict[str, str], days: str, respell: dict[str, str]) -> None:
        super().__init__()
        self._whole: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        long_days = [day for day in days.split() if len(day) > SHORTEST_DAY]
        named = {**raw, DAY: " ".join([*long_days, raw.get(DAY, "")])}
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
        found = _number(word) if word.isdigit() else self._whole.get(word, 0)
        for length in self._lengths:
            found |= self._stems.get(word[:length], 0)
        self[word] = found
        return found


def _number(word: str) -> int:
    return bit_of(YEAR) if _YEAR.match(word) else bit_of(DAY)


@cache
def bit_of(name: str) -> int:
    """Return the bit of a class, 0 for one of which nothing is said."""
    rows = (one for raw in _rows() for one in (*raw["classes"], *raw.get("without", ())))
    names = sorted({"thanks", *rows})
    return 1 << names.index(name) if name in names else 0


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    text = files("classifier").joinpath("skeletons.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["skeleton"])


@cache
def skeletons() -> tuple[Skeleton, ...]:
    """Return all combinations of classes that say something."""
    return tuple(
        Skeleton(
            raw["sign"],
            _bits(raw["classes"]),
            len(raw["classes"]),
            without=_bits(raw.get("without", ())),
            joined=raw.get("joined", False),
        )
        for raw in _rows()
    )


def _bits(names: Iterable[str]) -> int:
    return sum(map(bit_of, names))


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
    if "@" in sample.folded:
        bits = _with_addresses(bits, sample)
    there = reduce(or_, set(bits), 0)
    possible = [one for one in skeletons() if one.classes & there == one.classes]
    if not (possible or there & _beginnings()):
        return
    first = 0  # where the clause begins with which this one is joined
    for start, end in pairwise((0, *clause_ends(sample))):
        clause = bits[start:end]
        met = reduce(or_, clause, 0)
        if start <= THANKED and _is_telegram(clause, met, bits[:start]):
            yield "matter", start
        for one in possible:
            words, there = clause, met
            if one.joined:
                words = bits[first:end]
                there = reduce(or_, words, 0)
            if one.says(there) and _are_different_words(one, words):
                yield one.sign, start
        first = start if _COMMA in sample.seps[end - 1] else end


def _with_addresses(bits: Iterable[int], sample: Sample) -> list[int]:
    at = bit_of(AT)
    return [one | at if "@" in sep else one for one, sep in zip(bits, sample.seps, strict=True)]


@cache
def _beginnings() -> int:
    return bit_of("arrived") | bit_of("agree")


def _is_telegram(clause: Sequence[int], met: int, before: Sequence[int]) -> bool:
    """Return whether a few words say that something came, not what, or agree: at the beginning, or behind thanks."""
    if met & bit_of("message") or not all(word & bit_of("thanks") for word in before):
        return False
    agrees = bool(met & bit_of("agree"))
    longest = REMARK if agrees or before else TELEGRAM
    return len(clause) <= longest and (agrees or bool(met & bit_of("arrived")))


def _are_different_words(skeleton: Skeleton, clause: Iterable[int]) -> bool:
    """Return whether it is not one word that is in all of these classes; some languages say "your mail" in one."""
    return sum(1 for word in clause if word & skeleton.classes) >= min(2, skeleton.count)

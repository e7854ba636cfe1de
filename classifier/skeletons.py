"""What clauses say by the classes of the words that meet in them, in whatever order: data in `skeletons.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import compress, pairwise

from classifier.clauses import clause_ends
from classifier.folded import fold
from classifier.machine_data import file_of, language_codes
from classifier.pieces import REMEMBERED
from classifier.vocabulary import spellings
from classifier.written import Sample

DAY = "day"
SHORTEST_DAY = 3  # letters: articles and the like stand in the lists of days, too
TELEGRAM = 2  # words: "Received, thanks" is what people write, machines make sentences
Tags = frozenset[str]
_NONE: Tags = frozenset()


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Classes of words that say something where they meet in a clause."""

    sign: str
    classes: Tags


class WordClasses(dict[str, Tags]):
    """From a word of one language to its classes; what was looked up once is remembered."""

    def __init__(self, raw: dict[str, str], days: str, respell: dict[str, str]) -> None:
        super().__init__()
        self._whole: dict[str, set[str]] = {}
        self._stems: dict[str, set[str]] = {}
        named = {**raw, DAY: " ".join(day for day in days.split() if len(day) > SHORTEST_DAY)}
        for name, written in named.items():
            for spelled in spellings(written, respell):
                for word in fold(spelled).text.split():
                    home = self._stems if word.endswith("*") else self._whole
                    home.setdefault(word.rstrip("*"), set()).add(name)
        self._lengths = sorted({len(stem) for stem in self._stems})

    def __missing__(self, word: str) -> Tags:
        if len(self) >= REMEMBERED:
            self.clear()  # a flood of new words makes the memory start anew
        found = self[word] = frozenset(self._look_up(word)) or _NONE
        return found

    def _look_up(self, word: str) -> Iterator[str]:
        if word.isdigit():
            yield DAY
        yield from self._whole.get(word, ())
        for length in self._lengths:
            yield from self._stems.get(word[:length], ())


@cache
def skeletons() -> tuple[Skeleton, ...]:
    """Return all combinations of classes that say something."""
    text = files("classifier").joinpath("skeletons.toml").read_text(encoding="utf-8")
    return tuple(
        Skeleton(raw["sign"], frozenset(raw["classes"])) for raw in tomllib.loads(text)["skeleton"]
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
    tags = list(map(classes.__getitem__, sample.words))
    there = _NONE.union(*set(tags))
    possible = [one for one in skeletons() if one.classes <= there]
    if not possible:
        return
    for start, end in pairwise((0, *clause_ends(sample))):
        clause = list(compress(tags[start:end], tags[start:end]))
        if start == 0 and end <= TELEGRAM and any("arrived" in one for one in clause):
            yield "matter", start
        met = _NONE.union(*clause)
        for one in possible:
            if one.classes <= met and _each_by_its_own(one.classes, clause):
                yield one.sign, start


def _each_by_its_own(classes: Tags, clause: Sequence[Tags]) -> bool:
    """Return whether there are as many words for these classes as classes."""
    return sum(not classes.isdisjoint(one) for one in clause) >= len(classes)

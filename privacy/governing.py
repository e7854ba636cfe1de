"""Which laws may govern a case: from what the person says, from what their mail suggests, else the operator's candidates.

Nobody is asked where they live, so every law that may be meant counts, and the earliest date binds. Only a residence
that the person states in so many words takes the place of the candidates.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import filterfalse

MOST_READ = 20_000  # characters of a mail in which people say where they live
REACH = 5  # words after "I live in" among which the place is looked for
NOTHING = ""
BY_STAFF = "staff"
RESIDENCE = "residence:"
_WORD = re.compile(r"\w+")
Words = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Somewhere people live: its laws, how it is called, and what suggests it."""

    name: str
    laws: tuple[str, ...]
    words: tuple[Words, ...] = ()
    domains: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class LawHints:
    """What a lawyer has written down: `cites` says which records are meant where a law is named.

    `live_in` are words that the place follows, `as_a` with `resident` such that stand around it. `always` govern beside
    whatever else does, as the promise of the house.
    """

    places: tuple[Place, ...]
    cites: Mapping[str, tuple[str, ...]]
    live_in: tuple[Words, ...]
    as_a: tuple[Words, ...]
    resident: frozenset[str]
    always: frozenset[str]

    @cached_property
    def by_first_word(self) -> Mapping[str, Sequence[tuple[Words, Place]]]:
        """The names of places, the longest first, by their first word."""
        found: dict[str, list[tuple[Words, Place]]] = {}
        for place in self.places:
            for words in place.words:
                found.setdefault(words[0], []).append((words, place))
        return {word: sorted(names, key=_shortness) for word, names in found.items()}

    @cached_property
    def openings(self) -> Mapping[str, Sequence[tuple[Words, bool]]]:
        """What stands before a place, by its first word, and whether a word such as "resident" has to follow it."""
        found: dict[str, list[tuple[Words, bool]]] = {}
        for phrases, closed in ((self.live_in, False), (self.as_a, True)):
            for words in phrases:
                found.setdefault(words[0], []).append((words, closed))
        return found


@dataclass(frozen=True, kw_only=True)
class Clues:
    """What is known of who asks. `cited` are the laws that the text names, `region` where the workspace lies."""

    text: str = field(repr=False)
    language: str
    domain: str = field(default=NOTHING, repr=False)
    region: str = NOTHING
    cited: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Governing:
    """The codes of the laws, each once, and why each of them may govern: `residence:india`, `cited:lgpd` ...

    `said` are those that the person spoke of, or whose place they named.
    """

    laws: tuple[str, ...]
    reasons: tuple[str, ...]
    said: tuple[str, ...]


def governing(clues: Clues, hints: LawHints, candidates: Sequence[str]) -> Governing:
    """Return which laws may govern. A law that has no record is a reason without a law: a person sees it."""
    stated = [
        (f"{RESIDENCE}{place.name}", place.laws) for place in stated_places(clues.text, hints)
    ]
    cited = [(f"cited:{law}", hints.cites.get(law, ())) for law in clues.cited]
    always = [(f"always:{law}", (law,)) for law in candidates if law in hints.always]
    if stated:
        found = [*always, *stated, *cited]
    else:
        usual = [(f"candidate:{law}", (law,)) for law in candidates if law not in hints.always]
        found = [*always, *usual, *cited, *_suggested(clues, hints)]
    return Governing(
        laws=_each_once(found),
        reasons=tuple(dict.fromkeys(reason for reason, _ in found)),
        said=_each_once([*stated, *cited]),
    )


def is_settled(reasons: Iterable[str]) -> bool:
    """Return whether the person said where they live, or staff decided: nothing that only suggests a law adds one."""
    return any(reason == BY_STAFF or reason.startswith(RESIDENCE) for reason in reasons)


def laws_of_regions(
    regions: Iterable[str], hints: LawHints
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the laws of the places in which these regions lie, each once, and the regions that have some as reasons."""
    found = [
        (f"workspace-region:{region}", place.laws)
        for region in sorted(set(regions))
        for place in hints.places
        if region in place.regions
    ]
    return _each_once(found), tuple(dict.fromkeys(reason for reason, _ in found))


def _suggested(clues: Clues, hints: LawHints) -> Iterator[tuple[str, tuple[str, ...]]]:
    top = clues.domain.rpartition(".")[2].lower()
    for place in hints.places:
        if clues.language in place.languages:
            yield f"language:{clues.language}", place.laws
        if top in place.domains:
            yield f"domain:{top}", place.laws
        if clues.region in place.regions:
            yield f"region:{clues.region}", place.laws


def _each_once(found: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(law for _, laws in found for law in laws))


def stated_places(text: str, hints: LawHints) -> tuple[Place, ...]:
    """Return the places in which the person says to live, each once; time is linear in the text."""
    words, openings = words_of(text[:MOST_READ]), hints.openings
    found: dict[str, Place] = {}
    for at in [at for at, word in enumerate(words) if word in openings]:
        for opening, closed in openings[words[at]]:
            if _stands(opening, words, at):
                after = at + len(opening)
                named = _resident(words, after, hints) if closed else _near(words, after, hints)
                found.update({place.name: place for place in named if place.laws})
    return tuple(found.values())


def words_of(text: str) -> Words:
    """Return the words in small letters and without accents, as the data writes them."""
    plain = text.casefold()
    if not plain.isascii():
        split = unicodedata.normalize("NFKD", plain)
        plain = "".join(filterfalse(unicodedata.combining, split))
    return tuple(_WORD.findall(plain))


def _near(words: Words, at: int, hints: LawHints) -> Iterator[Place]:
    """Every place that is named within reach: "Paris, Texas" may be either."""
    end = at + REACH
    while at < min(end, len(words)):
        name, place = _place_at(words, at, hints)
        if place is not None:
            yield place
        at += max(1, len(name))


def _resident(words: Words, at: int, hints: LawHints) -> Iterator[Place]:
    name, place = _place_at(words, at, hints)
    behind = at + len(name)
    if place is not None and behind < len(words) and words[behind] in hints.resident:
        yield place


def _place_at(words: Words, at: int, hints: LawHints) -> tuple[Words, Place | None]:
    if at < len(words):
        for name, place in hints.by_first_word.get(words[at], ()):
            if _stands(name, words, at):
                return name, place
    return (), None


def _stands(phrase: Words, words: Words, at: int) -> bool:
    return words[at : at + len(phrase)] == phrase


def _shortness(name: tuple[Words, Place]) -> int:
    return -len(name[0])

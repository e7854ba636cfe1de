"""The words by which mail programs mark what is not the writer's own text, of all languages at once.

They are data (`folding_words/*.toml`, one file per language, explained in `en.toml`); a mail may mix languages. Every
list is made such that looking a line up costs the same however many languages there are.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from intake.folding_phrases import WITHOUT_BLANKS, Opening, Phrases, by_opening, make_phrases

# A word of an attribution, bare of the punctuation around it.
TOKEN = re.compile(r"[^\s,;:：\"“”„«»<>\[\]]+")
SHORT_DEVICE = 4  # letters; so short a name must be a word of its own

Table = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of all languages, ready to be looked up."""

    attribution_starts: Opening
    small_words: frozenset[str]
    wrote: dict[str, tuple[tuple[str, ...], ...]]
    wrote_endings: tuple[str, ...]
    own_wrote: Phrases
    originals: Opening
    forwards: Opening
    forward_subjects: frozenset[str]
    mobile: Opening
    mobile_ends: tuple[str, ...]
    excuses: tuple[str, ...]
    devices: re.Pattern[str]
    own_letter: Opening
    disclaimer_anchors: Phrases
    disclaimer_words: tuple[str, ...]
    first_person: Phrases
    notices: Phrases
    secret: tuple[str, ...]
    addressed: tuple[str, ...]
    data_notices: tuple[str, ...]
    data_notice_words: tuple[str, ...]
    closings: frozenset[str]
    contacts: re.Pattern[str]
    speaks: Phrases
    own_numbers: tuple[str, ...]
    answers_below: Phrases
    postscripts: re.Pattern[str]
    fields: dict[str, str]


@cache
def load_words() -> Words:
    """Return the words of all languages."""
    tables = read_tables()

    def union(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for table in tables for word in table[key]))

    wrote = union("wrote")
    return Words(
        attribution_starts=by_opening(union("attribution_starts")),
        small_words=frozenset(union("between"))
        | {word for start in union("attribution_starts") for word in start.split()},
        wrote=by_last_word(wrote),
        wrote_endings=tuple(word for word in wrote if WITHOUT_BLANKS.search(word)),
        own_wrote=make_phrases(union("own_wrote")),
        originals=by_opening(union("originals")),
        forwards=by_opening(union("forwards")),
        forward_subjects=frozenset(union("forward_subjects")),
        mobile=by_opening(union("mobile")),
        mobile_ends=union("mobile_ends"),
        excuses=union("excuses"),
        devices=re.compile("|".join(map(device_pattern, union("devices")))),
        own_letter=by_opening(union("own_letter")),
        disclaimer_anchors=make_phrases(union("disclaimer_anchors")),
        disclaimer_words=union("disclaimer_words"),
        first_person=make_phrases(union("first_person")),
        notices=make_phrases(union("notices")),
        secret=union("secret"),
        addressed=union("addressed"),
        data_notices=union("data_notices"),
        data_notice_words=union("data_notice_words"),
        closings=frozenset(union("closings")),
        contacts=contact_pattern(union("contacts")),
        speaks=make_phrases(union("speaks")),
        own_numbers=union("own_numbers"),
        answers_below=make_phrases(union("answers_below")),
        postscripts=postscript_pattern(union("postscripts")),
        fields=fields_of(tables),
    )


def read_tables() -> list[Table]:
    """Return the tables of all languages in the order of their codes."""
    folder = files("intake").joinpath("folding_words")
    paths = sorted(folder.iterdir(), key=lambda path: path.name)
    return [
        tomllib.loads(path.read_text(encoding="utf-8"))
        for path in paths
        if path.name.endswith(".toml")
    ]


def by_last_word(phrases: Iterable[str]) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the phrases as words, by their last word, the longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        words = tuple(TOKEN.findall(phrase))
        found.setdefault(words[-1], []).append(words)
    return {last: tuple(same) for last, same in found.items()}


def device_pattern(name: str) -> str:
    """Return the pattern of a device's name: short ones are words, long ones take endings ("iPhonesta")."""
    before = "(?<![a-z0-9])" if name.isascii() else ""
    after = "(?![a-z0-9])" if len(name) <= SHORT_DEVICE and name.isascii() else ""
    return before + re.escape(name) + after


def contact_pattern(labels: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of one way of contact: a label with a number, a telephone number, a page, an address."""
    named = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
    return re.compile(
        rf"(?:^|[\s|•·,;/(–-])(?:{named})\W{{0,4}}[+(\d]|\+\d[\d\s()/.\-]{{6,20}}|^\s*\(?0\d[\d\s()/.\-]{{5,18}}$"
        r"|www\.\w|https?://|\w@\w",
        re.IGNORECASE,
    )


def postscript_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of the beginning of a postscript: its word with a sign behind it."""
    named = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"\s*(?:{named})\s?\.?\s?[:：.)\-–—]", re.IGNORECASE)


def fields_of(tables: list[Table]) -> dict[str, str]:
    """Return the kind of header field by its name in any language."""
    return {
        name: kind for table in tables for kind, names in table["headers"].items() for name in names
    }

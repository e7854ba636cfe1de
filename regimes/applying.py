"""Reads which laws may govern whom, which a person can edit, into a value of the core."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from privacy.errors import Permanent
from privacy.governing import LawHints, Place, Words, words_of
from regimes.laws import record_of
from regimes.toml_files import read_toml, standing_in

APPLYING_FILE = Path(__file__).with_name("applying.toml")
OF_A_PLACE = {"laws", "words", "domains", "languages", "regions"}
LISTS = {"always", "live_in", "as_a", "resident"}


@cache
def load_law_hints() -> LawHints:
    """Return what suggests which law. Raises Permanent for what is not well formed, with its file and line."""
    table = read_toml(APPLYING_FILE)
    for name in table.keys() - {*LISTS, "cites", "places"}:
        with standing_in(APPLYING_FILE, name):
            raise Permanent(f"there is no {name!r} here")
    return LawHints(
        places=tuple(_place(name, each) for name, each in table.get("places", {}).items()),
        cites={law: _laws(codes, "cites") for law, codes in table.get("cites", {}).items()},
        live_in=_phrases(table, "live_in"),
        as_a=_phrases(table, "as_a"),
        resident=frozenset(words[0] for words in _phrases(table, "resident")),
        always=frozenset(_laws(table.get("always", []), "always")),
    )


def _place(name: str, table: Mapping[str, Any]) -> Place:
    for other in table.keys() - OF_A_PLACE:
        with standing_in(APPLYING_FILE, "places", name):
            raise Permanent(f"a place has no {other!r}")
    lists = {key: _texts(table.get(key, []), "places", name) for key in OF_A_PLACE}
    return Place(
        name=name,
        laws=_laws(lists["laws"], "places", name),
        words=tuple(_words(text, "places", name) for text in lists["words"]),
        domains=frozenset(lists["domains"]),
        languages=frozenset(lists["languages"]),
        regions=frozenset(lists["regions"]),
    )


def _phrases(table: Mapping[str, Any], name: str) -> tuple[Words, ...]:
    return tuple(_words(text, name) for text in _texts(table.get(name, []), name))


def _words(text: str, *where: str) -> Words:
    words = words_of(text)
    if " ".join(words) != text:
        with standing_in(APPLYING_FILE, *where):
            raise Permanent(f"{text!r} is written {' '.join(words)!r} here")
    return words


def _texts(found: object, *where: str) -> tuple[str, ...]:
    if not isinstance(found, list | tuple) or not all(
        isinstance(one, str) and one for one in found
    ):
        with standing_in(APPLYING_FILE, *where):
            raise Permanent("a list of texts is wanted")
    return tuple(found)


def _laws(codes: object, *where: str) -> tuple[str, ...]:
    found = _texts(codes, *where)
    with standing_in(APPLYING_FILE, *where):
        for code in found:
            record_of(code)
    return found

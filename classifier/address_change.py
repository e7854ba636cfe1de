"""Reads the words by which a letter asks to change the writer's own address."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from privacy.address_change import ChangeWords

WORDS_FILE = Path(__file__).with_name("address_words.toml")


@cache
def change_words() -> ChangeWords:
    """Return the words of all languages."""
    table = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return ChangeWords(
        before=frozenset(table["before"]),
        between=frozenset(table["between"]),
        mentions=tuple(table["mentions"]),
    )

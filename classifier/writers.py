"""Reads the words by which somebody says that they write for another person."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from privacy.writers import WriterRole

WORDS_FILE = Path(__file__).with_name("writer_words.toml")


@cache
def writer_words() -> Mapping[WriterRole, tuple[str, ...]]:
    """Return the words of all languages by the role that they tell; raises ValueError for a role that is none."""
    table = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return {WriterRole(role): tuple(words) for role, words in table.items()}

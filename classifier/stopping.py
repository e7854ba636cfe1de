"""Recognises that somebody answers a notice of erasure to stop it, by words in a table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

WORDS_FILE = Path(__file__).with_name("stop_words.toml")
LONGEST = 20_000  # characters that are read: whoever wants to stop it says so at the start
_APART = re.compile(r"[\s.,;:!?\"()\[\]«»„“”|।-]+")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})


def says_stop(text: str) -> bool:
    """Return whether one of the words of the table stands in the text, whatever its language."""
    spaced = _spaced(text[:LONGEST])
    return any(word in spaced for word in _words())


@cache
def _words() -> frozenset[str]:
    table: Mapping[str, list[str]] = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return frozenset(_spaced(word) for words in table.values() for word in words)


def _spaced(text: str) -> str:
    """Whole words alone are found where each has a space before and behind."""
    return f" {_APART.sub(' ', text.casefold().translate(_QUOTES)).strip()} "

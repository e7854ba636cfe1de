"""Reads the words by which identity papers are recognised."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from privacy.identity_papers import PaperWords

WORDS_FILE = Path(__file__).with_name("paper_words.toml")


@cache
def paper_words() -> PaperWords:
    """Return the words of all languages."""
    table = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return PaperWords(papers=tuple(table["papers"]), sent=tuple(table["sent"]))

"""The words of a page for people, edited as TOML: a table for each language, with exactly the sentences of that page."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TypeVar

ENGLISH = "en"
Words = TypeVar("Words")


@cache
def words_by_language(file: Path, page: Callable[..., Words]) -> Mapping[str, Words]:
    """Return the words of a page by language; raises TypeError where one lacks a sentence or has one too many."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return {language: page(**table) for language, table in tables.items()}

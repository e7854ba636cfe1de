"""The words of the page on which people fetch their data, edited as TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desk.page_words import ENGLISH, words_by_language

WORDS_FILE = Path(__file__).with_name("download_words.toml")


@dataclass(frozen=True, kw_only=True)
class DownloadWords:
    """What the page says in one language."""

    title: str
    ask: str
    send: str
    sent: str
    code: str
    open: str
    wrong: str
    files: str
    get: str
    gone: str
    later: str


def words_in(language: str) -> tuple[str, DownloadWords]:
    """Return the language of a link and its words if the page speaks it, else English."""
    known = language if language in all_words() else ENGLISH
    return known, all_words()[known]


def all_words() -> Mapping[str, DownloadWords]:
    """Return the words by language; raises TypeError where one lacks a sentence or has one too many."""
    return words_by_language(WORDS_FILE, DownloadWords)

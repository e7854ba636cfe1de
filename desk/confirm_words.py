"""The words of the pages of one button, edited as TOML: to confirm a letter, to stop an erasure, to leave a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desk.page_words import ENGLISH, words_by_language

CONFIRM_FILE = Path(__file__).with_name("confirm_words.toml")
CANCEL_FILE = Path(__file__).with_name("cancel_words.toml")
UNSUBSCRIBE_FILE = Path(__file__).with_name("unsubscribe_words.toml")


@dataclass(frozen=True, kw_only=True)
class ConfirmWords:
    """What the page says in one language."""

    title: str
    ask: str
    not_you: str
    button: str
    thanks: str
    failed_title: str
    failed: str


def language_of(word: str) -> str:
    """Return the language of an address if the pages speak it, else English."""
    return word if word in all_words() else ENGLISH


def all_words(file: Path = CONFIRM_FILE) -> Mapping[str, ConfirmWords]:
    """Return the words by language; raises TypeError where one lacks a sentence or has one too many."""
    return words_by_language(file, ConfirmWords)

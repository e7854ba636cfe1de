"""The words of the page on which a customer says what becomes of a request, edited as TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from desk.page_words import ENGLISH, words_by_language

WORDS_FILE = Path(__file__).with_name("instruct_words.toml")


@dataclass(frozen=True, kw_only=True)
class InstructWords:
    """What the page says in one language; those named as instructions are its choices."""

    title: str
    ask: str
    export: str
    correct: str
    delete: str
    suppress: str
    done: str
    refuse: str
    note: str
    button: str
    not_you: str
    thanks: str
    failed_title: str
    failed: str


def language_of(word: str) -> str:
    """Return the language of an address if the page speaks it, else English."""
    return word if word in all_words() else ENGLISH


def all_words() -> Mapping[str, InstructWords]:
    """Return the words by language; raises TypeError where one lacks a sentence or has one too many."""
    return words_by_language(WORDS_FILE, InstructWords)

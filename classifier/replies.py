"""Reads the words by which replies are understood."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from privacy.replies import Command, Phrases, ReplyWords, Topic
from privacy.rights import Right

WORDS_FILE = Path(__file__).with_name("reply_words.toml")


@cache
def reply_words() -> ReplyWords:
    """Return the lists; raises KeyError for a topic or a command without words, ValueError for a right that is none."""
    table = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return ReplyWords(
        topics={topic: _phrases(table[topic]) for topic in Topic},
        doubt=_phrases(table["doubt"]),
        names={Right(right): _phrases(phrases) for right, phrases in table["names"].items()},
        commands={command: tuple(table["commands"][command]) for command in Command},
    )


def _phrases(section: dict[str, Any]) -> Phrases:
    return {language: tuple(phrases) for language, phrases in section.items()}

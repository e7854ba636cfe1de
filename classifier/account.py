"""Finds the address that a letter names as that of the writer's account, by words that are data."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

WORDS_FILE = Path(__file__).with_name("account_words.toml")
MOST_READ = 20_000  # characters of the writer's own words
MOST_FOUND = 20  # addresses that are looked at
BEFORE = 60  # characters before an address in which the words stand
_ADDRESS = re.compile(
    r"(?<![\w.+-])([a-z0-9][a-z0-9._%+-]{0,62}@[a-z0-9-]{1,62}(?:\.[a-z0-9-]{1,62}){1,4})(?![\w-])",
    re.IGNORECASE | re.ASCII,
)
_SENTENCE_END = re.compile(r"[.!?।]\s|\n\s*\n")


def named_accounts(text: str) -> tuple[str, ...]:
    """Return the addresses that the writer's own words name as an account's, each once, in their order.

    Only the words before an address in the same sentence count; linear in the text.
    """
    looked = text[:MOST_READ]
    if "@" not in looked:
        return ()
    found: dict[str, None] = {}
    for number, match in enumerate(_ADDRESS.finditer(looked)):
        if number == MOST_FOUND:
            break
        before = looked[max(0, match.start() - BEFORE) : match.start()]
        sentence = _SENTENCE_END.split(before)[-1].casefold()
        if any(words in " ".join(sentence.split()) for words in _words()):
            found[match.group(1).lower()] = None
    return tuple(found)


@cache
def _words() -> tuple[str, ...]:
    table = tomllib.loads(WORDS_FILE.read_text(encoding="utf-8"))
    return tuple(dict.fromkeys(str(words).casefold() for words in table["words"]))

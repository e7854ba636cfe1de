"""Characters that make people see something else than what is written: flagged, and not shown in one line of text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Marks that turn the reading direction, and characters without width. LRM and RLM belong to ordinary Hebrew and
# Arabic, joiners to Hindi, Persian and emoji: a joiner hides something only beside a Latin letter.
HIDING = re.compile(
    "[\u00ad\u034f\u200b\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
    "|(?<=[A-Za-z0-9])[\u200c\u200d]|[\u200c\u200d](?=[A-Za-z0-9])"
)
REORDERING = re.compile("[\u202d\u202e]")
WORD = re.compile(r"[^\W\d_]{2,100}")
# Alphabets whose letters look like Latin ones (Unicode Technical Report 39).
LOOK_ALIKE = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"))
MAX_LOOK = 2_000  # characters


def hides_characters(text: str) -> bool:
    """Tell whether the text holds characters that reorder or hide others."""
    return not text.isascii() and HIDING.search(text[:MAX_LOOK]) is not None


def without_hiding(text: str) -> str:
    """Return the text without characters that reorder or hide others."""
    return text if text.isascii() else HIDING.sub("", text)


def mixes_scripts(text: str) -> bool:
    """Tell whether one word has letters of two alphabets that look alike, such as a Cyrillic a among Latin letters."""
    if text.isascii():
        return False
    return any(
        len(LOOK_ALIKE.intersection(map(script_of, word))) > 1
        for word in WORD.findall(text[:MAX_LOOK])
    )


@lru_cache(maxsize=4_096)
def script_of(char: str) -> str:
    """Return the first word of the character's name, which is its script for letters."""
    return unicodedata.name(char, "").partition(" ")[0]

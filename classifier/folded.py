"""One spelling for all: compatibility forms, case and accents folded, with the way back to the original text.

Writers leave out umlauts, paste full-width letters or decomposed accents. Matching happens on the folded text, quotes
are cut from the original, so every folded text knows where each of its characters came from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Letters that Unicode does not decompose although writers do, and marks that come in many shapes.
_LIKE: dict[str, str] = {
    "ł": "l", "ø": "o", "đ": "d", "ı": "i", "ð": "d", "ß": "ß", "æ": "æ", "œ": "œ", "ħ": "h",
    "أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه",
    "’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‐": "-", "‑": "-", "–": "-", "—": "-",
    "\u00a0": " ", "\u202f": " ", "\u3000": " ", "\u2028": "\n", "\u2029": "\n", "…": ".",
}  # fmt: skip
# Characters that are not seen: a word with a soft hyphen or a zero-width space inside is still that word.
_UNSEEN = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0f")
_NUKTA = "\u093c"  # Devanagari: क़ and क are written for each other
# Arabic vowel signs, which few people write, and the line that stretches a word.
_ARABIC_VOWELS = frozenset("\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670")
_BEYOND_ASCII = re.compile(r"([^\x00-\x7f]+)")


def _is_accent(char: str) -> bool:
    return "\u0300" <= char <= "\u036f" or char == _NUKTA or char in _ARABIC_VOWELS


def _fold_char(char: str) -> str:
    if char in _UNSEEN or _is_accent(char):
        return ""
    if char in _LIKE:
        return _LIKE[char]
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    apart = unicodedata.normalize("NFKD", char).casefold()
    bare = "".join(part for part in apart if not _is_accent(part))
    together = unicodedata.normalize("NFC", bare)
    return _LIKE.get(together, together)


class _Table(dict[int, str]):
    """A translation table that folds each character once."""

    def __missing__(self, code: int) -> str:
        result = self[code] = _fold_char(chr(code))
        return result


_TABLE = _Table()  # at most one entry for each Unicode code point


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `origins` is None where folded and original offsets are the same."""

    text: str
    origins: Sequence[int] | None = None

    def original(self, offset: int) -> int:
        """Return the offset in the original text (code points) of an offset in the folded one."""
        return offset if self.origins is None else self.origins[offset]


def fold(text: str) -> Folded:
    """Return the folded form of any text; cost linear in its length."""
    if text.isascii():
        return Folded(text.lower())
    rows = []
    for row in text.split("\n"):  # most rows of most texts are plain, and cost next to nothing
        folded = row.lower() if row.isascii() else _fold_row(row)
        if folded is None:
            return _fold_with_origins(text)
        rows.append(folded)
    return Folded("\n".join(rows))


def _fold_row(row: str) -> str | None:
    """Return the folded row, None where a run of other letters is longer or shorter when it is folded."""
    parts = _BEYOND_ASCII.split(row)
    for place, part in enumerate(parts):
        lowered = part.lower()
        parts[place] = lowered.translate(_TABLE) if place % 2 else lowered
        if not len(part) == len(lowered) == len(parts[place]):
            return None
    return "".join(parts)


def _fold_with_origins(text: str) -> Folded:
    parts: list[str] = []
    origins: list[int] = []
    done = 0
    for run in _BEYOND_ASCII.finditer(text):
        parts.append(text[done : run.start()].lower())
        origins.extend(range(done, run.start()))
        for place, char in enumerate(run[0], start=run.start()):
            folded = _TABLE[ord(char)]
            parts.append(folded)
            origins.extend([place] * len(folded))
        done = run.end()
    parts.append(text[done:].lower())
    origins.extend(range(done, len(text) + 1))
    return Folded("".join(parts), origins)

"""What two texts have in common and what not, word by word, for people to read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

MOST_WORDS = 3_000  # of each text: beyond, what differs is shown as one piece
_WORD = re.compile(r"\S+\s*|\s+")
_KINDS = {"equal": "same", "insert": "added", "delete": "removed"}


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some words: `kind` is `same`, `added` or `removed`."""

    kind: str
    text: str = field(repr=False)


def word_difference(before: str, after: str) -> list[Piece]:
    """Return the pieces in their order; those that are the same or added make up `after`, the others `before`."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return _pieces([("delete", before), ("insert", after)])
    return _pieces(_told(old, new))


def _told(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    told: list[tuple[str, str]] = []
    for tag, start, end, begin, stop in matcher.get_opcodes():
        if tag in ("equal", "insert"):
            told.append((tag, "".join(new[begin:stop])))
            continue
        told.append(("delete", "".join(old[start:end])))
        if tag == "replace":
            told.append(("insert", "".join(new[begin:stop])))
    return told


def _pieces(told: Sequence[tuple[str, str]]) -> list[Piece]:
    return [Piece(kind=_KINDS[tag], text=text) for tag, text in told if text]

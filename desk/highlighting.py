"""The words of a mail in pieces, so that those in which rights were found can be marked, however they overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from privacy.cases import RequestItem


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A stretch of text with the names of the rights that were found in it, none for plain text."""

    text: str = field(repr=False)
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A stretch [start:end) in which a right was found."""

    start: int
    end: int
    right: str


def marks_in(text: str, items: Iterable[RequestItem], part: str) -> list[Mark]:
    """Return where the quotes of these rights stand in a part of their mail; a quote that is not there has no mark."""
    found = []
    for item in items:
        start = _place(text, item) if item.part == part and item.quote else -1
        if start >= 0:
            found.append(Mark(start=start, end=start + len(item.quote), right=_name(item)))
    return found


def pieces_of(text: str, marks: Sequence[Mark]) -> list[Piece]:
    """Return the text cut at every end of a mark; the pieces together are the text."""
    edges = sorted({0, len(text), *(edge for one in marks for edge in (one.start, one.end))})
    return [
        Piece(text=text[start:end], rights=_rights(marks, start, end))
        for start, end in pairwise(edges)
    ]


def _rights(marks: Sequence[Mark], start: int, end: int) -> tuple[str, ...]:
    covering = (one.right for one in marks if one.start <= start and end <= one.end)
    return tuple(dict.fromkeys(covering))


def _place(text: str, item: RequestItem) -> int:
    """Where it was found; a mail that is read anew by a newer program may have moved by some characters."""
    stands = text[item.start : item.end] == item.quote
    return item.start if stands else text.find(item.quote)


def _name(item: RequestItem) -> str:
    return f"{item.right}:{item.scope}" if item.scope else str(item.right)

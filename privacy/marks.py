"""Marks in a letter that many people get: written once in each language, filled for each of them.

A mark is `%[name]`. A letter that is filled reads the same on every way out: what a provider fills in for us is escaped
here first, and text that a provider could take for a mark of its own is refused where it goes out.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from privacy.errors import Permanent
from privacy.messages import Letter

MARK = re.compile(r"%\[([a-z][a-z0-9_]{0,39})\]")
LONGEST_VALUE = 2_000  # characters
NOT_ONE_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Mould:
    """One letter cut at its marks, so that each copy costs a few joins."""

    letter: Letter
    subject: tuple[str, ...] = field(repr=False)
    text: tuple[str, ...] = field(repr=False)
    html: tuple[str, ...] = field(repr=False)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all marks."""
        return frozenset((*self.subject[1::2], *self.text[1::2], *self.html[1::2]))

    def fill(self, values: Values) -> Letter:
        """Return the letter of one person. Raises Permanent for a mark without a value and a value of two lines."""
        if not values and not self.names:
            return self.letter
        plain = self.check(values)
        escaped = {name: html.escape(value) for name, value in plain.items()}
        return replace(
            self.letter,
            subject=_join(self.subject, plain),
            text=_join(self.text, plain),
            html=_join(self.html, escaped),
        )

    def check(self, values: Values) -> Mapping[str, str]:
        """Return the values by name. Raises Permanent as `fill` does."""
        plain = checked_values(values)
        missing = self.names - plain.keys()
        if missing:
            raise Permanent(f"letter: nothing is given for the mark {min(missing)}")
        return plain


def mould_of(letter: Letter) -> Mould:
    """Return the letter cut at its marks."""
    parts = (tuple(MARK.split(text)) for text in (letter.subject, letter.text, letter.html))
    subject, text, page = parts
    return Mould(letter=letter, subject=subject, text=text, html=page)


def checked_values(values: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Return the values by name. Raises Permanent for one that is long or not one line of text, naming its mark."""
    found = dict(values)
    for name, value in found.items():
        if len(value) > LONGEST_VALUE or NOT_ONE_LINE.search(value):
            raise Permanent(f"letter: the value of {name} is long or not one line of text")
    return found


def _join(parts: tuple[str, ...], values: Mapping[str, str]) -> str:
    """Put the values between the parts; a mark inside of a value stays text."""
    pieces = list(parts)
    pieces[1::2] = [values[name] for name in parts[1::2]]
    return "".join(pieces)

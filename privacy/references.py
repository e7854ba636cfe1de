"""The readable case reference `PR-<year>-<6 digits>-<2 check characters>`.

It reveals nothing and opens nothing: in a subject it only suggests a case to a person.
"""

from __future__ import annotations

import re

from privacy.tokens import ALPHABET

_REFERENCE = re.compile(r"\bPR-(\d{4})-(\d{6})-([0-9A-Z]{2})\b", re.ASCII)
# More than is read: a person who looks at a subject does not calculate check characters.
_LOOKS_LIKE_ONE = re.compile(r"[\[(]?(?<![0-9A-Za-z_])[Pp][Rr]-[0-9]{4}-[0-9]{6}-\w+[\])]?")
NUMBERS = 1_000_000
_MODULUS = 1021  # the largest prime below 32 * 32: two check characters find any single wrong digit and any swap


def make_reference(year: int, number: int) -> str:
    """Return the reference for a number of six digits drawn at random."""
    if not 0 <= number < NUMBERS:
        raise ValueError("a reference has six digits")
    return f"PR-{year:04d}-{number:06d}-{_check(year, number)}"


def references_in(text: str) -> tuple[str, ...]:
    """Return the well-formed references in a text whose check characters are right, each once."""
    found = {
        match.group(0): None
        for match in _REFERENCE.finditer(text.upper())
        if match.group(3) == _check(int(match.group(1)), int(match.group(2)))
    }
    return tuple(found)


def without_references(text: str) -> str:
    """Return the text without what looks like a reference, right or wrong, and the brackets around it."""
    kept = (part.strip() for part in _LOOKS_LIKE_ONE.split(text))
    return " ".join(part for part in kept if part)


def _check(year: int, number: int) -> str:
    value = (year * NUMBERS + number) % _MODULUS
    return (ALPHABET[value // 32] + ALPHABET[value % 32]).upper()

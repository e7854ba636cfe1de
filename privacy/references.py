"""The readable case reference `PR-<year>-<6 digits>-<2 check characters>`.

It reveals nothing and opens nothing: in a subject it only suggests a case to a person.
"""

from __future__ import annotations

import re

from privacy.tokens import ALPHABET

_REFERENCE = re.compile(r"\bPR-(\d{4})-(\d{6})-([0-9A-Z]{2})\b", re.ASCII)
# More than is read: a person who looks at a subject does not calculate check characters.
_LOOKS_LIKE_ONE = re.compile(r"[\[(]?(?<![0-9A-Za-z_])[Pp][Rr]-[0-9]{4}-[0-9]{6}-\w+[\])]?")
# How case systems name their own cases in a subject: [ABC-123], ref:_00D1._5001:ref, #123456, Ticket 12345, INC0012345.
_OF_OTHERS = re.compile(
    r"\bREF:\s?([!-9;-~]{6,60}):REF\b|\[([A-Z][A-Z0-9]{1,9}-\d{1,9})\]|#\s?(\d{4,20})\b|\b([A-Z]{2,8}\d{5,15})\b"
    r"|\b(?:TICKET|CASE|VORGANG|DOSSIER|CASO|ZAAK|SPRAWA)\b\W{0,5}(?:ID|NR|NO)?\W{0,3}(\d{4,20})\b",
    re.ASCII,
)
MOST_OF_OTHERS = 3
LONGEST_SUBJECT = 1_000  # characters that are read
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


def references_of_others(subject: str) -> tuple[str, ...]:
    """Return the names that other case systems gave to a case in this subject, in upper case; at most three.

    Systems that cut every header away keep their own name for the case. Anybody can type one: it only suggests.
    """
    found: dict[str, None] = {}
    for match in _OF_OTHERS.finditer(without_references(subject[:LONGEST_SUBJECT]).upper()):
        found.setdefault(next(group for group in match.groups() if group))
    return tuple(found)[:MOST_OF_OTHERS]


def without_references(text: str) -> str:
    """Return the text without what looks like a reference, right or wrong, and the brackets around it."""
    kept = (part.strip() for part in _LOOKS_LIKE_ONE.split(text))
    return " ".join(part for part in kept if part)


def _check(year: int, number: int) -> str:
    value = (year * NUMBERS + number) % _MODULUS
    return (ALPHABET[value // 32] + ALPHABET[value % 32]).upper()

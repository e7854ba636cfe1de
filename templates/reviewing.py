"""Reads a finished letter with the words of its language and the duties of its kind."""

from __future__ import annotations

from functools import cache

from privacy.errors import Permanent
from privacy.letter_review import Expected, LetterDuties, review_letter
from privacy.messages import Letter
from templates.declarations import declarations
from templates.vocabulary import words_of


def review(letter: Letter, expected: Expected) -> list[str]:
    """Return a finding for each fault, empty for a letter that may leave; findings name no personal data."""
    try:
        words = words_of(letter.language).for_review
    except Permanent:
        return ["language: no letter is written in it"]
    return review_letter(letter, words, duties_of(letter.kind), expected)


@cache
def duties_of(kind: str) -> LetterDuties:
    """Return what the review asks of a letter of this kind; one that is not declared owes what all letters owe."""
    found = declarations().get(kind)
    if found is None:
        return LetterDuties()
    return LetterDuties(
        before_proof=found.before_proof,
        decides="use remedies" in found.body and found.letter != "completion",
        cites_law=found.decides or found.to == "staff",
        framed=found.to != "staff",
        has_reference=not found.no_reference,
    )

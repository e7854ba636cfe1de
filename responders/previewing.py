"""A letter filled in with its sample, so that it can be read before anybody gets it."""

from __future__ import annotations

from dataclasses import replace

from privacy.messages import Letter
from responders.frame import language_of
from templates import OUR_BOOK, Book, write_letter
from templates.declarations import declarations
from templates.samples import SAMPLE_FRAME, sample_of


def preview(kind: str, language: str, book: Book = OUR_BOOK) -> Letter:
    """Return the sample of a letter as a reader of this language gets it; in English where it must be.

    Raises Permanent for words that cannot stand in a letter, KeyError for no such letter.
    """
    written, fallback = language_of(language, kind)
    frame = replace(SAMPLE_FRAME, fallback_language=fallback[0], fallback_line=fallback[1])
    return write_letter(sample_of(declarations()[kind]), frame, written, book=book)

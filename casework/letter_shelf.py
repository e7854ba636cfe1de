"""All letters of the desk, for whoever wants to read them before anybody gets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from casework.profile import DeskProfile
from privacy.messages import Letter
from responders.previewing import preview
from templates import available, languages
from templates.book import Book, house_files
from templates.declarations import Declaration, declarations
from templates.proofreading import Flaw, proofread


@dataclass(frozen=True, kw_only=True)
class OwnSentence:
    """A sentence of the operator that stands in the place of ours: its name, and where it is written."""

    name: str
    place: str
    sentence: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ShelvedLetter:
    """A letter, the languages that it is written in, and in which of them the operator has words of their own."""

    declaration: Declaration
    spoken: Sequence[str]
    own: frozenset[str]


def shelf(desk: DeskProfile) -> list[ShelvedLetter]:
    """Return all letters in their order."""
    own = {language: _letters_with_own_words(desk.book, language) for language in languages()}
    return [
        ShelvedLetter(
            declaration=one,
            spoken=available(name),
            own=frozenset(language for language, names in own.items() if name in names),
        )
        for name, one in declarations().items()
    ]


def sample_letter(kind: str, language: str, desk: DeskProfile) -> Letter | None:
    """Return a letter with its sample fields as a reader of this language gets it, None where there is no such letter.

    Raises Permanent for words that cannot stand in a letter.
    """
    known = kind in declarations() and language in languages()
    return preview(kind, language, desk.book) if known else None


def own_sentences(kind: str, language: str, desk: DeskProfile) -> list[OwnSentence]:
    """Return what the operator says in the place of ours."""
    return list(_own(desk.book, kind, language))


def flaws(desk: DeskProfile) -> Sequence[Flaw]:
    """Return what `letters check` finds; every letter in every language is read for it, once in the life of the program."""
    return _flaws(desk.book)


@cache
def _flaws(book: Book) -> tuple[Flaw, ...]:
    return tuple(proofread(book))


def _letters_with_own_words(book: Book, language: str) -> frozenset[str]:
    return frozenset(name for file in house_files(book, language) for name in file.sections)


def _own(book: Book, kind: str, language: str) -> Iterator[OwnSentence]:
    for file in house_files(book, language):
        section: Mapping[str, str] = file.sections.get(kind, {})
        for name, sentence in section.items():
            yield OwnSentence(name=name, place=file.place(kind, name), sentence=sentence)

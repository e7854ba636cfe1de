"""Reads all letters in all languages for what must not happen: a hole, other fields, a line left in English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, cast

from jinja2 import TemplateSyntaxError, nodes

from privacy.errors import Permanent
from privacy.letter_review import Expected
from templates.book import OUR_BOOK, Book, WordFile, house_files, our_files, unknown_folders
from templates.declarations import Declaration, declarations, not_yet
from templates.fields.kinds import Frame
from templates.render import FRAME_WORDS, available, environment, sources, write_letter
from templates.reviewing import review
from templates.samples import SAMPLE_FRAME, sample_of
from templates.structure import PLACEHOLDER, SENTENCE_TAGS, lines_of, structure_of
from templates.values import hints_of, inner_type
from templates.vocabulary import languages

ENGLISH = "en"
_LETTERS_ONLY = re.compile(r"[^\W\d_]{2,}")
_ALWAYS_THERE = frozenset({"reference", "subject", "loop"})


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """One thing that is wrong with a letter: where, in which language, and why."""

    letter: str
    language: str
    place: str
    reason: str


def proofread(book: Book) -> list[Flaw]:
    """Return what is wrong with our letters and with those of the operator, empty where nothing is."""
    return [
        *(flaw for language in languages() for flaw in _cells(language)),
        *house_flaws(book),
        *_fields(book),
        *_samples(book),
    ]


def house_flaws(book: Book) -> list[Flaw]:
    """Return what is wrong with the operator's words: letters and sentences that do not exist, other fields."""
    found = [
        Flaw(
            letter="",
            language=path.name,
            place=str(path),
            reason="no language that letters are written in",
        )
        for path in unknown_folders(book)
    ]
    for language in languages():
        for file in house_files(book, language):
            found += _house_file(file)
    return found


def open_book(folder: Path | None) -> Book:
    """Return the words of the letters, those of the operator's folder over ours.

    Raises Permanent, with file, line and reason, for words that cannot stand in a letter.
    """
    if folder is None:
        return OUR_BOOK
    if not folder.is_dir():
        raise Permanent(f"letters.folder: {folder} is no folder")
    book = Book(folder=folder)
    for flaw in (*house_flaws(book), *_samples(book)):
        raise Permanent(
            f"{flaw.place or flaw.letter}: {flaw.reason} ({flaw.letter}, {flaw.language})"
        )
    return book


def _cells(language: str) -> Iterator[Flaw]:
    """Each letter in the language: there, with the same sentences and the same fields as in English."""
    wanted = {name: _needed(letter) for name, letter in declarations().items()}
    shared = set().union(*wanted.values())
    own = {name: _sections_of(name, ENGLISH) for name in (*wanted, FRAME_WORDS)}
    for name, english in own.items():
        there = _sections_of(name, language)
        if name in not_yet().get(language, frozenset()):
            if there:
                yield Flaw(
                    letter=name, language=language, place="not_yet.toml", reason="it is there"
                )
            continue
        yield from _cell(name, language, english, there)
        used = shared if name == FRAME_WORDS else wanted[name]
        for key in sorted(there.keys() - used):
            yield _flaw(name, language, key, "no letter uses this sentence")
    for file in our_files(language):
        for name in sorted(file.sections.keys() - own.keys()):
            yield Flaw(
                letter=name, language=language, place=file.place(name), reason="no such letter"
            )


def _cell(
    name: str, language: str, english: Mapping[str, str], there: Mapping[str, str]
) -> Iterator[Flaw]:
    for key in sorted(english.keys() - there.keys()):
        yield _flaw(name, language, key, f"the sentence {key} is missing")
    for key in sorted(there.keys() - english.keys()):
        yield _flaw(name, language, key, f"English has no sentence {key}")
    for key in sorted(there.keys() & english.keys()):
        reason = _differs(english[key], there[key])
        if reason:
            yield _flaw(name, language, key, f"{key} {reason}")
        elif language != ENGLISH and there[key] == english[key] and _says_something(there[key]):
            yield _flaw(name, language, key, f"{key} is the English sentence")


def _differs(ours: str, theirs: str) -> str:
    """Why a sentence cannot stand in the place of another one, empty where it can."""
    if sorted(PLACEHOLDER.findall(ours)) != sorted(PLACEHOLDER.findall(theirs)):
        return "has other fields"
    if re.search(r"[{}]", PLACEHOLDER.sub("", theirs)):
        return "has a brace that is no field"
    if theirs.count("**") % 2:
        return "has a ** without its partner"
    return ""


def _says_something(sentence: str) -> bool:
    return bool(_LETTERS_ONLY.search(PLACEHOLDER.sub("", sentence)))


def _house_file(file: WordFile) -> Iterator[Flaw]:
    for name, section in file.sections.items():
        ours = _sections_of(name, file.language)
        if not ours:
            yield Flaw(letter=name, language=file.language, place=file.place(name),
                reason="no such letter in this language")  # fmt: skip
        for key, sentence in section.items() if ours else ():
            reason = (
                _differs(ours[key], sentence) if key in ours else "is no sentence of this letter"
            )
            if reason:
                yield Flaw(letter=name, language=file.language, place=file.place(name, key),
                    reason=f"{key} {reason}")  # fmt: skip


def _fields(book: Book) -> Iterator[Flaw]:
    """Each template names only what the letter declares, and all of it."""
    for name, letter in declarations().items():
        for language in available(name):
            try:
                found = sources(book, name, language)
                used = _names_used([found.subject, found.text, found.html], letter)
            except (Permanent, TemplateSyntaxError, _UndeclaredError) as error:
                yield Flaw(letter=name, language=language, place="", reason=str(error))
                continue
            for field in sorted(hints_of(letter.fields).keys() - used):
                yield Flaw(
                    letter=name,
                    language=language,
                    place="",
                    reason=f"{field} is declared and not used",
                )


class _UndeclaredError(ValueError):
    """A template names a field that its letter does not declare."""


def _names_used(texts: list[str], letter: Declaration) -> set[str]:
    kinds = {**hints_of(Frame), **hints_of(letter.fields), **dict.fromkeys(_ALWAYS_THERE, str)}
    used: set[str] = set()
    for source in texts:
        _look(environment().parse(source), kinds, used)
    return used


def _look(node: nodes.Node, kinds: Mapping[str, Any], used: set[str]) -> None:
    """Raises _UndeclaredError for a name that nobody declares; the name of a loop counts inside of it."""
    if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
        _look(node.iter, kinds, used)
        kinds = {**kinds, node.target.name: inner_type(_kind_of(node.iter, kinds))}
        children: Iterable[nodes.Node] = [*node.body, *node.else_]
    else:
        children = node.iter_child_nodes()
    if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
        _kind_of(node, kinds)
        used.update({node.name} if isinstance(node, nodes.Name) else ())
    for child in children:
        _look(child, kinds, used)


def _kind_of(node: nodes.Node, kinds: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a type hint is of no type
    if isinstance(node, nodes.Name):
        if node.name not in kinds:
            raise _UndeclaredError(f"{node.name} is not declared")
        return kinds[node.name]
    if isinstance(node, nodes.Getattr):
        return _inner_kind(node.node, node.attr, kinds)
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return _inner_kind(node.node, str(node.arg.value), kinds)
    return str


def _inner_kind(owner: nodes.Expr, name: str, kinds: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a type hint is of no type
    kind = inner_type(_kind_of(owner, kinds))
    if not is_dataclass(kind) or name not in hints_of(cast("type", kind)):
        raise _UndeclaredError(f"{name} is not declared")
    return hints_of(cast("type", kind))[name]


def _samples(book: Book) -> Iterator[Flaw]:
    """Each letter with its sample, read as a finished one."""
    for name, letter in declarations().items():
        for language in available(name):
            try:
                written = write_letter(sample_of(letter), SAMPLE_FRAME, language, book=book)
            except Permanent as error:
                yield Flaw(letter=name, language=language, place="", reason=str(error))
                continue
            for finding in review(written, Expected(reference=SAMPLE_FRAME.reference)):
                yield Flaw(letter=name, language=language, place="", reason=finding)


def _needed(letter: Declaration) -> set[str]:
    lines = [*lines_of(letter.subject), *structure_of(letter)]
    return {line.name for line in lines if line.tag in SENTENCE_TAGS}


def _sections_of(name: str, language: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for file in our_files(language):
        found.update(file.sections.get(name, {}))
    return found


def _flaw(name: str, language: str, key: str, reason: str) -> Flaw:
    place = next(
        (file.place(name, key) for file in our_files(language) if name in file.sections), ""
    )
    return Flaw(letter=name, language=language, place=place, reason=reason)

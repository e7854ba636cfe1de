"""Fills in a letter: sandboxed, strict, escaped, compiled once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import BaseLoader, FileSystemLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from privacy.errors import Permanent
from privacy.messages import Letter
from templates.book import OUR_BOOK, Book, sections
from templates.declarations import declarations, not_yet
from templates.fields.kinds import Frame, LetterFields
from templates.folding import fold, fold_fixed_lines
from templates.structure import Sources, sources_of
from templates.values import UnfitValueError, in_words, links_of
from templates.vocabulary import Words, languages, words_of

ROOM = Path(__file__).parent
FRAME_WORDS = "frame"  # the sentences that all letters share
LONGEST_PART = 100_000  # characters; a letter is a page or two, anything longer is a mistake


# All that a wrong template or a wrong value can raise while it is filled in.
_FAULTS = (
    TemplateError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """The compiled templates of one letter in one language."""

    subject: Template
    text: Template
    html: Template
    words: Words
    needs_reference: bool


def write_letter(
    letter: LetterFields, frame: Frame, language: str, *, book: Book = OUR_BOOK
) -> Letter:
    """Return the letter in this language.

    Raises Permanent, without any value of the fields, for a letter that the language does not have, for a value that
    cannot stand in it, and for a subject of more than one line: no mail leaves with a hole in it.
    """
    kind = letter.letter
    parts = _parts(book, kind, language)
    try:
        values = in_words(frame, parts.words) | in_words(letter, parts.words)
        if parts.needs_reference and not frame.reference:
            raise UnfitValueError("the reference is missing")
        subject = _one_line(parts.subject.render(values))
        values["subject"] = subject
        text = fold(parts.text.render(values))
        html = parts.html.render(values)
    except _FAULTS as error:
        raise Permanent(f"letter {kind}/{language}: {_reason(error)}") from None
    if max(len(text), len(html)) > LONGEST_PART:
        raise Permanent(f"letter {kind}/{language}: longer than {LONGEST_PART} characters")
    return Letter(kind=kind, language=language, subject=subject, text=text, html=html)


@cache
def available(kind: str) -> tuple[str, ...]:
    """Return the languages in which this letter can be written, in alphabetical order; empty for no such letter."""
    if kind not in declarations():
        return ()
    return tuple(name for name in languages() if kind not in not_yet().get(name, frozenset()))


@cache
def sources(book: Book, kind: str, language: str) -> Sources:
    """Return the sources of one letter in one language. Raises Permanent, as `_parts` does."""
    if language not in available(kind):
        raise Permanent(f"there is no letter {kind!r} in language {language!r}")
    letter = declarations()[kind]
    words = words_of(language)
    try:
        return sources_of(
            letter,
            _sentences(book, kind, words),
            links=links_of(letter.fields) | links_of(Frame),
            marker=words.reply_marker,
            language=language,
        )
    except Permanent as error:
        raise Permanent(f"letter {kind}/{language}: {error}") from None


@cache
def _parts(book: Book, kind: str, language: str) -> _Parts:
    found = sources(book, kind, language)
    try:
        return _Parts(
            subject=environment().from_string(found.subject),
            text=environment().from_string(fold_fixed_lines(found.text)),
            html=_html_environment().from_string(found.html),
            words=words_of(language),
            needs_reference=not declarations()[kind].no_reference,
        )
    except TemplateError as error:
        raise Permanent(f"letter {kind}/{language}: {_reason(error)}") from None


def _sentences(book: Book, kind: str, words: Words) -> dict[str, str]:
    found = sections(book, words.language)
    sentences = {**found.get(FRAME_WORDS, {}), **found.get(kind, {})}
    for pair in words.tight:
        for name, sentence in sentences.items():
            sentences[name] = sentence.replace(pair, pair.replace(" ", "\u00a0"))
    return sentences


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Jinja's strictest: no way out of a template, no undefined names."""
    return _environment(FileSystemLoader(ROOM), escaped=False)


@cache
def _html_environment() -> ImmutableSandboxedEnvironment:
    return _environment(None, escaped=True)


def _environment(loader: BaseLoader | None, *, escaped: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=escaped,
        undefined=StrictUndefined,
        finalize=_no_empty_value,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _no_empty_value(value: object) -> object:
    """Jinja prints None as the word: a letter must not."""
    if value is None:
        raise UnfitValueError("a value is None")
    return value


def _one_line(subject: str) -> str:
    line = " ".join(subject.split("\u00a0")).strip()
    if not line or not line.isprintable():
        raise UnfitValueError("the subject is not one line")
    return line


def _reason(error: Exception) -> str:
    """Names from our own templates may be told, values of a context never."""
    if isinstance(error, TemplateError | UnfitValueError):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__

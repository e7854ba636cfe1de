"""Fills in a letter: sandboxed, strict, escaped, compiled once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from privacy.errors import Permanent
from privacy.messages import Letter
from templates.folding import fold, fold_fixed_lines
from templates.vocabulary import languages, words_of

ROOM = Path(__file__).parent
NOT_LETTERS = frozenset({"frame", "words"})
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


class _LetterLoader(FileSystemLoader):
    """Folds the lines of a text part that never change when they are read, not for every letter."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, path, is_fresh = super().get_source(environment, template)
        return (fold_fixed_lines(source) if template.endswith(".txt") else source), path, is_fresh


class _EmptyValueError(ValueError):
    """A value was None where a letter needs words."""


def render_letter(kind: str, language: str, context: Mapping[str, object]) -> Letter:
    """Return the letter; the words of the language (`reply_marker`) and `language` are filled in here.

    Raises Permanent, without any value of the context, for an unknown letter or language, for a name that the
    context lacks, for None, and for a subject of more than one line: no mail leaves with a hole in it.
    """
    parts = _parts(kind, language)
    values = {**context, "language": language, "reply_marker": words_of(language).reply_marker}
    try:
        subject = _one_line(parts.subject.render(values))
        values["subject"] = subject
        text = fold(parts.text.render(values))
        html = parts.html.render(values)
    except _FAULTS as error:
        raise Permanent(f"letter {kind}/{language}: {_reason(error)}") from None
    if max(len(text), len(html)) > LONGEST_PART:
        raise Permanent(f"letter {kind}/{language}: longer than {LONGEST_PART} characters")
    return Letter(kind=kind, language=language, subject=subject, text=text, html=html)


def available(kind: str) -> tuple[str, ...]:
    """Return the languages in which this letter can be written, in alphabetical order; empty for no such letter."""
    return tuple(name for name in languages() if kind in letters_in(name))


@cache
def letters_in(language: str) -> frozenset[str]:
    """Return the kinds of letters that exist in a language."""
    return frozenset(
        folder.name
        for folder in ROOM.iterdir()
        if folder.name not in NOT_LETTERS and (folder / language / "body.txt").is_file()
    )


@cache
def _parts(kind: str, language: str) -> _Parts:
    if language not in languages() or kind not in letters_in(language):
        raise Permanent(f"there is no letter {kind!r} in language {language!r}")
    room = environment()
    try:
        found = {
            part: room.get_template(f"{kind}/{language}/{name}")
            for part, name in (
                ("subject", "subject.txt"),
                ("text", "body.txt"),
                ("html", "body.html"),
            )
        }
    except (TemplateError, OSError) as error:
        raise Permanent(f"letter {kind}/{language}: {_reason(error)}") from None
    return _Parts(**found)


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Jinja's strictest: no way out of a template, no undefined names, HTML escaped by the file's name."""
    return ImmutableSandboxedEnvironment(
        loader=_LetterLoader(ROOM),
        autoescape=_is_html,
        undefined=StrictUndefined,
        finalize=_no_empty_value,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _is_html(name: str | None) -> bool:
    return name is None or not name.endswith(".txt")


def _no_empty_value(value: object) -> object:
    """Jinja prints None as the word: a letter must not."""
    if value is None:
        raise _EmptyValueError("a value is None")
    return value


def _one_line(subject: str) -> str:
    line = subject.strip()
    if not line or not line.isprintable():
        raise _EmptyValueError("the subject is not one line")
    return line


def _reason(error: Exception) -> str:
    """Names from our own templates may be told, values of a context never."""
    if isinstance(error, TemplateError | _EmptyValueError):
        return f"{type(error).__name__}: {error}"
    return type(error).__name__

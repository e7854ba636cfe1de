"""Lines of a form: what stands behind an empty box, or is answered with no, is not asked for."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from classifier.folded import fold

LONGEST_LINE = 300  # characters; what is longer is a sentence and no line of a form
_ANSWER = re.compile(
    r"[-\u2013\u2014:\uff1a=>|\u2192?\t]\s*[\"'(\[]?\s*([^\s\"'()\[\].,;!]{1,12})[\"')\].,;!]*\s*$"
)


@dataclass(frozen=True, kw_only=True)
class FormWords:
    """How forms are filled in: marks before a line, words behind it."""

    checked: tuple[str, ...]
    unchecked: tuple[str, ...]
    yes: frozenset[str]
    no: frozenset[str]


@cache
def form_words() -> FormWords:
    """Return the marks and answers of forms."""
    raw = tomllib.loads(files("classifier").joinpath("form_words.toml").read_text(encoding="utf-8"))
    return FormWords(
        checked=tuple(raw["checked"]),
        unchecked=tuple(raw["unchecked"]),
        yes=frozenset(fold(raw["yes"]).text.split()),
        no=frozenset(fold(raw["no"]).text.split()),
    )


def without_refused_lines(text: str) -> str:
    """Return the text with blanks for every line of a form that is not chosen; all positions stay. Linear."""
    if "\n" not in text:
        return text
    words = form_words()
    lines = text.split("\n")
    answers = [_answer(line, words) for line in lines]
    if True not in answers or False not in answers:
        return text
    return "\n".join(
        " " * len(line) if answer is False else line
        for line, answer in zip(lines, answers, strict=True)
    )


def _answer(line: str, words: FormWords) -> bool | None:
    """Return whether a line of a form is chosen, None where it is no such line."""
    stripped = line.strip(" \t>*-\u2022")
    if not stripped or len(line) > LONGEST_LINE:
        return None
    lowered = stripped.lower()
    if lowered.startswith(words.unchecked):
        return False
    if lowered.startswith(words.checked):
        return True
    found = _ANSWER.search(stripped)
    said = fold(found[1]).text if found else ""
    if said in words.no:
        return False
    return True if said in words.yes else None

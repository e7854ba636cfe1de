"""Lines of a form: what stands behind an empty box, or is answered with no, is not asked for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from classifier.folded import fold

LONGEST_HEADING = 80  # characters
LONGEST_LINE = 300  # characters; what is longer is a sentence and no line of a form
_ANSWER = re.compile(
    r"[-\u2013\u2014:\uff1a=>|\u2192?\t]\s*[\"'(\[]?\s*([^\s\"'()\[\].,;!]{1,12})[\"')\].,;!]*\s*$"
)
_ITEM = re.compile(r"\s*(?:[-\u2013\u2014*\u2022\u00b7\u2610\u25a1>]|\(?[0-9a-z]{1,2}[.)])\s*\S")


@dataclass(frozen=True, kw_only=True)
class FormWords:
    """How forms are filled in: marks before a line, words behind it, headings that take back what stands below."""

    checked: tuple[str, ...]
    unchecked: tuple[str, ...]
    yes: frozenset[str]
    no: frozenset[str]
    refused: re.Pattern[str]


@cache
def form_words() -> FormWords:
    """Return the marks and answers of forms."""
    raw = tomllib.loads(files("classifier").joinpath("form_words.toml").read_text(encoding="utf-8"))
    return FormWords(
        checked=tuple(raw["checked"]),
        unchecked=tuple(raw["unchecked"]),
        yes=frozenset(fold(raw["yes"]).text.split()),
        no=frozenset(fold(raw["no"]).text.split()),
        refused=re.compile("|".join(map(re.escape, raw["refused"]))),
    )


def without_refused_lines(text: str) -> str:
    """Return the text with blanks for every line of a form that is not chosen; all positions stay. Linear."""
    if "\n" not in text:
        return text
    words = form_words()
    lines = text.split("\n")
    answers = [_answer(line, words) for line in lines]
    refused = set(_below_refusals(lines, words))
    if True in answers:
        refused |= {place for place, answer in enumerate(answers) if answer is False}
    if not refused:
        return text
    return "\n".join(
        " " * len(line) if place in refused else line for place, line in enumerate(lines)
    )


def _below_refusals(lines: list[str], words: FormWords) -> Iterator[int]:
    """Yield the lines of the lists that stand below a heading such as "Rights not chosen:"."""
    below = False
    for place, line in enumerate(lines):
        if _is_refusal(line, words):
            below = True
        elif below and _ITEM.match(line):
            yield place
        elif line.strip():
            below = False


def _is_refusal(line: str, words: FormWords) -> bool:
    heading = line.rstrip()
    if len(heading) > LONGEST_HEADING or not heading.endswith((":", "\uff1a")):
        return False
    return words.refused.search(fold(heading).text) is not None


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

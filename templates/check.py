"""What a machine can check in a finished letter before a person or a mail server sees it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from privacy.messages import Letter
from templates.folding import COLUMNS
from templates.plain import visible_text
from templates.vocabulary import Words, words_of

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|\bNone\b|\bnull\b|\bundefined\b|<built-in")
_EMPTY_LIST = re.compile(r":\n\n(?!- )")
_NUMERIC_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")
_RELATIVE_DATE = re.compile(
    r"\b(?:within|innerhalb von|binnen)\s+\w+\s+(?:days?|tagen?|months?|monat)", re.IGNORECASE
)
_REMOTE = re.compile(
    r"<\s*(?:img|script|link|iframe|object|embed|video|audio|form|input|base|svg)\b"
    r"|\bsrc\s*=|url\(|@import|http-equiv|\son\w+\s*=",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the letter must agree with: reference, the stored dates, and the day on which it is written.

    `dates` are all dates that it names; those before `today` must be among `past`, such as the day of receipt.
    """

    reference: str
    dates: frozenset[date]
    past: frozenset[date] = frozenset()
    today: date | None = None


def check_letter(letter: Letter, expected: Expected) -> list[str]:
    """Return a finding for each fault, empty for a letter that may leave; findings name no personal data."""
    words = words_of(letter.language)
    return [
        *_shape(letter, words, expected),
        *_dates(letter, words, expected),
        *_forbidden(letter, words),
        *_html(letter),
    ]


def _shape(letter: Letter, words: Words, expected: Expected) -> Iterator[str]:
    if _PLACEHOLDER.search(f"{letter.subject}\n{letter.text}\n{letter.html.partition('<body')[2]}"):
        yield "placeholder: something was not filled in"
    if _EMPTY_LIST.search(letter.text):
        yield "list: a heading without a list"
    if not letter.subject.endswith(f"[{expected.reference}]") or "\n" in letter.subject:
        yield "subject: does not end with the reference"
    if words.reply_marker not in letter.text or words.reply_marker not in letter.html:
        yield "marker: the line to reply above is missing"
    if any(len(line) > COLUMNS and " " in line.strip(" -") for line in letter.text.splitlines()):
        yield f"text: a line is longer than {COLUMNS} columns"


def _dates(letter: Letter, words: Words, expected: Expected) -> Iterator[str]:
    named = frozenset(_dates_in(letter.text, words))
    wanted = {words.date_in_words(day): day for day in expected.dates | expected.past}
    if named - wanted.keys():
        yield "date: one that is not stored"
    if {words.date_in_words(day) for day in expected.dates} - named:
        yield "date: a stored one is missing"
    if expected.today and any(day < expected.today for day in expected.dates):
        yield "date: in the past"
    if _NUMERIC_DATE.search(letter.text) or _RELATIVE_DATE.search(letter.text):
        yield "date: not written out in full"


def _dates_in(text: str, words: Words) -> Iterable[str]:
    """Dates as the language writes them, found after folded lines are joined again."""
    day, month, year = r"\d{1,2}", f"(?:{'|'.join(words.months)})", r"\d{4}"
    pattern = re.escape(words.date_form).replace(r"\{day\}", day)
    pattern = pattern.replace(r"\{month\}", month).replace(r"\{year\}", year)
    return re.findall(rf"(?<!\d){pattern}(?!\d)", " ".join(text.split()))


def _forbidden(letter: Letter, words: Words) -> Iterator[str]:
    joined = " ".join(f"{letter.subject} {letter.text}".split())
    for sort, phrases in words.forbidden.items():
        for phrase in phrases:
            if set(_found(joined, phrase)) - set(words.months):
                yield f"{sort}: {phrase}"


def _found(text: str, phrase: str) -> list[str]:
    """Whole words in any case; the caller leaves out months (`may` is a word to avoid, `May` is not)."""
    return re.findall(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE)


def _html(letter: Letter) -> Iterator[str]:
    if _REMOTE.search(letter.html):
        yield "html: loads or runs something"
    if f'<html lang="{letter.language}">' not in letter.html:
        yield "html: does not say its language"
    if _WORD.findall(letter.text) != _WORD.findall(visible_text(letter.html)):
        yield "html: does not say the same as the text"

"""Reads a finished letter as its last reader before the person does: pure, with the words of its language as data."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from privacy.messages import Automation, Letter, OutboundMessage

COLUMNS = 72
UNKNOWN_DATE = "date: one that is not stored"
_HOLE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|\{[a-z_.]+\}|<built-in")
_NOTHING = re.compile(r"\b(?:None|null|undefined)\b")
_EMPTY_LIST = re.compile(r":\n\n(?!- )(?=[^\n]*\n|\Z)")
_NUMERIC_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")
_WITHIN = ("within", "innerhalb von", "binnen", "dans", "dentro de", "entro", "inom", "w ciągu")
_RELATIVE_DATE = re.compile(
    rf"\b(?:{'|'.join(_WITHIN)})\s+\w+\s+"
    r"(?:days?|tagen?|months?|monat|jours?|mois|días?|mes|giorni|mesi|dagen|maand|dias|dagar|dni)\b"
)
_REMOTE = re.compile(
    r"<\s*(?:img|script|link|iframe|object|embed|video|audio|form|input|base|svg)\b"
    r"|\bsrc\s*=|url\(|http-equiv|\son\w+\s*="
)
_WORD = re.compile(r"\w+")
_MARKUP = re.compile(r"<[^<>]*>")
_WAY_OF_LAW = "law"
_BEFORE_PROOF = frozenset({"promise", "confirmation"})


@dataclass(frozen=True, kw_only=True)
class ReviewWords:
    """What the review must know of a language: its dates, the line to reply above, and words to look out for.

    `forbidden` holds sorts of phrases: `law` is for letters that decide nothing, `promise` and `confirmation` for
    those that leave before anybody has shown who they are, the others for all. One of `remedies` is in each decision.
    """

    language: str
    reply_marker: str
    date_form: str
    months: tuple[str, ...]
    forbidden: Mapping[str, tuple[str, ...]] = field(repr=False)
    remedies: tuple[str, ...] = ()
    first_day: str = ""

    @cached_property
    def dates(self) -> re.Pattern[str]:
        """Dates as the language writes them."""
        day = "|".join([r"\d{1,2}", *filter(None, [re.escape(self.first_day)])][::-1])
        forms = {"day": f"(?:{day})", "month": f"(?:{'|'.join(self.months)})", "year": r"\d{4}"}
        pattern = re.escape(self.date_form)
        for name, form in forms.items():
            pattern = pattern.replace(rf"\{{{name}\}}", form)
        return re.compile(rf"(?<!\d){pattern}(?!\d)")

    def date_in_words(self, day: date) -> str:
        """The full date with the month in words, such as `30 March 2027`; some languages name the first day apart."""
        number = self.first_day if self.first_day and day.day == 1 else day.day
        return self.date_form.format(day=number, month=self.months[day.month - 1], year=day.year)


@dataclass(frozen=True, kw_only=True)
class LetterDuties:
    """What a kind of letter owes: `before_proof`, nothing of what we hold; `decides`, where to complain.

    `framed` letters have the line to reply above; `cites_law` may name provisions.
    """

    before_proof: bool = False
    decides: bool = False
    cites_law: bool = False
    framed: bool = True
    has_reference: bool = True


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the letter must agree with: the reference, the stored dates, and the day on which it is written.

    `dates` are those that it must name, None where they are not known; it may name the `past`, such as the day of
    receipt, and the `deadlines` of its case besides. No date but those of the past lies before `today`, or is `over`: the
    day before today may not be over yet in its zone, and today may be. `named` must all be in it, such as the
    authority; `stored` must not, before proof.
    """

    reference: str = ""
    dates: frozenset[date] | None = None
    past: frozenset[date] = frozenset()
    deadlines: frozenset[date] = frozenset()
    over: frozenset[date] = frozenset()
    today: date | None = None
    named: tuple[str, ...] = ()
    stored: tuple[str, ...] = field(default=(), repr=False)
    own_words: tuple[str, ...] | None = ()

    def wording(self, text: str) -> str:
        """The words of a text that are looked at: without those of the desk; none where nobody says what they are."""
        if self.own_words is None:
            return ""
        for own in sorted(filter(None, self.own_words), key=len, reverse=True):
            text = text.replace(" ".join(own.split()), "")
        return text


@dataclass(frozen=True, kw_only=True)
class ExpectedMessage:
    """What the mail around the letter must agree with; `recipients` are the proved addresses and those on file."""

    automatic: bool
    recipients: frozenset[str] = field(repr=False)


def review_letter(
    letter: Letter, words: ReviewWords, duties: LetterDuties, expected: Expected
) -> list[str]:
    """Return a finding for each fault, empty for a letter that may leave; findings name no personal data.

    The rows are those of the review checklist; they are numbered as there.
    """
    joined = " ".join(f"{letter.subject} {letter.text}".split())
    wording = expected.wording(joined)
    return [
        *_shape(letter, words, duties, expected),  # 1, 12
        *_dates(wording, joined, words, expected),  # 2, 10
        *_remedies(joined, words, duties, expected),  # 3
        *_stored(joined, duties, expected),  # 4
        *_language(letter, words),  # 6
        *_forbidden(wording, words, duties),  # 3, 4, 7
        *_html(letter),  # 7, 8
    ]


def review_message(message: OutboundMessage, expected: ExpectedMessage) -> list[str]:
    """Return a finding for each fault of the mail around the letter (rows 5 and 11 of the checklist)."""
    found = []
    if message.recipient not in expected.recipients:
        found.append("recipient: neither proved nor on file")
    if (message.automation is Automation.APPROVED) is expected.automatic:
        found.append("headers: do not say how the letter came about")
    return found


def visible_text(page: str) -> str:
    """Return the text of our own HTML without head and markup; elements are separated by blanks."""
    body = page.partition("<body")[2].partition(">")[2] if "<body" in page else page
    return html.unescape(_MARKUP.sub(" ", body))


def _shape(
    letter: Letter, words: ReviewWords, duties: LetterDuties, expected: Expected
) -> Iterator[str]:
    body = letter.html.partition("<body")[2]
    if _HOLE.search(f"{letter.subject}\n{letter.text}\n{body}"):
        yield "placeholder: something was not filled in"
    if _EMPTY_LIST.search(letter.text):
        yield "list: a heading without a list"
    if "\n" in letter.subject or not letter.subject:
        yield "subject: is not one line"
    if duties.has_reference and not letter.subject.endswith(f"[{expected.reference}]"):
        yield "subject: does not end with the reference"
    if duties.framed and (
        words.reply_marker not in letter.text or words.reply_marker not in letter.html
    ):
        yield "marker: the line to reply above is missing"
    if any(len(line) > COLUMNS and " " in line.strip(" ->") for line in letter.text.splitlines()):
        yield f"text: a line is longer than {COLUMNS} columns"


def _dates(wording: str, joined: str, words: ReviewWords, expected: Expected) -> Iterator[str]:
    named = frozenset(words.dates.findall(joined))
    if expected.dates is not None:
        yield from _stored_dates(named, words, expected)
    if named & _over(words, expected):
        yield "date: in the past"
    lowered = wording.lower()
    relative = any(word in lowered for word in _WITHIN) and _RELATIVE_DATE.search(lowered)
    if relative or _NUMERIC_DATE.search(wording):
        yield "date: not written out in full"


def _stored_dates(named: frozenset[str], words: ReviewWords, expected: Expected) -> Iterator[str]:
    needed = frozenset(expected.dates or ())
    known = needed | expected.deadlines | expected.past
    if named - {words.date_in_words(day) for day in known}:
        yield UNKNOWN_DATE
    if {words.date_in_words(day) for day in needed} - named:
        yield "date: a stored one is missing"


def _over(words: ReviewWords, expected: Expected) -> frozenset[str]:
    """The dates, as the language writes them, that a letter cannot promise any more."""
    promised, today = (expected.dates or frozenset()) | expected.deadlines, expected.today
    over = expected.over | {day for day in promised if today and day < today}
    return frozenset(words.date_in_words(day) for day in over - expected.past)


def _remedies(
    joined: str, words: ReviewWords, duties: LetterDuties, expected: Expected
) -> Iterator[str]:
    if duties.decides and not any(one in joined.lower() for one in words.remedies):
        yield "remedies: no authority and no court is named"
    if any(" ".join(one.split()) not in joined for one in expected.named):
        yield "remedies: what the law wants to be named is missing"


def _stored(joined: str, duties: LetterDuties, expected: Expected) -> Iterator[str]:
    if duties.before_proof and any(one and one in joined for one in expected.stored):
        yield "stored: a value that we hold is in it before proof"


def _language(letter: Letter, words: ReviewWords) -> Iterator[str]:
    if letter.language != words.language:
        yield "language: not the one of the words"
    if f'<html lang="{letter.language}">' not in letter.html:
        yield "html: does not say its language"


def _forbidden(wording: str, words: ReviewWords, duties: LetterDuties) -> Iterator[str]:
    if _NOTHING.search(wording):
        yield "placeholder: nothing stands where something belongs"
    lowered = wording.lower()
    for sort, phrases in words.forbidden.items():
        if _applies(sort, duties):
            for phrase in phrases:
                # A look into the text is a hundred times faster than a pattern that mostly finds nothing.
                if phrase in lowered and _is_said(phrase, wording, words):
                    yield f"{sort}: {phrase}"


def _is_said(phrase: str, text: str, words: ReviewWords) -> bool:
    """Whole words in any case; months are left out: `may` is a word to avoid, `May` is not."""
    pattern = rf"(?<!\w){re.escape(phrase)}(?!\w)"
    return bool(set(re.findall(pattern, text, re.IGNORECASE)) - set(words.months))


def _applies(sort: str, duties: LetterDuties) -> bool:
    if sort == _WAY_OF_LAW:
        return not duties.cites_law
    return duties.before_proof if sort in _BEFORE_PROOF else True


def _html(letter: Letter) -> Iterator[str]:
    lowered = letter.html.lower()
    head = lowered.partition("<body")[0]
    if "url(" in head or "@import" in head or any(map(_REMOTE.search, {*_MARKUP.findall(lowered)})):
        yield "html: loads or runs something"
    if _WORD.findall(letter.text) != _WORD.findall(visible_text(letter.html)):
        yield "html: does not say the same as the text"

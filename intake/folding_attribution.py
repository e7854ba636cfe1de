"""Finds the lines that introduce a quoted mail: "On 5 January, Anne <…> wrote:", in any language and order, on one to four lines.

Told by structure first (an address, a date, a time, a colon at the end), by words where structure does not suffice. A
writer who speaks of letters ("on Monday I wrote:") must not be taken for a mail program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from intake.folding_lines import DIRECTION_MARKS, MAX_LOOK, LineClass
from intake.folding_phrases import begins_with
from intake.folding_vocabulary import TOKEN, Words

MAX_LINES = 4
ENDS = ":："
AFTER_COLON = " \t\r*_>\xa0\u200e\u200f\u202c\u2069"
ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]@[^\s<>()\[\]\"',;:]")
TIME = re.compile(
    r"\d{1,2}[:.h：]\d{2}(?!\d)|\d{1,2}\s?(?:am|pm|a\.m|p\.m)\b|\d{1,2}\s?[時时点點시]|\d h \d\d"
)
NUMERIC_DATE = re.compile(r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]{4}")
BEGINS_WITH_DATE = re.compile(r"\W?\d{1,4}(?:\s?[./年년-]|\.?\s\w{3,}\.?,?\s\d{4})")
DAY = re.compile(
    r"[^\W\d]{1,12}\.?,?\s+(?:\d{1,2}\b|[^\W\d]{3,10}\.?\s\d{1,2}\b|\d{4}-)"
)  # "pon., 5 sty", "Mon Jan 5"
SENTENCE_END = re.compile(r"[^\W\d]{4,}[.!?]$|[!?]$")
QUOTATION = tuple('"„“”«»‚‘’「『《')
MOST_NAME_WORDS = 6


@dataclass(frozen=True, slots=True)
class Introduction:
    """One to four lines, joined, and what stands in them."""

    text: str
    lowered: str
    has_address: bool
    has_date: bool
    has_time: bool
    wrote: tuple[int, int] | None

    @property
    def is_dated(self) -> bool:
        return self.has_date or self.has_time


class AttributionReader:
    """Looks upwards from every line that ends with a colon; each look is bounded."""

    def __init__(
        self,
        lines: list[str],
        classes: list[LineClass],
        words: Words,
        quote_follows: Callable[[int], bool],
    ) -> None:
        self.lines = lines
        self.classes = classes
        self.words = words
        self.quote_follows = quote_follows

    def find(self) -> dict[int, int]:
        """Return for each attribution its first line and the line after it."""
        found: dict[int, int] = {}
        floor = 0
        ends = [line[-8:] for line in self.lines]
        for number in [n for n, end in enumerate(ends) if ":" in end or "：" in end]:
            if self.lines[number].rstrip(AFTER_COLON)[-1:] not in (":", "："):
                continue
            first = self.first_line(number, floor)
            if first is not None:
                found[first] = floor = number + 1
        return found

    def first_line(self, last: int, floor: int) -> int | None:
        """Return the first line of the attribution that ends at `last`: the fewest lines that make a whole one."""
        fallback: int | None = None
        only_date: int | None = (
            None  # whose name and verb stand in the line above, where its language wants them
        )
        quoted = self.quote_follows(last + 1)
        pieces: list[str] = []
        for first in self.lines_above(last, floor):
            pieces.append(self.lines[first][:MAX_LOOK].strip())
            joined = " ".join(reversed(pieces))
            if len(joined) > MAX_LOOK:
                break
            found = introduce(joined, self.words)
            is_told = found.wrote is not None or found.has_address
            has_gap = last - first >= len(pieces)
            if only_date is not None and (has_gap or not is_told):
                break
            if not self.is_attribution(found, first, last, quoted=quoted):
                continue
            is_doubtful = has_gap or fallback is not None
            if only_date is not None or self.is_whole(found, is_doubtful=is_doubtful):
                if is_told:
                    return first
                only_date = first
                continue
            fallback = first if fallback is None and not has_gap else fallback
        return fallback if only_date is None else only_date

    def lines_above(self, last: int, floor: int) -> Iterator[int]:
        """Yield the lines with text that may belong to an attribution, upwards; markup leaves single blank lines between."""
        number, found = last, 0
        while number >= floor and found < MAX_LINES:
            if self.classes[number] is LineClass.EMPTY:
                number -= 1
            if number < floor or not self.may_belong(number, last):
                return
            yield number
            found += 1
            number -= 1

    def may_belong(self, number: int, last: int) -> bool:
        """Tell whether a line can be part of an attribution that ends at `last`."""
        if self.classes[number] not in (LineClass.TEXT, LineClass.HEADER):
            return False
        line = self.lines[number].rstrip()
        return number == last or (line[-1] not in ENDS and SENTENCE_END.search(line[-20:]) is None)

    def is_whole(self, found: Introduction, *, is_doubtful: bool) -> bool:
        """Tell whether nothing is missing above: a date, and a beginning as mail programs write it."""
        if not found.is_dated:
            return False
        if self.begins_well(found):
            return True
        starts_with_verb = found.wrote is not None and found.wrote[0] == 0
        return not is_doubtful and not starts_with_verb and found.text[0] not in "<("

    def begins_well(self, found: Introduction) -> bool:
        return (
            begins_with(found.lowered, self.words.attribution_starts)
            or BEGINS_WITH_DATE.match(found.lowered) is not None
            or DAY.match(found.lowered) is not None
        )

    def goes_on(self, found: Introduction, last: int) -> bool:
        """Tell whether a writer tells what somebody wrote: words in quotation marks follow, or the sentence goes on."""
        below = last + 1
        if below >= len(self.lines):
            return False
        if self.classes[below] is LineClass.TEXT and not any(sign in found.text for sign in "<[("):
            return True
        if self.classes[below] is LineClass.EMPTY:
            below += 1
        return below < len(self.lines) and self.lines[below].lstrip()[:1] in QUOTATION

    def is_attribution(self, found: Introduction, first: int, last: int, *, quoted: bool) -> bool:
        """Tell whether the lines introduce a quoted mail."""
        if found.wrote is None:
            return self.is_by_structure(found, quoted=quoted)
        is_own = self.words.own_wrote.occur_in(found.lowered) and not (quoted and found.is_dated)
        if is_own or (not quoted and self.goes_on(found, last)):
            return False
        if found.has_address and (found.has_date or "<" in found.text or self.begins_well(found)):
            return True
        if quoted:
            has_sign = found.is_dated or self.begins_well(found) or found.has_address
            return has_sign or self.is_name(found.text, found.wrote)
        stands_alone = first == 0 or self.classes[first - 1] is not LineClass.TEXT
        return stands_alone and found.has_time and self.is_by_program(found.text, found.wrote)

    def is_by_structure(self, found: Introduction, *, quoted: bool) -> bool:
        """Tell it without any verb: languages that have none there, and languages that we do not know."""
        is_named = found.has_address and (found.is_dated or "<" in found.text)
        if quoted and (is_named or (found.has_date and found.has_time)):
            return True
        if not (found.has_address and found.has_date and found.has_time):
            return False
        return self.begins_well(found) or found.text.rstrip(" :：")[-1:] in tuple('>)]"')

    def is_by_program(self, text: str, wrote: tuple[int, int]) -> bool:
        """Tell whether a date in figures and a bare name stand there: people write "Am 5. Januar schrieb Frau Meyer:"."""
        if not (NUMERIC_DATE.search(text) or YEAR.search(text)):
            return False
        before = TIME.split(text[: wrote[0]])[-1]
        return self.is_bare(before) and self.is_bare(text[wrote[1] :])

    def is_name(self, text: str, wrote: tuple[int, int]) -> bool:
        """Tell whether nothing but a name stands before the verb: "Anne Berg wrote:"."""
        names = TOKEN.findall(text[: wrote[0]])
        has_rest = bool(text[wrote[1] :].strip(" :："))
        return not has_rest and 0 < len(names) <= MOST_NAME_WORDS and self.is_bare(text[: wrote[0]])

    def is_bare(self, text: str) -> bool:
        """Tell whether a text holds names, figures and the small words between them only."""
        return all(
            not token[0].islower() or token in self.words.small_words
            for token in (token.strip("().'’/") for token in TOKEN.findall(text))
            if token
        )


def introduce(joined: str, words: Words) -> Introduction:
    """Return what stands in the joined lines."""
    text = joined.translate(DIRECTION_MARKS).strip("*_ \xa0\t")
    lowered = text.lower()
    return Introduction(
        text=text,
        lowered=lowered,
        has_address=ADDRESS.search(lowered) is not None,
        has_date=NUMERIC_DATE.search(lowered) is not None or YEAR.search(lowered) is not None,
        has_time=TIME.search(lowered) is not None,
        wrote=find_wrote(lowered, words),
    )


def find_wrote(lowered: str, words: Words) -> tuple[int, int] | None:
    """Return where the verb stands, None without one."""
    tokens = list(TOKEN.finditer(lowered))
    for number, token in enumerate(tokens):
        for phrase in words.wrote.get(token[0], ()):
            first = number + 1 - len(phrase)
            if first >= 0 and tuple(t[0] for t in tokens[first : number + 1]) == phrase:
                return tokens[first].start(), token.end()
    bare = lowered.rstrip(":： ")
    for ending in words.wrote_endings:
        if bare.endswith(ending):
            return len(bare) - len(ending), len(bare)
    return None

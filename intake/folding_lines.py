"""One class per line: what kind of line of a mail it is. Bounded looks at the first 400 characters, never the whole text.

The words are data (`folding_words/*.toml`, one file per language); a mail may mix languages, so all count at once.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from importlib.resources import files

MAX_LOOK = 400  # characters of a line
MAX_ATTRIBUTION_LINES = 3
LONGEST_FIELD_NAME = 24
LONGEST_FOOTER = 100

# Printed by our letters above the words that a person should not have to read again; the translations are in the data.
REPLY_MARKER = "--- Reply above this line ---"

SIGNATURE_MARKS = frozenset(("--", "__", "—", "– –"))
RULE_CHARACTERS = "-_=*–—#"
TIME_OF_DAY = re.compile(r"\b\d{1,2}[:.h]\d{2}\b")


class LineClass(Enum):
    """The classes; `HEADER` becomes a cut only where three kinds of field stand together."""

    EMPTY = auto()
    TEXT = auto()
    QUOTE = auto()
    SIGNATURE = auto()
    MOBILE = auto()
    HEADER = auto()
    SEPARATOR = auto()
    OWN_LETTER = auto()


@dataclass(frozen=True, slots=True)
class Words:
    """The words of all languages, ready to be looked up."""

    attribution_starts: tuple[str, ...]
    wrote: re.Pattern[str]
    separators: tuple[str, ...]
    mobile: tuple[str, ...]
    mobile_openings: frozenset[str]
    own_letter: tuple[str, ...]
    disclaimer_anchors: tuple[str, ...]
    disclaimer_words: tuple[str, ...]
    fields: dict[str, str]


@cache
def load_words() -> Words:
    """Return the words of all languages."""
    tables = [
        tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(
            files("intake").joinpath("folding_words").iterdir(), key=lambda p: p.name
        )
        if path.name.endswith(".toml")
    ]

    def union(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for table in tables for word in table[key]))

    wrote = "|".join(
        re.escape(word.strip()) for word in sorted(union("wrote"), key=len, reverse=True)
    )
    return Words(
        attribution_starts=union("attribution_starts"),
        wrote=re.compile(rf"(?:^|[\s>,)\"])(?:{wrote})(?=[\s:]|$)"),
        separators=union("separators"),
        mobile=union("mobile"),
        mobile_openings=frozenset(phrase[:4] for phrase in union("mobile")),
        own_letter=union("own_letter"),
        disclaimer_anchors=union("disclaimer_anchors"),
        disclaimer_words=union("disclaimer_words"),
        fields={
            name: kind
            for table in tables
            for kind, names in table["headers"].items()
            for name in names
        },
    )


def classify_line(line: str, words: Words) -> LineClass:
    """Return the class of a line, by itself."""
    head = line[:MAX_LOOK].strip()
    if not head:
        return LineClass.EMPTY
    if head[0] in ">|":
        return LineClass.QUOTE
    if head in SIGNATURE_MARKS:
        return LineClass.SIGNATURE
    return classify_words(head, words)


def classify_words(head: str, words: Words) -> LineClass:
    """Return the class of a line that is told by its words."""
    lowered = head.lower()
    if head[0] in RULE_CHARACTERS or head[-1] in ":：":
        marked = classify_separator(lowered, words)
        if marked is not None:
            return marked
    if field_kind(lowered, words) is not None:
        return LineClass.HEADER
    is_short = len(head) < LONGEST_FOOTER and lowered[:4] in words.mobile_openings
    if is_short and lowered.startswith(words.mobile):
        return LineClass.MOBILE
    return LineClass.TEXT


def classify_separator(lowered: str, words: Words) -> LineClass | None:
    """Return the class of a line of dashes with words, or None."""
    core = lowered.strip(RULE_CHARACTERS + ":：<> \xa0")
    if core.startswith(words.own_letter):
        return LineClass.OWN_LETTER
    is_ruled = lowered[:2].strip(RULE_CHARACTERS) == ""
    if core in words.separators or (is_ruled and core.startswith(words.separators)):
        return LineClass.SEPARATOR
    return None


def field_kind(lowered: str, words: Words) -> str | None:
    """Return which header field a line repeats (from, to, cc, date, subject), or None."""
    colon = lowered.find(":", 0, LONGEST_FIELD_NAME)
    if colon < 0:
        colon = lowered.find("：", 0, LONGEST_FIELD_NAME)
    if colon <= 0:
        return None
    return words.fields.get(lowered[:colon].strip("*_ \xa0"))


def is_rule(line: str) -> bool:
    """Tell whether a line is only a drawn rule."""
    head = line[:MAX_LOOK].strip()
    return len(head) >= 5 and not head.strip(RULE_CHARACTERS)  # noqa: PLR2004 shorter ones are signature marks


def is_attribution(joined: str, words: Words, *, quote_follows: bool) -> bool:
    """Tell whether the text (one to three lines, joined) introduces a quoted mail: "On … Anna <…> wrote:"."""
    lowered = joined.strip("*_ \xa0").lower()
    has_address, has_time = "@" in lowered, TIME_OF_DAY.search(lowered) is not None
    if lowered.endswith((">:", ">：")) and has_address and has_time:
        return True
    wrote = words.wrote.search(lowered)
    if wrote is None:
        return False
    starts = lowered.startswith(words.attribution_starts) or lowered[0].isdigit() or has_address
    if quote_follows:
        return starts or has_time
    return (has_address or (starts and has_time)) and names_a_writer(
        joined.strip("*_ \xa0")[wrote.end() :]
    )


def names_a_writer(rest: str) -> bool:
    """Tell whether what follows *wrote* is nothing or a name: "schrieb ich Ihnen" introduces the writer's own words."""
    rest = rest.strip(" :\xa0：")
    return not rest or "@" in rest or all(not word[0].islower() for word in rest.split())

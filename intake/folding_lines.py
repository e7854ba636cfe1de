"""One class per line: what kind of line of a mail it is. Bounded looks at the first 400 characters, never the whole text."""

from __future__ import annotations

import re
from enum import Enum, auto

from intake.folding_phrases import begins_with, matching_opening
from intake.folding_vocabulary import Words

MAX_LOOK = 400  # characters of a line
LONGEST_FIELD_NAME = 26
LONGEST_FOOTER, LONGEST_WITH_EXCUSE = 100, 160
SENTENCE_END = re.compile(r"\.\s|。")
LONGEST_SUFFIX_FOOTER = 60  # of languages whose verb stands last
FOOTER_WORDS = 8  # more words than that are a sentence,
LONG_OPENING, LONG_FOOTER_WORDS = 20, 14  # unless the opening is a sentence itself
RULES_AROUND = 3  # characters of rule on both sides of words; one big program writes four and three
SHORTEST_RULE = 5  # shorter ones are signature marks

# Printed by our letters above the words that a person should not have to read again; the translations are in the data.
REPLY_MARKER = "--- Reply above this line ---"

SIGNATURE_MARKS = frozenset(("--", "__", "—", "– –", "---", "___", "- --", "-- -"))
ENDS = ":："
GROUPWISE = ">>>"  # at both ends of the line above an original
RULE_CHARACTERS = "-_=*–—―#~━─•·+"
YEAR = re.compile(r"(?:19|20)\d\d")
# Marks of writing direction: Hebrew and Arabic mail programs put them around everything.
DIRECTION_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"))  # fmt: skip


class LineClass(Enum):
    """The classes; `HEADER` becomes a cut only where three kinds of field stand together."""

    EMPTY = auto()
    TEXT = auto()
    QUOTE = auto()
    SIGNATURE = auto()
    MOBILE = auto()
    HEADER = auto()
    ORIGINAL = auto()
    FORWARD = auto()
    OWN_LETTER = auto()
    RULED = auto()  # words between rules; what they say depends on the lines below
    MARKED_SIGNATURE = auto()  # by the markup


def classify_line(line: str, words: Words) -> LineClass:
    """Return the class of a line, by itself."""
    head = line[:MAX_LOOK].strip()
    if not head:
        return LineClass.EMPTY
    if len(head) >= LONGEST_FOOTER and is_plain(head):
        return LineClass.TEXT
    if head[0] in ">|" and not is_table_row(head) and not is_escaped_from(line):
        return LineClass.ORIGINAL if is_groupwise(head) else LineClass.QUOTE
    if head in SIGNATURE_MARKS:
        return LineClass.SIGNATURE
    if not head.isascii():
        head = head.translate(DIRECTION_MARKS).strip()
    return classify_words(head, words) if head else LineClass.EMPTY


def is_plain(head: str) -> bool:
    """Tell, by a few characters of it, whether a long line is surely text: so are most lines of most mail."""
    return (
        head[0].isalnum()
        and head[-1] not in ENDS
        and head.find(":", 0, LONGEST_FIELD_NAME) < 0
        and head.isascii()
    )


def is_groupwise(head: str) -> bool:
    """Tell whether a line with name, address and time stands between marks, as one program puts it above an original."""
    return head.startswith(GROUPWISE) and head.endswith(GROUPWISE) and "@" in head


def is_table_row(head: str) -> bool:
    """Tell whether a line is a row of a drawn table."""
    return head[0] == "|" and head[-1] == "|" and len(head) > 1


def is_escaped_from(line: str) -> bool:
    """Tell whether a mail store has put the mark before the writer's word "From"."""
    return line.startswith(">From ")


def classify_words(head: str, words: Words) -> LineClass:
    """Return the class of a line that is told by its words."""
    lowered = head.lower()
    if head[0] in RULE_CHARACTERS or head[-1] in ENDS:
        marked = classify_separator(lowered, words)
        if marked is not None:
            return marked
        if is_ruled(head):
            return LineClass.RULED
    if field_kind(lowered, words) is not None:
        return LineClass.HEADER
    if len(head) < LONGEST_WITH_EXCUSE and is_mobile_footer(lowered, words):
        return LineClass.MOBILE
    return LineClass.TEXT


def is_mobile_footer(lowered: str, words: Words) -> bool:
    """Tell whether a line is what a telephone adds: the opening or the end of the phrase, and a device or program."""
    said = lowered.strip("*_<>()[]~-–— \xa0")
    opening = matching_opening(said, words.mobile)
    if opening is not None:
        footer = without_excuse(said, words)
        is_sure = len(opening) >= LONG_OPENING or len(footer) < len(said)
        most = LONG_FOOTER_WORDS if is_sure else FOOTER_WORDS
        if len(footer) >= LONGEST_FOOTER or len(footer.split()) > most:
            return False
        return YEAR.search(footer) is None and words.devices.search(footer) is not None
    if len(said) > LONGEST_SUFFIX_FOOTER or not said.rstrip(". ").endswith(words.mobile_ends):
        return False
    return words.devices.search(said) is not None


def without_excuse(lowered: str, words: Words) -> str:
    """Return a footer without its second sentence, if that only excuses brevity or mistakes."""
    end = SENTENCE_END.search(lowered)
    if end is None or len(lowered) > LONGEST_WITH_EXCUSE:
        return lowered
    excuse = lowered[end.end() :]
    is_short = len(excuse.split()) <= FOOTER_WORDS
    return (
        lowered[: end.start()]
        if is_short and any(part in excuse for part in words.excuses)
        else lowered
    )


def classify_separator(lowered: str, words: Words) -> LineClass | None:
    """Return the class of a line of dashes with words, or None."""
    core = lowered.strip(RULE_CHARACTERS + ":：<>|[]() \xa0\t")
    if begins_with(core, words.own_letter):
        return LineClass.OWN_LETTER
    is_ruled = lowered[:2].strip(RULE_CHARACTERS) == ""
    for opening, kind in (
        (words.forwards, LineClass.FORWARD),
        (words.originals, LineClass.ORIGINAL),
    ):
        if begins_with(core, opening) and (is_ruled or core in opening[core[:2]]):
            return kind
    return None


def field_kind(lowered: str, words: Words) -> str | None:
    """Return which header field a line repeats (from, to, cc, date, subject, other), or None."""
    colon = lowered.find(":", 0, LONGEST_FIELD_NAME)
    if colon < 0:
        colon = lowered.find("：", 0, LONGEST_FIELD_NAME)
    if colon <= 0:
        return None
    return words.fields.get(lowered[:colon].strip("*_[]>|· \xa0\t"))


def is_ruled(head: str) -> bool:
    """Tell whether rules stand on both sides of words."""
    ends = head[:RULES_AROUND] + head[-RULES_AROUND:]
    return not ends.strip(RULE_CHARACTERS) and bool(head.strip(RULE_CHARACTERS + " "))


def is_rule(line: str) -> bool:
    """Tell whether a line is only a drawn rule."""
    head = line[:MAX_LOOK].strip()
    return len(head) >= SHORTEST_RULE and not head.strip(RULE_CHARACTERS)

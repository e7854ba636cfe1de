"""Lists below words that ask: what stands in them is asked for, though no line of theirs says so."""

from __future__ import annotations

from classifier.concepts import BIT, bits
from classifier.reading import Reader, Stretch

LONGEST_ITEM = 45  # words
ITEMS = 30  # lines of a list that are followed
_REQUEST = BIT["request"]
_TOLD = bits(["recital", "report", "if", "how", "broadcast", "pitch"])
_NUMBERS = frozenset("abcdefghij") | {"ii", "iii", "iv", "vi", "vii", "viii"}
_BULLETS = ("-", "*", "\u2022", "\u2013", "\u2014", "\u00b7")


def mark_announced(reader: Reader) -> None:
    """Mark the sentences of lists that stand below a request and its colon: "I ask for the following: ...". Linear."""
    left = 0
    for stretch in reader.stretches:
        if left and _goes_on(reader, stretch, first=left == ITEMS):
            left -= 1
            for sentence in reader.sentences_of(stretch):
                sentence.announced = True
        elif left:
            left = 0
        if not left and stretch.may & _REQUEST and _announces(reader, stretch):
            left = ITEMS


def _announces(reader: Reader, stretch: Stretch) -> bool:
    """Whether a stretch asks for what stands below the colon in it."""
    seps = reader.text.seps[stretch.first : stretch.last]
    if not any(":" in between and "\n" in between for between in seps):
        return False
    hits = [hit.mask for sentence in reader.sentences_of(stretch) for hit in sentence.hits]
    asking = [
        mask for mask in hits if mask & _REQUEST
    ]  # one word may ask or tell: Spanish "solicito"
    return bool(asking) and not any(mask & _TOLD for mask in hits if not mask & _REQUEST)


def _goes_on(reader: Reader, stretch: Stretch, *, first: bool) -> bool:
    """Whether a stretch is a line of the list: short, on a line of its own, numbered where a blank line parts it."""
    if stretch.last - stretch.first > LONGEST_ITEM or not stretch.first:
        return False
    between = reader.text.seps[stretch.first - 1]
    if "\n" not in between:
        return ";" in between
    if first or not _has_blank_line(between):
        return True
    word = reader.text.words[stretch.first]
    return word.isdigit() or word in _NUMBERS or between.rstrip().endswith(_BULLETS)


def _has_blank_line(between: str) -> bool:
    return between.count("\n") > 1

"""Finds where an embedded original begins: fields of a mail header repeated in the text, or words between drawn rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intake.folding_attribution import ADDRESS, TIME, YEAR, find_wrote
from intake.folding_lines import (
    DIRECTION_MARKS,
    MAX_LOOK,
    RULE_CHARACTERS,
    LineClass,
    field_kind,
    is_rule,
)
from intake.folding_vocabulary import Words

FIELDS_TOGETHER, FIELDS_BELOW_RULE = 3, 2  # kinds of header field that open an embedded original
FIELD_WINDOW, MOST_BETWEEN_FIELDS = 14, 2  # lines; values may stand on lines of their own
LINES_BELOW_RULE, BLANKS_BELOW_SEPARATOR = 4, 2
LONGEST_RULED = 200


@dataclass(frozen=True, slots=True)
class Block:
    """Header fields that stand together: their kinds, the line after them, whether anything shows a machine's hand."""

    kinds: frozenset[str]
    after: int
    is_from_program: bool


class OriginalReader:
    """Reads bounded windows of classified lines."""

    def __init__(self, lines: Sequence[str], classes: Sequence[LineClass], words: Words) -> None:
        self.lines = lines
        self.classes = classes
        self.words = words
        self.fields: dict[int, tuple[str, bool]] = {}

    def read_block(self, at: int) -> Block:
        """Return the header fields from a line on."""
        kinds: set[str] = set()
        after, is_from_program, is_typed, kind = at, False, False, ""
        for number in range(at, min(at + FIELD_WINDOW, len(self.lines))):
            head = self.lines[number][:MAX_LOOK]
            if self.classes[number] is LineClass.HEADER:
                kind, is_period_there = self.field_at(number)
                kinds.add(kind)
                after = number + 1
                is_typed = is_typed or is_period_there
            elif number - after >= MOST_BETWEEN_FIELDS or self.classes[number] not in (
                LineClass.TEXT,
                LineClass.EMPTY,
            ):
                break
            is_value = number == after - 1 or (number == after and ends_open(self.lines[after - 1]))
            is_from_program = is_from_program or (is_value and is_machine_made(head, kind))
        return Block(frozenset(kinds), after, is_from_program and not is_typed)

    def field_at(self, number: int) -> tuple[str, bool]:
        """Return the kind of a field, and whether it tells since when instead of from whom; read once for each line."""
        if number not in self.fields:
            head = self.lines[number][:MAX_LOOK]
            kind = field_kind(plain(head), self.words) or "other"
            self.fields[number] = kind, kind == "from" and is_period(head)
        return self.fields[number]

    def after_block(self, at: int, *, is_below_rule: bool) -> int | None:
        """Return the line after the header fields of an embedded original, None when none begins here."""
        block = self.read_block(at)
        needed = FIELDS_BELOW_RULE if is_below_rule else FIELDS_TOGETHER
        if "from" not in block.kinds or len(block.kinds) < needed:
            return None
        return block.after if is_below_rule or block.is_from_program else None

    def after_separator(self, at: int) -> int:
        """Return the line after a separator and the fields below it."""
        below = at + 1
        last = min(at + BLANKS_BELOW_SEPARATOR, len(self.lines) - 1)
        while below <= last and self.classes[below] is LineClass.EMPTY:
            below += 1
        if below < len(self.lines) and self.classes[below] is LineClass.HEADER:
            return self.read_block(below).after
        return at + 1

    def is_ruled_separator(self, at: int) -> bool:
        """Tell whether words stand between rules above something with an address, in a language that we do not know."""
        head = self.lines[at][:MAX_LOOK].strip()
        core = head.strip(RULE_CHARACTERS + " ")
        if len(head) > LONGEST_RULED:
            return False
        if find_wrote(core.lower(), self.words) is not None:
            return True
        below = self.lines[at + 1 : at + 1 + LINES_BELOW_RULE]
        return any(":" in line[:MAX_LOOK] and "@" in line[:MAX_LOOK] for line in below)

    def with_rule_above(self, at: int) -> int:
        """Return the first line of an embedded original: a drawn rule above its fields belongs to it."""
        above = at - 1
        while above > 0 and self.classes[above] is LineClass.EMPTY:
            above -= 1
        return above if above >= 0 and is_rule(self.lines[above]) else at


def plain(head: str) -> str:
    """Return a line in lower case without marks of direction."""
    return head.translate(DIRECTION_MARKS).strip().lower()


def ends_open(line: str) -> bool:
    """Tell whether a field's value stands in the line below it."""
    return line[:MAX_LOOK].rstrip("* \t\xa0")[-1:] in (":", "：")


def is_period(head: str) -> bool:
    """Tell whether a person tells since when: "From: 2014 to 2019" names no sender."""
    return ADDRESS.search(head) is None and "<" not in head and YEAR.search(head) is not None


def is_machine_made(head: str, kind: str) -> bool:
    """Tell whether a field holds an address or a time of day: people who type a letter head write neither there."""
    if kind in ("subject", "other"):
        return False
    return ADDRESS.search(head) is not None or TIME.search(head) is not None or "<" in head

"""Folds what is not the writer's new text: quoted mail, signatures, embedded originals, our own letters, disclaimers.

Nothing is deleted: the offsets are kept and the whole text stays. When fewer than three words would remain,
everything counts as new: a cut that leaves nothing has cut the wrong thing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from intake.folding_lines import (
    MAX_ATTRIBUTION_LINES,
    MAX_LOOK,
    LineClass,
    Words,
    classify_line,
    field_kind,
    is_attribution,
    is_rule,
    load_words,
)
from privacy.messages import FoldedRange

FEWEST_WORDS = 3
LONGEST_SIGNATURE = 15  # lines with text; more is a letter below a drawn line
FIELDS_TOGETHER, FIELD_WINDOW = (
    3,
    6,
)  # kinds of header field within so many lines open an embedded original
# Scripts without blanks between words: each character counts as one.
WITHOUT_BLANKS = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
WORD = re.compile(r"\S*\w\S*")
CUTS = (LineClass.SEPARATOR, LineClass.OWN_LETTER)
PLAIN = frozenset((LineClass.EMPTY, LineClass.TEXT))
OWN_STRUCTURE = (LineClass.QUOTE, LineClass.SEPARATOR, LineClass.OWN_LETTER, LineClass.SIGNATURE)


@dataclass(frozen=True, slots=True)
class Folding:
    """The writer's new words, and the ranges of the text that were left out."""

    new_text: str
    folded: tuple[FoldedRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines [first:after) that are not the writer's new words."""

    first: int
    after: int
    kind: str


def fold(text: str, quoted: Sequence[tuple[int, int]] = ()) -> Folding:
    """Return the new words of a text; `quoted` are spans that the markup already named as quoted mail."""
    lines = text.split("\n")
    cuts = Folder(lines, mark_lines(lines, quoted)).find_cuts()
    if not cuts:
        return Folding(text.strip())
    folded = ranges_of(lines, cuts)
    new_text = without(text, folded)
    if not has_words(new_text):
        return Folding(text.strip())
    return Folding(new_text, folded)


def mark_lines(lines: list[str], quoted: Sequence[tuple[int, int]]) -> list[LineClass]:
    """Return the class of each line."""
    words = load_words()
    classes = [classify_line(line, words) if line else LineClass.EMPTY for line in lines]
    if not quoted:
        return classes
    starts = line_starts(lines)
    for start, end in quoted:
        for number in range(bisect_left(starts, start), bisect_left(starts, end, hi=len(lines))):
            if classes[number] is not LineClass.EMPTY:
                classes[number] = LineClass.QUOTE
    return classes


class Folder:
    """Walks over classified lines once, from top to bottom."""

    def __init__(self, lines: list[str], classes: list[LineClass]) -> None:
        self.lines = lines
        self.classes = classes
        self.words: Words = load_words()
        self.cuts: list[Cut] = []
        self.introducing = {
            number
            for number, line in enumerate(lines)
            if ":" in line[-4:] or "：" in line[-4:]  # an attribution ends with a colon
        }

    def find_cuts(self) -> list[Cut]:
        if self.introducing or not PLAIN.issuperset(self.classes):
            at = 0
            while at < len(self.lines):
                at = self.step(at)
        self.fold_disclaimers()
        return sorted(self.cuts, key=lambda cut: cut.first)

    def step(self, at: int) -> int:
        """Look at one line; return the number of the line to look at next."""
        kind = self.classes[at]
        if kind is LineClass.EMPTY:
            return at + 1
        if kind is LineClass.QUOTE:
            return self.cut(at, self.end_of_quote(at), "quote")
        if kind is LineClass.SIGNATURE:
            return self.fold_signature(at)
        if kind is LineClass.MOBILE:
            return self.cut(at, at + 1, "signature")
        return self.step_history(at, kind)

    def step_history(self, at: int, kind: LineClass) -> int:
        """Fold from here when an embedded or quoted mail begins at this line."""
        if kind is LineClass.OWN_LETTER:
            return self.cut(at, len(self.lines), "own_letter")
        after = at + 1 if kind in CUTS else self.after_attribution(at)
        if kind is LineClass.HEADER and self.opens_original(at):
            return self.cut(self.with_rule_above(at), len(self.lines), "quote")
        if after is None:
            return at + 1
        if self.quote_follows(
            after
        ):  # answers may stand between the quotes: only the introduction goes
            return self.cut(at, after, "separator")
        return self.cut(at, len(self.lines), "quote")

    def cut(self, first: int, after: int, kind: str) -> int:
        self.cuts.append(Cut(first, after, kind))
        return after

    def end_of_quote(self, at: int) -> int:
        """Return the line after the last quoted one; blank lines between quoted lines belong to the quote."""
        after = at + 1
        while after < len(self.lines):
            if self.classes[after] is LineClass.QUOTE:
                after += 1
            elif self.classes[after] is LineClass.EMPTY and self.quote_follows(after):
                after = self.next_full_line(after)
            else:
                break
        return after

    def next_full_line(self, at: int) -> int:
        while at < len(self.lines) and self.classes[at] is LineClass.EMPTY:
            at += 1
        return at

    def quote_follows(self, at: int) -> bool:
        following = self.next_full_line(at)
        return following < len(self.lines) and self.classes[following] is LineClass.QUOTE

    def fold_signature(self, at: int) -> int:
        """Fold a signature up to the next quoted or embedded mail, unless it is too long to be one."""
        after, full = at + 1, 0
        while after < len(self.lines) and not self.is_structure(after):
            full += self.classes[after] is not LineClass.EMPTY
            after += 1
            if full > LONGEST_SIGNATURE:
                return at + 1
        return self.cut(at, after, "signature")

    def is_structure(self, at: int) -> bool:
        kind = self.classes[at]
        if kind in OWN_STRUCTURE:
            return True
        if kind is LineClass.HEADER and self.opens_original(at):
            return True
        return kind in (LineClass.TEXT, LineClass.HEADER) and self.after_attribution(at) is not None

    def after_attribution(self, at: int) -> int | None:
        """Return the line after the attribution that begins here, None when none does."""
        for last in range(at, min(at + MAX_ATTRIBUTION_LINES, len(self.lines))):
            if last in self.introducing:
                return self.end_of_attribution(at, last + 1)
        return None

    def end_of_attribution(self, at: int, after: int) -> int | None:
        """Return `after` when the lines [at:after) are an attribution, else None."""
        unfit = (LineClass.EMPTY, LineClass.QUOTE)
        joined = " ".join(line[:MAX_LOOK].strip() for line in self.lines[at:after])
        if len(joined) > MAX_LOOK or any(kind in unfit for kind in self.classes[at:after]):
            return None
        quote_follows = self.quote_follows(after)
        return after if is_attribution(joined, self.words, quote_follows=quote_follows) else None

    def opens_original(self, at: int) -> bool:
        """Tell whether three kinds of header field, one of them the sender, stand together from here."""
        kinds = set()
        for line in self.lines[at : at + FIELD_WINDOW]:
            kind = field_kind(line[:MAX_LOOK].strip().lower(), self.words)
            if kind is not None:
                kinds.add(kind)
        return "from" in kinds and len(kinds) >= FIELDS_TOGETHER

    def with_rule_above(self, at: int) -> int:
        """Return the first line of an embedded original: a drawn rule above its fields belongs to it."""
        above = at - 1
        while above > 0 and self.classes[above] is LineClass.EMPTY:
            above -= 1
        return above if above >= 0 and is_rule(self.lines[above]) else at

    def fold_disclaimers(self) -> None:
        """Fold paragraphs of lawyers' boilerplate: their "delete this message" is no request."""
        whole = "\n".join(self.lines).lower()
        if not any(anchor in whole for anchor in self.words.disclaimer_anchors):
            return
        taken = {number for cut in self.cuts for number in range(cut.first, cut.after)}
        for first, after in self.paragraphs():
            if first == 0 or not taken.isdisjoint(range(first, after)):
                continue
            text = " ".join(self.lines[first:after]).lower()
            if is_disclaimer(text, self.words):
                self.cut(first, after, "disclaimer")

    def paragraphs(self) -> list[tuple[int, int]]:
        """Return the runs of lines with text."""
        found: list[tuple[int, int]] = []
        first: int | None = None
        for number, kind in enumerate([*self.classes, LineClass.EMPTY]):
            if kind is LineClass.EMPTY:
                if first is not None:
                    found.append((first, number))
                first = None
            elif first is None:
                first = number
        return found


def is_disclaimer(text: str, words: Words) -> bool:
    """Tell whether a paragraph (lower case) is a disclaimer: an anchor and two more of its words."""
    has_anchor = any(anchor in text for anchor in words.disclaimer_anchors)
    return has_anchor and sum(word in text for word in words.disclaimer_words) >= 2  # noqa: PLR2004


def line_starts(lines: list[str]) -> list[int]:
    """Return the offset of each line, and one more: the offset after the last one."""
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return [*starts, max(at - 1, 0)]


def ranges_of(lines: list[str], cuts: list[Cut]) -> tuple[FoldedRange, ...]:
    """Return the cuts as offsets of the text."""
    starts = line_starts(lines)
    return tuple(
        FoldedRange(start=starts[cut.first], end=starts[cut.after], kind=cut.kind) for cut in cuts
    )


def without(text: str, folded: tuple[FoldedRange, ...]) -> str:
    """Return the text without the folded ranges."""
    kept, at = [], 0
    for piece in folded:
        kept.append(text[at : piece.start])
        at = max(at, piece.end)
    kept.append(text[at:])
    return "".join(kept).strip()


def has_words(text: str) -> bool:
    """Tell whether at least three words are left; in scripts without blanks characters count."""
    if len(WORD.findall(text[:MAX_LOOK])) >= FEWEST_WORDS:
        return True
    return len(WORD.findall(text)) + len(WITHOUT_BLANKS.findall(text)) >= FEWEST_WORDS

"""Finds what follows a letter without any mark: business cards below the name, disclaimers, scanners' lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intake.folding_cards import CardReader, LetterEnd, is_closing
from intake.folding_footers import (
    LIST_FOOTER,
    boilerplate,
    is_closing_notice,
    is_heading,
)
from intake.folding_lines import LineClass
from intake.folding_phrases import TextToSearch

MOST_BELOW = 40  # lines with text below a closing
Found = tuple[int, int, str]


class TailReader(LetterEnd):
    """Looks at the lines that no other rule has taken."""

    def find(self) -> list[Found]:
        """Return lines [first:after) with the kind of cut."""
        found = self.find_disclaimers()
        self.taken.update(number for first, after, _ in found for number in range(first, after))
        card = CardReader(self.lines, self.classes, self.words, self.taken, self.writer).find()
        return [*found, (*card, "signature")] if card else found

    def find_disclaimers(self) -> list[Found]:
        """Return paragraphs of lawyers' boilerplate: their "delete this message" is no request."""
        found = self.find_anchored() if self.has_anchor() else []
        end = self.end_of_letter()
        return found if end is None else [*found, *self.find_closing_notices(end + 1, found)]

    def has_anchor(self) -> bool:
        """Tell whether any word of boilerplate stands outside of what other rules have taken."""
        free = [line for number, line in enumerate(self.lines) if number not in self.taken]
        whole = TextToSearch(" ".join(free))
        return (
            self.words.disclaimer_anchors.occur_among(whole)
            or self.words.notices.occur_among(whole)
            or whole.holds((LIST_FOOTER,))
        )

    def find_anchored(self) -> list[Found]:
        """Return the paragraphs that hold an anchor, a notice or the foot of a mailing list."""
        found: list[Found] = []
        for first, after in self.paragraphs():
            lines = self.lines[first:after]
            is_below = bool(found) and not self.lines_between(found[-1][1], first)
            start, end = boilerplate(lines, self.words, is_opening=first == 0, is_below=is_below)
            if start < end:
                top = self.with_heading(first) if start == 0 else first + start
                found.append((top, first + end, "disclaimer"))
        return found

    def end_of_letter(self) -> int | None:
        """Return the last line that closes the letter, or holds but the writer's name, of the last ones with text."""
        full = 0
        for number in range(len(self.lines) - 1, -1, -1):
            if self.classes[number] is not LineClass.TEXT or number in self.taken:
                continue
            line = self.lines[number]
            if is_closing(line, self.words) or self.writer.signs(line):
                return number
            full += 1
            if full > MOST_BELOW:
                break
        return None

    def find_closing_notices(self, first: int, found: Sequence[Found]) -> Iterator[Found]:
        """Yield what speaks below the name of secrecy or of data protection; no anchor is needed there."""
        known = {number for start, after, _ in found for number in range(start, after)}
        for top, after in self.paragraphs():
            if after <= first or not known.isdisjoint(range(top, after)):
                continue
            start = max(top, first)
            if is_closing_notice(self.lines[start:after], self.words):
                yield start, after, "disclaimer"
                continue
            for number in range(start, after):
                if is_closing_notice(self.lines[number : number + 1], self.words):
                    yield number, number + 1, "disclaimer"

    def lines_between(self, first: int, after: int) -> bool:
        """Tell whether any line with text stands between."""
        return any(self.classes[number] is not LineClass.EMPTY for number in range(first, after))

    def with_heading(self, first: int) -> int:
        """Return the first line of a disclaimer with the heading or the rule above it."""
        above = first - 1
        while above > 0 and self.classes[above] is LineClass.EMPTY:
            above -= 1
        alone = above == 0 or (above > 0 and self.classes[above - 1] is LineClass.EMPTY)
        is_free = above > 0 and alone and above not in self.taken
        return above if is_free and is_heading([self.lines[above]]) else first

    def paragraphs(self) -> Iterator[tuple[int, int]]:
        """Yield the runs of lines with text that no rule has taken."""
        first: int | None = None
        for number, kind in enumerate([*self.classes, LineClass.EMPTY]):
            if kind is LineClass.EMPTY or number in self.taken:
                if first is not None:
                    yield first, number
                first = None
            elif first is None:
                first = number

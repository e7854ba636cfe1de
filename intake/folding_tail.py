"""Finds what follows a letter without any mark: business cards below the name, disclaimers, scanners' lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from intake.folding_footers import (
    CONTACT,
    LIST_FOOTER,
    LONGEST_CONTACT_BLOCK,
    boilerplate,
    is_closing,
    is_contact_block,
    is_heading,
)
from intake.folding_lines import LineClass
from intake.folding_phrases import TextToSearch
from intake.folding_vocabulary import Words

LONGEST_PERSON = 60  # characters of the line with the name
Found = tuple[int, int, str]


class TailReader:
    """Looks at the lines that no other rule has taken."""

    def __init__(
        self,
        lines: Sequence[str],
        classes: Sequence[LineClass],
        words: Words,
        taken: set[int],
    ) -> None:
        self.lines = lines
        self.classes = classes
        self.words = words
        self.taken = taken

    def find(self) -> list[Found]:
        """Return lines [first:after) with the kind of cut."""
        found = self.find_disclaimers()
        self.taken.update(number for first, after, _ in found for number in range(first, after))
        return [*found, *self.find_contacts()]

    def find_disclaimers(self) -> list[Found]:
        """Return paragraphs of lawyers' boilerplate: their "delete this message" is no request."""
        free = [line for number, line in enumerate(self.lines) if number not in self.taken]
        whole = TextToSearch(" ".join(free))
        if not (
            self.words.disclaimer_anchors.occur_among(whole)
            or self.words.notices.occur_among(whole)
            or whole.holds((LIST_FOOTER,))
        ):
            return []
        found: list[Found] = []
        for first, after in self.paragraphs():
            lines = self.lines[first:after]
            is_below = bool(found) and not self.lines_between(found[-1][1], first)
            start, end = boilerplate(lines, self.words, is_opening=first == 0, is_below=is_below)
            if start < end:
                top = self.with_heading(first) if start == 0 else first + start
                found.append((top, first + end, "disclaimer"))
        return found

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

    def find_contacts(self) -> list[Found]:
        """Return the business card below closing and name of the letter; both of these stay."""
        last = self.last_free_line()
        block: list[int] = []
        for number in range(last, -1, -1):
            if number in self.taken or len(block) > LONGEST_CONTACT_BLOCK + 1:
                return []
            if self.classes[number] is LineClass.EMPTY:
                continue
            if is_closing(self.lines[number], self.words):
                return self.card(block[::-1])
            block.append(number)
        return []

    def last_free_line(self) -> int:
        """Return the last line of the letter: the one above the first cut that reaches to the end."""
        last = len(self.lines) - 1
        while last >= 0 and (last in self.taken or self.classes[last] is LineClass.EMPTY):
            last -= 1
        return last

    def card(self, block: list[int]) -> list[Found]:
        """Return the lines below the name when they are a business card."""
        if len(block) < 2 or len(self.lines[block[0]]) > LONGEST_PERSON:  # noqa: PLR2004 name and one more
            return []
        if CONTACT.search(self.lines[block[0]]) is not None:
            return []
        below = [self.lines[number] for number in block[1:]]
        return [(block[1], block[-1] + 1, "signature")] if is_contact_block(below) else []

"""What the name of a mail's writer tells about its text: the name that was typed below it, and marks of own answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from intake.folding_lines import MAX_LOOK

LONGEST_NAME = 60
AROUND_MARKS = " \t\xa0*#-=<([/"
AFTER_INITIALS = re.compile(r"\s?[:>)\]*=/–—-]{1,4}\s*\S")
AROUND_TOLD = ".,;:!?\"'()„“”«»‘’"
ARROWS, LONGEST_SIGN, LONGEST_LETTER = tuple("→⇒►▶➜➔➤"), 4, 2_000  # characters
ENDS = " ,.!-–—:;\t\r\xa0。．、，！"


@dataclass(frozen=True)
class Writer:
    """A person by the display name of the sender, and what the letter says by which signs its answers are known."""

    name: str = ""
    told: tuple[str, ...] = ()

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the name as they stand."""
        found = self.name[:LONGEST_NAME].lower().replace(",", " ").split()
        return tuple(name for name in found if name[0].isalpha())

    @cached_property
    def names(self) -> frozenset[str]:
        """The words without the signs at their ends."""
        return frozenset(name.strip(ENDS) for name in self.words)

    @cached_property
    def short_names(self) -> tuple[str, ...]:
        """How the person may be called: whole name, first, last, initials."""
        if not self.words:
            return ()
        found = {" ".join(self.words), self.words[0], self.words[-1]}
        if len(self.words) > 1:
            found.add("".join(name[0] for name in self.words))
        return tuple(sorted(found))

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """How own answers are marked in somebody else's text: `[Anne Berg]`, `[Anne]`, `[AB]`."""
        return tuple(f"[{name}]" for name in self.short_names)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The same as they stand in a text without quote marks, in front of the answer: `Anne: yes`."""
        return tuple(f"{name}: " for name in self.short_names)

    @cached_property
    def initials(self) -> str:
        """Initials of at least two names in capitals: they stand in front of answers with any sign behind."""
        return "".join(name[0] for name in self.words).upper() if len(self.words) > 1 else ""

    def marked(self, line: str) -> bool:
        """Tell whether a line begins with one of the marks."""
        text = bare(line)
        if text.startswith(self.marks):
            return True
        if line[:1] == ">":
            return False
        return text.startswith(self.labels) or self.has_initials(line) or self.has_told_sign(line)

    def has_told_sign(self, line: str) -> bool:
        """Tell whether a sign that the letter named stands in front of words: `*** yes`, `QX: yes`."""
        head = line[:MAX_LOOK].strip()
        sign = next((sign for sign in self.told if head.startswith(sign)), None)
        if sign is None:
            return False
        rest = head[len(sign) :]
        if sign.isalpha():
            return AFTER_INITIALS.match(rest) is not None
        return any(char.isalnum() for char in rest)

    def has_initials(self, line: str) -> bool:
        """Tell whether the initials stand in front of words: `AB> yes`, `*AB* yes`."""
        head = line[:MAX_LOOK].lstrip(AROUND_MARKS)
        if not self.initials or not head.startswith(self.initials):
            return False
        rest = head[len(self.initials) :]
        return AFTER_INITIALS.match(rest) is not None

    def last_marked(self, lines: Sequence[str]) -> int:
        """Return the last line that begins with one of the marks, -1 when none does."""
        if not self.may_be_marked_in(lines):
            return -1
        backwards = range(len(lines) - 1, -1, -1)
        return next((number for number in backwards if self.marked(lines[number])), -1)

    def may_be_marked_in(self, lines: Sequence[str]) -> bool:
        """Tell whether a mark stands anywhere: where none does, which is most mail, no line is looked at."""
        if not (self.words or self.told):
            return False
        whole = "\n".join(lines)
        if self.initials and self.initials in whole:
            return True
        if any(sign in whole for sign in self.told):
            return True
        lowered = whole.lower()
        return any(mark in lowered for mark in (*self.marks, *self.labels))

    def signs(self, line: str) -> bool:
        """Tell whether a line holds nothing but words of the name; all but one may be initials."""
        if not self.names or len(line) > LONGEST_NAME:
            return False
        words = [word for word in (word.strip(ENDS) for word in line.lower().split()) if word]
        initials = {name[:1] for name in self.names}
        return not self.names.isdisjoint(words) and all(
            word in self.names or (len(word) == 1 and word in initials) for word in words
        )


def told_signs(letter: Sequence[str]) -> tuple[str, ...]:
    """Return signs in a letter that could mark its answers below: capitals or punctuation that stand alone."""
    found = {token.strip(AROUND_TOLD) for token in " ".join(letter)[-LONGEST_LETTER:].split()}
    return tuple(sorted(sign for sign in found if is_sign(sign)))


def is_sign(token: str) -> bool:
    """Tell whether a token is an abbreviation in capitals, or punctuation that is no rule and no dash."""
    if not 1 < len(token) <= LONGEST_SIGN:
        return token in ARROWS
    if token.isalpha():
        return token.isupper()
    return not any(char.isalnum() for char in token) and bool(token.strip("-_="))


def bare(line: str) -> str:
    """Return a line in lower case without the marks of quoting in front of it."""
    return line[:MAX_LOOK].lstrip("> \t\xa0").lower()

"""Walks over classified lines once, from top to bottom, and says which of them are not the writer's new words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from intake.folding_attribution import AttributionReader, find_wrote
from intake.folding_footers import LONGEST_SIGNATURE, is_prose, is_signature
from intake.folding_lines import MAX_LOOK, RULE_CHARACTERS, LineClass, is_rule
from intake.folding_originals import OriginalReader
from intake.folding_phrases import WITHOUT_BLANKS
from intake.folding_tail import TailReader
from intake.folding_vocabulary import Words
from intake.folding_writer import Writer

LONG_QUOTED_LINE, LONGEST_TAIL = 65, 40  # a quoted line that was broken without repeating its mark
ANNOUNCEMENT_LOOK = 4_000  # characters of the letter above the quoted mail
NOBODY = Writer()
PLAIN = (LineClass.EMPTY, LineClass.TEXT)
SEPARATORS = (LineClass.ORIGINAL, LineClass.FORWARD)
STRUCTURE = frozenset(
    (
        LineClass.QUOTE,
        LineClass.ORIGINAL,
        LineClass.FORWARD,
        LineClass.OWN_LETTER,
        LineClass.SIGNATURE,
        LineClass.MARKED_SIGNATURE,
    )
)
LONGEST_NAME = 2  # words, or characters of scripts without blanks, that may be but a name
LINK = re.compile(r"\s*[<\[(]?(?:https?://|www\.)\S+\s*$")
FIGURE = re.compile(r">\s?[\d€$£]")


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines [first:after) that are not the writer's new words."""

    first: int
    after: int
    kind: str


class Folder:
    """Holds the lines of one mail, their classes, and the cuts so far."""

    def __init__(
        self,
        lines: list[str],
        classes: list[LineClass],
        words: Words,
        writer: Writer = NOBODY,
    ) -> None:
        self.writer = writer
        self.last_marked = writer.last_marked(lines)
        self.lines = lines
        self.classes = classes
        self.words = words
        self.cuts: list[Cut] = []
        self.has_announced = False
        self.originals = OriginalReader(lines, classes, words)
        reader = AttributionReader(lines, classes, words, self.quote_follows)
        self.attributions = reader.find()

    def find_cuts(self) -> list[Cut]:
        """Return the cuts in order; they do not overlap."""
        if LineClass.QUOTE in self.classes:
            self.release_lists(min(self.attributions, default=len(self.lines)))
        if self.attributions or sum(map(self.classes.count, PLAIN)) < len(self.classes):
            at = 0
            while at < len(self.lines):
                at = self.step(at)
        taken = {number for cut in self.cuts for number in range(cut.first, cut.after)}
        tail = TailReader(self.lines, self.classes, self.words, taken, self.writer)
        self.cuts += [Cut(first, after, kind) for first, after, kind in tail.find()]
        return sorted(self.cuts, key=lambda cut: cut.first)

    def step(self, at: int) -> int:
        """Look at one line; return the number of the line to look at next."""
        kind = self.classes[at]
        if kind is LineClass.EMPTY:
            return at + 1
        if kind is LineClass.QUOTE:
            return self.cut(at, self.end_of_quote(at), "quote")
        footers = {
            LineClass.SIGNATURE: self.fold_signature,
            LineClass.MARKED_SIGNATURE: self.fold_marked_signature,
            LineClass.MOBILE: self.fold_mobile,
        }
        return footers[kind](at) if kind in footers else self.step_history(at, kind)

    def step_history(self, at: int, kind: LineClass) -> int:
        """Fold from here when an embedded or quoted mail begins at this line."""
        if kind is LineClass.OWN_LETTER:
            return self.cut(at, len(self.lines), "own_letter")
        if kind in SEPARATORS or self.is_ruled_separator(at):
            below = self.originals.after_separator(at)
            return at + 1 if self.is_typed(at, below) else self.fold_original(at, below, kind)
        if kind is LineClass.HEADER:
            above = self.originals.with_rule_above(at)
            after = self.originals.after_block(at, is_below_rule=above < at)
            if after is not None:
                return self.fold_original(at, after, kind)
        attributed = self.attributions.get(at)
        if attributed is None:
            return at + 1
        return self.fold_original(at, attributed, kind)

    def fold_original(self, at: int, after: int, kind: LineClass) -> int:
        """Fold an embedded mail of which the lines [at:after) are the introduction."""
        name = "forwarded" if kind is LineClass.FORWARD else "quote"
        if self.quote_follows(after):  # answers may stand between the quotes
            if kind is LineClass.FORWARD:
                return self.cut(at, self.end_of_quote(self.next_full_line(after)), name)
            return self.cut(at, after, "separator")
        is_unmarked = after > self.last_marked
        if is_unmarked and self.announces_answers(at):  # nobody can tell whose words stand below
            return after
        return self.cut(
            max(self.originals.with_rule_above(at), self.end_of_cuts()), len(self.lines), name
        )

    def is_typed(self, at: int, after: int) -> bool:
        """Tell whether "Original message:" without rules and with nothing of a mail below it is the writer's own line."""
        if self.classes[at] is not LineClass.ORIGINAL or after > at + 1:
            return False
        is_ruled = self.lines[at].lstrip()[:1] in (*RULE_CHARACTERS, ">")
        return not is_ruled and not self.quote_follows(after)

    def cut(self, first: int, after: int, kind: str) -> int:
        self.cuts.append(Cut(first, after, kind))
        return after

    def end_of_cuts(self) -> int:
        return self.cuts[-1].after if self.cuts else 0

    def announces_answers(self, at: int) -> bool:
        """Tell whether the letter above says that its answers stand in the quoted mail."""
        if not self.has_announced:  # asked again below each announced mail: once is enough
            above = " ".join(self.lines[self.end_of_cuts() : at])[-ANNOUNCEMENT_LOOK:]
            self.has_announced = self.words.answers_below.occur_in(above.lower())
        return self.has_announced

    def is_ruled_separator(self, at: int) -> bool:
        return self.classes[at] is LineClass.RULED and self.originals.is_ruled_separator(at)

    def end_of_quote(self, at: int) -> int:
        """Return the line after the last quoted one; blank lines between quoted lines belong to the quote."""
        after = at + 1
        while after < len(self.lines):
            kind = self.classes[after]
            if kind is LineClass.QUOTE:
                after += 1
            elif kind is LineClass.EMPTY and self.quote_follows(after):
                after = self.next_full_line(after)
            elif self.is_broken_tail(after):
                after += 1
            else:
                break
        return after

    def is_broken_tail(self, at: int) -> bool:
        """Tell whether a line is the end of a long quoted line that a mail program broke without repeating the mark."""
        above, line = self.lines[at - 1], self.lines[at].strip()
        return (
            self.classes[at] is LineClass.TEXT
            and self.classes[at - 1] is LineClass.QUOTE
            and above[:1] == ">"
            and len(above) >= LONG_QUOTED_LINE
            and above.rstrip()[-1] not in ".!?:;"
            and line[0].islower()
            and len(line) <= LONGEST_TAIL
            and at + 1 < len(self.lines)
            and self.classes[at + 1] is LineClass.QUOTE
        )

    def next_full_line(self, at: int) -> int:
        while at < len(self.lines) and self.classes[at] is LineClass.EMPTY:
            at += 1
        return at

    def quote_follows(self, at: int) -> bool:
        following = self.next_full_line(at)
        return following < len(self.lines) and self.classes[following] is LineClass.QUOTE

    def fold_signature(self, at: int) -> int:
        """Fold a signature up to the next quoted or embedded mail, unless it is none."""
        after, full = at + 1, 0
        while (
            after < len(self.lines) and full <= LONGEST_SIGNATURE and not self.ends_signature(after)
        ):
            full += self.classes[after] is not LineClass.EMPTY
            after += 1
        block = [line for line in self.lines[at + 1 : after] if line.strip()]
        is_drawn = self.lines[at] != "-- " and self.is_signature_mark(after)  # rules between parts
        if is_drawn or not is_signature(self.lines[at], block, self.words):
            return at + 1
        return self.cut(at, after, "signature")

    def is_signature_mark(self, at: int) -> bool:
        return at < len(self.lines) and self.classes[at] is LineClass.SIGNATURE

    def ends_signature(self, at: int) -> bool:
        """Tell whether a line below a signature's mark belongs to something else: a quoted mail, a postscript."""
        kind = self.classes[at]
        if kind in STRUCTURE or at in self.attributions:
            return True
        if kind is LineClass.HEADER:
            above = self.originals.with_rule_above(at)
            return self.originals.after_block(at, is_below_rule=above < at) is not None
        head = self.lines[at][:MAX_LOOK]
        resumes = self.words.postscripts.match(head) is not None or self.is_letter_again(at, head)
        return resumes or self.is_ruled_separator(at)

    def is_letter_again(self, at: int, head: str) -> bool:
        """Tell whether a paragraph below a signature is a sentence of somebody who says "I"."""
        if self.classes[at] is not LineClass.TEXT or self.classes[at - 1] is not LineClass.EMPTY:
            return False
        return is_prose(head) and self.words.first_person.occur_in(head.lower())

    def fold_marked_signature(self, at: int) -> int:
        """Fold what the markup calls a signature, unless somebody wrote a letter into it."""
        after = at
        while after < len(self.lines) and self.classes[after] in (
            LineClass.MARKED_SIGNATURE,
            LineClass.EMPTY,
        ):
            after += 1
        full = [line for line in self.lines[at:after] if line.strip()]
        if len(full) > LONGEST_SIGNATURE or any(is_prose(line) for line in full):
            return after
        return self.cut(at, after, "signature")

    def fold_mobile(self, at: int) -> int:
        """Fold a telephone's footer and the link below it; a line that runs on is a sentence of the writer."""
        after = at + 1
        while after < len(self.lines) and LINK.match(self.lines[after]):
            after += 1
        runs_on = after < len(self.lines) and self.classes[after] is LineClass.TEXT
        if runs_on and after not in self.attributions and not is_rule(self.lines[after]):
            return at + 1
        return self.cut(at, after, "signature")

    def release_lists(self, end: int) -> None:
        """Take back the class of lines up to the first attribution that begin with the mark and are no quote: a list
        that the writer announced, a single "> 18 years".
        """
        at = 0
        while at < end:
            if self.classes[at] is not LineClass.QUOTE:
                at += 1
                continue
            after = self.end_of_quote(at)
            if self.is_list(at, after):
                self.classes[at:after] = [
                    LineClass.TEXT if kind is LineClass.QUOTE else kind
                    for kind in self.classes[at:after]
                ]
            at = after

    def is_list(self, at: int, after: int) -> bool:
        """Tell whether the marked lines [at:after) are the writer's own."""
        marked = [line for line in self.lines[at:after] if line.strip()]
        if any(not line.startswith(">") or line.startswith(">>") for line in marked):
            return False
        if len(marked) == 1 and FIGURE.match(marked[0]):
            return True
        above = at - 1
        while above > 0 and at - above < 3 and self.classes[above] is LineClass.EMPTY:  # noqa: PLR2004 blank lines
            above -= 1
        if above < 0 or any("?" in line for line in marked):
            return False
        head = self.lines[above][-200:].strip()
        return head[-1:] in (":", "：") and announces_list(head, self.words)


def announces_list(head: str, words: Words) -> bool:
    """Tell whether a line that ends with a colon is a sentence of the writer, not a mail program's introduction."""
    names = head.split()
    is_long = len(names) > LONGEST_NAME or len(WITHOUT_BLANKS.findall(head)) > LONGEST_NAME
    is_sentence = is_long and any(name[0].isalpha() and not name[0].isupper() for name in names)
    return is_sentence and "@" not in head and find_wrote(head.lower(), words) is None

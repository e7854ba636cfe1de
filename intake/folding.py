"""Folds what is not the writer's new text: quoted mail, signatures, embedded originals, our own letters, disclaimers.

Nothing is deleted: the offsets are kept and the whole text stays. When fewer than three words would remain,
everything counts as new: a cut that leaves nothing has cut the wrong thing, unless it has cut a letter of our own.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from intake.folding_answers import answers_within, forwards
from intake.folding_lines import MAX_LOOK, LineClass, classify_line, classify_separator
from intake.folding_vocabulary import load_words
from intake.folding_walk import Cut, Folder
from intake.folding_writer import Writer, told_signs
from intake.marked_spans import INDENT, SIGNATURE, MarkedSpan
from privacy.messages import FoldedRange

FORWARDED = "forwarded"  # the kind of a range that holds a mail which this one passes on
FEWEST_WORDS = 3
MOST_LOOKS = 4
FIRST_LOOK = 400  # characters in which most texts show three words
# Scripts without blanks between words: each character counts as one.
WITHOUT_BLANKS = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
WORD = re.compile(r"\S*\w\S*")
INTRODUCES = re.compile(r"[\d@<][^\n]*[:：]\W*$")


@dataclass(frozen=True, slots=True)
class Folding:
    """The writer's new words, and the ranges of the text that were left out."""

    new_text: str
    folded: tuple[FoldedRange, ...] = ()


def fold(
    text: str, marked: Sequence[MarkedSpan] = (), *, writer: str = "", subject: str = ""
) -> Folding:
    """Return the new words of a text.

    `marked` are spans that the markup already named. With the writer's name, answers that carry it inside a quoted
    mail are kept; the subject says whether the mail below is a forwarded one.
    """
    lines = text.split("\n")
    starts = line_starts(lines)
    lines = without_edges(lines)
    words = load_words()
    classes = [classify_line(line, words) if line else LineClass.EMPTY for line in lines]
    person = Writer(writer, told_signs(letter_above(lines, classes)))
    cuts = Folder(lines, mark_lines(lines, classes, starts, marked), words, person).find_cuts()
    if not cuts:
        return Folding(text.strip())
    cuts = answers_within(lines, cuts, person)
    kinds = fold_the_rest(lines, classes, cuts, person)
    if kinds is None:
        return Folding(text.strip())
    folded = ranges_of(starts, kinds, is_forward=forwards(subject, words))
    new_text = without(text, folded)
    if has_words(new_text) or holds_our_letter(lines, kinds):
        return Folding(new_text, folded)
    return fold_phone_footer(text, starts, classes)


def holds_our_letter(lines: list[str], kinds: list[str]) -> bool:
    """Tell whether a letter of ours is quoted: "yes" above it is an answer, and its words are ours.

    Unmarked text below our line is no quote: some write there.
    """
    words = load_words()
    return any(
        classify_separator(line[:MAX_LOOK].lower(), words) is LineClass.OWN_LETTER
        for line, kind in zip(lines, kinds, strict=True)
        if kind == "quote" and line
    )


def letter_above(lines: list[str], classes: list[LineClass]) -> list[str]:
    """Return the lines above the first one that may open an original; none where none may."""
    opens = (LineClass.ORIGINAL, LineClass.HEADER, LineClass.RULED)
    first = next((number for number, kind in enumerate(classes) if kind in opens), 0)
    return lines[:first]


def fold_phone_footer(text: str, starts: list[int], classes: list[LineClass]) -> Folding:
    """Return a text of very few words without its last lines, if a telephone wrote them: "delete me" is enough."""
    end = len(classes)
    while end > 0 and classes[end - 1] in (LineClass.EMPTY, LineClass.MOBILE):
        end -= 1
    if end == 0 or LineClass.MOBILE not in classes[end:]:
        return Folding(text.strip())
    folded = (FoldedRange(start=starts[end], end=len(text), kind="signature"),)
    return Folding(without(text, folded), folded)


def fold_the_rest(
    lines: list[str], classes: list[LineClass], cuts: Sequence[Cut], writer: Writer
) -> list[str] | None:
    """Return for each line the kind under which it is folded, "" for the writer's own.

    What is left is looked at again until nothing more is found, so that folding new words changes nothing. None
    means that it never came to rest: nothing is folded then, because such a text was made to be misread.
    """
    words = load_words()
    known = dict(zip(lines, classes, strict=True))
    kinds = [""] * len(lines)
    left = list(range(len(lines)))
    for _ in range(MOST_LOOKS):
        for cut in cuts:
            kinds[left[cut.first] : left[cut.after - 1] + 1] = [
                kind or cut.kind for kind in kinds[left[cut.first] : left[cut.after - 1] + 1]
            ]
        left = [number for number in left if not kinds[number]]
        rest = without_edges([lines[number] for number in left])
        left_classes = [known.get(line) or classify_line(line, words) for line in rest]
        cuts = Folder(rest, left_classes, words, writer).find_cuts()
        if not cuts:
            return kinds
    return None


def without_edges(lines: list[str]) -> list[str]:
    """Return the lines as they stand once the blanks around the whole text are gone: as the new words will be told."""
    looked = list(lines)
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is not None:
        last = next(n for n in range(len(lines) - 1, -1, -1) if lines[n].strip())
        looked[first] = looked[first].lstrip()
        looked[last] = looked[last].rstrip()
    return looked


def mark_lines(
    lines: list[str], told: list[LineClass], starts: Sequence[int], marked: Sequence[MarkedSpan]
) -> list[LineClass]:
    """Return the classes of the lines as the markup has them; `starts` are offsets in the text that was marked."""
    classes = list(told)
    for span in sorted(marked, key=lambda span: span.kind != SIGNATURE):
        first = bisect_left(starts, span.start)
        after = bisect_left(starts, span.end, hi=len(lines))
        if span.kind == INDENT and not is_introduced(lines, first):
            continue
        kind = LineClass.MARKED_SIGNATURE if span.kind == SIGNATURE else LineClass.QUOTE
        for number in range(first, after):
            if classes[number] is not LineClass.EMPTY:
                classes[number] = kind
    return classes


def is_introduced(lines: list[str], first: int) -> bool:
    """Tell whether the line above an indented block ends with a colon and names a date or an address."""
    above = first - 1
    while above > 0 and not lines[above].strip() and first - above < 4:  # noqa: PLR2004 blank lines
        above -= 1
    return above >= 0 and INTRODUCES.search(lines[above][-200:].strip()) is not None


def line_starts(lines: list[str]) -> list[int]:
    """Return the offset of each line, and one more: the offset after the last one."""
    starts = list(accumulate(map(len, lines), lambda at, size: at + size + 1, initial=0))
    starts[-1] = max(starts[-1] - 1, 0)
    return starts


def ranges_of(
    starts: Sequence[int], kinds: list[str], *, is_forward: bool
) -> tuple[FoldedRange, ...]:
    """Return the folded lines as offsets of the text; in a forwarding mail the quoted rest is a forwarded mail."""
    found, first = [], 0
    for kind, run in groupby(kinds):
        after = first + len(list(run))
        if kind:
            told = FORWARDED if is_forward and kind == "quote" else kind
            found.append(FoldedRange(start=starts[first], end=starts[after], kind=told))
        first = after
    return tuple(found)


def without(text: str, folded: tuple[FoldedRange, ...]) -> str:
    """Return the text without the folded ranges, and without a rule that was drawn above the last of them."""
    kept, at = [], 0
    for piece in folded:
        kept.append(text[at : piece.start])
        at = max(at, piece.end)
    kept.append(text[at:])
    return "".join(kept).strip()


def has_words(text: str) -> bool:
    """Tell whether at least three words are left; in scripts without blanks characters count."""
    if len(WORD.findall(text[:FIRST_LOOK])) >= FEWEST_WORDS:
        return True
    return len(WORD.findall(text)) + len(WITHOUT_BLANKS.findall(text)) >= FEWEST_WORDS

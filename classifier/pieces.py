"""A folded text cut into words and numbers, each with what stands after it; nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, compress
from operator import add

from classifier.concepts import BIT, bits
from classifier.folded import Folded, fold

# Letters: a-z and every alphabet above ASCII with its vowel signs; their full stops and question marks are not letters.
_LETTERS = "a-z\u00aa\u00b5\u00ba\u00c0-\u037d\u037f-\u060b\u060d-\u061a\u0620-\u06d3\u06d5-\u0963\u0966-\u1fff\u2c00-\u2dff\u3005-\u3007\u3040-\ud7ff\uf900-\ufdff\ufe70-\ufeff"
WORDS = re.compile(rf"([{_LETTERS}]+|[0-9]+)([^{_LETTERS}0-9]*)")
_BREAKS = re.compile(rf"([^{_LETTERS} ][^{_LETTERS}]*)")  # all but letters and the blanks between
_DIGIT = re.compile("[0-9]")
# A blank line or a list item starts a new thought; a single line break is where mail programs wrap.
_NEW_THOUGHT = re.compile(r"[!?;;؟؛।॥。！？]|\n[ \t>]*\n|\n[ \t]*[-*•>(]|\.\.|\|")
_FULL_STOP = re.compile(r"\.(?:[\s\"')\]]|$)|[.][\s]*$")
_SHORT_STOP = re.compile(r"[,:()\n\"،、]| - ")
_ASKING = re.compile(r"[?؟？]")

_SIGNS_BEGIN = "\u2e80"  # from here on one sign is a word or a syllable, no initial
REMEMBERED = 50_000  # a flood of new pieces makes a memory start anew, it does not grow
END, PERIOD, SOFT, QUESTION = BIT["end"], BIT["period"], BIT["soft"], BIT["question"]
COLON = BIT["colon"]  # beside SOFT: what follows is what was announced
STOPS = bits(["end", "period"])

# Words before which a full stop ends nothing (Art. 15, Nr. 7, Abs. 2, z. B., Mr. Smith).
ABBREVIATED = frozenset(
    [
        "art",
        "arts",
        "abs",
        "nr",
        "no",
        "sec",
        "sect",
        "lit",
        "para",
        "par",
        "str",
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "vs",
        "resp",
        "bzw",
        "ggf",
        "evtl",
        "inkl",
        "gem",
        "usw",
        "ust",
        "pkt",
        "poz",
        "al",
        "lid",
        "ed",
        "num",
        "inc",
        "ltd",
        "co",
        "approx",
        "tel",
        "ext",
        "ca",
        "op",
        "cit",
        "cf",
        "p",
        "pp",
        "artt",
        "n",
        "let",
        "reg",
        "lett",
        "fig",
        "vol",
        "s",
        "cl",
        "чл",
        "ст",
        "ал",
        "αρ",
        "παρ",
    ]
)


@dataclass(frozen=True)
class Cut:
    """A folded text in words; `seps[i]` is what stands after `words[i]`, `lead` the length of what stands before all."""

    folded: Folded
    lead: int
    words: Sequence[str]
    seps: Sequence[str]

    @cached_property
    def starts(self) -> Sequence[int]:
        """Where each word begins in the folded text, and where the text ends."""
        lengths = map(add, map(len, self.words), map(len, self.seps))
        return tuple(accumulate(lengths, initial=self.lead))

    @cached_property
    def breaks(self) -> Sequence[int]:
        """The words after which more stands than a blank."""
        return tuple(compress(range(len(self.seps)), map(" ".__ne__, self.seps)))


def cut(text: str) -> Cut:
    """Return a text folded and in words, those of WORDS; cost linear in its length.

    Most words have one blank after them: such rows are split as a whole.
    """
    folded = fold(text)
    first = WORDS.search(folded.text)
    lead = first.start() if first else len(folded.text)
    rows = iter((*_BREAKS.split(folded.text[lead:]), ""))
    words: list[str] = []
    seps: list[str] = []
    for row, gap in zip(rows, rows, strict=True):
        if not row or "  " in row or _DIGIT.search(gap):
            pairs = WORDS.findall(row + gap)
            words += [word for word, _ in pairs]
            seps += [between for _, between in pairs]
            continue
        found = row.split(" ")
        if not found[-1]:
            found.pop()
            gap = f" {gap}"  # noqa: PLW2901 - the blank before it is a part of it
        words += found
        seps += [" "] * len(found)
        seps[-1] = gap
    return Cut(folded, lead, tuple(words), tuple(seps))


class Marks(dict[str, int]):
    """From what stands between two words to its marks; what was looked up once is remembered."""

    def __missing__(self, between: str) -> int:
        if len(self) >= REMEMBERED:
            self.clear()
        mark = self[between] = mark_of(between)
        return mark


def mark_of(between: str) -> int:
    """Return what a piece without letters and digits says: end of a thought, full stop, short stop, question."""
    if between == " ":
        return 0
    mark = QUESTION if _ASKING.search(between) else 0
    if _NEW_THOUGHT.search(between):
        return mark | END
    if _FULL_STOP.search(between):
        return mark | PERIOD
    if ":" in between or "：" in between:
        return mark | SOFT | COLON
    return mark | (SOFT if _SHORT_STOP.search(between) else 0)


def stop_is_real(before: str) -> bool:
    """Return whether a full stop after this word ends a sentence: not after `Art`, one letter or a day's number."""
    one_letter = len(before) < 2 and before < _SIGNS_BEGIN  # noqa: PLR2004
    return not (before in ABBREVIATED or one_letter or (before.isdigit() and len(before) == 2))  # noqa: PLR2004

"""Words that no blank divides: text of such scripts is cut where a known word begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterable

from classifier.pieces import Cut

# Chinese signs and both Japanese syllabaries have no blanks; Korean has, but glues its particles to the words.
_HANGUL = "\uac00-\ud7a3"
_SIGNS = "\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff" + _HANGUL
_UNSPACED = re.compile(f"[{_SIGNS}]")
_HANGUL_END = re.compile(f"[{_HANGUL}]$")
# 제 is "my", but also the end of "problem": one syllable is a word only by itself.
_ONE_SYLLABLE = re.compile(f"[{_HANGUL}]")


def term_pattern(words: Iterable[str]) -> str | None:
    """Return what cuts a run of signs: the longest known word at each place, else what lies before the next one.

    None where no word is of such a script. Matching is linear: no part of the pattern repeats over another.
    """
    by_first: dict[str, set[str]] = {}
    for word in words:
        if _UNSPACED.match(word) and not _ONE_SYLLABLE.fullmatch(word):
            by_first.setdefault(word[0], set()).add(word[1:])
    if not by_first:
        return None
    term = "|".join(f"{first}(?:{_longest_first(rests)})" for first, rests in by_first.items())
    return f"{term}|[^{_SIGNS}]+|(?:(?!{term})[{_SIGNS}])+"


def compile_terms(pattern: str | None) -> re.Pattern[str] | None:
    """Return a pattern of `term_pattern` ready to cut with."""
    return None if pattern is None else re.compile(pattern)


def _longest_first(rests: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(rests, key=lambda rest: (-len(rest), rest))))


def cut_at_terms(text: Cut, terms: re.Pattern[str] | None) -> Cut:
    """Return the text with its runs of signs cut into known words and what lies between; nothing is lost."""
    folded = text.folded.text
    if terms is None or folded.isascii() or not _UNSPACED.search(folded):
        return text
    words: list[str] = []
    seps: list[str] = []
    for word, sep in zip(text.words, text.seps, strict=True):
        pieces = terms.findall(word) if _UNSPACED.search(word) else [word]
        words += pieces
        seps += [""] * (len(pieces) - 1)
        seps.append(sep)
    return Cut(text.folded, text.lead, tuple(words), tuple(seps))


def cut_phrase(word: str, terms: re.Pattern[str], *, last: bool) -> list[str]:
    """Return one word of a known row, cut as a text is; the end of a Korean row may go on with an ending."""
    if "*" in word or not _UNSPACED.search(word):
        return [word]
    pieces: list[str] = terms.findall(word)
    if last and _HANGUL_END.search(pieces[-1]):
        pieces[-1] += "*"
    return pieces

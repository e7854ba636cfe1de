"""Answers that stand inside the quoted mail, and mails that forward another one: who wrote which words there."""

from __future__ import annotations

import re

from intake.folding_lines import MAX_LOOK
from intake.folding_vocabulary import Words
from intake.folding_walk import Cut
from intake.folding_writer import Writer, bare

ANSWERED_KINDS = frozenset(("quote", "forwarded"))
PREFIX = re.compile(r"\s*\[?([^\s:：\[\]]{1,12})\]?\s?[:：]")


def answers_within(lines: list[str], cuts: list[Cut], writer: Writer) -> list[Cut]:
    """Return the cuts without the paragraphs that begin with one of the writer's marks."""
    if not (writer.names or writer.told):
        return cuts
    found: list[Cut] = []
    for cut in cuts:
        found += split(lines, cut, writer) if cut.kind in ANSWERED_KINDS else [cut]
    return found


def split(lines: list[str], cut: Cut, writer: Writer) -> list[Cut]:
    """Return what is left of a cut around the writer's answers; an answer ends with its paragraph."""
    pieces: list[Cut] = []
    first: int | None = None
    is_answer = False
    for number in range(cut.first, cut.after):
        line = lines[number]
        is_answer = writer.marked(line) or (is_answer and bool(bare(line)) and line[:1] != ">")
        if is_answer and first is not None:
            pieces.append(Cut(first, number, cut.kind))
            first = None
        elif not is_answer and first is None:
            first = number
    if first is not None:
        pieces.append(Cut(first, cut.after, cut.kind))
    return pieces


def forwards(subject: str, words: Words) -> bool:
    """Tell whether the first prefix of a subject is that of a forwarded mail."""
    prefix = PREFIX.match(subject[:MAX_LOOK])
    return prefix is not None and prefix[1].lower() in words.forward_subjects

"""Answers that stand inside the quoted mail, and mails that forward another one: who wrote which words there."""

from __future__ import annotations

import re

from intake.folding_lines import MAX_LOOK
from intake.folding_vocabulary import Words
from intake.folding_walk import Cut

LONGEST_NAME = 60
LONGEST_PREFIX = 12  # characters before the colon of a subject
ANSWERED_KINDS = frozenset(("quote", "forwarded"))
PREFIX = re.compile(r"\s*\[?([^\s:：\[\]]{1,12})\]?\s?[:：]")


def marks_of(writer: str) -> tuple[str, ...]:
    """Return how a person marks own answers in somebody else's text: `[Anne Berg]`, `[Anne]`, `[AB]`, in lower case."""
    names = [
        name
        for name in writer[:LONGEST_NAME].lower().replace(",", " ").split()
        if name[0].isalpha()
    ]
    if not names:
        return ()
    initials = "".join(name[0] for name in names)
    wanted = {" ".join(names), names[0], names[-1]} | ({initials} if len(names) > 1 else set())
    return tuple(f"[{name}]" for name in sorted(wanted))


def answers_within(lines: list[str], cuts: list[Cut], marks: tuple[str, ...]) -> list[Cut]:
    """Return the cuts without the paragraphs that begin with one of the writer's marks."""
    if not marks:
        return cuts
    found: list[Cut] = []
    for cut in cuts:
        found += split(lines, cut, marks) if cut.kind in ANSWERED_KINDS else [cut]
    return found


def split(lines: list[str], cut: Cut, marks: tuple[str, ...]) -> list[Cut]:
    """Return what is left of a cut around the writer's answers; an answer ends with its paragraph."""
    pieces: list[Cut] = []
    first: int | None = None
    is_answer = False
    for number in range(cut.first, cut.after):
        bare = lines[number][:MAX_LOOK].lstrip("> \t\xa0").lower()
        is_answer = bare.startswith(marks) or (
            is_answer and bool(bare) and lines[number][:1] != ">"
        )
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

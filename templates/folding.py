"""Folds long lines of the text part at 72 columns, so that it reads well everywhere."""

from __future__ import annotations

import re

COLUMNS = 72
_LEAD = re.compile(r"[ ]*(?:- )?")


def fold(text: str) -> str:
    """Return the text without lines over 72 columns, but for words that are longer; list items hang.

    Runs of blank lines become one, and the text ends with one newline.
    """
    tight = text.strip()
    while "\n\n\n" in tight:
        tight = tight.replace("\n\n\n", "\n\n")
    lines = [line if len(line) <= COLUMNS else _fold_line(line) for line in tight.split("\n")]
    return "\n".join(lines) + "\n"


def fold_fixed_lines(source: str) -> str:
    """Return the source of a template with its long lines folded, but for those with something to fill in."""
    lines = source.split("\n")
    return "\n".join([line if "{" in line else _fold_line(line) for line in lines])


def _fold_line(line: str) -> str:
    lead = _LEAD.match(line)
    indent = lead.end() if lead else 0
    folded, start = [], 0
    while len(line) - start > COLUMNS - (indent if start else 0):
        room = COLUMNS - (indent if start else 0)
        cut = line.rfind(" ", max(start, indent) + 1, start + room + 1)
        if cut < 0:
            cut = line.find(" ", start + room)
        if cut < 0:
            break
        folded.append(line[start:cut])
        start = cut + 1
    return ("\n" + " " * indent).join([*folded, line[start:]])

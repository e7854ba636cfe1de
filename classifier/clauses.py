"""Where the clauses of a sample of a text end."""

from __future__ import annotations

from collections.abc import Iterator

from classifier.pieces import END, PERIOD, SOFT, Marks, stop_is_real
from classifier.written import Sample

_MARKS = Marks()
_NO_END = {" ", "."}  # a full stop without a blank stands in names of machines, in dates and times


def clause_ends(sample: Sample) -> Iterator[int]:
    """Yield the place behind the last word of each clause: at a full stop, a comma, a new paragraph, the end."""
    words, seps = sample.words, sample.seps
    for at, between in enumerate(seps[:-1]):
        if between not in _NO_END:
            mark = _MARKS[between]
            if mark & (END | SOFT) or (mark & PERIOD and stop_is_real(words[at])):
                yield at + 1
    if words:
        yield len(words)

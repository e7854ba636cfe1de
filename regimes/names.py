"""What was probably meant by a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `, did you mean X?` with the nearest known name, else the list of all of them."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.4)
    return f", did you mean {close[0]!r}?" if close else f"; known are {', '.join(names)}"

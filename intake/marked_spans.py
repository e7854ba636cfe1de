"""A stretch of text that the markup of a mail named: quoted mail, a signature, or an indented block that may be either."""

from __future__ import annotations

from typing import NamedTuple

QUOTE, SIGNATURE, INDENT = "quote", "signature", "indent"


class MarkedSpan(NamedTuple):
    """Offsets [start:end) of a text and what the markup says about it."""

    start: int
    end: int
    kind: str = QUOTE

    def moved(self, distance: int) -> MarkedSpan:
        """Return the span in a text that has `distance` more characters before it."""
        return MarkedSpan(self.start + distance, self.end + distance, self.kind)

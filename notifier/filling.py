"""Letters of a batch filled for each person: a letter that many get is cut at its marks once."""

from __future__ import annotations

from dataclasses import replace

from privacy.marks import Mould, mould_of
from privacy.messages import Letter, OutboundMessage

MOST = 64  # letters remembered at a time: languages and kinds of Owners, not Owners


class Filler:
    """Remembers the letters of one batch."""

    def __init__(self) -> None:
        self._moulds: dict[Letter, Mould] = {}

    def mould(self, letter: Letter) -> Mould:
        """Return the letter cut at its marks."""
        found = self._moulds.get(letter)
        if found is None:
            if len(self._moulds) >= MOST:
                self._moulds.clear()
            found = self._moulds[letter] = mould_of(letter)
        return found

    def fill(self, message: OutboundMessage) -> OutboundMessage:
        """Return the mail with its own words. Raises Permanent for a mark without a value."""
        letter = self.mould(message.letter).fill(message.values)
        return message if letter is message.letter else replace(message, letter=letter, values=())

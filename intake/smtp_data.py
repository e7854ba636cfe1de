"""The content of one SMTP DATA command: read in large pieces, counted, never more in memory than allowed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

END_OF_DATA = b"\r\n.\r\n"  # RFC 5321 section 4.1.1.4: this, and nothing that merely looks like it
FLUSH_FIRST = b"\r\n"


class MemoryBudget:
    """Bytes of all messages that are between their DATA command and their commit."""

    def __init__(self, total: int) -> None:
        self._left = total

    def take(self, amount: int) -> bool:
        """Reserve bytes; False when there are not so many left."""
        if amount > self._left:
            return False
        self._left -= amount
        return True

    def give_back(self, amount: int) -> None:
        """Return reserved bytes."""
        self._left += amount


class TooLargeError(Exception):
    """The message is larger than the limit we announced."""


class NoRoomError(Exception):
    """Other messages fill the memory at this moment."""


@dataclass(kw_only=True)
class Intake:
    """Collects the pieces of one message within its limit and the budget shared with all others.

    After the first refusal it forgets what it has and only counts on, so that the client can be told
    when it has finished speaking (RFC 5321 section 4.2.5).
    """

    limit: int
    budget: MemoryBudget
    reserved: int = 0
    refusal: Exception | None = None
    _pieces: bytearray = field(default_factory=bytearray, repr=False)
    _seen: int = 0

    def add(self, piece: bytes) -> None:
        """Take one more piece in, or drop it when the message is refused already."""
        self._seen += len(piece)
        if self.refusal is not None:
            return
        if self._seen > self.limit + len(END_OF_DATA):
            self._refuse(TooLargeError())
        elif not self.budget.take(len(piece)):
            self._refuse(NoRoomError())
        else:
            self.reserved += len(piece)
            self._pieces += piece

    def content(self) -> bytes:
        """Return the message as its writer meant it: transparency dots taken off (RFC 5321 section 4.5.2).

        Raises TooLargeError or NoRoomError for a message that was refused.
        """
        if self.refusal is not None:
            raise self.refusal
        del self._pieces[-3:]  # the lone dot and its line end
        content = bytes(self._pieces.replace(b"\r\n.", b"\r\n"))[len(FLUSH_FIRST) :]
        self._pieces.clear()
        return content

    def release(self) -> None:
        """Give the reserved memory back."""
        self._pieces.clear()
        self.budget.give_back(self.reserved)
        self.reserved = 0

    def _refuse(self, reason: Exception) -> None:
        self.refusal = reason
        self.release()


async def read_data(reader: asyncio.StreamReader, intake: Intake) -> None:
    """Read up to the true end of data into `intake`; lines may have any length.

    The reader holds at most twice its own limit, and searching for the end in whole pieces costs the
    same for one long line as for a million empty ones.
    """
    # The line end of the DATA command opens the first line, so that a lone dot there ends the data too.
    reader._buffer[:0] = FLUSH_FIRST  # type: ignore[attr-defined]  # noqa: SLF001 - there is no public way back in
    while True:
        try:
            intake.add(await reader.readuntil(END_OF_DATA))
        except asyncio.LimitOverrunError as overrun:
            intake.add(await reader.read(overrun.consumed))
        else:
            return

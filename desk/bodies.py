"""What is posted to a page or a door, within bounds on size and time: nobody can make it wait, or hold more than it asks for."""

from __future__ import annotations

import asyncio
from concurrent.futures import CancelledError

from starlette.requests import ClientDisconnect, Request

READ_SECONDS = 20.0
LONGEST_SIZE = 20  # digits of a size that somebody names
WHOLE_SECONDS = 1_800.0  # of a file, however steadily it comes


class BodyTooLarge(OSError):
    """More was sent than is ever sent at once."""


class BodyBrokenOff(OSError):
    """The rest was sent too slowly, or will not come."""


def says_more_than(request: Request, most: int) -> bool:
    """Say whether the request names a size above so many bytes; one that names none is measured as it comes."""
    declared = request.headers.get("content-length", "")
    return declared.isdecimal() and (len(declared) >= LONGEST_SIZE or int(declared) > most)


class StreamedBody:
    """A body that a thread reads piece by piece while the event loop takes it in: no more than one piece is in memory.

    Made on the event loop, and read by one other thread.
    """

    def __init__(self, request: Request, *, most: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._stream = aiter(request.stream())
        self._until = self._loop.time() + WHOLE_SECONDS
        self._left = most
        self._held = bytearray()

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, as many as were asked for but at the end, and none after it.

        Raises BodyTooLarge beyond the bound, BodyBrokenOff for a body that is sent too slowly or ends too soon.
        """
        coming = asyncio.run_coroutine_threadsafe(self._fill(size), self._loop)
        try:
            coming.result(READ_SECONDS + 1)
        except (TimeoutError, ClientDisconnect, CancelledError):
            coming.cancel()
            raise BodyBrokenOff from None
        piece = bytes(self._held[:size])
        del self._held[:size]
        return piece

    async def _fill(self, size: int) -> None:
        async with asyncio.timeout_at(min(self._loop.time() + READ_SECONDS, self._until)):
            while len(self._held) < size:
                piece = await anext(self._stream, None)
                if piece is None:
                    return
                self._held += piece
                self._left -= len(piece)
                if self._left < 0:
                    raise BodyTooLarge


async def read_body(request: Request, *, most: int) -> bytes:
    """Return the body, at most so many bytes.

    Raises BodyTooLarge as soon as it is known to be, TimeoutError for one that is sent too slowly, ClientDisconnect.
    """
    if says_more_than(request, most):
        raise BodyTooLarge
    body = bytearray()
    async with asyncio.timeout(READ_SECONDS):
        async for piece in request.stream():
            body += piece
            if len(body) > most:
                raise BodyTooLarge
    return bytes(body)


async def read_form(request: Request, *, most: int) -> bytes:
    """Return what a form of ours sent; nothing for more than it sends, and for one that never ends."""
    try:
        return await read_body(request, most=most)
    except (BodyTooLarge, ClientDisconnect, TimeoutError):
        return b""

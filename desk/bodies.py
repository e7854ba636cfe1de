"""What is posted to a page or a door, within bounds on size and time: nobody can make it wait, or hold more than it asks for."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

READ_SECONDS = 20.0


class BodyTooLarge(Exception):
    """More was sent than is ever sent at once."""


async def read_body(request: Request, *, most: int) -> bytes:
    """Return the body, at most so many bytes.

    Raises BodyTooLarge as soon as it is known to be, TimeoutError for one that is sent too slowly, ClientDisconnect.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and len(declared) < 20 and int(declared) > most:  # noqa: PLR2004 - digits
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

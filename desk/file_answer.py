"""Hands a file over piece by piece, always as something to save and never to show; what was handed over is recorded."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from privacy.errors import PrivacyError

_PLAIN = re.compile(r"[^A-Za-z0-9._-]")

log = structlog.get_logger(__name__)


class FileOnItsWay(Protocol):
    """A file that can be read once, from its beginning."""

    name: str
    size: int
    pieces: int

    def piece(self, number: int) -> bytes:
        """Return the piece with this number, from 0. Raises Permanent or Retryable."""

    def ended(self, sent: int) -> None:
        """Record how many bytes were handed over."""


class FileAnswer(Response):
    """The answer with the file; a visitor who leaves ends it, and what was sent by then is what is recorded."""

    media_type = "application/octet-stream"

    def __init__(self, file: FileOnItsWay) -> None:
        self.status_code = 200
        self.background = None
        self._file = file
        self.init_headers(_headers(file))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file. A piece that cannot be read breaks the connection: a file in part is no file."""
        del scope
        leaving = asyncio.create_task(_left(receive))
        sent = 0
        try:
            await send(_start(self.status_code, self.raw_headers))
            for number in range(self._file.pieces):
                if leaving.done():
                    return
                piece = await asyncio.to_thread(self._file.piece, number)
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                sent += len(piece)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except PrivacyError as error:
            log.warning("download_broken_off", error=type(error).__name__)
        finally:
            leaving.cancel()
            await self._record(sent)

    async def _record(self, sent: int) -> None:
        try:
            await asyncio.to_thread(self._file.ended, sent)
        except PrivacyError as error:
            log.error("download_not_recorded", error=type(error).__name__)  # noqa: TRY400


def attachment(name: str) -> str:
    """Return the header that has a browser save a file under this name (RFC 6266, RFC 8187)."""
    plain = _PLAIN.sub("_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _headers(file: FileOnItsWay) -> Mapping[str, str]:
    return {"Content-Disposition": attachment(file.name), "Content-Length": str(file.size)}


def _start(status: int, headers: list[tuple[bytes, bytes]]) -> dict[str, object]:
    return {"type": "http.response.start", "status": status, "headers": headers}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

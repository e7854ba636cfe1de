"""One pipelined SMTP connection (RFC 2920): commands go out in groups, answers come back in order, each is bounded."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections import deque
from contextlib import suppress

from aiosmtplib import SMTP, SMTPException, SMTPResponse

from notifier.settings import SmtpSettings
from notifier.smtp_answers import session_trouble
from notifier.smtp_session import GOODBYE_SECONDS, abort, new_client
from privacy.errors import Retryable

LONGEST_REPLY = 32_768  # octets of one reply, all its lines
REPLY_LINE = re.compile(rb"([2345]\d\d)([ -]?)([^\r\n]*)\r?\n")


class LaneLost(Exception):
    """The connection ended or went silent; the text is a code."""


class Answers(asyncio.Protocol):
    """What the server said and nobody has asked for yet; replies are read in order, one for each command."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._replies: deque[SMTPResponse] = deque()
        self._lines: list[bytes] = []
        self._held = 0
        self._waiter: asyncio.Future[None] | None = None
        self._lost = False
        self.gone = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        """Cut what came into replies; a reply that is none, or endless, ends the connection's use."""
        self._buffer += data
        end = self._buffer.rfind(b"\n") + 1
        whole = bytes(self._buffer[:end])
        del self._buffer[:end]
        for line in whole.splitlines(keepends=True):
            self._take(line)
        if len(self._buffer) + self._held > LONGEST_REPLY:
            self._lost = True
        self._wake()

    def _take(self, line: bytes) -> None:
        match = REPLY_LINE.fullmatch(line)
        if match is None:
            self._lost = True
            return
        self._lines.append(match[3])
        self._held += len(line)
        if match[2] != b"-":
            message = b"\n".join(self._lines).decode("utf-8", "replace")
            self._replies.append(SMTPResponse(int(match[1]), message))
            self._lines, self._held = [], 0

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the cause changes nothing
        """Whoever waits is told."""
        self._lost = True
        self.gone.set()
        self._wake()

    def eof_received(self) -> bool:
        """Let the connection close."""
        return False

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def all_read(self) -> bool:
        """Whether nothing was said that nobody asked for."""
        return not (self._replies or self._lines or self._buffer)

    async def next(self, seconds: float) -> SMTPResponse:
        """Return the next reply. Raises LaneLost when none comes in time or the connection is over."""
        if not self._replies:  # a group's answers come together: most are here already
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while not self._replies and not self._lost:
                        self._waiter = asyncio.get_running_loop().create_future()
                        await self._waiter
        if self._replies:
            return self._replies.popleft()
        raise LaneLost("connection-lost" if self._lost else "timeout")


class Lane:
    """An open connection, logged in: `begun` counts the letters tried on it, `settled` those that got an answer."""

    def __init__(self, client: SMTP, transport: asyncio.Transport) -> None:
        self._client = client
        self._transport = transport
        self._answers = Answers()
        transport.set_protocol(self._answers)
        self.pipelines = client.supports_extension("pipelining")
        self.speaks_utf8 = client.supports_extension("smtputf8")
        self.largest = _size(client)
        self.begun = self.settled = 0
        self.used_at = asyncio.get_running_loop().time()

    @property
    def usable(self) -> bool:
        """Whether the connection seems to be there."""
        return not self._transport.is_closing()

    @property
    def in_step(self) -> bool:
        """Whether every reply has found its command; one too many would be taken for the next verdict."""
        return self._answers.all_read

    def write(self, data: bytes) -> None:
        """Queue bytes; a connection that is gone says so at the next answer."""
        if self.usable:
            self._transport.write(data)

    async def answer(self, seconds: float) -> SMTPResponse:
        """Return the next reply. Raises LaneLost."""
        answer = await self._answers.next(seconds)
        self.used_at = asyncio.get_running_loop().time()
        return answer

    async def leave(self) -> None:
        """Say goodbye and close; the answer is not waited for, but the end of TLS is."""
        if self.usable:
            self._transport.write(b"QUIT\r\n")
            self._transport.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._answers.gone.wait(), GOODBYE_SECONDS)
        await self.drop()

    async def drop(self) -> None:
        """Close at once."""
        self._transport.abort()
        await asyncio.sleep(0)


async def open_lane(settings: SmtpSettings, context: ssl.SSLContext | None) -> Lane:
    """Return a new connection after greeting, TLS and login. Raises Permanent or Retryable."""
    client = new_client(settings, context)
    try:
        await client.connect()
        await client.ehlo()
    except (SMTPException, OSError) as error:
        await abort(client)
        raise session_trouble(error) from error
    transport = client.transport
    if not isinstance(transport, asyncio.Transport):
        await abort(client)
        raise Retryable("smtp: connection lost before any letter")
    return Lane(client, transport)


def _size(client: SMTP) -> int | None:
    """Return the most octets that the server takes (RFC 1870), None when it does not say."""
    parts = client.esmtp_extensions.get("size", "").split()
    return int(parts[0]) or None if parts and parts[0].isdecimal() and len(parts[0]) < 19 else None  # noqa: PLR2004 - digits of 64 bits

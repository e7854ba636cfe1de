"""One SMTP client's connection: aiosmtpd's protocol with our own reading of data, answers and time limits."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import Callable

from aiosmtpd.smtp import SMTP, Envelope, Session

from intake.smtp_addresses import plain_path
from intake.smtp_data import Intake, NoRoomError, TooLargeError, read_data
from intake.smtp_reception import COME_BACK, Reception

BUFFER_BYTES = 64 * 1024
COMMAND_BYTES = 1024  # RFC 5321 section 4.5.3.1.4 asks for 512; long addresses and VERP need more
REFUSED_RECIPIENTS = 20
GOODBYE_SECONDS = 5
CALLS = {"MAIL": 10_000, "RCPT": 100_000, "DATA": 10_000, "RSET": 10_000, "*": 100}
DECLARED_SIZE = re.compile(r"\sSIZE=(\d{1,20})(?:\s|$)", re.IGNORECASE)

log = logging.getLogger(__name__)


class Connection(SMTP):
    """Speaks with one client; `left` is called once when it is gone."""

    line_length_limit = BUFFER_BYTES

    def __init__(
        self,
        reception: Reception,
        *,
        left: Callable[[Connection], None],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        settings = reception.settings
        self.reception = reception
        self.refused_recipients = 0
        self.closing = False
        self._left = left
        self._busy = False
        self._answering = False
        self._last_byte_at = loop.time()
        self._ends_at = loop.time() + settings.session_seconds
        # aiosmtpd shares one dictionary between all connections and clears it with each new one.
        self.command_size_limits = defaultdict(lambda: COMMAND_BYTES)
        super().__init__(
            self,
            hostname=settings.hostname,
            ident="ESMTP",
            data_size_limit=settings.max_message_bytes,
            enable_SMTPUTF8=True,
            tls_context=reception.tls_context,
            require_starttls=settings.require_tls,
            timeout=settings.idle_seconds,
            command_call_limit=CALLS,
            loop=loop,
        )

    # What aiosmtpd asks its handler

    async def handle_EHLO(  # noqa: N802 - aiosmtpd chose the name and the arguments
        self,
        _server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Announce what we offer; logging in is not among it."""
        session.host_name = hostname
        return [line for line in responses if not line.startswith("250-AUTH")]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd chose the name and the arguments
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Accept our own mailboxes only; a client that keeps guessing is sent away."""
        if len(envelope.rcpt_tos) >= self.reception.settings.max_recipients:
            return "452 4.5.3 Too many recipients, send the rest in another message"
        if self.reception.ours.find(address) is not None:
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 OK"
        self.refused_recipients += 1
        if self.refused_recipients > REFUSED_RECIPIENTS:
            self._close_soon()
            return "421 4.7.0 Too many unknown recipients"
        return f"550 5.1.1 No such mailbox here; requests about personal data go to {self.reception.ours.first}"

    async def handle_exception(self, error: Exception) -> str:
        """Ask the client to come back, in words that say nothing of what went wrong, with a clean envelope."""
        log.error("SMTP command failed: %s", type(error).__name__)
        self.envelope = Envelope()
        return COME_BACK

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """Read a path of the envelope; the library's way is for the odd ones."""
        return plain_path(arg) or super()._getaddr(arg)

    # Commands that we answer ourselves

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: ARG002, N802
        """Nobody logs in here."""
        await self.push("502 5.5.1 AUTH is not offered")

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: ARG002, N802
        """Say nothing about any address (RFC 5321 section 3.5.3)."""
        await self.push("252 2.5.0 Send some mail and see")

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        """Refuse a declared size over our limit at once, with the way that is open instead."""
        declared = DECLARED_SIZE.search(arg or "")
        if declared and int(declared.group(1)) > self.reception.settings.max_message_bytes:
            await self.push(self.reception.too_large)
        else:
            await super().smtp_MAIL(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Take one message in; 250 means that it is committed."""
        if await self.check_helo_needed():
            return
        if arg or not (self.envelope and self.envelope.rcpt_tos):
            await self.push("501 Syntax: DATA" if arg else "503 Error: need RCPT command")
            return
        self._busy = True
        try:
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            reply = await self._take_in(self.envelope)
            self.envelope = Envelope()
            self._reset_timeout()
            await self.push(reply)
        finally:
            self._busy = False
        if self.closing:
            self.say_goodbye()

    async def _take_in(self, envelope: Envelope) -> str:
        intake = Intake(
            limit=self.reception.settings.max_message_bytes, budget=self.reception.budget
        )
        try:
            await read_data(self._reader, intake)
            raw = self.reception.make_raw_message(envelope, intake.content(), self.session)
        except TooLargeError:
            return self.reception.too_large
        except NoRoomError:
            return "452 4.3.1 Too much mail at this moment, please try again later"
        except BaseException as error:
            intake.release()
            if isinstance(error, asyncio.CancelledError):
                log.info("SMTP client left in the middle of a message; nothing was stored")
            raise
        self._answering = True
        try:
            return await self.reception.store(raw, intake)
        finally:
            self._answering = False

    # The life of the connection

    def data_received(self, data: bytes) -> None:
        """Note when the client last spoke; aiosmtpd would count from its last command."""
        self._last_byte_at = self.loop.time()
        super().data_received(data)

    def connection_lost(self, error: Exception | None) -> None:
        """Give the place back."""
        super().connection_lost(error)
        self._left(self)

    def wind_up(self) -> None:
        """Say goodbye now, or after the message that is being taken in."""
        self.closing = True
        if not self._busy:
            self.say_goodbye()

    def say_goodbye(
        self, reason: str = "421 4.3.2 Service is closing, please come back later"
    ) -> None:
        """Send a last line and close (RFC 5321 section 3.8), even on a client that does not read it."""
        if self.transport is not None and not self.transport.is_closing():
            self._writer.write(reason.encode("ascii") + b"\r\n")
            self.transport.close()
            self.loop.call_later(GOODBYE_SECONDS, self.cut)

    def cut(self) -> None:
        """Drop the connection without waiting for the client."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def _close_soon(self) -> None:
        """Close once the answer that is being made has been written."""
        if self.transport is not None:
            self.loop.call_soon(self.transport.close)

    def _reset_timeout(self, duration: float | None = None) -> None:
        left = self._ends_at - self.loop.time()
        super()._reset_timeout(max(0.001, min(duration or self._timeout_duration, left)))

    def _timeout_cb(self) -> None:
        """Cut a client that is silent or has been here too long, never one that we owe an answer."""
        now = self.loop.time()
        silent_for = now - self._last_byte_at
        if self._answering:
            self._timeout_handle = self.loop.call_later(1, self._timeout_cb)
        elif silent_for < self._timeout_duration and now < self._ends_at:
            self._reset_timeout(self._timeout_duration - silent_for)
        else:
            self.say_goodbye("421 4.4.2 Timeout, please come back later")

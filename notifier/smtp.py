"""Mail out by SMTP: one letter at a time over a connection that is kept, and an honest word about each."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from aiosmtplib import SMTP, SMTPException

from notifier.addresses import needs_smtputf8, wire_address
from notifier.compose import compose
from notifier.settings import SmtpSettings
from notifier.smtp_answers import refusal, session_trouble, to_receipt
from notifier.smtp_session import IDLE_SECONDS, abort, make_context, new_client, part_from
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.messages import OutboundMessage
from privacy.ports import SendReceipt

# With the verdict this stays below the lease of an outgoing mail, so that no second worker takes it up.
BEFORE_DATA_SECONDS = 45


@dataclass(frozen=True, kw_only=True)
class _Envelope:
    sender: str
    recipient: str
    content: bytes

    @property
    def needs_smtputf8(self) -> bool:
        return needs_smtputf8(self.sender, self.recipient) or not self.content.isascii()


class SmtpTransport:
    """Sends letters from a worker thread; `close` ends the connection that is kept between them.

    Calls from several threads take turns. It runs an event loop of its own, so it cannot be called
    from inside one.
    """

    name = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._context = make_context(settings)
        self._runner: asyncio.Runner | None = None
        self._lock = Lock()
        self._client: SMTP | None = None
        self._used_at = 0.0

    def send(self, message: OutboundMessage) -> SendReceipt:
        """Hand one letter over.

        Raises Permanent when the server refuses this letter or it cannot be written, OutcomeUnknown when
        the connection failed after its content was sent, and Retryable for everything else: a server
        that is away, refuses our login or shows a wrong certificate says nothing about the letter.
        """
        envelope = _Envelope(
            sender=wire_address(message.envelope_from) if message.envelope_from else "",
            recipient=wire_address(message.recipient),
            content=compose(message),
        )
        with self._lock:
            if self._runner is None:
                self._runner = _new_runner()
            return self._runner.run(self._send(envelope))

    def check(self) -> str:
        """Connect, log in, and say so in one line; raises Permanent for a wrong setting, else Retryable."""
        with _new_runner() as runner:
            return runner.run(self._check())

    def close(self) -> None:
        """End the kept connection; the next letter would open another one."""
        with self._lock:
            runner, self._runner = self._runner, None
            if runner is not None:
                runner.run(self._leave())
                runner.close()

    async def _send(self, envelope: _Envelope) -> SendReceipt:
        client = await self._open_letter(envelope)
        try:
            return await self._hand_over(client, envelope)
        except (OutcomeUnknown, Retryable):
            await self._drop()
            raise

    async def _open_letter(self, envelope: _Envelope) -> SMTP:
        """Go up to the point where the server waits for the content: until here nothing can have been sent."""
        try:
            async with asyncio.timeout(BEFORE_DATA_SECONDS):
                client = await self._connected()
                await _announce(client, envelope)
        except Permanent:
            raise
        except (SMTPException, OSError, Retryable) as error:  # a timeout is an OSError
            await self._drop()
            if isinstance(error, Retryable):
                raise
            raise Retryable(
                f"smtp: {type(error).__name__} before the letter was handed over"
            ) from error
        return client

    async def _hand_over(self, client: SMTP, envelope: _Envelope) -> SendReceipt:
        """Send the content and wait for the verdict; from the first byte on, no answer means anything."""
        protocol = client.protocol
        if protocol is None:
            raise Retryable("smtp: connection lost before the letter was handed over")
        try:
            protocol.write(envelope.content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            verdict = await protocol.read_response(timeout=self._settings.verdict_seconds)
        except (SMTPException, OSError) as error:
            raise OutcomeUnknown(
                f"smtp: {type(error).__name__} after the letter was sent"
            ) from error
        self._used_at = time.monotonic()
        if verdict.code // 100 in {4, 5}:
            raise refusal("the letter", verdict)
        if verdict.code // 100 != 2:  # noqa: PLR2004 - RFC 5321 section 4.2.1: 2xx is acceptance
            raise OutcomeUnknown(f"smtp: answer {verdict.code} to the letter")
        return to_receipt(verdict, envelope.recipient)

    async def _check(self) -> str:
        client = new_client(self._settings, self._context)
        try:
            async with asyncio.timeout(BEFORE_DATA_SECONDS):
                await client.connect()
                await client.noop()
        except (SMTPException, OSError) as error:
            raise session_trouble(error) from error
        finally:
            await part_from(client)
        settings = self._settings
        login = "logged in" if settings.username else "without login"
        return f"smtp {settings.host} port {settings.used_port}, {settings.security}, {login}"

    async def _connected(self) -> SMTP:
        """Return a connection that is known to be alive: the kept one if it answers, else a new one."""
        kept = self._client
        if kept is not None and time.monotonic() - self._used_at < IDLE_SECONDS:
            with suppress(SMTPException, OSError):
                await kept.rset()
                return kept
        await self._leave()
        client = new_client(self._settings, self._context)
        try:
            await client.connect()
            await client.ehlo()
        except (SMTPException, OSError) as error:
            await abort(client)
            raise Retryable(str(session_trouble(error))) from error
        self._client, self._used_at = client, time.monotonic()
        return client

    async def _leave(self) -> None:
        """Say goodbye to the kept connection."""
        client, self._client = self._client, None
        if client is not None:
            await part_from(client)

    async def _drop(self) -> None:
        """Let go of a connection that is out of step."""
        client, self._client = self._client, None
        if client is not None:
            await abort(client)


def _new_runner() -> asyncio.Runner:
    return asyncio.Runner(loop_factory=asyncio.new_event_loop)


async def _announce(client: SMTP, envelope: _Envelope) -> None:
    options: tuple[bytes, ...] = ()
    if envelope.needs_smtputf8:
        if not client.supports_extension("smtputf8"):
            raise Permanent("smtp: the address needs SMTPUTF8, which the server does not speak")
        options = (b"SMTPUTF8",)
    await _ask(client, "MAIL", f"FROM:<{envelope.sender}>".encode(), *options)
    await _ask(client, "RCPT", f"TO:<{envelope.recipient}>".encode())
    await _ask(client, "DATA", wanted=3)


async def _ask(client: SMTP, verb: str, *arguments: bytes, wanted: int = 2) -> None:
    answer = await client.execute_command(verb.encode(), *arguments)
    if answer.code // 100 != wanted:
        raise refusal(verb, answer)

"""A client that says exactly what a test tells it to, and the listener that it talks to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from intake.listener_settings import ListenerSettings
from intake.smtp import Listener, start_listener
from privacy.messages import RawMessage

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PRIVACY, DPO = "privacy@autocloz.example", "dpo@autocloz.example"
ANNE = "anne@person.example"
PATIENCE = 20  # seconds until a test that hangs fails with a traceback of its own


@dataclass
class Ledger:
    """Keeps what the listener commits, or does what `before_commit` says first."""

    kept: list[RawMessage] = field(default_factory=list)
    before_commit: Any = None

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self, raw: RawMessage) -> None:
        self.asked.set()
        if self.before_commit is not None:
            await self.before_commit()
        self.kept.append(raw)
        self._more.set()

    async def holds(self, count: int) -> None:
        """Wait until so many messages are committed."""
        async with asyncio.timeout(PATIENCE):
            while len(self.kept) < count:
                self._more.clear()
                await self._more.wait()


@dataclass
class Talk:
    """One conversation with an SMTP server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def reply(self) -> str:
        """Return one whole reply, empty when the server has hung up."""
        lines = []
        while True:
            line = (await asyncio.wait_for(self.reader.readline(), PATIENCE)).decode()
            lines.append(line)
            if line[3:4] != "-":
                return "".join(lines).rstrip()

    async def say(self, line: bytes | str) -> str:
        """Send one line and return the reply."""
        await self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return await self.reply()

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def open_mail(self, *recipients: str, sender: str = ANNE) -> str:
        """Go through MAIL, RCPT and DATA; return the last reply."""
        await self.say(f"MAIL FROM:<{sender}>")
        for recipient in recipients or (PRIVACY,):
            await self.say(f"RCPT TO:<{recipient}>")
        return await self.say("DATA")

    async def mail(self, content: bytes, *recipients: str, sender: str = ANNE) -> str:
        """Send one mail whose content is already as it must be on the wire; return the verdict."""
        await self.open_mail(*recipients, sender=sender)
        await self.send(content + b"\r\n.\r\n")
        return await self.reply()

    async def close(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):  # the server was first
            await self.writer.wait_closed()


@asynccontextmanager
async def listening(ledger: Ledger | None = None, **settings: Any) -> AsyncIterator[Listener]:
    """Give a running listener for privacy@ and dpo@."""
    chosen = ListenerSettings.model_validate({"port": 0, "mailboxes": (PRIVACY, DPO)} | settings)
    listener = await start_listener(
        chosen,
        keep=(ledger or Ledger()).keep,
        clock=lambda: NOON,
        loop=asyncio.get_running_loop(),
    )
    try:
        yield listener
    finally:
        await listener.close(0.2)


@asynccontextmanager
async def talking(listener: Listener, *, greet: bool = True) -> AsyncIterator[Talk]:
    """Give a conversation that has said EHLO."""
    talk = Talk(*await asyncio.open_connection("127.0.0.1", listener.port))
    try:
        if greet:
            await talk.reply()
            await talk.say("EHLO client.example")
        yield talk
    finally:
        await talk.close()

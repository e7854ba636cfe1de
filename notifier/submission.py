"""Many letters by SMTP at once: several pipelined connections, one envelope and one verdict for each letter.

A group is the end of one letter and the envelope of the next (RFC 2920 section 3.1: DATA comes last), so each letter
costs one round trip. What was lost before its content went out goes to another connection; once the content is out, no
answer means that nobody knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from threading import Lock

from notifier.settings import SubmissionSettings
from notifier.smtp_batch import Batch
from notifier.smtp_lane import Lane, LaneLost, open_lane
from notifier.smtp_session import IDLE_SECONDS, make_context
from notifier.smtp_talk import Talk
from privacy.errors import Permanent, Retryable
from privacy.messages import OutboundMessage
from privacy.ports import Outcome


class SubmissionTransport:
    """Sends batches from a worker thread; `close` ends the connections that are kept between them."""

    name = "smtp"
    most = 1_000
    tells_delivery = False

    def __init__(self, settings: SubmissionSettings) -> None:
        self._settings = settings
        self._context = make_context(settings)
        self._runner: asyncio.Runner | None = None
        self._lock = Lock()
        self._idle: list[Lane] = []

    def send_many(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """Hand the letters over, see `BatchTransport`."""
        with self._lock:
            if self._runner is None:
                self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
            return self._runner.run(self._send(messages))

    def check(self) -> str:
        """Connect, log in, and say so in one line; raises Permanent or Retryable."""
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            groups = runner.run(self._check())
        settings = self._settings
        login = "logged in" if settings.username else "without login"
        return (
            f"smtp {settings.host} port {settings.used_port}, {settings.security}, {login}, "
            f"{settings.connections} connections, {groups}"
        )

    def close(self) -> None:
        """End the kept connections."""
        with self._lock:
            runner, self._runner = self._runner, None
            if runner is not None:
                runner.run(self._leave())
                runner.close()

    async def _check(self) -> str:
        lane = await open_lane(self._settings, self._context)
        await lane.leave()
        return "commands in groups" if lane.pipelines else "one command at a time"

    async def _leave(self) -> None:
        lanes, self._idle = self._idle, []
        for lane in lanes:
            await lane.leave()

    async def _send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        batch = Batch(messages, self._settings.per_second)
        workers = min(self._settings.connections, len(messages))
        await asyncio.gather(*(self._work_safely(batch) for _ in range(workers)))
        return batch.outcomes()

    async def _work_safely(self, batch: Batch) -> None:
        try:
            await self._work(batch)
        except Exception as error:  # noqa: BLE001 - the top of a worker: its letter may have left, the others go on
            batch.trouble = batch.trouble or f"smtp: {type(error).__name__}"

    async def _work(self, batch: Batch) -> None:
        """Use one connection after the other while there is work and the last one was of use."""
        fresh = False
        while batch.wants_more:
            lane = await self._kept()
            if lane is None:
                fresh = True
                try:
                    lane = await open_lane(self._settings, self._context)
                except (Permanent, Retryable) as error:
                    batch.trouble = batch.trouble or str(error)
                    return
            before = lane.settled
            kept = await self._use(lane, batch)
            if not kept and fresh and lane.settled == before:
                return  # a new connection was of no use: the others go on, or nobody does

    async def _kept(self) -> Lane | None:
        """Return a connection of an earlier batch that is not too old."""
        while self._idle:
            lane = self._idle.pop()
            now = asyncio.get_running_loop().time()
            if lane.usable and now - lane.used_at < IDLE_SECONDS:
                return lane
            await lane.drop()
        return None

    async def _use(self, lane: Lane, batch: Batch) -> bool:
        """Send letters over a connection; returns whether it ended as planned."""
        try:
            await Talk(lane, batch, self._settings).run()
        except LaneLost as error:
            batch.trouble = batch.trouble or f"smtp: {error}"
            await lane.drop()
            return False
        except Exception:
            await lane.drop()
            raise
        if lane.begun >= self._settings.letters_per_connection:
            await lane.leave()
        else:
            self._idle.append(lane)
        return True

"""Many letters by SMTP at once: several pipelined connections, one envelope and one verdict for each letter.

A group is the end of one letter and the envelope of the next (RFC 2920 section 3.1: DATA comes last), so each letter
costs one round trip. What was lost before its content went out goes to another connection; once the content is out, no
answer means that nobody knows.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

from aiosmtplib import SMTPResponse

from notifier.addresses import needs_smtputf8, wire_address
from notifier.compose import compose
from notifier.filling import Filler
from notifier.settings import SubmissionSettings
from notifier.smtp_answers import refusal, to_receipt
from notifier.smtp_lane import Lane, LaneLost, open_lane
from notifier.smtp_session import IDLE_SECONDS, make_context
from privacy.errors import Permanent, PrivacyError, Retryable
from privacy.messages import OutboundMessage
from privacy.ports import Handover, Outcome

TRIES = 3  # connections that may be lost under one letter before it waits for another day
PUT_OFF_IN_A_ROW = 20  # so many 4xx and nothing accepted: the server wants us to stop
LONGEST_CONTENT = 10_000_000  # octets
CLOSING = 421  # RFC 5321 section 4.2.3


@dataclass(kw_only=True)
class _Job:
    """One letter on its way through the batch."""

    place: int
    message: OutboundMessage = field(repr=False)
    tries: int = 0
    content: bytes = field(default=b"", repr=False)
    commands: tuple[bytes, ...] = field(default=(), repr=False)


class SubmissionTransport:
    """Sends batches from a worker thread; `close` ends the connections that are kept between them."""

    name = "smtp"
    most = 1_000

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
            await _Talk(lane, batch, self._settings).run()
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


class Batch:
    """The letters that wait, and the outcomes that are known."""

    def __init__(
        self,
        messages: Sequence[OutboundMessage],
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._messages = messages
        self._clock = clock
        self._filler = Filler()
        self._waiting = deque(_Job(place=place, message=one) for place, one in enumerate(messages))
        self._outcomes: dict[int, Outcome] = {}
        self._pause = 1 / per_second if per_second else 0.0
        self._next_at = clock()
        self._put_off = 0
        self.trouble = ""

    @property
    def wants_more(self) -> bool:
        """Whether letters wait and the server has not put off everything."""
        return bool(self._waiting) and self._put_off < PUT_OFF_IN_A_ROW

    @property
    def may_go_on(self) -> bool:
        """Whether the rate allows the next letter now."""
        return self._next_at <= self._clock()

    def reserve(self) -> float:
        """Take the next place that the rate allows; returns how many seconds away it is."""
        now = self._clock()
        place = max(self._next_at, now)
        self._next_at = place + self._pause
        return place - now

    def take(self, lane: Lane) -> _Job | None:
        """Return the next letter that this connection can carry; what cannot be written is refused here."""
        while self.wants_more:
            job = self._waiting.popleft()
            try:
                _write_out(job, self._filler.fill(job.message), lane)
            except Permanent as error:
                self.note(job, Handover.REFUSED, str(error))
                continue
            return job
        return None

    def give_back(self, job: _Job, why: str) -> None:
        """Have another connection try a letter that surely did not leave, a few times."""
        job.tries += 1
        job.content = b""
        if job.tries >= TRIES:
            self.note(job, Handover.DEFERRED, f"smtp: {why} before the letter, {TRIES} times")
        else:
            self._waiting.appendleft(job)

    def note(self, job: _Job, state: Handover, answer: str, *, lane: bool = False) -> None:
        """Write down what became of a letter that was not accepted."""
        self._outcomes[job.place] = Outcome(
            message_id=job.message.message_id, state=state, answer=answer, lane=lane
        )

    def accepted(self, job: _Job, verdict: SMTPResponse) -> None:
        """Write down the acceptance with the server's answer."""
        self._put_off = 0
        receipt = to_receipt(verdict, job.message.recipient)
        self._outcomes[job.place] = Outcome(
            message_id=job.message.message_id,
            state=Handover.ACCEPTED,
            answer=receipt.answer,
            provider_id=receipt.provider_id,
        )

    def declined(self, job: _Job, error: PrivacyError, *, lane: bool) -> None:
        """Write down a refusal for good or for now."""
        if isinstance(error, Permanent):
            self.note(job, Handover.REFUSED, str(error))
            return
        self._put_off += 1
        self.note(job, Handover.DEFERRED, str(error), lane=lane)

    def outcomes(self) -> list[Outcome]:
        """Return an outcome for each letter; what nobody could take surely did not leave."""
        why = self.trouble or "smtp: the server puts everything off"
        for job in self._waiting:
            self.note(job, Handover.DEFERRED, why, lane=True)
        for place, message in enumerate(self._messages):
            if place not in self._outcomes:  # its worker broke: nobody knows how far it came
                self.note(_Job(place=place, message=message), Handover.UNKNOWN, why)
        return [self._outcomes[place] for place in range(len(self._messages))]


class _Talk:
    """One connection's way through the batch."""

    def __init__(self, lane: Lane, batch: Batch, settings: SubmissionSettings) -> None:
        self._lane = lane
        self._batch = batch
        self._settings = settings

    async def run(self) -> None:
        """Send until nothing waits or the connection has had its share. Raises LaneLost."""
        job = await self._first()
        while job is not None:
            job = await self._one(job) or await self._first()

    async def _first(self) -> _Job | None:
        """Take a letter when the rate allows it and write its envelope."""
        if not (self._has_room and self._batch.wants_more):
            return None
        await asyncio.sleep(self._batch.reserve())
        return self._begin(b"")

    def _begin(self, before: bytes) -> _Job | None:
        """Write what is left of the last letter and, in the same group, the envelope of the next one."""
        ready = self._lane.pipelines and self._has_room and self._batch.may_go_on
        if before and ready:
            self._batch.reserve()
        job = self._batch.take(self._lane) if ready or not before else None
        envelope = b"".join(job.commands) if job and self._lane.pipelines else b""
        if job is not None:
            self._lane.begun += 1
        self._lane.write(before + envelope)
        return job

    @property
    def _has_room(self) -> bool:
        return self._lane.begun < self._settings.letters_per_connection

    async def _one(self, job: _Job) -> _Job | None:
        """Finish a letter whose envelope is on its way; returns the next one, whose envelope is then."""
        try:
            declined = await self._announce(job)
        except LaneLost as error:
            self._batch.give_back(job, str(error))
            raise
        if declined is not None:
            return await self._pass_over(job, declined)
        following = self._begin(_dotted(job.content))
        try:
            await self._verdict(job)
        except LaneLost as error:
            if following is not None:
                self._batch.give_back(following, str(error))
            raise
        return following

    async def _announce(self, job: _Job) -> PrivacyError | None:
        """Read the answers to the envelope; returns why the letter may not follow. Raises LaneLost."""
        declined: PrivacyError | None = None
        for command in job.commands:
            if not self._lane.pipelines:
                self._lane.write(command)
            answer = await self._lane.answer(self._settings.timeout_seconds)
            verb = command[:4].decode()
            wanted = 3 if verb == "DATA" else 2
            if answer.code == CLOSING:
                raise LaneLost("421")
            if answer.code // 100 != wanted:
                declined = declined or refusal(verb, answer)
                if not self._lane.pipelines:
                    break
            elif verb == "DATA" and declined is not None:
                await self._send_nothing(str(declined))
        return declined

    async def _send_nothing(self, declined: str) -> None:
        """End a letter for which the server waits though it refused the recipient (RFC 2920 section 3.1).

        Where it refused the sender and took the recipient, an empty letter could reach somebody: no dot is sent.
        """
        if " RCPT:" not in declined:
            raise LaneLost("out-of-step")
        self._lane.write(b".\r\n")
        await self._lane.answer(self._settings.verdict_seconds)

    async def _pass_over(self, job: _Job, declined: PrivacyError) -> _Job | None:
        """Note a refused letter and go on with a clean envelope."""
        self._lane.settled += 1
        session = isinstance(declined, Retryable) and _wants_other_session(str(declined))
        self._batch.declined(job, declined, lane=session)
        following = self._begin(b"RSET\r\n")
        try:
            await self._lane.answer(self._settings.timeout_seconds)
        except LaneLost as error:
            if following is not None:
                self._batch.give_back(following, str(error))
            raise
        return following

    async def _verdict(self, job: _Job) -> None:
        """Read what the server says to the content. Raises LaneLost when the connection is of no more use."""
        try:
            verdict = await self._lane.answer(self._settings.verdict_seconds)
        except LaneLost as error:
            self._batch.note(job, Handover.UNKNOWN, f"smtp: {error} after the letter was sent")
            raise
        self._lane.settled += 1
        kind = verdict.code // 100
        if kind == 2:  # noqa: PLR2004 - RFC 5321 section 4.2.1
            self._batch.accepted(job, verdict)
        elif kind in {4, 5}:
            self._batch.declined(job, refusal("the letter", verdict), lane=False)
        else:
            self._batch.note(job, Handover.UNKNOWN, f"smtp: answer {verdict.code} to the letter")
            raise LaneLost("out-of-step")
        if verdict.code == CLOSING:
            raise LaneLost("421")


def _write_out(job: _Job, message: OutboundMessage, lane: Lane) -> None:
    """Put a letter into its wire form. Raises Permanent when it has none, or none that this server takes."""
    sender = wire_address(message.envelope_from) if message.envelope_from else ""
    recipient = wire_address(message.recipient)
    job.content = compose(message)
    if len(job.content) > min(LONGEST_CONTENT, lane.largest or LONGEST_CONTENT):
        raise Permanent("smtp: the letter is larger than the server takes")
    job.commands = tuple(_commands(sender, recipient, job.content, lane))


def _commands(sender: str, recipient: str, content: bytes, lane: Lane) -> Iterator[bytes]:
    """Yield the envelope. 8BITMIME is said for what is not ASCII, and that is only where an address is not."""
    options = ""
    if needs_smtputf8(sender, recipient) or not content.isascii():
        if not lane.speaks_utf8:
            raise Permanent("smtp: the address needs SMTPUTF8, which the server does not speak")
        options = (
            " BODY=8BITMIME SMTPUTF8"  # RFC 6531 section 3.4: who speaks the one speaks the other
        )
    yield f"MAIL FROM:<{sender}>{options}\r\n".encode()
    yield f"RCPT TO:<{recipient}>\r\n".encode()
    yield b"DATA\r\n"


def _dotted(content: bytes) -> bytes:
    """Return the content as DATA carries it: dots doubled, ended by a dot (RFC 5321 section 4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return (b"." + stuffed if stuffed.startswith(b".") else stuffed) + b".\r\n"


def _wants_other_session(reason: str) -> bool:
    """Say whether the server wants TLS or a login: that holds for every letter."""
    return ": 53" in reason

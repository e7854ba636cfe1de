"""The letters of one SMTP batch: those that wait, in their wire form when a connection takes them, and what is known."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from aiosmtplib import SMTPResponse

from notifier.addresses import needs_smtputf8, wire_address
from notifier.compose import Composer
from notifier.filling import Filler
from notifier.smtp_answers import to_receipt
from notifier.smtp_lane import Lane
from privacy.errors import Permanent, PrivacyError
from privacy.messages import OutboundMessage
from privacy.ports import Handover, Outcome

TRIES = 3  # connections that may be lost under one letter before it waits for another day
PUT_OFF_IN_A_ROW = 20  # so many 4xx and nothing accepted: the server wants us to stop
LONGEST_CONTENT = 10_000_000  # octets


@dataclass(kw_only=True)
class Job:
    """One letter on its way through the batch."""

    place: int
    message: OutboundMessage = field(repr=False)
    tries: int = 0
    content: bytes = field(default=b"", repr=False)
    commands: tuple[bytes, ...] = field(default=(), repr=False)


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
        self._composer = Composer()
        self._waiting = deque(Job(place=place, message=one) for place, one in enumerate(messages))
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

    def take(self, lane: Lane) -> Job | None:
        """Return the next letter that this connection can carry; what cannot be written is refused here."""
        while self.wants_more:
            job = self._waiting.popleft()
            try:
                self._write_out(job, lane)
            except Permanent as error:
                self.note(job, Handover.REFUSED, str(error))
                continue
            return job
        return None

    def _write_out(self, job: Job, lane: Lane) -> None:
        """Put a letter into its wire form. Raises Permanent when it has none, or none that this server takes."""
        message = self._filler.fill(job.message)
        sender = wire_address(message.envelope_from) if message.envelope_from else ""
        recipient = wire_address(message.recipient)
        job.content = self._composer.compose(message)
        if len(job.content) > min(LONGEST_CONTENT, lane.largest or LONGEST_CONTENT):
            raise Permanent("smtp: the letter is larger than the server takes")
        job.commands = tuple(_commands(sender, recipient, job.content, lane))

    def give_back(self, job: Job, why: str) -> None:
        """Have another connection try a letter that surely did not leave, a few times."""
        job.tries += 1
        job.content = b""
        if job.tries >= TRIES:
            self.note(job, Handover.DEFERRED, f"smtp: {why} before the letter, {TRIES} times")
        else:
            self._waiting.appendleft(job)

    def note(self, job: Job, state: Handover, answer: str, *, lane: bool = False) -> None:
        """Write down what became of a letter that was not accepted."""
        self._outcomes[job.place] = Outcome(
            message_id=job.message.message_id, state=state, answer=answer, lane=lane
        )

    def accepted(self, job: Job, verdict: SMTPResponse) -> None:
        """Write down the acceptance with the server's answer."""
        self._put_off = 0
        receipt = to_receipt(verdict, job.message.recipient)
        self._outcomes[job.place] = Outcome(
            message_id=job.message.message_id,
            state=Handover.ACCEPTED,
            answer=receipt.answer,
            provider_id=receipt.provider_id,
        )

    def declined(self, job: Job, error: PrivacyError, *, lane: bool) -> None:
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
                self.note(Job(place=place, message=message), Handover.UNKNOWN, why)
        return [self._outcomes[place] for place in range(len(self._messages))]


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


def dotted(content: bytes) -> bytes:
    """Return the content as DATA carries it: dots doubled, ended by a dot (RFC 5321 section 4.5.2)."""
    stuffed = content.replace(b"\r\n.", b"\r\n..")
    return (b"." + stuffed if stuffed.startswith(b".") else stuffed) + b".\r\n"

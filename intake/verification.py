"""Our own check of a sender: DKIM, DMARC, SPF where we are the boundary, ARC of listed sealers; off unless set."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from intake.arc import is_sealed
from intake.dkim_signatures import Refusal, Signature
from intake.dkim_verification import open_mail, signatures_of, verify_signatures
from intake.dmarc import SpfResult, evidence, find_policy, is_aligned, policy_names
from intake.headers import cut_message_head
from intake.sender import gate_sender
from intake.spf import check_spf
from privacy.authenticity import SenderEvidence, grade
from privacy.errors import Retryable
from privacy.messages import Authenticity, Sender, SmtpClient
from privacy.ports import NameService, RecordKind

SenderCheck = Callable[[Sender], Authenticity]
MAX_QUESTIONS = 60  # of one message; its sender chooses how many there are to ask


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What the door knew: when the mail came, and, where our listener is the boundary, from whom."""

    received_at: datetime
    client: SmtpClient | None = None
    envelope_from: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class SenderVerifier:
    """Checks senders with the DNS at hand; `seconds` is the longest that one message may wait for answers."""

    dns: NameService
    sealers: frozenset[str] = frozenset()
    seconds: float = 3.0

    def verify(self, raw: bytes, sender: Sender, arrival: Arrival) -> Authenticity:
        """Return how far the domain of the believed sender is proved. Raises nothing on any bytes.

        Where nobody is believed, nobody is asked for. DNS that does not answer is never a failure of the mail.
        """
        domain = sender.domain
        mail = None if domain is None else open_mail(raw, cut_message_head(raw))
        if domain is None or mail is None:
            return grade(SenderEvidence(), None)
        dns = Bounded(self.dns, seconds=self.seconds)
        signatures = by_nearness(signatures_of(mail, arrival.received_at), domain)
        dns.look_ahead(questions(signatures, domain))
        signed = verify_signatures(mail, signatures, dns)
        spf = ask_spf(arrival, dns)
        found = evidence(domain, signed, spf, find_policy(domain, dns))
        if found.dmarc != "pass" and is_sealed(mail, domain, self.sealers, dns):
            found = replace(found, sealed=True)
        return grade(found, domain)

    def check_of(self, raw: bytes, arrival: Arrival) -> SenderCheck:
        """Return the check of one message, for when its sender has been read."""
        return lambda sender: self.verify(raw, sender, arrival)

    def look_ahead(self, raws: Iterable[bytes], received_at: datetime) -> None:
        """Ask at the same time what the messages of a batch will need, so that they do not wait one by one."""
        wanted: dict[tuple[str, RecordKind], None] = {}
        for raw in raws:
            wanted.update(dict.fromkeys(questions_of(raw, received_at)))
        self.dns.look_ahead(list(wanted))


def questions_of(raw: bytes, received_at: datetime) -> list[tuple[str, RecordKind]]:
    """Return what can be asked before the message is read: keys and policies."""
    head = cut_message_head(raw)
    domain = gate_sender(head).domain
    mail = None if domain is None else open_mail(raw[: head.body_at], head)
    if domain is None or mail is None:
        return []
    return questions(signatures_of(mail, received_at), domain)


def questions(
    signatures: Sequence[Signature | Refusal], domain: str
) -> list[tuple[str, RecordKind]]:
    """Return the names of all keys and of the owner's policy."""
    keys = [found.key_name for found in signatures if isinstance(found, Signature)]
    return [(name, RecordKind.TXT) for name in (*keys, *policy_names(domain))]


def by_nearness(
    signatures: Iterable[Signature | Refusal], domain: str
) -> list[Signature | Refusal]:
    """Return the signatures with those first that could prove the domain: the first pass ends the work."""
    return sorted(
        signatures,
        key=lambda found: (
            found.domain != domain,
            not is_aligned(found.domain, domain, strict=False),
        ),
    )


def ask_spf(arrival: Arrival, dns: NameService) -> SpfResult:
    """Return the SPF result; it is not asked for where the client's address is that of a relay."""
    if arrival.client is None:
        return SpfResult()
    sender = arrival.envelope_from or ""
    value, domain = check_spf(arrival.client.address, sender, arrival.client.helo, dns)
    return SpfResult(value, domain, asked=True)


class Bounded:
    """A name service for one message: it ends after some seconds and questions, whatever the sender's records ask for."""

    def __init__(
        self, dns: NameService, *, seconds: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._dns = dns
        self._now = now
        self._ends_at = now() + seconds
        self._left = MAX_QUESTIONS

    def look_up(self, name: str, kind: RecordKind) -> tuple[str, ...]:
        """Return the records. Raises Retryable, also when time or questions are used up."""
        self._left -= 1
        if self._left < 0 or self._now() > self._ends_at:
            raise Retryable("too many or too slow answers for one message")
        return self._dns.look_up(name, kind)

    def look_ahead(self, questions: Sequence[tuple[str, RecordKind]]) -> None:
        """Ask several at the same time."""
        self._dns.look_ahead(questions)

"""The DNS: asked with short limits, remembered, and left alone for a while when it does not answer."""

from __future__ import annotations

import ipaddress
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from privacy.errors import Retryable
from privacy.ports import RecordKind

if TYPE_CHECKING:
    from dns.resolver import Answer, Resolver

LEAST_TTL, LONGEST_TTL, FAILURE_TTL = 60.0, 3600.0, 30.0  # seconds
MAX_REMEMBERED = 5_000
MAX_RECORDS = 50
MAX_TEXT = 8_000  # characters of one record; longer ones are left out
MAX_AT_ONCE = 16
FAILURES_BEFORE_PAUSE = 10  # without any answer between them: then it is the server, not the names
PAUSE = 30.0  # seconds
DNS_PORT = 53
UDP_PAYLOAD = 1_232  # bytes: no fragments; what is longer comes by TCP
# Labels of 1 to 63 characters, 253 in all (RFC 1035 section 2.3.4), none of which means something in a zone file.
NAME = re.compile(r"(?=.{1,253}\Z)[!#-'*-,/-:<-?A-Z^-~-]{1,63}(?:\.[!#-'*-,/-:<-?A-Z^-~-]{1,63})*")
OUT_OF_REACH = "the DNS did not answer"

Question = tuple[str, RecordKind]


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer and until when it holds; None when there was no answer."""

    until: float
    records: tuple[str, ...] | None


class DnsNameService:
    """Asks name servers; may be used from several threads, never from an event loop."""

    def __init__(
        self,
        nameservers: Sequence[str] = (),
        *,
        seconds: float = 2.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._nameservers = nameservers
        self._seconds = seconds
        self._now = now
        self._lock = threading.Lock()
        self._memory: OrderedDict[Question, Remembered] = OrderedDict()
        self._failures = 0
        self._paused_until = now()

    def look_up(self, name: str, kind: RecordKind) -> tuple[str, ...]:
        """Return the records of a name; none for a name that is not there or is none. Raises Retryable."""
        question = (name.lower().rstrip("."), kind)
        known = self._recall(question)
        if known is None:
            known = self._ask(question)
        if known.records is None:
            raise Retryable(OUT_OF_REACH)
        return known.records

    def look_ahead(self, questions: Sequence[Question]) -> None:
        """Ask what is not known yet, several at a time, and wait no longer than for two answers."""
        unknown = [question for question in dict.fromkeys(questions) if not self._recall(question)]
        if len(unknown) < 2:  # noqa: PLR2004 one can be asked when it is needed
            return
        pool = ThreadPoolExecutor(min(MAX_AT_ONCE, len(unknown)), thread_name_prefix="dns")
        wait([pool.submit(self._ask, question) for question in unknown], timeout=2 * self._seconds)
        pool.shutdown(wait=False, cancel_futures=True)

    def _recall(self, question: Question) -> Remembered | None:
        with self._lock:
            known = self._memory.get(question)
            if known is not None and known.until > self._now():
                return known
            if self._paused_until > self._now():
                return Remembered(self._paused_until, None)
        return None

    def _ask(self, question: Question) -> Remembered:
        try:
            records, ttl = self._fetch(question)
        except Retryable as error:
            answered = error.args[0] != OUT_OF_REACH
            return self._remember(question, None, FAILURE_TTL, answered=answered)
        seconds = min(max(ttl, LEAST_TTL), LONGEST_TTL)
        return self._remember(question, records, seconds, answered=True)

    def _remember(
        self,
        question: Question,
        records: tuple[str, ...] | None,
        seconds: float,
        *,
        answered: bool,
    ) -> Remembered:
        known = Remembered(self._now() + seconds, records)
        with self._lock:
            self._memory[question] = known
            self._memory.move_to_end(question)
            while len(self._memory) > MAX_REMEMBERED:
                self._memory.popitem(last=False)
            self._failures = 0 if answered else self._failures + 1
            if self._failures >= FAILURES_BEFORE_PAUSE:
                self._failures = 0
                self._paused_until = self._now() + PAUSE
        return known

    def _fetch(self, question: Question) -> tuple[tuple[str, ...], float]:
        """Return records and time to live. Raises Retryable, with OUT_OF_REACH when nobody answered at all."""
        import dns.exception
        import dns.resolver

        name, kind = question
        if not NAME.fullmatch(name):
            return (), LEAST_TTL
        try:
            answer = self._resolver.resolve(
                name, kind.value, raise_on_no_answer=False, lifetime=self._seconds, search=False
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return (), LEAST_TTL
        except (dns.exception.Timeout, dns.resolver.NoResolverConfiguration, OSError):
            raise Retryable(OUT_OF_REACH) from None
        except dns.exception.DNSException:
            raise Retryable("the DNS has no usable answer") from None
        ttl = answer.rrset.ttl if answer.rrset is not None else LEAST_TTL
        return records_of(answer, kind), ttl

    @cached_property
    def _resolver(self) -> Resolver:
        from dns.nameserver import Do53Nameserver
        from dns.resolver import Resolver

        resolver = Resolver(configure=not self._nameservers)
        if self._nameservers:
            places = [split_port(text) for text in self._nameservers]
            resolver.nameservers = [Do53Nameserver(host, port) for host, port in places]
        resolver.timeout = self._seconds / 2  # a second server gets its chance
        resolver.use_edns(0, 0, UDP_PAYLOAD)
        return resolver


def records_of(answer: Answer, kind: RecordKind) -> tuple[str, ...]:
    """Return the records as text: TXT with its pieces joined, exchangers in the order of preference."""
    if answer.rrset is None:
        return ()
    found = list(answer.rrset)[:MAX_RECORDS]
    if kind is RecordKind.TXT:
        texts = [b"".join(record.strings).decode("latin-1") for record in found]
    elif kind is RecordKind.MX:
        found.sort(key=lambda record: (record.preference, str(record.exchange)))
        texts = [str(record.exchange).rstrip(".") for record in found]
    else:
        texts = [record.to_text().rstrip(".") for record in found]
    return tuple(text for text in texts if text and len(text) <= MAX_TEXT)


def split_port(text: str) -> tuple[str, int]:
    """Return address and port of `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353`.

    Raises ValueError for anything else; a name is none, for who would resolve it?
    """
    host, colon, port = text.rpartition(":")
    if text.count(":") != 1 and not host.endswith("]"):
        host, colon, port = text, "", ""
    host = host.removeprefix("[").removesuffix("]")
    number = int(port) if colon else DNS_PORT
    if not 0 < number < 2**16:
        raise ValueError("not a port")
    return str(ipaddress.ip_address(host)), number

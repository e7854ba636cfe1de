"""Many mails by a provider's HTTP interface: letters of one wording in one call, one recipient each, an outcome each.

No call is ever repeated inside: there is no key by which a provider would know a repeat, so what was cut after the body
left is UNKNOWN until events or a person say more. What a provider refused as a whole left nothing behind.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

import httpx2

from notifier.addresses import wire_address
from notifier.filling import Filler
from notifier.header_values import one_line
from privacy.errors import Permanent, Retryable
from privacy.marks import Mould
from privacy.messages import OutboundMessage
from privacy.ports import Clock, Handover, Outcome

MOST = 1_000  # recipients of one call, with both providers
LONGEST_ANSWER = 65_536  # octets that are looked at
LONGEST_WAIT = timedelta(minutes=15)
TOO_LARGE, TOO_MANY = 413, 429
SURELY_NOT_TAKEN = frozenset(
    (500, 503)
)  # the provider itself said no; a gateway's 502 and 504 say nothing


Part = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a provider answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A provider's acceptance: its id of the call, and `pretended` where it only looked at it (sandbox, test mode)."""

    provider_id: str | None
    pretended: bool = False


class Dialect(Protocol):
    """How one provider wants to be spoken to."""

    name: str
    url: str
    headers: Mapping[str, str]

    def part(self, message: OutboundMessage, mould: Mould) -> Part:
        """Return what a call says about one person. Raises Permanent for what this provider cannot carry as it is."""

    def body(self, first: OutboundMessage, parts: Sequence[Part], mould: Mould) -> bytes:
        """Return the body of one call: people who get one wording at different addresses; `first` is one of them."""

    def taken(self, reply: Reply) -> Taken | None:
        """Return the acceptance that a 2xx reply is, None for one that nobody knows how to read."""

    def at_fault(self, reply: Reply) -> frozenset[int]:
        """Return the places in the call whose mails alone a 400 reply blames."""


class ProviderTransport:
    """A way out through one provider; the connection is kept while calls follow each other."""

    most = MOST
    tells_delivery = True

    def __init__(self, dialect: Dialect, *, clock: Clock, timeout_seconds: float) -> None:
        self.name = dialect.name
        self._dialect = dialect
        self._clock = clock
        self._timeout = timeout_seconds
        self._client: httpx2.Client | None = None
        self._lock = Lock()

    def send_many(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """Hand the mails over, see `BatchTransport`."""
        with self._lock:
            call = _Call(self._dialect, messages)
            for group in call.groups():
                self._send(call, group)
            return call.outcomes()

    def check(self) -> str:
        """Say where mail would go; nothing is sent, and whether the key holds only a mail can tell."""
        return f"{self._dialect.url.partition('//')[2]}, up to {self.most} recipients a call"

    def close(self) -> None:
        """End the kept connection."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = None

    def _send(self, call: _Call, group: Sequence[int]) -> None:
        """Make one call, and two smaller ones where it was too large."""
        if call.trouble is not None:
            call.defer(group)
            return
        try:
            body = call.body(group)
        except UnicodeEncodeError:
            call.note(group, Handover.REFUSED, f"{self.name}: the letter is not text")
            return
        except Permanent as error:  # the sender's own address: the same for every mail
            call.stop(group, str(error), after=None)
            return
        reply = self._answer(call, group, body)
        if reply is None:
            return
        if reply.status == TOO_LARGE and len(group) > 1:
            half = len(group) // 2
            self._send(call, group[:half])
            self._send(call, group[half:])
            return
        _read(call, group, reply, self._dialect, self._clock())

    def _answer(self, call: _Call, group: Sequence[int], body: bytes) -> Reply | None:
        """Post the body; without an answer None, and it is written down what that means for its mails."""
        try:
            return self._post(body)
        except Retryable as error:
            call.stop(group, str(error), after=None)
        except (httpx2.HTTPError, OSError) as error:
            reason = f"{self.name}: {type(error).__name__} after the call"
            call.note(group, Handover.UNKNOWN, reason)
        return None

    def _post(self, body: bytes) -> Reply:
        """Post once. Raises Retryable when nothing can have arrived, else the client's own error."""
        if self._client is None:
            self._client = httpx2.Client(timeout=self._timeout, trust_env=False)
        dialect = self._dialect
        try:
            with self._client.stream(
                "POST", dialect.url, content=body, headers=dict(dialect.headers)
            ) as response:
                content = _first_bytes(response, time.monotonic() + self._timeout)
                return Reply(status=response.status_code, headers=response.headers, body=content)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            # The cause could name the address with its key: it is not kept.
            raise Retryable(f"{self.name}: no connection, {type(error).__name__}") from None


class _Call:
    """The mails of one batch in groups of one wording, and what is known of each."""

    def __init__(self, dialect: Dialect, messages: Sequence[OutboundMessage]) -> None:
        self._dialect = dialect
        self._messages = messages
        self._filler = Filler()
        self._parts: dict[int, Part] = {}
        self._outcomes: dict[int, Outcome] = {}
        self.trouble: tuple[str, timedelta | None] | None = None

    def groups(self) -> Iterator[list[int]]:
        """Yield the places of mails that go in one call: of one wording, each address once, at most MOST."""
        by_wording: dict[object, list[int]] = {}
        for place, message in enumerate(self._messages):
            try:
                self._parts[place] = self._part(message)
            except Permanent as error:
                self.note([place], Handover.REFUSED, str(error))
            else:
                by_wording.setdefault(_wording(message), []).append(place)
        for places in by_wording.values():
            yield from _calls(places, self._messages)

    def _part(self, message: OutboundMessage) -> Part:
        mould = self._filler.mould(message.letter)
        mould.check(message.values)
        one_line("From", message.sender_name)
        one_line("Subject", message.letter.subject)
        return self._dialect.part(message, mould)

    def body(self, group: Sequence[int]) -> bytes:
        """Return what is posted for a group."""
        first = self._messages[group[0]]
        parts = [self._parts[place] for place in group]
        return self._dialect.body(first, parts, self._filler.mould(first.letter))

    def accept(self, group: Sequence[int], answer: str, provider_id: str | None) -> None:
        """Write down that the provider took a call."""
        for place in group:
            self._outcomes[place] = Outcome(
                message_id=self._messages[place].message_id,
                state=Handover.ACCEPTED,
                answer=answer,
                provider_id=provider_id,
            )

    def note(self, group: Sequence[int], state: Handover, answer: str) -> None:
        """Write down what became of these mails."""
        for place in group:
            message_id = self._messages[place].message_id
            self._outcomes[place] = Outcome(message_id=message_id, state=state, answer=answer)

    def stop(self, group: Sequence[int], reason: str, *, after: timedelta | None) -> None:
        """Defer these mails and all that follow: the trouble is the way's."""
        self.trouble = reason, after
        self.defer(group)

    def defer(self, group: Sequence[int]) -> None:
        """Write down that these mails did not leave, for the trouble of the way."""
        reason, after = self.trouble or ("", None)
        for place in group:
            self._outcomes[place] = Outcome(
                message_id=self._messages[place].message_id,
                state=Handover.DEFERRED,
                answer=reason,
                after=after,
                lane=True,
            )

    def outcomes(self) -> list[Outcome]:
        """Return an outcome for each mail."""
        return [self._outcomes[place] for place in range(len(self._messages))]


def _read(call: _Call, group: Sequence[int], reply: Reply, dialect: Dialect, now: datetime) -> None:
    """Write down what a reply means for the mails of its call."""
    answer = f"{dialect.name}: {reply.status}"
    if reply.status // 100 == 2:  # noqa: PLR2004 - RFC 9110 section 15.3
        _read_success(call, group, answer, dialect.taken(reply))
    elif reply.status == 400:  # noqa: PLR2004 - RFC 9110 section 15.5.1
        blamed = [group[place] for place in dialect.at_fault(reply) if place < len(group)]
        if not blamed:
            call.stop(group, answer, after=None)
            return
        call.note(group, Handover.DEFERRED, f"{answer}, another mail of the call was refused")
        call.note(blamed, Handover.REFUSED, answer)
    elif reply.status == TOO_LARGE:
        call.note(group, Handover.REFUSED, answer)
    elif reply.status // 100 == 5 and reply.status not in SURELY_NOT_TAKEN:  # noqa: PLR2004
        call.note(group, Handover.UNKNOWN, answer)
    else:
        call.stop(group, answer, after=asked_to_wait(reply.headers, now))


def _read_success(call: _Call, group: Sequence[int], answer: str, taken: Taken | None) -> None:
    if taken is None:
        call.note(group, Handover.UNKNOWN, f"{answer}, not an answer of the provider")
    elif taken.pretended:
        call.stop(group, f"{answer}, looked at and not sent: test mode is on", after=None)
    else:
        call.accept(group, answer, taken.provider_id)


def asked_to_wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long a provider asks us to wait, at most 15 minutes: Retry-After, or the instant of a reset."""
    after = _seconds(headers.get("retry-after"))
    if after is None:
        reset = _seconds(headers.get("x-ratelimit-reset"))
        after = None if reset is None else max(0.0, reset - now.timestamp())
    return None if after is None else min(timedelta(seconds=after), LONGEST_WAIT)


def _seconds(text: str | None) -> float | None:
    """Return seconds as a header has them, None for a date or rubbish; dates are not used by these providers."""
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 12:  # noqa: PLR2004 - digits
        return None
    return float(text)


def _wording(message: OutboundMessage) -> object:
    """What mails of one call have in common."""
    return (
        message.letter,
        message.sender,
        message.sender_name,
        message.reply_to,
        message.automation,
        message.in_reply_to,
        message.references,
        message.loop_mark is None,
        message.unsubscribe_url is None,
    )


def _calls(places: Sequence[int], messages: Sequence[OutboundMessage]) -> Iterator[list[int]]:
    """Cut places into calls; an address that comes again, however it is written, goes in another call."""
    seen: Counter[str] = Counter()
    rounds: list[list[int]] = []
    for place in places:
        address = wire_address(messages[place].recipient).lower()
        if seen[address] == len(rounds):
            rounds.append([])
        rounds[seen[address]].append(place)
        seen[address] += 1
    for one in rounds:
        yield from (one[start : start + MOST] for start in range(0, len(one), MOST))


def _first_bytes(response: httpx2.Response, until: float) -> bytes:
    """Return what came of a body in time; the client's own bound is for each read, and a server may drip."""
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > LONGEST_ANSWER or time.monotonic() > until:
            break
    return bytes(content[:LONGEST_ANSWER])

"""What Mailgun tells about our mails: one event a call, with a signature that covers an instant and a token.

The signature does not cover the event. So a token is taken once, and none that was signed before this door opened, for
nobody knows any more whether it was used.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from threading import Lock

from notifier.delivery_events import OUR_ID, is_fresh
from notifier.event_values import (
    MAX_ADDRESS,
    MAX_SAID,
    event_id,
    instant,
    json_in,
    message_id,
    status,
    table_in,
    text_in,
)
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import Permanent

MAX_BODY = 262_144  # bytes; an event is a few thousand
MAX_TOKEN = 100  # characters; 50 are usual
REMEMBERED = 100_000  # tokens; more in five minutes are more than the provider sends
FATES = {
    "accepted": Fate.LEFT,
    "delivered": Fate.DELIVERED,
    "rejected": Fate.DROPPED,
    "complained": Fate.COMPLAINED,
}
FAILURES = {"temporary": Fate.DELAYED, "permanent": Fate.FAILED}
WORDS = ("message", "description")


class MailgunSignature:
    """The signing key, and the tokens that were taken."""

    path = "/events/mailgun"
    most = MAX_BODY

    def __init__(self, key: str, opened_at: datetime) -> None:
        self._key = key.encode()
        self._opened_at = int(opened_at.timestamp())
        self._used: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def is_timely(self, headers: Mapping[str, str], now: datetime) -> bool:  # noqa: ARG002 - the body tells
        """Say that the body has to be read: the signature is in it."""
        return True

    def holds(self, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:  # noqa: ARG002 - the body tells
        """Say whether the request is genuine and fresh; anything odd is not, and nothing raises."""
        try:
            signed_at, token, signature = _signature_in(body)
        except Permanent:
            return False
        if not 0 < len(token) <= MAX_TOKEN or not is_fresh(signed_at, now):
            return False
        if int(signed_at) < self._opened_at:
            return False
        wanted = hmac.new(self._key, (signed_at + token).encode(), "sha256").hexdigest()
        return hmac.compare_digest(wanted.encode(), signature.lower().encode())

    def read(self, body: bytes) -> list[DeliveryEvent]:
        """Return the event, none where it says nothing about a mail of ours or its token was taken before."""
        _, token, _ = _signature_in(body)
        with self._lock:
            if token in self._used:
                return []
        data = table_in(_whole(body), "event-data")
        event = _event_in(data)
        return [] if event is None else [event]

    def taken(self, body: bytes) -> None:
        """Remember the token: what it brought is committed."""
        _, token, _ = _signature_in(body)
        with self._lock:
            self._used[token] = None
            while len(self._used) > REMEMBERED:
                self._used.popitem(last=False)


def _whole(body: bytes) -> Mapping[str, object]:
    whole = json_in(body)
    if not isinstance(whole, dict):
        raise Permanent("events: the body is not an object")
    return whole


def _signature_in(body: bytes) -> tuple[str, str, str]:
    signature = table_in(_whole(body), "signature")
    signed_at, token, digest = (
        text_in(signature, name) for name in ("timestamp", "token", "signature")
    )
    if not all(one.isascii() for one in (signed_at, token, digest)):
        raise Permanent("events: the signature is not of its form")
    return signed_at, token, digest


def _event_in(data: Mapping[str, object]) -> DeliveryEvent | None:
    """Return the event, None for one that says nothing about a mail."""
    fate = _fate(data)
    headers = table_in(table_in(data, "message"), "headers")
    ours = message_id(text_in(table_in(data, "user-variables"), OUR_ID))
    named = ours or message_id(text_in(headers, "message-id"))
    at = instant(data.get("timestamp"))
    if fate is None or named is None or at is None:
        return None
    answer = table_in(data, "delivery-status")
    words = [text_in(answer, word) for word in WORDS]
    words.append(text_in(data, "reason"))
    return DeliveryEvent(
        message_id=named,
        fate=fate,
        at=at,
        event_id=event_id(text_in(data, "id")),
        status=status(text_in(answer, "enhanced-code")),
        said=" ".join(filter(None, words))[:MAX_SAID],
        recipient=text_in(data, "recipient")[:MAX_ADDRESS],
    )


def _fate(data: Mapping[str, object]) -> Fate | None:
    """Return what the event says; a failure for an address on the provider's own lists was never tried."""
    word = text_in(data, "event")
    if word != "failed":
        return FATES.get(word)
    if text_in(data, "reason").startswith("suppress-"):
        return Fate.DROPPED
    return FAILURES.get(text_in(data, "severity"))

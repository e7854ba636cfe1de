"""What the sending provider tells about our letters: its signed event webhook, checked and read into values.

The provider signs the timestamp and the raw body with a key of its own (ECDSA over P-256 and SHA-256); whoever knows
only the address of our door can tell us nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from notifier.event_values import (
    MAX_ADDRESS,
    MAX_SAID,
    event_id,
    instant,
    json_in,
    message_id,
    status,
    text_in,
)
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import Permanent, WrongSetting

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

SIGNATURE_HEADER = "x-twilio-email-event-webhook-signature"
TIMESTAMP_HEADER = "x-twilio-email-event-webhook-timestamp"
MAX_BODY = 1_048_576  # bytes; the provider posts at the latest when 768 KB are together
TOLERANCE = timedelta(minutes=5)
MAX_SIGNATURE = 200  # characters; 96 are usual
TIMESTAMP = re.compile(r"[0-9]{1,12}")
OUR_ID = "rightsdesk_id"
WORDS = ("reason", "response", "type", "bounce_classification")
# Opens, clicks and changes of the account are nothing that we ask for: left out, as is every word not known yet.
FATES = {
    "processed": Fate.LEFT,
    "delivered": Fate.DELIVERED,
    "deferred": Fate.DELAYED,
    "bounce": Fate.FAILED,
    "dropped": Fate.DROPPED,
    "spamreport": Fate.COMPLAINED,
}


class EventSignature:
    """The provider's public key, and the check that a request was signed with its other half, just now."""

    def __init__(self, public_key: str) -> None:
        """Take the key as PEM, or as the provider shows it: base64 of the DER. Raises Permanent for anything else."""
        self._key = read_public_key(public_key)

    path = "/events/sendgrid"
    most = MAX_BODY

    def is_timely(self, headers: Mapping[str, str], now: datetime) -> bool:
        """Say whether it is worth taking the body in."""
        return is_fresh(headers.get(TIMESTAMP_HEADER, ""), now)

    def read(self, body: bytes) -> list[DeliveryEvent]:
        """Return what the body tells, see `read_events`."""
        return read_events(body)

    def taken(self, body: bytes) -> None:
        """Nothing to remember: the signature covers the body, and each event has an id."""

    def holds(self, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        """Say whether the request is genuine and fresh; anything odd is not, and nothing raises."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        signed_at, signature = headers.get(TIMESTAMP_HEADER, ""), _signature_in(headers)
        if signature is None or not is_fresh(signed_at, now):
            return False
        try:
            self._key.verify(signature, signed_at.encode() + body, ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def read_public_key(text: str) -> EllipticCurvePublicKey:
    """Return the key. Raises Permanent when it is none of the curve P-256."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import (
        load_der_public_key,
        load_pem_public_key,
    )

    try:
        if text.lstrip().startswith("-----BEGIN"):
            key = load_pem_public_key(text.strip().encode())
        else:
            key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise WrongSetting("outgoing.events: the public key cannot be read") from error
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    raise WrongSetting("outgoing.events: the public key is none of the curve P-256")


def is_fresh(signed_at: str, now: datetime) -> bool:
    """Say whether a timestamp (seconds since 1970) is within five minutes of now, so that no copy serves for long."""
    if not TIMESTAMP.fullmatch(signed_at):
        return False
    return abs(int(signed_at) - now.timestamp()) <= TOLERANCE.total_seconds()


def _signature_in(headers: Mapping[str, str]) -> bytes | None:
    offered = headers.get(SIGNATURE_HEADER, "")
    if not 0 < len(offered) <= MAX_SIGNATURE:
        return None
    try:
        return base64.b64decode(offered, validate=True)
    except (binascii.Error, ValueError):
        return None


def read_events(body: bytes) -> list[DeliveryEvent]:
    """Return what the body tells about letters; unknown events and fields are left out, broken entries too.

    Raises Permanent when it is not a JSON array.
    """
    entries = json_in(body)
    if not isinstance(entries, list):
        raise Permanent("events: the body is not a list")
    return [event for entry in entries if isinstance(entry, dict) for event in _events_in(entry)]


def _events_in(entry: Mapping[str, object]) -> Iterator[DeliveryEvent]:
    """Yield the event of one entry, nothing for one that says nothing about a letter."""
    fate = FATES.get(text_in(entry, "event"))
    # What we gave the mail along comes first: the provider may have given it a Message-ID of its own.
    named = message_id(text_in(entry, OUR_ID)) or message_id(text_in(entry, "smtp-id"))
    at = instant(entry.get("timestamp"))
    if fate is None or named is None or at is None:
        return
    yield DeliveryEvent(
        message_id=named,
        fate=fate,
        at=at,
        event_id=event_id(text_in(entry, "sg_event_id")),
        status=status(text_in(entry, "status")),
        said=" ".join(filter(None, (text_in(entry, word) for word in WORDS)))[:MAX_SAID],
        recipient=text_in(entry, "email")[:MAX_ADDRESS],
    )

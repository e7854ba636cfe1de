"""The one place where an outgoing mail becomes bytes: a fixed frame, the same bytes for the same message."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator
from email.utils import format_datetime

from notifier.addresses import wire_address
from notifier.header_values import language, message_ids, named_address, text, token
from notifier.headers import unsubscribe_headers
from privacy.errors import Permanent
from privacy.messages import Automation, Letter, OutboundMessage
from privacy.stands import CaseStand

MOSTLY = 6  # quoted-printable stays readable while at most one byte in six is not ASCII
LONGEST_LINE = 76
ASCII = bytes(range(128))
FOR_PROGRAMS = "request-status.json"


def compose(message: OutboundMessage) -> bytes:
    """Return the mail as bytes for the wire, lines ended by CRLF, in ASCII but for an address that is not.

    Raises Permanent when a value is not one line, or not of the form its header field has. Nothing but the
    fields below is ever written; List-Unsubscribe stands in product updates alone.
    """
    return Composer().compose(message)


class Composer:
    """Composes the mails of one batch: the parts of a letter that many get are encoded once."""

    def __init__(self) -> None:
        self._shared: tuple[Letter | None, tuple[bytes, ...]] = (None, ())

    def compose(self, message: OutboundMessage) -> bytes:
        """Return the same bytes as `compose`."""
        fields = "".join(f"{name}: {value}\r\n" for name, value in _fields(message))
        seed = hashlib.sha256(message.message_id.encode()).hexdigest()[:32]
        letter = _parts_of("alternative", self._parts(message.letter), boundary=f"=_{seed}")
        if message.stand is not None:
            letter = _parts_of(
                "mixed", (letter, _for_programs(message, message.stand)), boundary=f"=_m{seed}"
            )
        return fields.encode() + b"MIME-Version: 1.0\r\n" + letter

    def _parts(self, letter: Letter) -> tuple[bytes, ...]:
        """The letter as text and as a page; the last one is remembered, by itself and not by its words."""
        last, parts = self._shared
        if letter is not last:
            parts = (_part("plain", letter.text), _part("html", letter.html))
            self._shared = letter, parts
        return parts


def _parts_of(subtype: str, parts: Iterable[bytes], *, boundary: str) -> bytes:
    """Return the head and the body of an entity of several parts (RFC 2046 section 5.1)."""
    opening = f"--{boundary}\r\n".encode()
    return b"".join(
        (
            f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode(),
            *(opening + part for part in parts),
            f"--{boundary}--\r\n".encode(),
        )
    )


def _for_programs(message: OutboundMessage, stand: CaseStand) -> bytes:
    """Return the part that programs read: ASCII, one value a line (docs/conversation.md)."""
    values = json.dumps(stand.as_values(message.case_reference or ""), indent=1)
    head = (
        "Content-Type: application/json\r\n"
        f'Content-Disposition: inline; filename="{FOR_PROGRAMS}"\r\n\r\n'
    )
    return (head + values.replace("\n", "\r\n") + "\r\n\r\n").encode()


def _fields(message: OutboundMessage) -> Iterator[tuple[str, str]]:
    """Yield the header fields in their order (letters.md section 1; RFC 5322 section 3.6)."""
    yield "From", named_address("From", message.sender_name, message.sender)
    yield "To", wire_address(message.recipient)
    yield "Subject", text("Subject", message.letter.subject)
    yield "Date", format_datetime(message.date)
    yield "Message-ID", message_ids("Message-ID", (message.message_id,))
    if message.in_reply_to is not None:
        yield "In-Reply-To", message_ids("In-Reply-To", (message.in_reply_to,))
    if message.references:
        yield "References", message_ids("References", message.references)
    if message.reply_to is not None:
        yield "Reply-To", wire_address(message.reply_to)
    if message.automation is not Automation.APPROVED:
        yield "Auto-Submitted", message.automation.value  # RFC 3834 section 5
        yield "X-Auto-Response-Suppress", "All"
    if message.loop_mark is not None:
        yield "X-RightsDesk-Loop", token("X-RightsDesk-Loop", message.loop_mark)
    yield from unsubscribe_headers(message).items()
    yield from _stand_fields(message)
    yield "Content-Language", language("Content-Language", message.letter.language)


def _stand_fields(message: OutboundMessage) -> Iterator[tuple[str, str]]:
    """Yield what programs read without opening the mail; names without X- (RFC 6648)."""
    stand = message.stand
    if stand is None:
        return
    yield "Rightsdesk-Case", token("Rightsdesk-Case", message.case_reference or "")
    yield "Rightsdesk-Status", stand.stand.value
    yield "Rightsdesk-Received", stand.received_on.isoformat()
    if stand.answer_by is not None:
        yield "Rightsdesk-Answer-By", stand.answer_by.isoformat()


def _part(subtype: str, body: str) -> bytes:
    try:
        data = "\r\n".join(body.replace("\r\n", "\n").replace("\r", "\n").split("\n")).encode()
    except UnicodeEncodeError as error:
        raise Permanent(f"compose: the {subtype} part is not text") from error
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    encoding, encoded = _encode(data)
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode()
        + encoded
        + b"\r\n"
    )


def _encode(data: bytes) -> tuple[str, bytes]:
    """Return the cheaper of the two encodings that keep every line short (RFC 2045 sections 6.7 and 6.8)."""
    if len(data.translate(None, ASCII)) * MOSTLY <= len(data):
        quoted = binascii.b2a_qp(data, istext=True)
        # The codec goes one over the limit where a full line ends with a space.
        if max(map(len, quoted.split(b"\r\n"))) <= LONGEST_LINE:
            return "quoted-printable", quoted
    return "base64", base64.encodebytes(data).replace(b"\n", b"\r\n")

"""A second reader of the header block (mail-parser on the cut of the standard library), behind its own guard.

It never decides who the sender is. Where it sees another sender than the gate, nobody is believed: two readers
that differ are how a forged mail shows one name to the check and another to the person.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import cache
from typing import Any

from intake.defects import Defect
from intake.encoded_words import one_line
from intake.headers import Head, unfold
from privacy.messages import Sender

MAX_SEEN = 4_000  # bytes of From and Subject each; one megabyte of encoded words costs the second reader 8 s


@dataclass(frozen=True, slots=True)
class SecondView:
    """What the second reader shows: sender address in lower case (None: none), subject; or that it gave up."""

    address: str | None = field(default=None, repr=False)
    subject: str = field(default="", repr=False)
    has_failed: bool = False


def compare(head: Head, sender: Sender, subject: str) -> list[Defect]:
    """Return the defects of disagreement between the gate's reading and the second one."""
    if is_plain(head):
        return []
    view = look(head)
    if view.has_failed:
        return [Defect.SECOND_VIEW_FAILED]
    defects = []
    if sender.address is not None and view.address != sender.address.lower():
        defects.append(Defect.SECOND_VIEW_SENDER)
    if comparable(view.subject, head.first("subject")) != comparable(
        subject, head.first("subject")
    ):
        defects.append(Defect.SECOND_VIEW_SUBJECT)
    return defects


def is_plain(head: Head) -> bool:
    """Tell whether From and Subject are such that no two readers can differ: one of each, printable ASCII,
    no encoded word, no escape. Asking would cost more than the whole parse of a short mail.
    """
    if head.defects:
        return False
    values = head.values("from"), head.values("subject")
    return all(len(found) <= 1 for found in values) and all(
        len(value) <= MAX_SEEN and b"=?" not in value and b"\\" not in value and is_printable(value)
        for found in values
        for value in map(unfold, found)
    )


def is_printable(value: bytes) -> bool:
    """Tell whether the bytes are printable ASCII."""
    return value.isascii() and value.decode("ascii").isprintable()


def look(head: Head) -> SecondView:
    """Return what mail-parser shows for From and Subject; all other fields are left out, they cost and say nothing."""
    block = b"".join(
        name.encode() + b": " + value[:MAX_SEEN] + b"\r\n"
        for name, value in head.fields
        if name in ("from", "subject")
    )
    try:
        message = message_from_bytes(block + b"\r\n")
        senders = [
            address for _, address in reader().utils.get_addresses(message["from"]) if address
        ]
        subject = str(reader().get_header(message, "subject"))
        return SecondView(senders[0].lower() if len(senders) == 1 else None, subject)
    except Exception:  # noqa: BLE001 five undocumented kinds were seen; its opinion is optional
        return SecondView(has_failed=True)


@cache
def reader() -> Any:  # noqa: ANN401 the vendor ships no types
    """Return the vendor's module with its loggers silenced: they write subjects and addresses."""
    logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)
    import mailparser.utils

    return mailparser


def comparable(text: str, raw: bytes) -> str:
    """Return the part of a subject that both readers must show: the second one deletes raw 8-bit characters."""
    shown = "".join(one_line(text).split()).casefold()
    return (
        shown
        if raw.isascii()
        else "".join(char for char in shown if char.isascii() and char.isalnum())
    )

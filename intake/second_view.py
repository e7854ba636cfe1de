"""A second reader of the header block and of odd trees of parts (mail-parser), behind its own guard.

It never decides who the sender is. Where it sees another sender than the gate, nobody is believed: two readers
that differ are how a forged mail shows one name to the check and another to the person.
"""

from __future__ import annotations

import logging
import re
from binascii import a2b_base64, a2b_qp
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import cache
from typing import Any
from unicodedata import is_normalized

from intake.defects import Defect
from intake.encoded_words import MAX_SHOWN, one_line
from intake.headers import Head, unfold
from intake.structure import EMBEDDED, Part, Structure
from privacy.messages import Sender

MAX_SEEN = 4_000  # bytes of From and Subject each; one megabyte of encoded words costs the second reader 8 s
MAX_COMPARED = (
    1_000_000  # bytes of a whole message; of larger ones the parts are not looked at twice
)
# Encoded words that every reader decodes alike.
WORD = re.compile(
    rb"(?<![^ \t])=\?utf-8\?"
    rb"(?:b\?((?:[a-z0-9+/]{4})*(?:[a-z0-9+/]{2}==|[a-z0-9+/]{3}=)?)|q\?((?:[!-<>@-~]|=[0-9a-f]{2})*))"
    rb"\?=(?![^ \t])",
    re.IGNORECASE,
)
NOT_BY_THE_BOOK = "\n"
MEANT_BY_ADDRESSES = frozenset('<>@,;:"()[]')
SHOWN = frozenset(("text/plain", "text/html"))
# A tree without these is cut by every reader in the same way.
ODD_TREES = frozenset(
    (
        *(Defect.NO_BOUNDARY, Defect.BOUNDARY_NEVER_FOUND, Defect.MULTIPART_NOT_CLOSED),
        *(Defect.MULTIPART_ENCODED, Defect.DUPLICATE_CONTENT_TYPE),
        *(Defect.DUPLICATE_TRANSFER_ENCODING, Defect.TOO_MANY_PARTS, Defect.NESTED_TOO_DEEP),
    )
)


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
    """Tell whether From and Subject are such that no two readers can differ: one of each, printable ASCII, no escape,
    encoded words by the book or none. Asking would cost as much as the whole parse of a short mail.
    """
    if head.defects:
        return False
    senders, subjects = head.values("from"), head.values("subject")
    if len(senders) > 1 or len(subjects) > 1:
        return False
    return all(map(says_one_thing, map(unfold, senders + subjects))) and all(
        MEANT_BY_ADDRESSES.isdisjoint(words_in(unfold(value))) for value in senders
    )


def says_one_thing(value: bytes) -> bool:
    """Tell whether a value is printable ASCII whose encoded words, where it has any, are all by the book."""
    if len(value) > MAX_SEEN or b"\\" in value or not is_printable(value):
        return False
    if b"=?" not in value:
        return True
    words = words_in(value)
    return (
        len(value) <= MAX_SHOWN
        and words.isprintable()
        and "=?" not in words
        and is_normalized("NFC", words)  # the second reader puts accents together
    )


def words_in(value: bytes) -> str:
    """Return what the encoded words of a value say; a line break, which nobody can have meant, where one of them
    is not by the book (RFC 2047): whole, between blanks, and utf-8 by itself.
    """
    if b"=?" not in value:
        return ""
    if b"=?" in WORD.sub(b" ", value):
        return NOT_BY_THE_BOOK
    try:
        return "".join(
            (a2b_base64(base64) if base64 else a2b_qp(quoted, header=True)).decode()
            for base64, quoted in WORD.findall(value)
        )
    except (ValueError, UnicodeError):
        return NOT_BY_THE_BOOK


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


def compare_parts(raw: bytes, structure: Structure) -> list[Defect]:
    """Return the defect when the second reader finds another number of texts; it is asked about odd trees only.

    It reads the words of embedded messages as the sender's own, so mail that holds some cannot be compared.
    """
    odd = any(defect in ODD_TREES for defect in structure.defects)
    if not odd or len(raw) > MAX_COMPARED or EMBEDDED in structure.types:
        return []
    try:
        view = reader().parse_from_bytes(raw)
        seen = len(view.text_plain) + len(view.text_html)
    except Exception:  # noqa: BLE001 its opinion is optional
        return [Defect.SECOND_VIEW_FAILED]
    ours = sum(is_shown(raw, part) for part in structure.parts)
    return [Defect.SECOND_VIEW_PARTS] if seen != ours else []


def is_shown(raw: bytes, part: Part) -> bool:
    """Tell whether a part is text that a mail program shows in its place."""
    if part.content_type not in SHOWN or part.disposition.value == "attachment":
        return False
    parameters = {**part.disposition.parameters, **part.content.parameters}
    is_named = "filename" in parameters or "name" in parameters
    return raw[part.start : part.end] != b"" and (
        not is_named or part.disposition.value == "inline"
    )

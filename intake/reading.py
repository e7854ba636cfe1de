"""From the leaves of a message to its text, its attachments and the messages inside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from intake.attachments import describe
from intake.charset import codec_of, decode_text
from intake.defects import Defect
from intake.flowed import join_flowed
from intake.marked_spans import MarkedSpan
from intake.markup import html_to_text
from intake.structure import EMBEDDED, Part, Structure
from intake.transfer import decode_transfer
from privacy.messages import Attachment

MAX_TEXT = 200_000  # characters of one message; the raw bytes stay
MAX_BODY = 4_000_000  # bytes of one text part that are decoded
MAX_ATTACHMENTS = 100
MAX_EMBEDDED = 20
NOT_BODY_TEXT = frozenset(
    (
        "text/calendar",
        "text/csv",
        "text/css",
        "text/vcard",
        "text/x-vcard",
        "text/directory",
        "text/xml",
        "text/x-amp-html",
        "text/rfc822-headers",
        "text/rtf",
        "text/enriched",
        "text/javascript",
    )
)
OPAQUE = {
    "application/pkcs7-mime": Defect.SMIME_OPAQUE,
    "application/x-pkcs7-mime": Defect.SMIME_OPAQUE,
    "application/pgp-encrypted": Defect.ENCRYPTED,
}


@dataclass(slots=True)
class Piece:
    """Text of one part: where it stands among alternatives, the spans its markup names, and what it was."""

    text: str
    is_html: bool
    alternatives: tuple[int, ...]
    marked: tuple[MarkedSpan, ...] = ()


@dataclass(slots=True)
class Reading:
    """Everything that the leaves of one message hold, in reading order."""

    pieces: list[Piece] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    embedded: list[bytes] = field(default_factory=list)
    charsets: list[str] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    hidden_characters: int = 0

    def text(self) -> tuple[str, tuple[MarkedSpan, ...]]:
        """Return the pieces as one text, and the spans that the markup named."""
        text, marked = "", list[MarkedSpan]()
        for piece in self.pieces:
            if not piece.text.strip():
                continue
            text += "\n\n" if text else ""
            marked += [span.moved(len(text)) for span in piece.marked]
            text += piece.text
        if len(text) > MAX_TEXT:
            self.defects.append(Defect.TEXT_TOO_LONG)
            text = text[:MAX_TEXT]
        return text, tuple(span for span in marked if span.start < len(text))


def read_parts(raw: bytes, structure: Structure) -> Reading:
    """Return what the parts hold. Plain text goes before its HTML alternative; nothing is opened or unpacked."""
    reading = Reading(defects=list(structure.defects))
    html: list[tuple[int, Part, bytes]] = []  # kept back until all plain text is known
    for part in structure.parts:
        content, defect = decode_transfer(raw[part.start : part.end], part.encoding)
        if defect is not None:
            reading.defects.append(defect)
        if part.content_type == EMBEDDED:
            keep_embedded(reading, content)
        elif not is_body_text(part):
            keep_attachment(reading, part, content)
        elif part.content_type == "text/html":
            html.append((len(reading.pieces) + len(html), part, content))
            reading.digests.append(digest_of_text(content))
        else:
            keep_plain(reading, part, content)
    keep_html(reading, html)
    return reading


def is_body_text(part: Part) -> bool:
    """Tell whether a part is text to be read where it stands, not a file."""
    kind = part.content_type
    if not kind.startswith("text/") or kind in NOT_BODY_TEXT:
        return False
    if part.disposition.value == "attachment":
        return False
    return "filename" not in part.disposition.parameters and "name" not in part.content.parameters


def keep_embedded(reading: Reading, content: bytes) -> None:
    reading.digests.append(digest_of_text(content))
    if len(reading.embedded) < MAX_EMBEDDED:
        reading.embedded.append(content)
    elif Defect.TOO_MANY_NESTED_MESSAGES not in reading.defects:
        reading.defects.append(Defect.TOO_MANY_NESTED_MESSAGES)


def keep_attachment(reading: Reading, part: Part, content: bytes) -> None:
    if len(reading.attachments) >= MAX_ATTACHMENTS:
        if Defect.TOO_MANY_ATTACHMENTS not in reading.defects:
            reading.defects.append(Defect.TOO_MANY_ATTACHMENTS)
        return
    attachment, defects = describe(part, content, len(reading.attachments) + 1)
    reading.attachments.append(attachment)
    reading.digests.append(attachment.sha256.encode())
    reading.defects += defects
    if part.content_type in OPAQUE:
        reading.defects.append(OPAQUE[part.content_type])


def keep_plain(reading: Reading, part: Part, content: bytes) -> None:
    reading.digests.append(digest_of_text(content))
    text = read_text(reading, part, content)
    if part.content.parameters.get("format", "").lower() == "flowed":
        deletes = part.content.parameters.get("delsp", "").lower() == "yes"
        text = join_flowed(text, delete_space=deletes)
    reading.pieces.append(Piece(text, is_html=False, alternatives=part.alternatives))


def keep_html(reading: Reading, html: list[tuple[int, Part, bytes]]) -> None:
    """Add the HTML parts of which there is no plain alternative, each at its place."""
    plain = {
        number for piece in reading.pieces if piece.text.strip() for number in piece.alternatives
    }
    for place, part, content in html:
        if not plain.isdisjoint(part.alternatives):
            reading.pieces.insert(place, Piece("", is_html=True, alternatives=()))
            continue
        found = html_to_text(read_text(reading, part, content))
        reading.hidden_characters += found.hidden_characters
        reading.defects += found.defects
        reading.pieces.insert(place, Piece(found.text, True, part.alternatives, found.marked))  # noqa: FBT003


def read_text(reading: Reading, part: Part, content: bytes) -> str:
    """Return the text of a part with LF line ends; the rung of the charset ladder is kept."""
    if len(content) > MAX_BODY:
        reading.defects.append(Defect.TEXT_TOO_LONG)
        content = content[:MAX_BODY].rpartition(b"\n")[0] or content[:MAX_BODY]
    declared = part.content.parameters.get("charset", "")
    text, rung = decode_text(content, declared)
    reading.charsets.append(rung)
    if declared and not codec_of(declared)[1]:
        reading.defects.append(Defect.CHARSET_UNKNOWN)
    elif declared and rung.startswith(("replaced", "detected", "fallback")):
        reading.defects.append(Defect.CHARSET_WRONG)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def digest_of_text(content: bytes) -> bytes:
    """Return a hash that line ends and blanks at the end cannot change: doors and stores rewrite those."""
    return sha256(content.replace(b"\r\n", b"\n").rstrip()).digest()

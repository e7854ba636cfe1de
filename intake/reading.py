"""From the leaves of a message to its text, its attachments and the messages inside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from intake.attachments import describe, unlike
from intake.charset import codec_of, decode_text
from intake.containers import Opener, file_part
from intake.defects import Defect
from intake.flowed import join_flowed
from intake.headers import cut_head
from intake.hidden import might_hide
from intake.inline_blocks import take_blocks
from intake.marked_spans import MarkedSpan
from intake.markup import HtmlText, html_to_text
from intake.structure import EMBEDDED, Part, Structure
from intake.versions import (
    MAX_COMPARED,
    differ,
    is_far_longer,
    is_html_source,
    looks_the_same,
    words_of,
)
from privacy.messages import Attachment

MAX_TEXT = 200_000  # characters of one message; the raw bytes stay
MAX_BODY = 4_000_000  # bytes of one text part that are decoded
MAX_ATTACHMENTS = 100
MAX_EMBEDDED = 20
MAX_COMPARISONS = 20  # HTML parts that are held against their plain alternatives
MAX_READ_FILES = 10  # attached texts that are read
HTML = frozenset(("text/html", "text/enriched"))
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
        "text/javascript",
    )
)
MESSAGE_FILE = ".eml"
FIELDS_OF_A_MESSAGE = frozenset(("from", "subject", "date", "received", "message-id"))


@dataclass(slots=True)
class Piece:
    """Text of one part: where it stands among alternatives, the spans its markup names, and what it was.

    `is_other` marks the version of an alternative that is shown below the text and not read as the writer's words.
    """

    text: str
    is_html: bool
    alternatives: tuple[int, ...]
    marked: tuple[MarkedSpan, ...] = ()
    is_other: bool = False


@dataclass(slots=True)
class Reading:
    """Everything that the leaves of one message hold, in reading order."""

    pieces: list[Piece] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    embedded: list[bytes] = field(default_factory=list)
    charsets: list[str] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    types: tuple[str, ...] = ()
    hidden_characters: int = 0

    def text(self) -> tuple[str, tuple[MarkedSpan, ...]]:
        """Return the pieces as one text, and the spans that the markup named."""
        text, marked = "", list[MarkedSpan]()
        for piece in self.pieces:
            if piece.is_other or not piece.text.strip():
                continue
            text += "\n\n" if text else ""
            marked += [span.moved(len(text)) for span in piece.marked]
            text += piece.text
        if len(text) > MAX_TEXT:
            self.defects.append(Defect.TEXT_TOO_LONG)
            text = text[:MAX_TEXT]
        return text, tuple(span for span in marked if span.start < len(text))

    def other_versions(self) -> str:
        """Return the versions of alternatives that are not read, as one text."""
        return "\n\n".join(piece.text for piece in self.pieces if piece.is_other)[:MAX_TEXT]


def read_parts(raw: bytes, structure: Structure) -> Reading:
    """Return what the parts hold. Plain text goes before its HTML alternative, unless they differ."""
    reading = Reading()
    opener = Opener()
    html: list[tuple[int, Part, bytes]] = []  # kept back until all plain text is known
    for part, content in opener.leaves(raw, structure):
        if part.content_type == EMBEDDED:
            keep_embedded(reading, content)
        elif not is_body_text(part):
            keep_attachment(reading, part, content)
        elif part.content_type in HTML:
            html.append((len(reading.pieces) + len(html), part, content))
            reading.digests.append(digest_of_text(content))
        else:
            keep_plain(reading, part, content)
    keep_html(reading, html)
    reading.types = structure.types + tuple(opener.types)
    reading.defects = [*structure.defects, *opener.defects, *reading.defects]
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
    is_read = sum(known.text is not None for known in reading.attachments) < MAX_READ_FILES
    number = len(reading.attachments) + 1
    attachment, defects = describe(part, content, number=number, is_read=is_read)
    reading.attachments.append(unlike(reading.attachments, attachment))
    reading.digests.append(attachment.sha256.encode())
    reading.defects += defects
    if part.content_type == "message/partial" or (
        attachment.name.lower().endswith(MESSAGE_FILE) and is_message(content)
    ):
        keep_embedded(reading, content)


def is_message(content: bytes) -> bool:
    """Tell whether a file is a mail that somebody saved: two fields that every mail has, and a body."""
    head = cut_head(content, 0, len(content))
    return len(FIELDS_OF_A_MESSAGE.intersection(field.name for field in head.fields)) > 1


def keep_plain(reading: Reading, part: Part, content: bytes) -> None:
    reading.digests.append(digest_of_text(content))
    text = read_text(reading, part, content)
    if is_html_source(text):
        reading.defects.append(Defect.HTML_IN_PLAIN_TEXT)
        keep_found(reading, html_to_text(text), part, len(reading.pieces))
        return
    if part.content.parameters.get("format", "").lower() == "flowed":
        deletes = part.content.parameters.get("delsp", "").lower() == "yes"
        text = join_flowed(text, delete_space=deletes)
    taken = take_blocks(text)
    reading.defects += taken.defects
    if not any(piece.text.strip() == taken.text.strip() for piece in reading.pieces[-1:]):
        reading.pieces.append(Piece(taken.text, is_html=False, alternatives=part.alternatives))
    for block in taken.blocks:
        keep_attachment(reading, file_part(block.name, block.content_type), block.content)


def keep_html(reading: Reading, html: list[tuple[int, Part, bytes]]) -> None:
    """Add the HTML parts, each at its place; one that only repeats its plain alternative adds nothing."""
    plain = [piece for piece in reading.pieces if piece.text.strip() and piece.alternatives]
    for number, (place, part, content) in enumerate(html):
        rivals = [p for p in plain if not set(p.alternatives).isdisjoint(part.alternatives)]
        text = read_text(reading, part, content)
        if rivals and number < MAX_COMPARISONS:
            keep_alternative(reading, text, part, place, rivals)
            continue
        found = html_to_text(text)
        if content.strip() and not found.text:
            reading.defects.append(Defect.HTML_WITHOUT_TEXT)
        keep_found(reading, found, part, place).is_other = bool(rivals)


def keep_alternative(
    reading: Reading, html: str, part: Part, place: int, rivals: list[Piece]
) -> None:
    """Add an HTML part that has plain alternatives: nothing where it repeats them."""
    plain = "\n".join(rival.text[:MAX_COMPARED] for rival in rivals)
    if looks_the_same(plain, html) and not might_hide(html):
        reading.pieces.insert(place, Piece("", is_html=True, alternatives=()))
        return
    settle(reading, keep_found(reading, html_to_text(html), part, place), rivals, plain)


def keep_found(reading: Reading, found: HtmlText, part: Part, place: int) -> Piece:
    reading.hidden_characters += found.hidden_characters
    reading.defects += found.defects
    piece = Piece(found.text, is_html=True, alternatives=part.alternatives, marked=found.marked)
    reading.pieces.insert(place, piece)
    return piece


def settle(reading: Reading, html: Piece, rivals: list[Piece], plain: str) -> None:
    """Decide between two versions of one text: the same words are kept once; of different ones the longer is read."""
    is_longer = is_far_longer(html.text, plain)
    if not is_longer:
        words, found = words_of(plain), words_of(html.text)
        if not differ(words, found):
            html.text, html.marked = "", ()
            return
        is_longer = found.total() > words.total()
    reading.defects.append(Defect.ALTERNATIVES_DIFFER)
    for other in rivals if is_longer else [html]:
        other.is_other = True


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

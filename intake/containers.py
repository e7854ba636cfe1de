"""Opens parts that hold other parts in a form of their own: signed S/MIME, winmail.dat, an encoded multipart.

Nothing is verified, decrypted or unpacked beyond that; what cannot be opened stays a file, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from intake.cms import Envelope, open_cms
from intake.defects import Defect
from intake.headers import Head, cut_head
from intake.parameters import Parameterised
from intake.structure import MAX_PARTS, NO_DISPOSITION, Part, Structure, walk
from intake.tnef import Tnef, read_tnef
from intake.transfer import decode_transfer

MAX_DEPTH = 4  # containers inside each other
MAX_OPENED = 20  # in one message
CMS_TYPES = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime"))
TNEF_TYPES = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
TNEF_NAME = "winmail.dat"
SEALS = {
    "application/pgp-encrypted": Defect.ENCRYPTED,
    "application/pgp-signature": Defect.PGP_SIGNED,
    "application/pkcs7-signature": Defect.SMIME_SIGNED,
    "application/x-pkcs7-signature": Defect.SMIME_SIGNED,
    "message/partial": Defect.MESSAGE_PARTIAL,
    "message/external-body": Defect.EXTERNAL_BODY,
    "text/calendar": Defect.CALENDAR,
}
ENVELOPES = {
    Envelope.SIGNED: Defect.SMIME_SIGNED,
    Envelope.ENCRYPTED: Defect.ENCRYPTED,
    Envelope.UNKNOWN: Defect.SMIME_OPAQUE,
}
NO_HEAD = Head((), 0, 0, ())
Leaf = tuple[Part, bytes]


class Opener:
    """Walks over the leaves of one message, containers opened; `types` are those of the parts found inside."""

    def __init__(self) -> None:
        self.defects: list[Defect] = []
        self.types: list[str] = []
        self.opened = 0

    def leaves(self, raw: bytes, structure: Structure, depth: int = 0) -> Iterator[Leaf]:
        """Yield every leaf in reading order with its decoded content."""
        for part in structure.parts:
            content, fault = decode_transfer(raw[part.start : part.end], part.encoding)
            if fault is not None:
                self.defects.append(fault)
            if part.content_type in SEALS:
                self.defects.append(SEALS[part.content_type])
            yield from self.open(part, content, depth)

    def open(self, part: Part, content: bytes, depth: int) -> Iterator[Leaf]:
        """Yield what a container holds and then the container itself as a file; any other leaf as it is."""
        if depth < MAX_DEPTH and self.opened < MAX_OPENED:
            if part.content_type.startswith("multipart/"):
                yield from self.entity(content, without_encoding(part.head), part, depth)
                return
            if part.content_type in CMS_TYPES or name_of(part).endswith(".p7m"):
                yield from self.envelope(content, part, depth)
            elif part.content_type in TNEF_TYPES or name_of(part) == TNEF_NAME:
                yield from self.winmail(content, part, depth)
        yield part, content

    def envelope(self, content: bytes, part: Part, depth: int) -> Iterator[Leaf]:
        kind, payload = open_cms(content)
        self.defects.append(ENVELOPES[kind])
        if kind is Envelope.SIGNED:
            yield from self.entity(payload, cut_head(payload, 0, len(payload)), part, depth)

    def winmail(self, content: bytes, part: Part, depth: int) -> Iterator[Leaf]:
        found = read_tnef(content)
        self.defects.append(Defect.TNEF if found and found.is_read else Defect.TNEF_UNREAD)
        self.opened += 1
        for leaf in parts_of_tnef(found, part) if found else ():
            yield from self.open(*leaf, depth + 1)

    def entity(self, data: bytes, head: Head, part: Part, depth: int) -> Iterator[Leaf]:
        """Yield the leaves of a MIME entity that stood inside a part; its alternatives get numbers of their own."""
        self.opened += 1
        inner = walk(data, head)
        self.defects += inner.defects
        self.types += inner.types
        first = self.opened * 2 * MAX_PARTS
        parts = tuple(
            replace(
                leaf, alternatives=(*part.alternatives, *(first + n for n in leaf.alternatives))
            )
            for leaf in inner.parts
        )
        yield from self.leaves(data, replace(inner, parts=parts), depth + 1)


def name_of(part: Part) -> str:
    """Return the name that a part carries, in lower case."""
    name = part.disposition.parameters.get("filename") or part.content.parameters.get("name", "")
    return name.strip().lower()


def without_encoding(head: Head) -> Head:
    """Return the header block of content that is decoded already."""
    kept = tuple(field for field in head.fields if field.name != "content-transfer-encoding")
    return Head(kept, 0, 0, ())


def parts_of_tnef(found: Tnef, part: Part) -> Iterator[Leaf]:
    """Yield the body of a winmail.dat, plain text before HTML, and its files."""
    body = ("text/plain", found.plain) if found.plain else ("text/html", found.html)
    if body[1] is not None:
        content, charset = body[1]
        stated = Parameterised(body[0], {"charset": charset})
        yield Part(NO_HEAD, stated, NO_DISPOSITION, 0, 0, part.alternatives), content
    for file in found.files:
        yield file_part(file.name, "application/octet-stream"), file.content


def file_part(name: str, content_type: str) -> Part:
    """Return a part for a file that stood in no part of its own."""
    disposition = Parameterised("attachment", {"filename": name})
    return Part(NO_HEAD, Parameterised(content_type), disposition, 0, 0)

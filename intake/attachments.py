"""Attachments are kept, never opened: a name that is safe to show, a type by the first bytes, a size, a hash."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

from intake.defects import Defect
from intake.encoded_words import decode_words, one_line
from intake.parameters import Parameterised
from intake.structure import Part
from privacy.messages import Attachment

MAX_NAME = 120  # characters; every file system takes that in any script
SNIFFED = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"{\\rtf", "application/rtf"),
    (b"x\x9f\x3e\x22", "application/ms-tnef"),
)
# Containers: the bytes say less than the declared type of a family of formats.
CONTAINERS = {
    "application/zip": ("openxml", "opendocument", "zip", "epub", "java-archive", "octet-stream"),
    "application/x-ole-storage": ("msword", "ms-", "octet-stream"),
    "application/gzip": ("gzip", "x-tar", "octet-stream"),
}
EXTENSIONS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "application/zip": "zip",
    "text/calendar": "ics",
    "text/plain": "txt",
    "text/html": "html",
    "message/rfc822": "eml",
    "application/pkcs7-mime": "p7m",
    "application/pgp-encrypted": "asc",
}
# Categories Cc, Cf, Co, Cs: controls, and what reorders or hides text; Zl, Zp: line ends.
UNSAFE_CATEGORIES = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))
UNSAFE = re.compile(r'[<>:"|?*]')
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def describe(part: Part, content: bytes, number: int) -> tuple[Attachment, list[Defect]]:
    """Return the attachment that a part is, and what was odd about it; `number` names it when it has no name."""
    declared = part.content_type
    shown_type = sniff(content, declared)
    given = given_name(part)
    name = safe_name(given) or f"attachment-{number}.{EXTENSIONS.get(shown_type, 'bin')}"
    defects = [Defect.ATTACHMENT_NAME_CLEANED] if given and name != given else []
    if shown_type not in (declared, "application/octet-stream") and is_contradiction(declared):
        defects.append(Defect.ATTACHMENT_TYPE_DIFFERS)
    attachment = Attachment(
        name=name, content_type=shown_type, size=len(content), sha256=sha256(content).hexdigest()
    )
    return attachment, defects


def given_name(part: Part) -> str:
    """Return the name that the sender gave, from the places where mailers put it."""
    return (
        name_in(part.disposition, "filename")
        or name_in(part.content, "name")
        or one_line(part.head.first("content-location").decode("ascii", "replace"))
    )


def name_in(field: Parameterised, parameter: str) -> str:
    name = field.parameters.get(parameter, "")
    return decode_words(name) if "=?" in name else name


def safe_name(name: str) -> str:
    """Return a name for people to see and to save under; empty when nothing of it is left.

    No folders, no controls, no characters that turn the reading direction, no reserved device names.
    """
    if name.isascii() and name.isprintable():
        text = name
    else:
        normal = unicodedata.normalize("NFC", name)
        text = "".join(c for c in normal if unicodedata.category(c) not in UNSAFE_CATEGORIES)
    text = text.replace("\\", "/").rpartition("/")[2]
    text = UNSAFE.sub("_", text).strip(" .")
    if RESERVED.fullmatch(text):
        text = f"_{text}"
    if len(text) <= MAX_NAME:
        return text
    stem, dot, extension = text.rpartition(".")
    keeps_extension = bool(dot) and len(extension) <= 10  # noqa: PLR2004 longer is no extension
    return f"{stem[: MAX_NAME - 12]}.{extension}" if keeps_extension else text[:MAX_NAME]


def sniff(content: bytes, declared: str) -> str:
    """Return the type that the first bytes show, else the declared one."""
    for magic, found in SNIFFED:
        if content.startswith(magic):
            family = CONTAINERS.get(found, ())
            return declared if any(word in declared for word in family) else found
    return declared


def is_contradiction(declared: str) -> bool:
    """Tell whether the declared type claimed something at all."""
    return declared not in (
        "application/octet-stream",
        "text/plain",
        "application/x-pdf",
        "image/jpg",
    )

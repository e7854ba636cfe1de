"""Attachments are kept, never opened: a name that is safe to show, a type by the first bytes, a size, a hash."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from hashlib import sha256

from intake.attached_text import words_of_file
from intake.deception import hides_characters, mixes_scripts
from intake.defects import Defect
from intake.encoded_words import decode_words, one_line
from intake.parameters import Parameterised
from intake.structure import Part
from privacy.messages import Attachment

MAX_NAME, MAX_NAME_BYTES = 120, 240  # characters, and bytes in utf-8: every file system takes that
LONGEST_EXTENSION = 10
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
RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE
)


def describe(
    part: Part, content: bytes, *, number: int, is_read: bool
) -> tuple[Attachment, list[Defect]]:
    """Return the attachment that a part is, and what was odd about it; `number` names it when it has no name.

    With `is_read` the words of a small text file are kept beside it.
    """
    declared = part.content_type
    shown_type = sniff(content, declared)
    given = given_name(part)
    name = safe_name(given) or f"attachment-{number}.{EXTENSIONS.get(shown_type, 'bin')}"
    defects = [Defect.ATTACHMENT_NAME_CLEANED] if given and name != given else []
    defects += deceptions(given)
    if shown_type not in (declared, "application/octet-stream") and is_contradiction(declared):
        defects.append(Defect.ATTACHMENT_TYPE_DIFFERS)
    attachment = Attachment(
        name=name,
        content_type=shown_type,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        declared_type=declared,
        text=words_of_file(part, name, content) if is_read and shown_type == declared else None,
    )
    return attachment, defects


def deceptions(name: str) -> list[Defect]:
    """Return in which ways a name shows something else than it is."""
    found = []
    if hides_characters(name):
        found.append(Defect.ATTACHMENT_NAME_HIDES_CHARACTERS)
    if mixes_scripts(name):
        found.append(Defect.ATTACHMENT_NAME_MIXES_SCRIPTS)
    return found


def unlike(others: list[Attachment], attachment: Attachment) -> Attachment:
    """Return the attachment under a name that none of the others has, upper and lower case alike."""
    taken = {other.name.casefold() for other in others}
    stem, dot, extension = attachment.name.rpartition(".")
    if not stem:
        stem, dot, extension = attachment.name, "", ""
    name, number = attachment.name, 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem} ({number}){dot}{extension}"
    return replace(attachment, name=name)


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
    return shortened(text)


def shortened(name: str) -> str:
    """Return the name cut to its limits; a real extension stays."""
    if len(name) <= MAX_NAME and len(name.encode()) <= MAX_NAME_BYTES:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > LONGEST_EXTENSION:
        stem, dot, extension = name, "", ""
    room = MAX_NAME_BYTES - len(f"{dot}{extension}".encode())
    stem = stem[: MAX_NAME - LONGEST_EXTENSION - 2 if dot else MAX_NAME]
    return stem.encode()[:room].decode(errors="ignore") + dot + extension


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

"""Files and seals that stand inside plain text: uuencoded files, PGP armour (RFC 4880 section 6.2)."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from intake.defects import Defect

MAX_BLOCKS = 50
BEGIN = re.compile(r"begin [0-7]{3,4} (\S.{0,200})")
UU_END = ("`", " ", "")
ARMOUR = "-----BEGIN PGP "
MESSAGE, SIGNED, SIGNATURE = "PGP MESSAGE-----", "PGP SIGNED MESSAGE-----", "PGP SIGNATURE-----"
MAX_ARMOUR_HEADERS = 10


@dataclass(frozen=True, slots=True)
class Block:
    """A file that stood in the text."""

    name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Taken:
    """The text without the blocks, and the blocks."""

    lines: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def take_blocks(text: str) -> Taken:
    """Return the text without uuencoded files and PGP armour; what is no complete block stays. One pass."""
    if "\nbegin " not in text and not text.startswith("begin ") and ARMOUR not in text:
        return Taken(text.split("\n"))
    taken = Taken()
    lines = text.split("\n")
    armour_ends = {n for n, line in enumerate(lines) if line.startswith("-----END PGP ")}
    last_end = max(armour_ends, default=-1)
    at = 0
    while at < len(lines):
        after = at
        if len(taken.blocks) < MAX_BLOCKS:
            if lines[at].startswith("begin "):
                after = take_uu(taken, lines, at)
            elif lines[at].startswith(ARMOUR) and at < last_end:
                after = take_armour(taken, lines, at, armour_ends)
        if after == at:
            taken.lines.append(lines[at])
            after = at + 1
        at = after
    return taken


def take_uu(taken: Taken, lines: list[str], at: int) -> int:
    """Keep the uuencoded file that begins here; return the line after it, or `at` when there is none."""
    opening = BEGIN.fullmatch(lines[at].rstrip())
    if opening is None:
        return at
    content: list[bytes] = []
    for number in range(at + 1, len(lines)):
        line = lines[number]
        if line.rstrip() == "end":
            name = opening[1].strip()
            taken.blocks.append(Block(name, "application/octet-stream", b"".join(content)))
            taken.defects.append(Defect.UUENCODED_FILE)
            return number + 1
        decoded = b"" if line in UU_END else uu_line(line)
        if decoded is None:
            return at
        content.append(decoded)
    return at


def uu_line(line: str) -> bytes | None:
    """Return the bytes of one uuencoded line, None when it is none: its first character says how long it is."""
    size = (ord(line[0]) - 32) & 63
    if (
        not (line.isascii() and " " <= line[0] <= "`")
        or len(line.rstrip()) > (size + 2) // 3 * 4 + 2
    ):
        return None
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        return None


def take_armour(taken: Taken, lines: list[str], at: int, ends: set[int]) -> int:
    """Keep an armoured block as a file; of a clear-signed text only the frame goes."""
    if lines[at].rstrip().endswith(SIGNED):
        taken.defects.append(Defect.PGP_SIGNED)
        return after_armour_headers(lines, at)
    kinds = {
        MESSAGE: ("encrypted-message.asc", "application/pgp-encrypted", Defect.ENCRYPTED),
        SIGNATURE: ("signature.asc", "application/pgp-signature", Defect.PGP_SIGNED),
    }
    for ending, (name, content_type, defect) in kinds.items():
        if lines[at].rstrip().endswith(ending):
            last = next(number for number in range(at + 1, len(lines)) if number in ends)
            content = "\n".join(lines[at : last + 1]).encode()
            taken.blocks.append(Block(name, content_type, content))
            taken.defects.append(defect)
            return last + 1
    return at


def after_armour_headers(lines: list[str], at: int) -> int:
    """Return the line after "Hash: SHA256" and the blank line that ends such headers."""
    for number in range(at + 1, min(at + 1 + MAX_ARMOUR_HEADERS, len(lines))):
        if not lines[number].strip():
            return number + 1
    return at + 1

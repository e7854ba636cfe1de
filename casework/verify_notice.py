"""Checks a proof of notice with Python's own library alone: python3 verify.py PROOF.zip PUBLIC_KEY_IN_HEX.

It travels inside the proof. It says whether the owner of the key signed exactly this list of files (Ed25519, RFC 8032
section 5.1.7), whether each file is as listed, whether the trail of events is whole, and whether each Owner's line says
what its days say. It ends with 0 when all of it holds.
"""

from __future__ import annotations

import hashlib
import json
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # extended coordinates: X, Y, Z, T
NEUTRAL: Point = (0, 1, 1, 0)
FULL_DAYS = 30
FIRST_LINK = "0" * 64
OWNER = "owner"
APART = ("left", "cancelled")
MOST_AT_ONCE = 1 << 20


def main(words: list[str]) -> int:
    """Check the file and say what was found; returns 0 when all of it holds."""
    if len(words) != 2:  # noqa: PLR2004 - a file and a key
        say("usage: python3 verify.py PROOF.zip PUBLIC_KEY_IN_HEX")
        return 2
    try:
        with zipfile.ZipFile(words[0]) as archive:
            problems = list(problems_of(archive, bytes.fromhex(words[1])))
            told = archive.read("summary.txt").decode() if not problems else ""
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        say(f"cannot be checked: {type(error).__name__}")
        return 1
    for problem in problems:
        say(f"WRONG: {problem}")
    if not problems:
        say(told)
        say("Checked: signature, files, trail and every Owner's line hold.")
    return 1 if problems else 0


def problems_of(archive: zipfile.ZipFile, public_key: bytes) -> Iterator[str]:
    """Yield what is wrong with a proof."""
    manifest = archive.read("MANIFEST")
    signature = bytes.fromhex(archive.read("SIGNATURE").decode())
    if not is_signed(public_key, signature, manifest):
        yield "the owner of this key has not signed this proof"
    yield from changed_files(archive, manifest)
    notice = json.loads(archive.read("notice.json"))
    yield from _trail(notice)
    yield from _owners(archive, notice)


def is_signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether this is the signature of the key's owner under the message (RFC 8032 section 5.1.7)."""
    if len(signature) != 64:  # noqa: PLR2004 - a point and a number of 32 bytes each
        return False
    key, point = _decode(public_key), _decode(signature[:32])
    number = int.from_bytes(signature[32:], "little")
    if key is None or point is None or number >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    factor = int.from_bytes(digest, "little") % ORDER
    return _same(_times(number, BASE), _add(point, _times(factor, key)))


def changed_files(archive: zipfile.ZipFile, manifest: bytes) -> Iterator[str]:
    """Yield what is not as the manifest lists it."""
    listed = dict(line.split("  ", 1)[::-1] for line in manifest.decode().splitlines())
    names = [entry.filename for entry in archive.infolist()]
    if sorted(names) != sorted([*listed, "MANIFEST", "SIGNATURE"]):
        yield "a file is missing, or there is one that was not signed"
    for name, digest in listed.items():
        if name in names and _hash(archive, name) != digest:
            yield f"{name} is not as it was signed"


def _hash(archive: zipfile.ZipFile, name: str) -> str:
    found = hashlib.sha256()
    with archive.open(name) as file:
        while part := file.read(MOST_AT_ONCE):
            found.update(part)
    return found.hexdigest()


def _trail(notice: dict[str, Any]) -> Iterator[str]:
    """Each link covers the one before, so that none can be changed, taken out or moved."""
    previous = FIRST_LINK
    for place, event in enumerate(notice["trail"]):
        payload = bytes.fromhex(event["salt"]) + event["payload"].encode()
        digest = hashlib.sha256(payload).hexdigest()
        parts = [notice["notice_id"], event["kind"], event["at"], event["actor"], digest, previous]
        link = hashlib.sha256("|".join(parts).encode()).hexdigest()
        if event["position"] != place or event["link"] != link:
            yield f"event {place} of the trail was changed"
            return
        previous = link
    if previous != notice["trail_head"]:
        yield "the trail does not end where it should"


def _owners(archive: zipfile.ZipFile, notice: dict[str, Any]) -> Iterator[str]:
    counts = dict.fromkeys(("owners", "contacts", "in_time", "holds"), 0)
    with archive.open("owners.jsonl") as file:
        for line in file:
            owner = json.loads(line)
            if not _says_what_its_days_say(owner):
                yield f"the line of Owner {owner['owner']} contradicts itself"
            counts["owners" if owner["role"] == OWNER else "contacts"] += 1
            counts["in_time"] += owner["in_time"]
            counts["holds"] += owner["holds"]
    if counts != notice["counts"]:
        yield "the number of Owners is not the one that was counted"


def _says_what_its_days_say(owner: dict[str, Any]) -> bool:
    owed = owner["role"] == OWNER and owner["state"] not in APART
    told, effective = owner["told_on"], date.fromisoformat(owner["effective_on"])
    days = None if told is None else (effective - date.fromisoformat(told)) // timedelta(days=1) - 1
    enough = owner["state"] == "joined" or (days is not None and days >= FULL_DAYS)
    holds = owed and not enough and owner["decided_by"] is None
    said = (owner["days_before"], owner["in_time"], owner["holds"])
    return said == (days, owed and enough, holds)


def _decode(octets: bytes) -> Point | None:
    """Return the point that 32 bytes name (RFC 8032 section 5.1.3), None where they name none."""
    if len(octets) != 32:  # noqa: PLR2004 - the length of a point
        return None
    number = int.from_bytes(octets, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(factor: int, point: Point) -> Point:
    found = NEUTRAL
    while factor:
        if factor & 1:
            found = _add(found, point)
        point = _add(point, point)
        factor >>= 1
    return found


def _same(one: Point, other: Point) -> bool:
    return not (
        (one[0] * other[2] - other[0] * one[2]) % P or (one[1] * other[2] - other[1] * one[2]) % P
    )


def _base() -> Point:
    point = _decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    if point is None:
        raise ValueError("the base point is on the curve")
    return point


BASE = _base()


def say(line: str) -> None:
    """Write a line to the terminal, without anything that could command it."""
    sys.stdout.write("".join(c if c.isprintable() or c == "\n" else "?" for c in line) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

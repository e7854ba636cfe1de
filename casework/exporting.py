"""A whole case in one signed file, and the check of such a file: the same case gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from casework.case_file import case_file
from casework.case_marks import telling_of
from casework.drafts import Actor
from casework.named_cases import case_named
from casework.signed_zip import plain_entry
from privacy.audit import AuditEvent, AuditKind
from privacy.case_file import (
    MANIFEST,
    SIGNATURE,
    Manifest,
    differences,
    read_manifest,
    write_manifest,
)
from privacy.errors import Permanent
from storage.audit import append
from storage.database import Database
from storage.sealing import KeyRing
from storage.signing import is_signed, public_key_of, sign

MOST_FILES = 20_000


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What a file says of itself, and what is wrong with it; nothing where it is as it was signed."""

    manifest: Manifest
    problems: tuple[str, ...]


def export_case(
    database: Database,
    reference: str,
    write: Callable[[bytes], None],
    *,
    redacted: bool,
    by: tuple[Actor, datetime],
) -> int:
    """Hand the signed file of a case over to `write`, record it in the trail, and return its size in bytes.

    Nothing is recorded where `write` fails. Raises Permanent for a case that is not there.
    """
    actor, now = by
    with database.transaction() as transaction:
        case = case_named(transaction, reference)
        files = case_file(transaction, case, telling_of(case, redacted=redacted))
        packed = pack(files, database.keys, case=case.reference, redacted=redacted)
        event = AuditEvent(
            chain=case.case_id,
            kind=AuditKind.CASE_EXPORTED,
            at=now,
            actor=str(actor),
            payload={"redacted": redacted, "files": len(files)},
        )
        append(transaction, [event])
        write(packed)
    return len(packed)


def pack(files: Mapping[str, bytes], ring: KeyRing, *, case: str, redacted: bool) -> bytes:
    """Return the files with their signed manifest as a zip file, without any trace of when or where it was made."""
    public_key = public_key_of(ring).hex()
    manifest = write_manifest(files, case=case, redacted=redacted, public_key=public_key)
    signature = sign(ring, manifest).hex().encode() + b"\n"
    whole = {MANIFEST: manifest, SIGNATURE: signature, **files}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # packers differ
        for name, content in whole.items():
            archive.writestr(plain_entry(name), content)
    return packed.getvalue()


def verify(packed: bytes, public_key: bytes) -> Verified:
    """Return what the file says and whether the owner of this key signed it. Raises Permanent for one that is no export."""
    files = _unpack(packed)
    try:
        content, signature = files.pop(MANIFEST), files.pop(SIGNATURE)
        manifest = read_manifest(content)
    except (KeyError, ValueError):
        raise Permanent("the file is no export of a case") from None
    problems = differences(manifest, files)
    if not is_signed(public_key, _from_hex(signature), content):
        problems.insert(0, "signed by nobody whom we know")
    return Verified(manifest=manifest, problems=tuple(problems))


def _unpack(packed: bytes) -> dict[str, bytes]:
    """Only what is not compressed is read, and no name twice: what comes out is no larger than what came in."""
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            entries = archive.infolist()
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise Permanent("the file is no export of a case")
            if len(entries) > MOST_FILES or len({one.filename for one in entries}) < len(entries):
                raise Permanent("the file is no export of a case")
            return {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError, OSError):
        raise Permanent("the file is damaged, or no export of a case") from None


def _from_hex(signature: bytes) -> bytes:
    try:
        return bytes.fromhex(signature.decode("ascii"))
    except ValueError:
        return b""

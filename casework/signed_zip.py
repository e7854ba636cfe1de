"""Writes a signed zip file part by part: the same content gives the same bytes, and no part has to fit into memory."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from privacy.notice_proof import manifest_of
from storage.sealing import KeyRing
from storage.signing import sign

MANIFEST = "MANIFEST"
SIGNATURE = "SIGNATURE"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first instant that a zip file knows: it says nothing
OWNER_ONLY = 0o100600 << 16
UNIX = 3


class SignedZip:
    """A zip file that is being written, with the hash of each part; nothing in it tells when or where it was made."""

    def __init__(self, file: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)  # packers differ
        self._digests: list[tuple[str, str]] = []

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """Write one file of these parts."""
        digest = hashlib.sha256()
        with self._archive.open(_entry(name), "w", force_zip64=True) as file:
            for part in parts:
                digest.update(part)
                file.write(part)
        self._digests.append((name, digest.hexdigest()))

    def sign(self, ring: KeyRing) -> None:
        """Write the list of the files and the desk's signature over it, and end the file."""
        manifest = manifest_of(self._digests)
        self._archive.writestr(_entry(MANIFEST), manifest)
        self._archive.writestr(_entry(SIGNATURE), sign(ring, manifest).hex())
        self._archive.close()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=EPOCH)
    entry.external_attr, entry.create_system = OWNER_ONLY, UNIX
    return entry

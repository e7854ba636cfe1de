"""Writes a signed zip file part by part: the same content gives the same bytes, and no part has to fit into memory."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from privacy.notice_proof import MANIFEST, SIGNATURE, manifest_of
from storage.sealing import KeyRing
from storage.signing import sign

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first instant that a zip file knows: it says nothing
OWNER_ONLY = 0o100600 << 16
UNIX = 3


class Packing:
    """A zip file that is being written; `digests` has the SHA-256 of each part so far, by its name."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.digests: dict[str, str] = {}

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """Write one file of these parts."""
        digest = hashlib.sha256()
        with self._archive.open(plain_entry(name), "w", force_zip64=True) as file:
            for part in parts:
                digest.update(part)
                file.write(part)
        self.digests[name] = digest.hexdigest()


@contextmanager
def signed_zip(file: BinaryIO, ring: KeyRing) -> Iterator[Packing]:
    """Yield what takes the parts; the list of them and the desk's signature over it come last."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # packers differ
        packing = Packing(archive)
        yield packing
        manifest = manifest_of(packing.digests.items())
        archive.writestr(plain_entry(MANIFEST), manifest)
        archive.writestr(plain_entry(SIGNATURE), sign(ring, manifest).hex())


def plain_entry(name: str) -> zipfile.ZipInfo:
    """Return the entry of a file for its owner alone, which tells no day and no machine."""
    entry = zipfile.ZipInfo(name, date_time=EPOCH)
    entry.external_attr, entry.create_system = OWNER_ONLY, UNIX
    return entry

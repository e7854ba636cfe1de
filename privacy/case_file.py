"""The manifest of an exported case: which files belong to it, with their hashes, and whose signature stands under it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

FORMAT = "rightsdesk-case-file/1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What an export says of itself. `public_key` is the hexadecimal Ed25519 key (RFC 8032) of who signed it."""

    case: str
    redacted: bool
    public_key: str
    hashes: Mapping[str, str]


def write_manifest(
    files: Mapping[str, bytes], *, case: str, redacted: bool, public_key: str
) -> bytes:
    """Return the manifest over these files: the same bytes for the same files, in whatever order they come."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    said = {
        "format": FORMAT,
        "case": case,
        "redacted": redacted,
        "public_key": public_key,
        "sha256": hashes,
    }
    return json.dumps(said, sort_keys=True, indent=1).encode() + b"\n"


def read_manifest(content: bytes) -> Manifest:
    """Return what a manifest says. Raises ValueError for one that is none of this format."""
    said = json.loads(content)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise ValueError("not a manifest of this format")
    hashes = said.get("sha256")
    if not isinstance(hashes, dict) or not all(isinstance(one, str) for one in hashes.values()):
        raise ValueError("a manifest without hashes")
    return Manifest(
        case=str(said.get("case")),
        redacted=said.get("redacted") is True,
        public_key=str(said.get("public_key")),
        hashes=hashes,
    )


def differences(manifest: Manifest, files: Mapping[str, bytes]) -> list[str]:
    """Return what is not as the manifest says: files that are missing, were changed, or do not belong."""
    missing = [f"missing: {name}" for name in manifest.hashes if name not in files]
    strange = [f"does not belong: {name}" for name in files if name not in manifest.hashes]
    changed = [
        f"changed: {name}"
        for name, content in files.items()
        if name in manifest.hashes and hashlib.sha256(content).hexdigest() != manifest.hashes[name]
    ]
    return sorted([*missing, *strange, *changed])

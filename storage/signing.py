"""The signature of this desk (Ed25519, RFC 8032): its key follows from the key ring, so that every export has the same."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from storage.sealing import KeyRing


def public_key_of(ring: KeyRing) -> bytes:
    """Return the 32 bytes by which anybody can check what this desk has signed."""
    return _key(ring).public_key().public_bytes_raw()


def sign(ring: KeyRing, content: bytes) -> bytes:
    """Return the signature of 64 bytes, the same for the same content."""
    return _key(ring).sign(content)


def is_signed(public_key: bytes, signature: bytes, content: bytes) -> bool:
    """Say whether the owner of this key has signed exactly this content; bytes that are no key or signature never."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _key(ring: KeyRing) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(ring.signing_seed())

"""Personal data is sealed: a data key for each owner (a message, a case), itself wrapped by the key ring.

AES-256-GCM throughout, with the owner's id and the column as associated data, so that a sealed value opens in its
own place only. An owner whose wrapped key is deleted is erased: its bytes stay, and nobody can read them.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy.errors import Permanent
from storage.failures import CannotUnseal, KeyMissing

KEY_BYTES = 32
NONCE_BYTES = 12
# Addresses and domains are compared without regard to case, so their look-up keys are as well.
_CASELESS = frozenset({"address", "domain", "lead", "suppressed"})


@dataclass(frozen=True, kw_only=True)
class WrappedKey:
    """A data key as it is stored: sealed by the ring's key `ring_key`."""

    ring_key: str
    wrapped: bytes = field(repr=False)


class KeyRing:
    """The keys that wrap data keys, by name, and the secret behind keyed look-ups. Does no input or output by itself.

    `reread` gives the ring as it is kept now: where keys were changed while this program runs, a name that it does not
    know is looked for there, before anything is taken for lost.
    """

    def __init__(
        self,
        key_encryption_keys: Mapping[str, bytes],
        current: str,
        lookup_secret: bytes,
        *,
        reread: Callable[[], KeyRing] | None = None,
    ) -> None:
        """Take keys of 32 bytes; `current` wraps new data keys. Raises Permanent for a ring that cannot work."""
        if current not in key_encryption_keys:
            raise Permanent("key ring: the current key is not in the ring")
        if any(len(key) != KEY_BYTES for key in (*key_encryption_keys.values(), lookup_secret)):
            raise Permanent("key ring: every key has 32 bytes")
        self.current = current
        self._keys = dict(key_encryption_keys)
        self._ciphers = {name: AESGCM(key) for name, key in key_encryption_keys.items()}
        self._lookup_secret = lookup_secret
        self._reread = reread

    def __repr__(self) -> str:
        """Name the current key, never the keys."""
        return f"KeyRing(current={self.current!r})"

    @property
    def names(self) -> frozenset[str]:
        """The names of the keys in the ring."""
        return frozenset(self._keys)

    def lookup_key(self, kind: str, value: str | bytes) -> bytes:
        """Return 32 bytes that stand for the value in look-ups: equal for equal values of one kind, else useless.

        Values of the kinds that are addresses or domains are compared without regard to case.
        """
        if isinstance(value, str):
            folded = value.strip().lower() if kind in _CASELESS else value
            value = folded.encode("utf-8", "surrogatepass")
        return hmac.digest(self._lookup_secret, kind.encode() + b"\0" + value, "sha256")

    def wrap(self, owner: UUID, data_key: bytes) -> WrappedKey:
        """Return the data key of this owner, wrapped by the current key."""
        nonce, name = os.urandom(NONCE_BYTES), self.current
        wrapped = nonce + self._ciphers[name].encrypt(nonce, data_key, b"data-key|" + owner.bytes)
        return WrappedKey(ring_key=name, wrapped=wrapped)

    def unwrap(self, owner: UUID, key: WrappedKey) -> bytes:
        """Return the data key of this owner.

        Raises CannotUnseal for a damaged one, KeyMissing where the ring lacks its key: that owner is not erased.
        """
        if key.ring_key not in self._ciphers and self._reread is not None:
            self._adopt(self._reread())
        cipher = self._ciphers.get(key.ring_key)
        if cipher is None:
            raise KeyMissing(f"key ring: the key {key.ring_key!r} is not in the ring")
        return _decrypt(cipher, key.wrapped, b"data-key|" + owner.bytes)

    def _adopt(self, newer: KeyRing) -> None:
        """Take the keys that came since; a file in which a known key is another one is not a newer state of this one."""
        theirs = newer._keys
        same = newer._lookup_secret == self._lookup_secret
        if not same or any(theirs.get(name, key) != key for name, key in self._keys.items()):
            raise KeyMissing("key ring: the key file is another one than at the start")
        self._keys = self._keys | theirs
        self._ciphers = {name: AESGCM(key) for name, key in self._keys.items()}
        self.current = newer.current  # last: whoever wraps meanwhile finds its key

    def signing_seed(self) -> bytes:
        """Return the secret behind this desk's signature; it is no look-up key, for those have a NUL after their kind."""
        return hmac.digest(self._lookup_secret, b"rightsdesk: seed of the signing key", "sha256")

    def proofs(self) -> dict[str, bytes]:
        """Return for each key of the ring what shows that a database was made with it, and nothing else."""
        proofs = {f"key:{name}": _proof(key) for name, key in self._keys.items()}
        return proofs | {"lookup": _proof(self._lookup_secret)}


class Vault:
    """The data keys that one transaction has in use; ciphers are made once per owner."""

    def __init__(self, ring: KeyRing) -> None:
        self.ring = ring
        self._ciphers: dict[UUID, AESGCM] = {}

    def __contains__(self, owner: object) -> bool:
        """Whether the owner's key is at hand."""
        return owner in self._ciphers

    def make_key(self, owner: UUID) -> WrappedKey:
        """Return a new key for this owner, wrapped; it is in use from now on."""
        data_key = os.urandom(KEY_BYTES)
        self._ciphers[owner] = AESGCM(data_key)
        return self.ring.wrap(owner, data_key)

    def open_key(self, owner: UUID, key: WrappedKey) -> None:
        """Take a stored key into use; one that is damaged is left out. Raises KeyMissing where the ring lacks its key."""
        try:
            self._ciphers[owner] = AESGCM(self.ring.unwrap(owner, key))
        except CannotUnseal:
            self._ciphers.pop(owner, None)

    def take_over(self, earlier: Vault, owner: UUID) -> None:
        """Take the owner's key into use as an earlier transaction opened it; one that it had not is left out."""
        if owner in earlier:
            self._ciphers[owner] = earlier._ciphers[owner]

    def forget(self, owner: UUID) -> None:
        """Drop the owner's key from use."""
        self._ciphers.pop(owner, None)

    def seal(self, owner: UUID, column: str, content: bytes) -> bytes:
        """Return the content sealed for this owner and column."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher(owner).encrypt(nonce, content, owner.bytes + column.encode())

    def unseal(self, owner: UUID, column: str, sealed: bytes) -> bytes:
        """Return the content; raises CannotUnseal when the key is gone or the bytes were changed."""
        return _decrypt(self._cipher(owner), sealed, owner.bytes + column.encode())

    def seal_text(self, owner: UUID, column: str, text: str) -> bytes:
        """Seal any text, lone surrogates included."""
        return self.seal(owner, column, text.encode("utf-8", "surrogatepass"))

    def unseal_text(self, owner: UUID, column: str, sealed: bytes) -> str:
        """Return the text exactly as it was sealed; raises CannotUnseal."""
        return self.unseal(owner, column, sealed).decode("utf-8", "surrogatepass")

    def _cipher(self, owner: UUID) -> AESGCM:
        try:
            return self._ciphers[owner]
        except KeyError:
            raise CannotUnseal("the key of this record is erased or cannot be opened") from None


def _decrypt(cipher: AESGCM, sealed: bytes, associated: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except (InvalidTag, ValueError):
        raise CannotUnseal("the sealed bytes were changed or belong elsewhere") from None


def _proof(key: bytes) -> bytes:
    return hmac.digest(key, b"rightsdesk: this database was made with this key", "sha256")

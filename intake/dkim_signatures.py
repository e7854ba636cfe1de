"""Which DKIM signatures may count at all: read and refused before any key is asked for (RFC 6376, stricter)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

MAX_SIGNATURES = 5  # more: none is looked at
MAX_FIELD = 8_000  # bytes of one signature field
MAX_SIGNED_NAMES = 200  # in h=; each costs the vendor a walk over the header block
MAX_KEY = 800  # characters of p=; RSA with 4,096 bits has 736, and an attacker chooses the cost of a longer one
ALGORITHMS = {b"rsa-sha256": b"rsa", b"ed25519-sha256": b"ed25519"}  # rsa-sha1 is gone (RFC 8301)
CANONICALIZATIONS = (b"simple", b"relaxed")
STRICTER = frozenset(
    ("dkim-length-limited", "dkim-does-not-sign-from-and-subject", "dkim-signature-too-long")
)
CLOCKS_DIFFER = 36_000  # seconds that a signer's clock may be wrong

DOMAIN = re.compile(
    rb"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
SELECTOR = re.compile(
    rb"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)*"
)
BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
NUMBER = re.compile(rb"\d{1,12}")
LONG_BLANKS = re.compile(rb"\s{100}")  # the vendor's search for b= is quadratic in them
BLANKS = re.compile(rb"\s+")

Tags = dict[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a signature counts as none, and whose it claims to be (empty: not known).

    `by_our_rules` marks a signature that the standard would let pass: it says nothing against the mail.
    """

    code: str
    domain: str = ""
    by_our_rules: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that may count: its field as it stands, its tags, who signed and what."""

    name: bytes
    value: bytes = field(repr=False)
    tags: Tags = field(repr=False)
    domain: str
    names: tuple[bytes, ...]

    @property
    def key_name(self) -> str:
        """The DNS name of the public key."""
        return f"{self.tags[b's'].decode('ascii').lower()}._domainkey.{self.domain}"

    @property
    def identity(self) -> str:
        """The domain of i=, by default that of d=."""
        return (
            self.tags.get(b"i", b"@" + self.tags[b"d"]).rpartition(b"@")[2].decode("ascii").lower()
        )


def read_signature(
    name: bytes, value: bytes, header_names: frozenset[bytes], received_at: datetime
) -> Signature | Refusal:
    """Return the signature, or why it counts as none.

    `value` is the field as it stands in the message; `header_names` are those of the message, in lower case.
    """
    if len(value) > MAX_FIELD or LONG_BLANKS.search(value):
        return Refusal("dkim-signature-too-long", by_our_rules=True)
    tags = read_tags(value)
    if tags is None or not is_whole(tags):
        return Refusal("dkim-signature-not-readable")
    names = tuple(part.strip().lower() for part in tags[b"h"].split(b":"))
    domain = tags[b"d"].decode("ascii").lower()
    refusal = refuse(tags, names, header_names, received_at)
    if refusal:
        return Refusal(refusal, domain, by_our_rules=refusal in STRICTER)
    return Signature(name, value, tags, domain, names)


def read_tags(value: bytes) -> Tags | None:
    """Return a tag list (RFC 6376 section 3.2); None when it is malformed or a tag is there twice."""
    tags: Tags = {}
    for piece in value.strip().removesuffix(b";").split(b";"):
        key, equals, content = piece.partition(b"=")
        if not equals or not key.strip().replace(b"_", b"").isalnum() or key.strip() in tags:
            return None
        tags[key.strip()] = content.strip()
    return tags


def is_whole(tags: Tags) -> bool:
    """Tell whether every tag that is needed is there and in its form (RFC 6376 section 3.5)."""
    if not {b"a", b"b", b"bh", b"d", b"h", b"s"} <= tags.keys():
        return False
    domain, identity = tags[b"d"].lower(), tags.get(b"i", b"@" + tags[b"d"]).lower()
    canonicalization = tags.get(b"c", b"simple").split(b"/")
    return bool(
        DOMAIN.fullmatch(domain)
        and SELECTOR.fullmatch(tags[b"s"].lower())
        and (b"." + identity.rpartition(b"@")[2]).endswith(b"." + domain)
        and DOMAIN.fullmatch(identity.rpartition(b"@")[2])
        and len(canonicalization) in {1, 2}
        and set(canonicalization) <= set(CANONICALIZATIONS)
        and all(BASE64.fullmatch(BLANKS.sub(b"", tags[name])) for name in (b"b", b"bh"))
        and all(NUMBER.fullmatch(tags[name]) for name in (b"t", b"x") if name in tags)
    )


def refuse(
    tags: Tags, names: tuple[bytes, ...], header_names: frozenset[bytes], received_at: datetime
) -> str | None:
    """Return the code of the first reason for which a whole signature does not count."""
    at = received_at.timestamp()
    believed = {b"from", b"subject"} & (header_names | {b"from"})
    rows = (
        (tags.get(b"v", b"1") != b"1", "dkim-signature-not-readable"),
        (tags.get(b"q", b"dns/txt") != b"dns/txt", "dkim-signature-not-readable"),
        (tags[b"a"] not in ALGORITHMS, "dkim-weak-algorithm"),
        # Text may be appended behind the length that is signed.
        (b"l" in tags, "dkim-length-limited"),
        # What a reader believes first must be what was signed.
        (not believed <= set(names), "dkim-does-not-sign-from-and-subject"),
        (len(names) > MAX_SIGNED_NAMES, "dkim-signature-too-long"),
        (int(tags.get(b"x", b"9" * 12)) < at, "dkim-expired"),
        (int(tags.get(b"t", b"0")) > at + CLOCKS_DIFFER, "dkim-from-the-future"),
    )
    return next((reason for hit, reason in rows if hit), None)


def refuse_key(records: tuple[str, ...], signature: Signature) -> str | None:
    """Return why the key record may not be used (RFC 6376 section 3.6.1), None for a usable one."""
    if not records:
        return "dkim-no-key"
    tags = read_tags(records[0].encode("ascii", "replace"))
    if len(records) > 1 or tags is None or tags.get(b"v", b"DKIM1") != b"DKIM1":
        return "dkim-key-not-readable"
    flags = {flag.strip() for flag in tags.get(b"t", b"").split(b":")}
    services = {service.strip() for service in tags.get(b"s", b"*").split(b":")}
    hashes = {name.strip() for name in tags.get(b"h", b"sha256").split(b":")}
    rows = (
        (not tags.get(b"p"), "dkim-key-revoked"),
        (len(tags.get(b"p", b"")) > MAX_KEY, "dkim-key-too-long"),
        (tags.get(b"k", b"rsa") != ALGORITHMS[signature.tags[b"a"]], "dkim-key-of-another-kind"),
        (not {b"*", b"email"} & services or b"sha256" not in hashes, "dkim-key-of-another-kind"),
        # The owner only tries it out: as good as unsigned.
        (b"y" in flags, "dkim-key-in-test"),
        (b"s" in flags and signature.identity != signature.domain, "dkim-key-for-the-domain-only"),
    )
    return next((reason for hit, reason in rows if hit), None)

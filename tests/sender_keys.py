"""Real signing keys, and a DNS in memory that publishes them: nothing leaves the process."""

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from privacy.errors import Retryable
from privacy.ports import RecordKind

SELECTOR = "s"
ARC_FIELDS = ("ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal")


class MemoryDns:
    """Answers from a table; `silent` names get no answer at all, and every question is written down."""

    def __init__(self, records=None):
        self.records = dict(records or {})
        self.silent = set()
        self.asked = []

    def publish(self, name, *texts, kind=RecordKind.TXT):
        self.records[name, kind] = texts

    def look_up(self, name, kind):
        self.asked.append((name, kind))
        if name in self.silent or "*" in self.silent:
            raise Retryable("the DNS did not answer")
        return self.records.get((name.lower().rstrip("."), kind), ())

    def look_ahead(self, questions):
        """Nothing to do: look_up knows it all."""


@cache
def rsa_key(_domain, bits=2048):
    """Return a key of a domain; made once, for it takes long."""
    return rsa.generate_private_key(65537, bits)


def public_record(key):
    """Return what the DNS publishes of a key."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        public = key.public_key().public_bytes_raw()
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(public).decode()}"
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def private_text(key):
    """Return a key in the form that the signing library takes."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return base64.b64encode(key.private_bytes_raw())
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


class Signer:
    """Signs for one domain with a real key that is published in the given DNS."""

    def __init__(self, domain, dns, *, key=None, selector=SELECTOR):
        self.domain = domain
        self.selector = selector
        self.key = key or rsa_key(domain)
        self._private = private_text(self.key)
        dns.publish(f"{selector}._domainkey.{domain}", public_record(self.key))

    def field(self, raw, **options):
        """Return the DKIM-Signature field of a mail; raises what the library raises."""
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            options["signature_algorithm"] = b"ed25519-sha256"
        domain = options.pop("domain", self.domain).encode()
        return dkim.sign(raw, self.selector.encode(), domain, self._private, **options)

    def sign(self, raw, **options):
        """Return the mail with its signature on top; a mail that cannot be signed stays as it is."""
        try:
            return self.field(raw, **options) + raw
        except dkim.DKIMException:
            return raw

    def sign_with(self, raw, **tags):
        """Return the mail with a signature that has further tags (t, x, i and the like), really signed."""
        signer = dkim.DKIM(raw)
        names = [n for n in (b"from", b"subject", b"to", b"date") if n in known_names(signer)]
        body = dkim.CanonicalizationPolicy.from_c_value(b"relaxed/relaxed").canonicalize_body(
            signer.body
        )
        signer.hasher = dkim.HASH_ALGORITHMS[b"rsa-sha256"]
        fields = {
            "v": "1", "a": "rsa-sha256", "c": "relaxed/relaxed", "d": self.domain,
            "s": self.selector, "h": ":".join(name.decode() for name in names),
            "bh": base64.b64encode(signer.hasher(body).digest()).decode(), "b": "",
        }  # fmt: skip
        last = fields.pop("b")
        pairs = [(k.encode(), v.encode()) for k, v in {**fields, **tags, "b": last}.items()]
        value = signer.gen_header(
            pairs,
            names,
            dkim.CanonicalizationPolicy.from_c_value(b"relaxed/relaxed"),
            b"DKIM-Signature",
            dkim.parse_pem_private_key(self._private),
        )
        return b"DKIM-Signature: " + value + raw

    def seal(self, raw, results, *, instance=1, validation="none", hidden=False):
        """Return the mail with an ARC set of this domain on top (RFC 8617), really signed.

        `hidden` puts the number behind another tag, where a field should begin with it.
        """
        key = dkim.parse_pem_private_key(self._private)
        relaxed = dkim.CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
        sealer = dkim.ARC(raw)
        sealer.hasher = dkim.HASH_ALGORITHMS[b"rsa-sha256"]
        _, before = sealer.sorted_arc_headers()
        sets = [pair for _, pair in before]
        body = base64.b64encode(sealer.hasher(relaxed.canonicalize_body(sealer.body)).digest())
        number, common = str(instance).encode(), self.domain.encode()
        written = []

        def write(name, value):
            sets.insert(0, (name, value))
            sealer.headers = relaxed.canonicalize_headers([(name, value)]) + sealer.headers
            written.insert(0, name + b": " + value)

        lead = b"x=1; " * hidden
        results = lead + b"i=" + number + b"; " + results.encode() + b"\r\n"
        write(b"ARC-Authentication-Results", results)
        names = [n for n in (b"from", b"subject", b"to", b"date") if n in known_names(sealer)]
        begin = [(b"i", number), (b"a", b"rsa-sha256")][:: -1 if hidden else 1]
        signature = [
            *begin, (b"c", b"relaxed/relaxed"), (b"d", common),
            (b"s", self.selector.encode()), (b"h", b":".join(names)), (b"bh", body), (b"b", b"0" * 60),
        ]  # fmt: skip
        write(
            b"ARC-Message-Signature",
            sealer.gen_header(signature, names, relaxed, b"ARC-Message-Signature", key),
        )
        seal = [
            *begin, (b"cv", validation.encode()), (b"d", common),
            (b"s", self.selector.encode()), (b"b", b"0" * 60),
        ]  # fmt: skip
        sealed = [name.lower() for name, _ in reversed(sets)]
        write(b"ARC-Seal", sealer.gen_header(seal, sealed, relaxed, b"ARC-Seal", key))
        return b"".join(written) + raw


def known_names(signer):
    """Return the names of a mail's header fields in lower case."""
    return {name.lower() for name, _ in signer.headers}

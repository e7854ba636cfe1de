"""DKIM signatures, checked by the vendor on our own cut of the message (RFC 6376); the one home of that vendor."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from intake.dkim_signatures import (
    MAX_SIGNATURES,
    Refusal,
    Signature,
    read_signature,
    refuse_key,
)
from intake.headers import Head
from privacy.errors import Retryable
from privacy.ports import NameService, RecordKind

MIN_KEY_BITS = 1024  # RFC 8301 section 3.2
RUN_OF_BLANKS = re.compile(rb"[ \t]+")
LINE_END = re.compile(rb"\r?\n")


@dataclass(frozen=True, slots=True)
class Signed:
    """What became of one signature: a word of RFC 8601, the domain that signed, and why it does not count."""

    value: str
    domain: str = ""
    note: str | None = None


@dataclass(slots=True)
class SignedMail:
    """A message for the vendor: header fields as it reads them, and the body that we cut off.

    The body never goes through the vendor's own reader, which needs a hundred bytes for each line.
    """

    fields: list[list[bytes]]
    _body: bytes = field(repr=False)
    _relaxed: bytes | None = field(default=None, repr=False)

    @property
    def names(self) -> frozenset[bytes]:
        """The names of the header fields in lower case."""
        return frozenset(name.lower() for name, _ in self.fields)

    def named(self, name: bytes) -> list[list[bytes]]:
        """The fields of a name, top first."""
        return [pair for pair in self.fields if pair[0].lower() == name]

    def body(self, *, relaxed: bool) -> bytes:
        """The body with CRLF; for relaxed canonicalization with single blanks.

        The vendor takes time quadratic in a run of blanks; to shorten them first changes no relaxed hash
        (RFC 6376 section 3.4.4).
        """
        if not relaxed:
            return self._body
        if self._relaxed is None:
            self._relaxed = RUN_OF_BLANKS.sub(b" ", self._body)
        return self._relaxed


def open_mail(raw: bytes, head: Head) -> SignedMail | None:
    """Return the message for the vendor, None when it reads no header block there."""
    body = raw[head.body_at :]
    if body.count(b"\n") != body.count(b"\r\n"):
        body = LINE_END.sub(b"\r\n", body)
    fields = guarded(lambda: vendor().DKIM(raw[head.start : head.body_at]).headers)
    return None if fields is None else SignedMail(fields, body)


def signatures_of(mail: SignedMail, received_at: datetime) -> list[Signature | Refusal]:
    """Return the signatures of a mail, each as itself or as why it does not count."""
    fields = mail.named(b"dkim-signature")
    if len(fields) > MAX_SIGNATURES:
        return [Refusal("dkim-too-many-signatures", by_our_rules=True)]
    return [read_signature(name, value, mail.names, received_at) for name, value in fields]


def verify_signatures(
    mail: SignedMail, signatures: Sequence[Signature | Refusal], dns: NameService
) -> list[Signed]:
    """Return what became of the signatures, in the given order; the first one that passes ends the work."""
    results = []
    for signature in signatures:
        if isinstance(signature, Refusal):
            value = "policy" if signature.by_our_rules else "permerror"
            results.append(Signed(value, signature.domain, signature.code))
            continue
        results.append(verify_signature(mail, signature, dns))
        if results[-1].value == "pass":
            break
    return results


def verify_signature(mail: SignedMail, signature: Signature, dns: NameService) -> Signed:
    """Return what became of one signature; an unanswered question is no failure."""
    try:
        records = dns.look_up(signature.key_name, RecordKind.TXT)
    except Retryable:
        return Signed("temperror", signature.domain, "dkim-key-not-to-be-had")
    refusal = refuse_key(records, signature)
    if refusal is not None:
        return Signed("permerror", signature.domain, refusal)
    key = records[0].encode("ascii", "replace")
    if guarded(lambda: holds(mail, signature, key)):
        return Signed("pass", signature.domain)
    return Signed("fail", signature.domain, "dkim-does-not-hold")


def holds(mail: SignedMail, signature: Signature, key: bytes) -> bool:
    """Tell whether the signature fits mail and key. Raises whatever the vendor raises."""
    checker = vendor().DKIM(logger=silent(), minkey=MIN_KEY_BITS)
    checker.headers = mail.fields
    checker.body = mail.body(relaxed=signature.tags.get(b"c", b"").endswith(b"/relaxed"))
    field_as_read = (signature.name, signature.value)
    return bool(
        checker.verify_sig(
            dict(signature.tags), list(signature.names), field_as_read, lambda _, **__: key
        )
    )


def guarded(ask: Callable[[], Any]) -> Any:  # noqa: ANN401 the vendor ships no types
    """Return what the vendor says, None when it breaks: ten undocumented kinds of errors come from mail and keys."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 a signature on which the checker breaks does not hold
        return None


def vendor() -> Any:  # noqa: ANN401 it ships no types
    """Return the vendor's module, loaded at its first use."""
    import dkim

    return dkim


def silent() -> logging.Logger:
    """Return a logger that writes nothing: the vendor's lines hold domains and signatures."""
    logger = logging.getLogger("dkimpy")
    logger.setLevel(logging.CRITICAL + 1)
    return logger

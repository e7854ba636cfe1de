"""ARC (RFC 8617): the word of a listed sealer that saw the mail before a list or a forwarder changed it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from intake.authenticity import read_field
from intake.dkim_signatures import (
    LONG_BLANKS,
    MAX_FIELD,
    MAX_KEY,
    MAX_SIGNED_NAMES,
    Tags,
    read_tags,
)
from intake.dkim_verification import MIN_KEY_BITS, SignedMail, guarded, silent, vendor
from intake.trace import without_comments
from privacy.errors import Retryable
from privacy.ports import NameService, RecordKind

FIELDS = (b"arc-seal", b"arc-message-signature", b"arc-authentication-results")
MAX_SETS = 5
BELIEVED = {b"from", b"subject"}


def is_sealed(mail: SignedMail, domain: str, sealers: Collection[str], dns: NameService) -> bool:
    """Tell whether the newest seal is of a listed sealer, holds, and states a DMARC pass of the domain.

    Without listed sealers nothing is looked at. A question that nobody answers is no seal.
    """
    if not sealers:
        return False
    newest = newest_set(mail)
    if newest is None or not may_count(newest, mail, sealers):
        return False
    if not states_a_pass(newest[FIELDS[2]], domain):
        return False
    try:
        held = chain_that_holds(mail, dns)
    except Retryable:
        return False
    return held is not None and is_same_set(held, newest)


def newest_set(mail: SignedMail) -> Mapping[bytes, bytes] | None:
    """Return the fields of the set with the highest instance, None when there is none or more than is looked at."""
    found = [(name, value) for field in FIELDS for name, value in mail.named(field)]
    if not found or len(found) > MAX_SETS * len(FIELDS):
        return None
    if any(is_costly(value) for _, value in found):
        return None
    numbered = [(instance_of(value), name.lower(), value) for name, value in found]
    if not all(number for number, _, _ in numbered):
        return None  # the vendor finds a number anywhere, and would see another newest set than we
    highest = max(number for number, _, _ in numbered)
    newest = [(name, value) for number, name, value in numbered if number == highest]
    return dict(newest) if len(newest) == len(FIELDS) == len(dict(newest)) else None


def is_costly(value: bytes) -> bool:
    """Tell whether the vendor could need long for a field."""
    return (
        len(value) > MAX_FIELD
        or LONG_BLANKS.search(value) is not None
        or value.count(b":") > MAX_SIGNED_NAMES
    )


def instance_of(value: bytes) -> int:
    """Return the instance that a field states first, 0 for a field without."""
    key, _, number = value.partition(b";")[0].strip().partition(b"=")
    is_number = key.strip() == b"i" and number.strip().isdigit() and len(number.strip()) <= 2  # noqa: PLR2004 at most 50
    return int(number) if is_number else 0


def may_count(newest: Mapping[bytes, bytes], mail: SignedMail, sealers: Collection[str]) -> bool:
    """Tell whether seal and signature are of a listed sealer, and the signature covers what is believed."""
    seal, signature = read_tags(newest[FIELDS[0]]), read_tags(newest[FIELDS[1]])
    if seal is None or signature is None or b"l" in signature:
        return False
    names = {name.strip().lower() for name in signature.get(b"h", b"").split(b":")}
    return (
        domain_of(seal) in sealers
        and domain_of(signature) in sealers
        and (BELIEVED & (mail.names | {b"from"})) <= names
    )


def domain_of(tags: Tags) -> str:
    """Return the domain of d= in lower case."""
    return tags.get(b"d", b"").decode("ascii", "replace").lower()


def states_a_pass(value: bytes, domain: str) -> bool:
    """Tell whether the sealer's results hold exactly one DMARC result, a pass of this domain."""
    text = without_comments(value.decode("ascii", "replace"))
    results = [r for r in read_field(text.partition(";")[2]) if r.method == "dmarc"]
    return [(r.value, r.domains("header.from")) for r in results] == [("pass", {domain})]


def is_same_set(held: Mapping[str, Any], newest: Mapping[bytes, bytes]) -> bool:
    """Tell whether what the vendor verified as newest is what we looked at; two readers must not differ here."""
    results = newest[FIELDS[2]]
    return (
        held["instance"] == instance_of(results)
        and b"".join(held["aar-value"].split()) == b"".join(results.split())
        and held["as-domain"] == (read_tags(newest[FIELDS[0]]) or {}).get(b"d")
        and held["ams-domain"] == (read_tags(newest[FIELDS[1]]) or {}).get(b"d")
    )


def chain_that_holds(mail: SignedMail, dns: NameService) -> Mapping[str, Any] | None:
    """Return the newest set as the vendor read it when every seal and the newest signature hold, else None.

    Raises Retryable when a key is not to be had.
    """
    checker = vendor().ARC(logger=silent(), minkey=MIN_KEY_BITS)
    checker.headers = [list(pair) for pair in mail.fields]
    checker.body = mail.body(relaxed=True)  # the vendor canonicalizes ARC in no other way
    failures: list[Retryable] = []

    def key_of(name: bytes, **_: object) -> bytes | None:
        try:
            return usable_key(name, dns)
        except Retryable as error:
            failures.append(error)
            return None

    verdict = guarded(lambda: checker.verify(dnsfunc=key_of))
    if failures:
        raise failures[0]
    holds = verdict is not None and verdict[0] == b"pass"
    return verdict[1][0] if holds else None


def usable_key(name: bytes, dns: NameService) -> bytes | None:
    """Return a key record of bearable size, None when there is not exactly one."""
    records = dns.look_up(name.decode("ascii", "replace").rstrip("."), RecordKind.TXT)
    tags = read_tags(records[0].encode("ascii", "replace")) if len(records) == 1 else None
    if tags is None or len(tags.get(b"p", b"")) > MAX_KEY:
        return None
    return records[0].encode("ascii", "replace")

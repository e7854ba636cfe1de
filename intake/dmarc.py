"""DMARC by our own small evaluation (RFC 7489): the owner's record, and who is aligned with the domain in From."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from intake.dkim_verification import Signed
from privacy.authenticity import SenderEvidence
from privacy.errors import Retryable
from privacy.ports import NameService, RecordKind

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

VERSION = "v=dmarc1"
POLICIES = frozenset(("none", "quarantine", "reject"))


@dataclass(frozen=True, slots=True)
class Policy:
    """What the owner published: `found`, `none` or `temperror`, and how near a pass must be."""

    standing: str
    strict_dkim: bool = False
    strict_spf: bool = False


@dataclass(frozen=True, slots=True)
class SpfResult:
    """A word of RFC 8601 and the domain that it is about; `asked` is False where the client is not known."""

    value: str = "none"
    domain: str = ""
    asked: bool = False


def organizational_domain(domain: str) -> str:
    """Return the domain below the public suffix (RFC 7489 section 3.2); a public suffix stands for itself.

    A name under a top-level domain that the list does not have counts as registered directly below it.
    """
    return suffixes().privatesuffix(domain) or domain


@cache
def suffixes() -> PublicSuffixList:
    """Return the public suffix list of the installed package; nothing is fetched."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=True)


def policy_names(domain: str) -> tuple[str, ...]:
    """Return the names at which the owner's record may stand, the nearest first."""
    return tuple(dict.fromkeys((f"_dmarc.{domain}", f"_dmarc.{organizational_domain(domain)}")))


def find_policy(domain: str, dns: NameService) -> Policy:
    """Return the owner's policy; two records at one name are none (RFC 7489 section 6.6.3)."""
    for name in policy_names(domain):
        try:
            texts = dns.look_up(name, RecordKind.TXT)
        except Retryable:
            return Policy("temperror")
        records = [text for text in texts if text.strip().lower().startswith(VERSION)]
        if records:
            return read_policy(records[0]) if len(records) == 1 else Policy("none")
    return Policy("none")


def read_policy(text: str) -> Policy:
    """Return the policy of a record; one without a readable p= is none."""
    tags = {
        key.strip().lower(): value.strip().lower()
        for key, equals, value in (piece.partition("=") for piece in text.split(";"))
        if equals
    }
    if tags.get("v") != "dmarc1" or tags.get("p") not in POLICIES:
        return Policy("none")
    return Policy("found", tags.get("adkim") == "s", tags.get("aspf") == "s")


def is_aligned(passed: str, domain: str, *, strict: bool) -> bool:
    """Tell whether a domain that passed is near enough to the one in From (RFC 7489 section 3.1)."""
    if passed == domain:
        return True
    return not strict and organizational_domain(passed) == organizational_domain(domain)


def evidence(
    domain: str, signed: Sequence[Signed], spf: SpfResult, policy: Policy
) -> SenderEvidence:
    """Return what our own look found out about the domain in From."""
    notes = [result.note for result in signed if result.note]
    dmarc = judge(domain, signed, spf, policy)
    if dmarc == "none" and policy.standing == "found" and not spf.asked:
        notes.append("spf-not-asked")
    return SenderEvidence(
        dkim=best_of(signed),
        spf=spf.value,
        dmarc=dmarc,
        dkim_domains=frozenset(result.domain for result in signed if result.value == "pass"),
        spf_domains=frozenset({spf.domain} if spf.value == "pass" else ()),
        stated=frozenset({domain}),
        notes=tuple(dict.fromkeys(notes)),
    )


def judge(domain: str, signed: Sequence[Signed], spf: SpfResult, policy: Policy) -> str:
    """Return the DMARC result; it is a fail only when everything that could pass was looked at."""
    if policy.standing != "found":
        return policy.standing
    near = {
        result.value
        for result in signed
        if not result.domain or is_aligned(result.domain, domain, strict=policy.strict_dkim)
    }
    if is_aligned(spf.domain, domain, strict=policy.strict_spf):
        near.add(spf.value)
    if "pass" in near:
        return "pass"
    if "temperror" in near:
        return "temperror"
    # What only our own stricter rules refuse is no word of the owner against the mail.
    return "fail" if spf.asked and "policy" not in near else "none"


def best_of(signed: Sequence[Signed]) -> str:
    """Return one word for all signatures: pass when one passes, then what is not known, then the first."""
    values = [result.value for result in signed]
    return next((word for word in ("pass", "temperror") if word in values), (values or ["none"])[0])

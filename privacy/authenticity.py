"""How far the domain in From may be believed: one ordered table for what a source found, one for two sources."""

from __future__ import annotations

from dataclasses import dataclass

from privacy.messages import Authenticity, AuthenticityLevel

TEMPORARY = "temperror"


@dataclass(frozen=True, kw_only=True)
class SenderEvidence:
    """What one source says about a mail: our boundary in its field, or our own look at signatures and DNS.

    The three results have the words of RFC 8601. `dkim_domains` and `spf_domains` are those that passed,
    `stated` the domains that the results are about, `sealed` that a listed sealer saw DMARC pass (RFC 8617).
    `notes` are codes of what did not count and why.
    """

    dkim: str = "none"
    spf: str = "none"
    dmarc: str = "none"
    dkim_domains: frozenset[str] = frozenset()
    spf_domains: frozenset[str] = frozenset()
    stated: frozenset[str] = frozenset()
    sealed: bool = False
    notes: tuple[str, ...] = ()


def grade(evidence: SenderEvidence, domain: str | None) -> Authenticity:
    """Return the level of the believed sender's domain; the first row that is hit decides.

    `domain` is that of the one sender that the From gate believes, in lower case; None when it believes nobody.
    Never more than the domain is proved: a mailbox or a person is not (RFC 7489 section 2.4).
    """
    level, reason = next((level, reason) for hit, level, reason in _rows(evidence, domain) if hit)
    return Authenticity(
        checked=True,
        level=level,
        dkim=evidence.dkim,
        spf=evidence.spf,
        dmarc=evidence.dmarc,
        reasons=(reason, *evidence.notes),
    )


def _rows(
    evidence: SenderEvidence, domain: str | None
) -> tuple[tuple[bool, AuthenticityLevel, str], ...]:
    none, weak, aligned = AuthenticityLevel.NONE, AuthenticityLevel.WEAK, AuthenticityLevel.ALIGNED
    passed = evidence.dmarc == "pass"
    temporary = TEMPORARY in (evidence.dkim, evidence.spf, evidence.dmarc)
    return (
        # Without one sender there is nobody whom a result could be about.
        (domain is None, none, "sender-not-believable"),
        # A true result about Mallory's domain says nothing about the domain that is shown.
        (bool(evidence.stated - {domain}), none, "results-for-another-domain"),
        # A list changed the mail; somebody whom the operator trusts saw it pass before (RFC 8617).
        (evidence.sealed, aligned, "sealed-by-listed-sealer"),
        # The domain's owner says: not mine (RFC 7489 section 6.6.2). A later row must not save it.
        (evidence.dmarc == "fail", none, "dmarc-fail"),
        (passed and not evidence.stated, none, "dmarc-pass-without-domain"),
        (passed, aligned, "dmarc-pass"),
        # No word of the owner: only the equal domain is near enough (RFC 7489 section 3.1, strict).
        (domain in evidence.dkim_domains, aligned, "dkim-aligned"),
        (domain in evidence.spf_domains, aligned, "spf-aligned"),
        # Somebody vouches, but not the domain that is shown: a mailing service, a list, or Mallory.
        (bool(evidence.dkim_domains or evidence.spf_domains), weak, "pass-not-aligned"),
        # Not knowing is no failure: the mail is worked, its letter waits for a person.
        (temporary, none, "temporary-failure"),
        (True, none, "no-pass"),
    )


def combine(boundary: Authenticity, own: Authenticity) -> Authenticity:
    """Return one result from our boundary's word and our own look; the first row that is hit decides.

    | boundary | own | result | why |
    |---|---|---|---|
    | any | not made | boundary | nothing to add |
    | not configured | any | own | the only word |
    | any | a listed sealer | own | the boundary sees only that a list changed the mail |
    | DMARC fail | any | boundary | it saw the client's address; we may not have |
    | any | DMARC fail | own | the owner's word, checked by ourselves |
    | aligned | any | boundary | what it saw may have been changed on the way into the mailbox |
    | any | aligned | own | a signature that holds needs no witness |
    | weak | any | boundary | |
    | any | any | own, its reasons before the boundary's | |
    """
    none = AuthenticityLevel.NONE
    rows = (
        (not own.checked, boundary),
        (not boundary.checked, own),
        ("sealed-by-listed-sealer" in own.reasons, own),
        (boundary.dmarc == "fail", boundary),
        (own.dmarc == "fail", own),
        (boundary.level is AuthenticityLevel.ALIGNED, boundary),
        (own.level is AuthenticityLevel.ALIGNED, own),
        (boundary.level is not none, boundary),
        (True, _joined(own, boundary)),
    )
    return next(result for hit, result in rows if hit)


def _joined(own: Authenticity, boundary: Authenticity) -> Authenticity:
    return Authenticity(
        checked=True,
        level=own.level,
        dkim=own.dkim,
        spf=own.spf,
        dmarc=own.dmarc,
        reasons=tuple(dict.fromkeys((*own.reasons, *boundary.reasons))),
    )

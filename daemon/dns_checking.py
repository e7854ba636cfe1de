"""What the DNS says of a domain that we send from: whether mail reaches it and whether others can check its letters."""

from __future__ import annotations

from privacy.errors import Retryable
from privacy.ports import NameService, RecordKind


def describe_domain(domain: str, dns: NameService) -> tuple[str, bool]:
    """Return one line about a domain, and whether all of it is as it should be."""
    policy_name = f"_dmarc.{domain}"
    questions = [
        (domain, RecordKind.MX),
        (domain, RecordKind.TXT),
        (policy_name, RecordKind.TXT),
    ]
    dns.look_ahead(questions)
    try:
        exchangers, texts, policies = (dns.look_up(*question) for question in questions)
    except Retryable:
        return "the DNS cannot be asked at this moment; mail is taken in all the same", False
    found = {
        "MX": bool(exchangers),
        "SPF": _has(texts, "v=spf1"),
        "DMARC": _has(policies, "v=dmarc1"),
    }
    missing = [name for name, is_there in found.items() if not is_there]
    if not missing:
        return "publishes MX, SPF and DMARC", True
    return f"does not publish {', '.join(missing)}: {_consequence(missing)}", False


def _has(texts: tuple[str, ...], version: str) -> bool:
    return any(text.lower().startswith(version) for text in texts)


def _consequence(missing: list[str]) -> str:
    return "no mail can arrive" if "MX" in missing else "others may take our letters for forged"

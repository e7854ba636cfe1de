"""SPF, evaluated by ourselves for mail that came straight to our listener (RFC 7208), within its own limits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

from intake.spf_terms import (
    VERSION,
    Address,
    Record,
    RecordError,
    Term,
    address_macro,
    expand,
    read_record,
)
from privacy.errors import Retryable
from privacy.ports import NameService, RecordKind

# RFC 7208 section 4.6.4
MAX_LOOKUPS = 10
MAX_VOID_LOOKUPS = 2
MAX_NAMES = 10
# What may be asked for: two labels at least, of anything printable that is no syntax of a name.
HOST = re.compile(r"(?=.{1,253}\Z)(?:[!#-,/-?A-Z^-~-]{1,63}\.)+[!#-,/-?A-Z^-~-]{1,63}")


@dataclass(slots=True, kw_only=True)
class Check:
    """One evaluation: whom it is about, and what may still be asked."""

    address: Address
    sender: str = field(repr=False)
    helo: str = field(repr=False)
    dns: NameService
    lookups: int = 0
    void_lookups: int = 0

    def count(self) -> None:
        """Count a term that asks the DNS; raises RecordError at the limit."""
        self.lookups += 1
        if self.lookups > MAX_LOOKUPS:
            raise RecordError

    def ask(self, name: str, kind: RecordKind) -> tuple[str, ...]:
        """Return records; raises RecordError after too many questions without an answer, and Retryable."""
        found = self.dns.look_up(name, kind) if HOST.fullmatch(name) else ()
        if not found:
            self.void_lookups += 1
            if self.void_lookups > MAX_VOID_LOOKUPS:
                raise RecordError
        return found

    def addresses(self, name: str) -> list[Address]:
        """Return the addresses of a name in the family of the client."""
        kind = RecordKind.AAAA if isinstance(self.address, IPv6Address) else RecordKind.A
        return [ip_address(text) for text in self.ask(name, kind)]

    def fill(self, text: str, domain: str) -> str:
        """Return a domain of the record with its macros filled in."""
        if "%" not in text:
            return text.rstrip(".")
        local, _, of_sender = self.sender.rpartition("@")
        values = {
            "s": self.sender,
            "l": local,
            "o": of_sender,
            "d": domain,
            "h": self.helo,
            "i": address_macro(self.address),
            "p": "unknown",
            "v": "ip6" if isinstance(self.address, IPv6Address) else "in-addr",
        }
        return expand(text, values)


def check_spf(client: str, sender: str, helo: str, dns: NameService) -> tuple[str, str]:
    """Return the result as a word of RFC 8601 and the domain that it is about, in lower case.

    `sender` is the envelope's; an empty one is judged by the name that the client gave (RFC 7208 section 2.4).
    """
    mailbox = sender if "@" in sender else f"postmaster@{sender or helo}"
    domain = mailbox.rpartition("@")[2].lower().rstrip(".")
    address = client_address(client)
    if address is None or not HOST.fullmatch(domain):
        return "none", domain
    check = Check(address=address, sender=mailbox, helo=helo, dns=dns)
    try:
        return check_host(check, domain), domain
    except Retryable:
        return "temperror", domain
    except (RecordError, ValueError):
        return "permerror", domain


def client_address(text: str) -> Address | None:
    """Return the client's address; an IPv4 one that was mapped into IPv6 is IPv4."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def check_host(check: Check, domain: str) -> str:
    """Return the result for one domain (RFC 7208 section 4)."""
    record = find_record(check, domain)
    if record is None:
        return "none"
    for term in record.terms:
        if matches(term, check, domain):
            return term.result
    if record.redirect is None or any(term.name == "all" for term in record.terms):
        return "neutral"
    check.count()
    result = check_host(check, check.fill(record.redirect, domain))
    if result == "none":
        raise RecordError
    return result


def find_record(check: Check, domain: str) -> Record | None:
    """Return the one SPF record of a domain; raises RecordError when there are two or it is malformed."""
    if not HOST.fullmatch(domain):
        return None
    found = [text for text in check.dns.look_up(domain, RecordKind.TXT) if VERSION.match(text)]
    if len(found) > 1:
        raise RecordError
    return read_record(found[0]) if found else None


def matches(term: Term, check: Check, domain: str) -> bool:
    """Tell whether a mechanism matches the client."""
    if term.name == "all":
        return True
    if term.name in {"ip4", "ip6"}:
        network = ip_network(f"{term.argument}/{term.bits4}", strict=False)
        return check.address in network
    check.count()
    target = check.fill(term.argument, domain) or domain
    return MECHANISMS[term.name](term, check, target)


def matches_include(_term: Term, check: Check, target: str) -> bool:
    """Section 5.2: only a pass of the other domain matches; no record there is an error."""
    result = check_host(check, target)
    if result == "none":
        raise RecordError
    return result == "pass"


def matches_a(term: Term, check: Check, target: str) -> bool:
    """Section 5.3: an address of the name."""
    return any(is_near(address, term, check) for address in check.addresses(target))


def matches_mx(term: Term, check: Check, target: str) -> bool:
    """Section 5.4: an address of one of at most ten exchangers."""
    names = check.ask(target, RecordKind.MX)
    if len(names) > MAX_NAMES:
        raise RecordError
    return any(is_near(a, term, check) for name in names for a in check.addresses(name))


def matches_exists(_term: Term, check: Check, target: str) -> bool:
    """Section 5.7: any IPv4 address of the name, for clients of either family."""
    return bool(check.ask(target, RecordKind.A))


def matches_ptr(_term: Term, check: Check, target: str) -> bool:
    """Section 5.5: a confirmed name of the client inside the domain; nobody should use it any more."""
    try:
        names = check.ask(check.address.reverse_pointer, RecordKind.PTR)[:MAX_NAMES]
    except Retryable:
        return False
    inside = [name for name in names if f".{name.lower()}".endswith(f".{target.lower()}")]
    return any(check.address in check.addresses(name) for name in inside)


MECHANISMS = {
    "include": matches_include,
    "a": matches_a,
    "mx": matches_mx,
    "exists": matches_exists,
    "ptr": matches_ptr,
}


def is_near(address: Address, term: Term, check: Check) -> bool:
    """Tell whether the client is in the network of an address, as wide as the mechanism says."""
    bits = term.bits6 if isinstance(address, IPv6Address) else term.bits4
    return check.address in ip_network(f"{address}/{bits}", strict=False)

"""The text of SPF records (RFC 7208 sections 5 to 7): terms and macros, read strictly and whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import quote

Address = IPv4Address | IPv6Address

TERM = re.compile(
    r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?:[:]([^/]*(?:/[^/0-9][^/]*)*))?"
    r"(?:/(0|[1-9]\d{0,2}))?(?://(0|[1-9]\d{0,2}))?",
    re.IGNORECASE,
)
NETWORK = re.compile(r"([+?~-]?)(ip4|ip6):([0-9a-f.:]+)(?:/(0|[1-9]\d{0,2}))?", re.IGNORECASE)
MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.IGNORECASE)
MACRO = re.compile(r"%(?:([%_-])|\{([slodiphcrtv])(\d{0,3})(r?)([.+,/_=-]*)\})", re.IGNORECASE)
# Section 7.1: what a domain ends with; a name without a dot, or with a number at its end, is none.
DOMAIN_END = re.compile(
    r".+\.(?=[^.]*[a-z])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?|.*%\{[^{}]*\}", re.IGNORECASE
)
NEEDS_DOMAIN = frozenset(("include", "exists"))
TAKES_PREFIX = frozenset(("a", "mx"))
LITERALS = {"%": "%", "_": " ", "-": "%20"}
IPV4_BITS, IPV6_BITS = 32, 128
VERSION = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
RESULTS = {"": "pass", "+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
MAX_DOMAIN = 253


class RecordError(Exception):
    """The record, or what it leads to, is against the rules: permerror."""


@dataclass(frozen=True, slots=True)
class Term:
    """One mechanism: what it gives when it matches, its name, its domain or network, its prefix lengths."""

    result: str
    name: str
    argument: str
    bits4: int = IPV4_BITS
    bits6: int = IPV6_BITS


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record: mechanisms in order, and where to go on when none matches."""

    terms: tuple[Term, ...]
    redirect: str | None = None


def read_record(text: str) -> Record:
    """Return the record of one TXT; raises RecordError or ValueError when any part of it is malformed."""
    terms, modifiers = [], dict[str, str]()
    for word in text.split(" ")[1:]:
        if not word:
            continue
        modifier = MODIFIER.fullmatch(word)
        if modifier is None:
            terms.append(read_term(word))
            continue
        name, value = modifier[1].lower(), checked_macros(modifier[2])
        if name in {"redirect", "exp"}:
            if name in modifiers or not is_domain(value):
                raise RecordError
            modifiers[name] = value
    return Record(tuple(terms), modifiers.get("redirect"))


def read_term(word: str) -> Term:
    """Return one mechanism; raises RecordError, and ValueError for a network that is none."""
    network = NETWORK.fullmatch(word)
    if network:
        bits = int(network[4] or (IPV4_BITS if network[2].lower() == "ip4" else IPV6_BITS))
        if ip_network(f"{network[3]}/{bits}", strict=False).version != int(network[2][-1]):
            raise RecordError
        return Term(RESULTS[network[1]], network[2].lower(), network[3], bits, bits)
    found = TERM.fullmatch(word)
    if found is None:
        raise RecordError
    sign, name, argument, bits4, bits6 = found.groups()
    name = name.lower()
    wrong = (
        name in {"ip4", "ip6"}
        or (name in NEEDS_DOMAIN and not argument)
        or (name == "all" and argument is not None)
        or (argument is not None and not is_domain(argument))
        or (name not in TAKES_PREFIX and (bits4 or bits6))
        or int(bits4 or 0) > IPV4_BITS
        or int(bits6 or 0) > IPV6_BITS
    )
    if wrong:
        raise RecordError
    return Term(
        RESULTS[sign],
        name,
        checked_macros(argument or ""),
        int(bits4 or IPV4_BITS),
        int(bits6 or IPV6_BITS),
    )


def is_domain(text: str) -> bool:
    """Tell whether a domain of a record has the form that it must have."""
    return DOMAIN_END.fullmatch(text) is not None


def checked_macros(text: str) -> str:
    """Return the text; raises RecordError when a macro in it is malformed or a character is not printable ASCII."""
    if "%" in MACRO.sub("", text) or not (text.isascii() and text.isprintable()):
        raise RecordError
    if any(
        found[3] == "0" or (found[2] or "").lower() in set("crt") for found in MACRO.finditer(text)
    ):
        raise RecordError
    return text


def expand(text: str, values: Mapping[str, str]) -> str:
    """Return a domain with its macros filled in (RFC 7208 section 7), cut from the left to what a name may have."""
    name = MACRO.sub(lambda found: expand_one(found, values), text).rstrip(".")
    while len(name) > MAX_DOMAIN and "." in name:
        name = name.partition(".")[2]
    return name


def expand_one(found: re.Match[str], values: Mapping[str, str]) -> str:
    """Return what one macro stands for."""
    literal, letter, count, reverse, delimiters = found.groups()
    if literal:
        return LITERALS[literal]
    parts = re.split(f"[{re.escape(delimiters or '.')}]", values[letter.lower()])
    if reverse:
        parts.reverse()
    text = ".".join(parts[-int(count) :] if count else parts)
    return quote(text, safe="") if letter.isupper() else text


def address_macro(address: Address) -> str:
    """Return the address as `%{i}` shows it: nibbles for IPv6."""
    if isinstance(address, IPv4Address):
        return str(address)
    return ".".join(address.exploded.replace(":", ""))

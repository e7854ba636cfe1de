"""Addresses as they go onto the wire: checked once, so that none can become anything but an address."""

from __future__ import annotations

import re

from privacy.errors import Permanent

LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3, without the angle brackets
# Dots may stand anywhere: whole countries have such addresses, RFC 5321 or not. No quoted form: what needs
# quotes is refused, and a person writes to it by hand.
LOCAL_PART = re.compile(r'[^\s"(),:;<>@\[\\\]]+')
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN = re.compile(rf"{LABEL}(?:\.{LABEL})*")


def wire_address(address: str) -> str:
    """Return an address with its domain in ASCII; raises Permanent for one that cannot be written safely.

    Only the local part may be in another script (RFC 6531), see `needs_smtputf8`.
    """
    local, at, domain = address.rpartition("@")
    whole = f"{local}@{_ascii_domain(domain)}"
    if not (at and LOCAL_PART.fullmatch(local) and local.isprintable()):
        raise Permanent("address: not one that can be written without quoting")
    if not DOMAIN.fullmatch(whole.rpartition("@")[2]) or len(whole.encode()) > LONGEST_ADDRESS:
        raise Permanent("address: its domain is not one or it is too long")
    return whole


def needs_smtputf8(*addresses: str) -> bool:
    """Return whether a server must speak SMTPUTF8 for these addresses."""
    return not all(address.isascii() for address in addresses)


def _ascii_domain(domain: str) -> str:
    """Return the A-labels of a domain, and refuse what does not come back the same.

    Python's codec follows IDNA 2003, which turns some letters (such as the German sharp s) into others:
    that would be another domain, and so perhaps another person.
    """
    if domain.isascii():
        return domain
    try:
        ascii_form = domain.encode("idna").decode("ascii")
        same = ascii_form.encode("ascii").decode("idna") == domain.lower()
    except UnicodeError as error:
        raise Permanent("address: its domain cannot be written in ASCII") from error
    if not same:
        raise Permanent("address: its domain has letters that old software confuses")
    return ascii_form

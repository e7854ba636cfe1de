"""Addresses compared for grouping; never for identity, where only the exact address counts."""

from __future__ import annotations


def without_plus(address: str) -> str:
    """Return the address in lower case without its plus part (RFC 5233 calls it the detail)."""
    local, _, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"

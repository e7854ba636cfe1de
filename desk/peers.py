"""Who is at the other end: the proxies of ours are believed as far as the setting counts them, and nobody else."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

OF_ONE_CLIENT = (
    64  # bits of IPv6 that a network shares: the rest of the address is the client's own choice
)


def counted_as(connection: HTTPConnection) -> str:
    """Return the client as its attempts are counted: an IPv6 client by its network, or it would never run out of names."""
    told = connection.client.host if connection.client else ""
    try:
        address = ip_address(told)
    except ValueError:
        return told
    if not isinstance(address, IPv6Address):
        return told
    plain = address.ipv4_mapped
    return str(plain or IPv6Network((int(address), OF_ONE_CLIENT), strict=False).network_address)


def behind(app: ASGIApp, hops: int) -> ASGIApp:
    """Return the application that sees the client and the scheme as the outermost of so many servers of ours saw them."""

    async def seen(scope: Scope, receive: Receive, send: Send) -> None:
        told = _told(scope, hops) if hops and scope["type"] == "http" else {}
        await app({**scope, **told}, receive, send)

    return seen


def _told(scope: Scope, hops: int) -> dict[str, object]:
    headers = Headers(scope=scope)
    told: dict[str, object] = {}
    # Each server adds who spoke to it at the end: what stands before the last `hops` was written by the client.
    chain = [one.strip() for one in ",".join(headers.getlist("x-forwarded-for")).split(",")]
    if len(chain) >= hops and chain[-hops]:
        told["client"] = (chain[-hops], 0)
    if headers.get("x-forwarded-proto", "").strip().lower() == "https":
        told["scheme"] = "https"
    return told

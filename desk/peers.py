"""Who is at the other end: the proxies of ours are believed as far as the setting counts them, and nobody else."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send


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

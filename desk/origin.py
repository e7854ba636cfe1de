"""Where a form stood that was posted: browsers tell (Fetch Metadata, RFC 6454)."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers


def is_from_here(headers: Headers) -> bool:
    """Return whether a form of this very site was sent, as far as the browser says."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    return origin in {None, "null"} or urlsplit(origin or "").netloc == headers.get("host")

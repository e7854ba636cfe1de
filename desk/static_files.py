"""Our own style and scripts, each at an address that names its content: a browser keeps it for good."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.responses import Response

HERE = Path(__file__).parent
FILES = {
    "style.css": (HERE / "pages" / "style.css", "text/css; charset=utf-8"),
    "icon.svg": (HERE / "static" / "icon.svg", "image/svg+xml"),
    "keys.js": (HERE / "static" / "keys.js", "text/javascript; charset=utf-8"),
    "htmx.min.js": (HERE / "static" / "htmx.min.js", "text/javascript; charset=utf-8"),
}
PREFIX = "/static/"
FOR_GOOD = "public, max-age=31536000, immutable"


@cache
def content_of(name: str) -> bytes:
    """Return the bytes of a file of ours."""
    return FILES[name][0].read_bytes()


@cache
def addresses() -> Mapping[str, str]:
    """Return the address of each file, by its name."""
    return {name: f"{PREFIX}{_digest(name)}/{name}" for name in FILES}


def file_answer(digest: str, name: str) -> Response | None:
    """Return the file, None for an address that is not one of ours now."""
    if addresses().get(name) != f"{PREFIX}{digest}/{name}":
        return None
    return Response(
        content_of(name), media_type=FILES[name][1], headers={"Cache-Control": FOR_GOOD}
    )


def _digest(name: str) -> str:
    return hashlib.sha256(content_of(name)).hexdigest()[:16]

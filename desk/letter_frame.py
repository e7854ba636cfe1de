"""The HTML part of a letter of ours, for a frame on our own pages in which nothing runs and nothing is loaded."""

from __future__ import annotations

from fastapi.responses import HTMLResponse, Response

HEADERS = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


def letter_frame(html: str) -> Response:
    """Return the letter as its reader sees it."""
    return HTMLResponse(html, headers=HEADERS)

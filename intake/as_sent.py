"""A mail as its sender laid it out: the HTML version, the images that stand in it, and the content of one file."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from intake.attachments import sniff
from intake.charset import decode_text
from intake.containers import Leaf, Opener
from intake.headers import cut_message_head
from intake.reading import is_body_text
from intake.structure import walk

HTML = "text/html"
LONGEST_HTML = 1_000_000  # characters
MOST_IMAGES = 2_000_000  # bytes of all images in the text
# What a browser draws and never runs; no SVG.
DRAWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def html_version(raw: bytes) -> str | None:
    """Return the first HTML text of the mail, cut to what a page can hold; None for a mail without one."""
    for part, content in _leaves(raw):
        if part.content_type == HTML and is_body_text(part):
            text, _ = decode_text(content, part.content.parameters.get("charset", ""))
            return text[:LONGEST_HTML]
    return None


def inline_images(raw: bytes) -> dict[str, tuple[str, bytes]]:
    """Return the images that the text of the mail names (`cid:`, RFC 2392), by their id: type as sniffed, content."""
    found: dict[str, tuple[str, bytes]] = {}
    left = MOST_IMAGES
    for part, content in _leaves(raw):
        name = part.head.first("content-id").decode("ascii", "replace").strip().strip("<>")
        kind = sniff(content, "application/octet-stream")
        if name and kind in DRAWN and len(content) <= left:
            found.setdefault(name, (kind, content))
            left -= len(content)
    return found


def file_content(raw: bytes, digest: str) -> bytes | None:
    """Return the content of the file with this SHA-256 (hex), None where no part of the mail has it."""
    contents = (content for _, content in _leaves(raw))
    return next((one for one in contents if sha256(one).hexdigest() == digest), None)


def _leaves(raw: bytes) -> Iterator[Leaf]:
    return Opener().leaves(raw, walk(raw, cut_message_head(raw)))

"""Tells whether a mailing list put itself into From in the author's place, and whom it names as the author.

Lists do so for authors whose domain forbids them to pass mail on (DMARC p=reject; RFC 7960 section 4.1.3.1). What From says
then is the list's, a signature over it proves the list, and an answer would go to everybody on the list.
"""

from __future__ import annotations

import re

from intake.headers import Head, unfold
from privacy.messages import Sender

REWRITTEN = "from-rewritten-by-list"
MAX_FIELD = 4_000  # bytes
AUTHOR_FIELDS = (
    "x-original-from",
    "reply-to",
)  # Google Groups writes the first, Mailman the second
LIST_FIELDS = ("list-id", "list-post")  # RFC 2919, RFC 2369
ONE_ADDRESS = re.compile(rb"[^<>@,;:\s]{1,64}@[A-Za-z0-9.-]{1,255}")
LIST_POST = re.compile(rb"<mailto:([^<>?\s]{1,320})[?>]", re.IGNORECASE)
LIST_ID = re.compile(rb"<([A-Za-z0-9._-]{1,255})>[ \t]*$")
ENCODED = re.compile(r"([^@=]{1,64})=(?:40)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)@.*", re.IGNORECASE)


def without_list(head: Head, sender: Sender) -> Sender:
    """Return the sender, or nobody with the author whom the list names, where a list put itself into From.

    The author is a claim: nothing proves it, and only a person may act on it.
    """
    address = sender.address
    if address is None or not any(map(head.first, LIST_FIELDS)):
        return sender
    encoded = ENCODED.fullmatch(address)
    if encoded is not None:
        return _nobody(f"{encoded[1]}@{encoded[2].lower()}")
    author = _named_in(head, "x-original-from")
    if author is not None and author != address.lower():
        return _nobody(author)
    if address.lower() in _posting_addresses(head):
        named = (_named_in(head, field) for field in AUTHOR_FIELDS)
        return _nobody(next((one for one in named if one and one != address.lower()), None))
    return sender


def _nobody(author: str | None) -> Sender:
    return Sender(reasons=(REWRITTEN,), named_by_list=author)


def _named_in(head: Head, field: str) -> str | None:
    """Return the one address of a field that stands once, in lower case."""
    values = head.values(field)
    if len(values) != 1 or len(values[0]) > MAX_FIELD:
        return None
    found = set(ONE_ADDRESS.findall(unfold(values[0]).rpartition(b"<")[2]))
    return found.pop().decode("ascii", "replace").lower() if len(found) == 1 else None


def _posting_addresses(head: Head) -> set[str]:
    """Return the addresses under which the list takes mail (RFC 2369 section 3.4, RFC 2919)."""
    found = set(LIST_POST.findall(unfold(head.first("list-post")[:MAX_FIELD])))
    identifier = LIST_ID.search(unfold(head.first("list-id")[:MAX_FIELD]))
    if identifier is not None:
        name, dot, domain = identifier[1].partition(b".")
        found |= {name + b"@" + domain} if dot else set()
    return {one.decode("ascii", "replace").lower() for one in found}

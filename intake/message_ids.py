"""Message-IDs by one strict pattern of our own: what does not pass is never used, compared or sent again.

An id that hides CR LF in an encoded word has emptied a mailbox through an IMAP search; no such id leaves this module.
"""

from __future__ import annotations

import re

from intake.headers import cut_message_head, unfold

# RFC 5322 section 3.6.4, narrowed to what real systems write; 998 is the longest line.
ID = re.compile(rb"<[A-Za-z0-9!#$%&'*+/=?^_`{|}~.:\[\]-]{1,400}@[A-Za-z0-9._:\[\]-]{1,250}>")
LOOKS_LIKE_ID = re.compile(rb"<[^<>]{1,998}>")
KEPT_AT_EACH_END = 10  # of References: the first ones name the thread, the last ones the answer
MAX_READ = 16_000
MAX_BARE = 200


def message_id_of(raw: bytes) -> str | None:
    """Return the id of a whole message by its header block alone, whose size is bounded."""
    return read_message_id(unfold(cut_message_head(raw).first("message-id")))


def read_message_id(value: bytes) -> str | None:
    """Return the id with brackets when the value is exactly one clean id, else None."""
    value = value.strip()
    return value.decode("ascii") if ID.fullmatch(value) else None


def read_references(values: list[bytes]) -> tuple[tuple[str, ...], bool]:
    """Return the clean ids, each once (the first ten and the last ten), and whether something else stood there."""
    joined = b" ".join(values)[:MAX_READ]
    ids = ID.findall(joined) or bare_ids(joined)
    is_malformed = bool(joined.strip()) and len(ids) != max(1, len(LOOKS_LIKE_ID.findall(joined)))
    kept = list(dict.fromkeys(found.decode("ascii") for found in ids))
    if len(kept) > 2 * KEPT_AT_EACH_END:
        kept = kept[:KEPT_AT_EACH_END] + kept[-KEPT_AT_EACH_END:]
    return tuple(kept), is_malformed


def bare_ids(value: bytes) -> list[bytes]:
    """Return the ids of a field that has nothing but ids and lost their brackets on the way; else none."""
    found = [b"<%b>" % word for word in value.replace(b",", b" ").split()[:MAX_BARE]]
    return found if all(ID.fullmatch(word) for word in found) else []

"""The From gate: one believable address or none, decided on the raw bytes before anything else is believed.

Refusing is always safe (the message is worked by a person), a wrong address never is: full sender spoofs with
a passing DMARC result are built from exactly the shapes that are refused here.
"""

from __future__ import annotations

import re

from intake.defects import Defect
from intake.encoded_words import decode_words, one_line, without_deception
from intake.headers import Head, cut_message_head, unfold
from intake.list_rewriting import without_list
from privacy.messages import Sender

MAX_FROM = 4_000  # bytes
MAX_NAME = 200  # characters of the display name that are kept

# RFC 5322 section 3.6: fields that may stand once. A second one means that two readers can differ.
ONCE = (
    *("from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id"),
    *("in-reply-to", "references"),
)
# Structure with which a second header block can be shown to another reader.
UNBELIEVABLE = frozenset(
    (
        *(Defect.BYTE_ORDER_MARK, Defect.LEADING_BLANK_LINE, Defect.LEADING_CONTINUATION),
        *(Defect.MBOX_LINE, Defect.NUL_IN_HEADERS, Defect.BARE_CR_IN_HEADERS),
        *(Defect.MIXED_LINE_ENDS, Defect.SPACE_BEFORE_COLON, Defect.JUNK_HEADER_LINE),
        *(Defect.MISSING_BLANK_LINE, Defect.HEADER_BLOCK_TOO_LONG, Defect.TOO_MANY_HEADERS),
    )
)
ATOM = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = rb"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = ATOM + rb"(?:\." + ATOM + rb")*@" + LABEL + rb"(?:\." + LABEL + rb")+"
PHRASE = rb'(?:"(?:[^"\\]|\\.)*"|[^"<>@,;:()\\\[\]]*)'
FROM_VALUE = re.compile(
    rb"[ \t]*(?:(" + PHRASE + rb")[ \t]*<(" + ADDRESS + rb")>"
    rb"|(" + ADDRESS + rb")(?:[ \t]+\(([^()<>@,\\]*)\))?)[ \t]*"
)
NOT_PRINTABLE = re.compile(rb"[^\t -~]")
LOOKS_LIKE_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
QUOTED_OR_COMMENT = re.compile(rb'"(?:[^"\\]|\\.)*"|\([^()]*\)')
ANY_ADDRESS = re.compile(ADDRESS)
MAX_RECIPIENTS = 100


def believe_sender(raw: bytes) -> Sender:
    """Return the one believable sender of a raw message, or none with the reasons."""
    return gate_sender(cut_message_head(raw))


def gate_sender(head: Head) -> Sender:
    """Return the one believable sender of a header block, or none with the reasons.

    `head` must come from `cut_message_head`. The address keeps its local part as written, its domain is in lower case.
    """
    reasons = [str(defect) for defect in head.defects if defect in UNBELIEVABLE]
    reasons += [f"duplicate-{name}" for name in ONCE if len(head.by_name.get(name, ())) > 1]
    senders = head.values("from")
    if len(senders) != 1:
        return Sender(reasons=(*reasons, *(() if senders else ("no-from",))))
    return without_list(head, read_from_value(unfold(senders[0]), reasons))


def read_from_value(value: bytes, reasons: list[str]) -> Sender:
    """Return the sender that the one From value names, unless there are reasons against it."""
    if len(value) > MAX_FROM:
        return Sender(reasons=(*reasons, "from-too-long"))
    if NOT_PRINTABLE.search(value):
        reasons.append("from-control-or-8bit")
    found = FROM_VALUE.fullmatch(value)
    if found is None:
        return Sender(reasons=(*reasons, "from-not-one-plain-address"))
    phrase, angle, bare, comment = found.groups()
    local, _, domain = (angle or bare).decode("ascii").rpartition("@")
    if "=?" in local:
        reasons.append("from-encoded-address")
    if reasons:
        return Sender(reasons=tuple(reasons))
    return Sender(
        address=f"{local}@{domain.lower()}", display_name=shown_name(phrase or comment or b"")
    )


def shown_name(phrase: bytes) -> str:
    """Return a display name for people: decoded, unquoted, on one line, nothing that reorders text."""
    text = phrase.decode("ascii", "replace").strip()
    if text.startswith('"'):
        text = text.strip('"').replace("\\", "")
    if "=?" in text:
        text = decode_words(text)
    return without_deception(one_line(text, MAX_NAME)).strip("\"' ")


def name_holds_another_address(sender: Sender) -> bool:
    """Tell whether the display name shows an address that is not the sender's."""
    return sender.address is not None and any(
        shown.casefold() != sender.address.casefold()
        for shown in LOOKS_LIKE_ADDRESS.findall(sender.display_name)
    )


def read_recipients(values: list[bytes]) -> tuple[str, ...]:
    """Return the bare addresses of To and Cc in order, each once, domain in lower case; at most 100."""
    found: dict[str, None] = {}
    for value in values:
        if b'"' in value or b"(" in value:
            value = QUOTED_OR_COMMENT.sub(b" ", value)  # noqa: PLW2901 names and comments are not addresses
        for address in ANY_ADDRESS.findall(value):
            local, _, domain = address.decode("ascii").rpartition("@")
            found.setdefault(f"{local}@{domain.lower()}")
    return tuple(found)[:MAX_RECIPIENTS]

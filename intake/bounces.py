"""Delivery reports as values: RFC 3464 with a part for each recipient, else the words; and the letter that they return."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from intake.bounce_reasons import name_reason, tell_fate
from intake.bounce_text import MAX_RECIPIENTS, name_at, read_text
from intake.encoded_words import decode_header
from intake.headers import Head, cut_head, cut_message_head, unfold
from intake.message_ids import read_message_id, read_references
from intake.parse import normalise
from intake.structure import Part, Structure, walk
from intake.transfer import decode_transfer
from privacy.deliveries import BounceReason, DeliveryReport, Fate, RecipientReport
from privacy.messages import ParsedMessage

STATUS_PARTS = frozenset(("message/delivery-status", "message/global-delivery-status"))
# RFC 6522 section 3, RFC 6533, and how its parts were called before.
RETURNED_PARTS = frozenset(
    (
        "message/rfc822",
        "message/global",
        "message/rfc822-headers",
        "message/global-headers",
        "text/rfc822-headers",
        "text/rfc822",
    )
)
FEEDBACK_PART = "message/feedback-report"  # RFC 5965
RECEIPT_PART = (
    "message/disposition-notification"  # RFC 8098: whoever opened or deleted it has received it
)
MAX_STATUS = 100_000  # bytes of the part for machines
MAX_RETURNED = 20_000  # bytes of a returned letter in which its header is looked for
MAX_IDS = 20
MAX_LINKS = 2_000  # bytes of the field with the links to leave a list by
NO_COMPLAINTS = frozenset(("not-spam", "auth-failure"))  # feedback that nobody complains by
BLOCK_FIELDS = frozenset(("final-recipient", "original-recipient", "action", "status"))
STATUS_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
NAMED_ID = re.compile(
    r"^[>\s|]{0,20}message-id\s{0,3}:\s{0,80}(<[!-~]{3,700}>)", re.IGNORECASE | re.MULTILINE
)

Fields = dict[str, str]


def read_report(raw: bytes, message: ParsedMessage) -> DeliveryReport:
    """Return what a report says about each recipient and which letter it returns. Never raises; linear in its size.

    Anybody can write one: the caller acts only where the ids are genuine ids of ours.
    """
    raw, _ = normalise(raw)
    head = cut_message_head(raw)
    parts = _parts(raw, walk(raw, head))
    blocks = [block for kind, body in parts if kind in STATUS_PARTS for block in read_blocks(body)]
    complaints = [read_blocks(body) for kind, body in parts if kind == FEEDBACK_PART]
    receipts = [
        block for kind, body in parts if kind == RECEIPT_PART for block in read_blocks(body)
    ]
    returned = [body for kind, body in parts if kind in RETURNED_PARTS]
    if complaints:
        recipients = tuple(_complaint(found) for found in complaints)
    elif receipts:
        recipients = tuple(_receipt(block) for block in receipts[:MAX_RECIPIENTS])
    elif blocks:
        recipients = _with_words([_recipient(block) for block in blocks[:MAX_RECIPIENTS]], message)
    else:
        recipients = read_text(message.text, _failed_recipients(head))
    heads = [cut_head(body, 0, min(len(body), MAX_RETURNED)) for body in returned[:MAX_IDS]]
    return DeliveryReport(
        recipients=recipients, message_ids=_ids(heads, message), leave_at=_leave_at(heads)
    )


def _parts(raw: bytes, structure: Structure) -> list[tuple[str, bytes]]:
    """The parts that are not for reading, decoded."""
    wanted = STATUS_PARTS | RETURNED_PARTS | {FEEDBACK_PART, RECEIPT_PART}
    return [(p.content_type, _content(raw, p)) for p in structure.parts if p.content_type in wanted]


def _content(raw: bytes, part: Part) -> bytes:
    content, _ = decode_transfer(raw[part.start : part.end], part.encoding)
    return content


def read_blocks(body: bytes) -> list[Fields]:
    """Return the groups of fields about one recipient each (RFC 3464 section 2.1).

    A field that comes a second time begins a new group: some servers leave the blank line out.
    """
    blocks: list[Fields] = [{}]
    for line in _field_lines(body[:MAX_STATUS]):
        name, _, value = line.partition(":")
        name = name.strip().lower()
        if not line or (name in BLOCK_FIELDS and name in blocks[-1]):
            blocks.append({})
        if line and name:
            blocks[-1].setdefault(name, value.strip())
    return [
        block for block in blocks if not BLOCK_FIELDS.isdisjoint(block) or "feedback-type" in block
    ]


def _field_lines(body: bytes) -> Iterator[str]:
    """Yield the fields on one line each, an empty line between groups."""
    text = body.replace(b"\r\n", b"\n").decode("utf-8", "replace")
    for line in re.sub(r"\n[ \t]+(?=\S)", " ", text).split("\n"):
        yield line.strip()


def _recipient(block: Fields) -> RecipientReport:
    """One recipient by its own fields, never by those of another (mail.md E136)."""
    found = STATUS_CODE.match(block.get("status", ""))
    said = decode_header(block.get("diagnostic-code", "").encode("utf-8", "replace"), b"")
    status = found[0] if found else None
    return RecipientReport(
        recipient=_address(block.get("original-recipient", ""))
        or _address(block.get("final-recipient", "")),
        fate=tell_fate(block.get("action", "").partition(" ")[0], status, said),
        reason=name_reason(status, said),
        status=status,
    )


def _with_words(
    recipients: list[RecipientReport], message: ParsedMessage
) -> tuple[RecipientReport, ...]:
    """Some servers say why to people only: where the fields give no reason, the words about the same recipient do."""
    vague = BounceReason.UNDEFINED
    if all(one.reason is not vague or one.fate is not Fate.FAILED for one in recipients):
        return tuple(recipients)
    words = read_text(message.text, ())
    said = {one.recipient: one.reason for one in words}
    if len(recipients) == len(words) == 1:
        said[recipients[0].recipient] = words[0].reason
    return tuple(
        replace(one, reason=said.get(one.recipient, vague)) if one.reason is vague else one
        for one in recipients
    )


def _complaint(blocks: list[Fields]) -> RecipientReport:
    """Feedback as RFC 5965 section 7.3 and RFC 6591 name it: all but two kinds are complaints, an unknown one too."""
    named = next((_address(block.get("original-rcpt-to", "")) for block in blocks), None)
    if any(block.get("feedback-type", "").lower() in NO_COMPLAINTS for block in blocks):
        return RecipientReport(recipient=named, fate=Fate.UNCLEAR)
    return RecipientReport(recipient=named, fate=Fate.COMPLAINED, reason=BounceReason.FEEDBACK)


def _receipt(block: Fields) -> RecipientReport:
    return RecipientReport(
        recipient=_address(block.get("final-recipient", "")), fate=Fate.DELIVERED
    )


def _address(value: str) -> str | None:
    """The address in `rfc822; anne@person.example`, None when there is none."""
    named = name_at(value.rpartition(";")[2][:1_000])
    return named[1].lower() if named else None


def _failed_recipients(head: Head) -> tuple[str, ...]:
    said = b",".join(unfold(value) for value in head.values("x-failed-recipients"))[:MAX_RETURNED]
    named = (_address(one) for one in said.decode("utf-8", "replace").split(",")[:MAX_RECIPIENTS])
    return tuple(dict.fromkeys(filter(None, named)))


def _leave_at(heads: list[Head]) -> tuple[str, ...]:
    """What the returned mail says about leaving its list, on one line each and cut."""
    said = (unfold(head.first("list-unsubscribe"))[:MAX_LINKS] for head in heads)
    return tuple(filter(None, (one.decode("ascii", "replace") for one in said)))


def _ids(heads: list[Head], message: ParsedMessage) -> tuple[str, ...]:
    """The ids of the returned letter, the surest first: its own header, its header in the text, what the report answers."""
    own = (read_message_id(unfold(head.first("message-id"))) for head in heads)
    quoted = (read_message_id(found[1].encode()) for found in NAMED_ID.finditer(message.text))
    answered, _ = read_references(
        [one.encode() for one in (*message.in_reply_to, *message.references[::-1])]
    )
    ids = [one for one in (*own, *quoted, *answered) if one is not None]
    return tuple(dict.fromkeys(ids))[:MAX_IDS]

"""One message as a value: raw bytes in, ParsedMessage out, for any bytes at all.

Imports only the standard library and this project's pure parts; vendors are imported where they are used. So a
worker of its own, with limits on time and memory, can run nothing but this module.
"""

from __future__ import annotations

from hashlib import sha256

from intake.charset import looks_binary
from intake.dates import read_claimed_date
from intake.deception import REORDERING, hides_characters, mixes_scripts, without_hiding
from intake.defects import Defect
from intake.encoded_words import MAX_SHOWN, decode_header, one_line
from intake.folding import FORWARDED, Folding, fold
from intake.headers import MAX_BLOCK, Head, cut_message_head, unfold
from intake.message_ids import read_message_id, read_references
from intake.reading import Reading, read_parts
from intake.second_view import compare, compare_parts
from intake.sender import gate_sender, name_holds_another_address, read_recipients
from intake.structure import Structure, walk
from privacy.messages import FoldedRange, ForwardedMessage, ParsedMessage, Sender

MAX_HEADERS_KEPT = 200
MAX_RECEIVED = 5
MAX_EMBEDDED_DEPTH = 5
MAX_FORWARDED = 20
INLINE_FORWARD = "inline_forward"
SAMPLE = 2_000  # bytes of body that help to guess the charset of raw headers
MAX_STRUCTURED = 4_000  # characters

# Signatures and seals: long, of no use to any rule; who needs them takes the raw bytes.
NOT_KEPT = frozenset(
    (
        "dkim-signature",
        "domainkey-signature",
        "arc-seal",
        "arc-message-signature",
        "x-received",
        "arc-authentication-results",
        "x-google-dkim-signature",
        "x-gm-message-state",
        "x-ms-exchange-antispam-report",
    )
)
# Structured fields: an encoded word has no meaning in them (RFC 2047 section 5) and is left as it stands.
NOT_DECODED = frozenset(
    (
        "received",
        "authentication-results",
        "message-id",
        "references",
        "in-reply-to",
        "return-path",
        "date",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
        "auto-submitted",
        "precedence",
    )
)
ABSENT = {
    "from": Defect.NO_FROM,
    "subject": Defect.NO_SUBJECT,
    "date": Defect.NO_DATE,
    "message-id": Defect.NO_MESSAGE_ID,
}
DOUBLED = {
    "from": Defect.DUPLICATE_FROM,
    "subject": Defect.DUPLICATE_SUBJECT,
    "date": Defect.DUPLICATE_DATE,
    "message-id": Defect.DUPLICATE_MESSAGE_ID,
    "reply-to": Defect.DUPLICATE_REPLY_TO,
    "sender": Defect.DUPLICATE_SENDER,
    "to": Defect.DUPLICATE_TO,
    "cc": Defect.DUPLICATE_CC,
    "in-reply-to": Defect.DUPLICATE_IN_REPLY_TO,
    "references": Defect.DUPLICATE_REFERENCES,
}


def parse_message(raw: bytes) -> ParsedMessage:
    """Return what can be read from the bytes of a message. Never raises: what cannot be read says why.

    Memory and time grow linearly with the size; a hard limit on both belongs to the process around it.
    """
    try:
        return read_message(raw)
    except Exception as error:  # noqa: BLE001 MemoryError and RecursionError too: no message may stop a mailbox
        return unreadable(raw, type(error).__name__)


def unreadable(raw: bytes, reason: str) -> ParsedMessage:
    """Return the message of which nothing can be said but its digest."""
    return ParsedMessage(
        sender=Sender(reasons=("unreadable",)),
        defects=(str(Defect.UNREADABLE),),
        body_digest=sha256(raw).hexdigest(),
        unreadable_reason=reason,
    )


def read_message(raw: bytes) -> ParsedMessage:
    raw, defects = normalise(raw)
    head = cut_message_head(raw)
    structure = walk(raw, head)
    reading = read_parts(raw, structure)
    sample = raw[head.body_at : head.body_at + SAMPLE]
    written = decode_header(head.first("subject"), sample)
    subject = without_hiding(written)
    sender = gate_sender(head) if not defects else Sender(reasons=tuple(map(str, defects)))
    disagreements = [*compare(head, sender, written), *compare_parts(raw, structure)]
    if Defect.SECOND_VIEW_SENDER in disagreements:
        sender = Sender(reasons=(str(Defect.SECOND_VIEW_SENDER),))
    defects += [*head.defects, *field_defects(head, sender), *disagreements]
    defects += deceptions(written, sender, decode_header(head.first("from")))
    return assemble(head, structure, reading, Envelope(sender, subject, defects, sample))


def normalise(raw: bytes) -> tuple[bytes, list[Defect]]:
    """Return the bytes with line ends and an encoding that mail can have; the sender is not believed after that."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace").encode("utf-8", "replace"), [Defect.UTF16_MESSAGE]
    if b"\n" not in raw[:MAX_BLOCK] and b"\r" in raw[:MAX_BLOCK]:
        return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n"), [Defect.CR_LINE_ENDS]
    return raw, []


class Envelope:
    """What the header block says, on its way into a ParsedMessage."""

    def __init__(self, sender: Sender, subject: str, defects: list[Defect], sample: bytes) -> None:
        self.sender = sender
        self.subject = subject
        self.defects = defects
        self.sample = sample


def assemble(
    head: Head, structure: Structure, reading: Reading, envelope: Envelope
) -> ParsedMessage:
    text, marked = reading.text()
    folding = fold(text, marked, writer=envelope.sender.display_name, subject=envelope.subject)
    identity = head.first("message-id")
    replied, _ = read_references(head.values("in-reply-to"))
    references, is_malformed = read_references(head.values("references"))
    forwarded = (*read_embedded(reading.embedded), *inline_forwards(text, folding))
    date, date_defects = read_claimed_date(head)
    defects = [*envelope.defects, *date_defects, *reading.defects]
    if is_malformed:
        defects.append(Defect.REFERENCES_MALFORMED)
    if REORDERING.search(text):
        defects.append(Defect.TEXT_REORDERS_CHARACTERS)
    text, folded = with_other_versions(text, folding.folded, reading.other_versions())
    return ParsedMessage(
        sender=envelope.sender,
        subject=envelope.subject,
        message_id=read_message_id(unfold(identity)),
        in_reply_to=replied,
        references=references,
        recipients=read_recipients([unfold(v) for v in head.values("to") + head.values("cc")]),
        date=date,
        headers=keep_headers(head, envelope.sample),
        text=text,
        new_text=folding.new_text,
        folded=folded,
        attachments=tuple(reading.attachments),
        forwarded=forwarded,
        content_type=structure.types[0] if structure.types else "text/plain",
        part_types=reading.types,
        charsets=tuple(reading.charsets),
        defects=tuple(dict.fromkeys(map(str, defects))),
        hidden_characters=reading.hidden_characters,
        body_digest=digest(head, envelope, reading),
        unreadable_reason=why_unreadable(text, envelope.subject, reading, forwarded),
    )


def with_other_versions(
    text: str, folded: tuple[FoldedRange, ...], others: str
) -> tuple[str, tuple[FoldedRange, ...]]:
    """Return the text with the versions below it that are not read, and their range."""
    if not others:
        return text, folded
    whole = f"{text}\n\n{others}"
    below = FoldedRange(start=len(text) + 2, end=len(whole), kind="other_version")
    return whole, (*folded, below)


def deceptions(subject: str, sender: Sender, named: str) -> list[Defect]:
    """Return in which ways subject and display name (`named` as it was sent) show something else than they are."""
    found = []
    if hides_characters(named):
        found.append(Defect.DISPLAY_NAME_HIDES_CHARACTERS)
    if hides_characters(subject):
        found.append(Defect.SUBJECT_HIDES_CHARACTERS)
    if mixes_scripts(subject):
        found.append(Defect.SUBJECT_MIXES_SCRIPTS)
    if mixes_scripts(sender.display_name):
        found.append(Defect.DISPLAY_NAME_MIXES_SCRIPTS)
    return found


def field_defects(head: Head, sender: Sender) -> list[Defect]:
    """Return what is wrong with single fields: missing, doubled, malformed, misleading."""
    fields = head.by_name
    defects = [defect for name, defect in ABSENT.items() if name not in fields]
    defects += [defect for name, defect in DOUBLED.items() if len(fields.get(name, ())) > 1]
    identity = head.first("message-id")
    if identity.strip() and read_message_id(unfold(identity)) is None:
        defects.append(Defect.MESSAGE_ID_MALFORMED)
    if any(not field.value.isascii() for field in head.fields):
        defects.append(Defect.RAW_8BIT_HEADER)
    if len(head.first("subject")) > 4 * MAX_SHOWN:
        defects.append(Defect.SUBJECT_TOO_LONG)
    if any(name.startswith("resent-") for name in fields):
        defects.append(Defect.RESENT)
    if name_holds_another_address(sender):
        defects.append(Defect.DISPLAY_NAME_HOLDS_ADDRESS)
    return defects


def keep_headers(head: Head, sample: bytes) -> tuple[tuple[str, str], ...]:
    """Return names and values in order, every duplicate, for the rules: all but seals, at most 200, Received 5 times."""
    kept: list[tuple[str, str]] = []
    received = 0
    for name, value in head.fields[: 2 * MAX_HEADERS_KEPT]:
        received += name == "received"
        if name in NOT_KEPT or (name == "received" and received > MAX_RECEIVED):
            continue
        if name in NOT_DECODED:
            shown = one_line(unfold(value).decode("utf-8", "replace"), MAX_STRUCTURED)
        else:
            shown = decode_header(value, sample)
        kept.append((name, shown))
    return tuple(kept[:MAX_HEADERS_KEPT])


def digest(head: Head, envelope: Envelope, reading: Reading) -> str:
    """Return the sha-256 over sender, subject and content; trace fields, recipients and encodings cannot change it."""
    whole = sha256()
    sender = envelope.sender.address or "\0".join(
        unfold(value).decode("utf-8", "replace") for value in head.values("from")
    )
    for piece in (sender.encode("utf-8", "replace"), envelope.subject.encode("utf-8", "replace")):
        whole.update(len(piece).to_bytes(8, "big") + piece)
    whole.update(b"".join(reading.digests))
    return whole.hexdigest()


def read_embedded(embedded: list[bytes]) -> tuple[ForwardedMessage, ...]:
    """Return the messages inside the message, and those inside them, at most 20; each with its own sender gate."""
    found: list[ForwardedMessage] = []
    waiting = [(raw, 1) for raw in reversed(embedded)]
    while waiting and len(found) < MAX_FORWARDED:
        raw, depth = waiting.pop()
        head = cut_message_head(raw)
        reading = read_parts(raw, walk(raw, head))
        text, _ = reading.text()
        subject = decode_header(head.first("subject"), raw[head.body_at : head.body_at + SAMPLE])
        found.append(ForwardedMessage(subject=subject, text=text, sender=gate_sender(head)))
        if depth < MAX_EMBEDDED_DEPTH:
            waiting += [(inner, depth + 1) for inner in reversed(reading.embedded)]
    return tuple(found)


def inline_forwards(text: str, folding: Folding) -> tuple[ForwardedMessage, ...]:
    """Return the mails that are forwarded in the text; whom they name as their sender nobody can vouch for."""
    return tuple(
        ForwardedMessage(
            subject="",
            text=text[piece.start : piece.end],
            sender=Sender(reasons=(INLINE_FORWARD,)),
        )
        for piece in folding.folded
        if piece.kind == FORWARDED
    )


def why_unreadable(
    text: str, subject: str, reading: Reading, forwarded: tuple[ForwardedMessage, ...]
) -> str | None:
    """Return why nobody can read the words of this message, None when somebody can."""
    if text.strip():
        return "binary" if looks_binary(text) else None
    for defect in (Defect.SMIME_OPAQUE, Defect.ENCRYPTED):
        if defect in reading.defects:
            return str(defect)
    if subject or reading.attachments or forwarded:
        return None
    return "empty"

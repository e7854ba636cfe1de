"""The whole reading of one message as lines for staff: what it is, who wrote it, what it asks for, what is odd."""

from __future__ import annotations

from collections.abc import Iterator

from casework.reading import Reading
from daemon.json_forms import authenticity_form
from daemon.sender_words import sender_line
from privacy.messages import ParsedMessage

MOST_LINES = 40  # of the new text; the rest is in --jsonl
UNITS = ((1_000_000, "MB"), (1_000, "kB"))


def reading_for_people(path: str, reading: Reading) -> str:
    """Return the lines; the first says kind, lane and language."""
    classification = reading.classification
    first = f"{path}: {reading.screening.kind}, {classification.lane}, language {reading.language}"
    facts = [f"  {name}: {value}" for name, value in _facts(reading) if value]
    return "\n".join([first, *_rights(reading), *facts, *_text(reading.message)])


def _rights(reading: Reading) -> Iterator[str]:
    for claim in reading.classification.rights:
        where = "" if claim.part == "text" else f" in {claim.part}"
        asked = f"{claim.right} {claim.scope}" if claim.scope else claim.right
        yield f"  asks for {asked}{where} ({claim.reason}): {claim.quote}"
    if reading.classification.needs_human:
        yield f"  a person should look: {', '.join(reading.classification.reasons)}"


def _facts(reading: Reading) -> Iterator[tuple[str, str]]:
    message = reading.message
    yield "from", _sender(message)
    yield "sender", sender_line(authenticity_form(reading.authenticity))
    yield "subject", message.subject or "(no subject)"
    yield "date in the mail", "" if message.date is None else message.date.isoformat()
    yield "signs of its kind", ", ".join(reading.screening.reasons)
    yield "within seconds of our letter", reading.if_quick.kind if reading.if_quick else ""
    yield "unreadable", message.unreadable_reason or ""
    for file in message.attachments:
        yield "file", f"{file.name} ({file.content_type}, {_size(file.size)})"
    for inner in message.forwarded:
        sender = inner.sender.address or "nobody who can be believed"
        yield "forwarded", f"{inner.subject or '(no subject)'}, from {sender}"
    yield (
        "hidden from people",
        f"{message.hidden_characters} characters" * bool(message.hidden_characters),
    )
    yield (
        "not new",
        ", ".join(f"{piece.kind} {piece.start}-{piece.end}" for piece in message.folded),
    )
    yield "charsets", ", ".join(dict.fromkeys(message.charsets))
    yield "odd (docs/defects.md)", ", ".join(message.defects)


def _sender(message: ParsedMessage) -> str:
    """Return the address first: a name can say anything."""
    sender = message.sender
    if sender.address is None:
        claim = f"; the list names {sender.named_by_list}" if sender.named_by_list else ""
        return f"nobody who can be believed ({', '.join(sender.reasons)}{claim})"
    return f'{sender.address} "{sender.display_name}"' if sender.display_name else sender.address


def _size(size: int) -> str:
    for unit, name in UNITS:
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"


def _text(message: ParsedMessage) -> Iterator[str]:
    lines = message.new_text.split("\n") if message.new_text else []
    if lines:
        yield "  new text:"
    yield from (f"    {line}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        yield f"    ({len(lines) - MOST_LINES} more lines)"

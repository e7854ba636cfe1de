"""Readings and classifications in the JSON form that stays stable (the command line's contract)."""

from __future__ import annotations

from datetime import datetime

from casework.reading import Reading
from privacy.messages import Attachment, Authenticity
from privacy.rights import Classification, RightClaim


def classification_form(classification: Classification) -> dict[str, object]:
    """Return lane, rights, primary, engine, needs_human, reasons and the laws that are named."""
    return {
        "lane": classification.lane.value,
        "rights": [_claim_form(claim) for claim in classification.rights],
        "primary": classification.primary,
        "engine": classification.engine.value,
        "needs_human": classification.needs_human,
        "reasons": list(classification.reasons),
        "laws": list(classification.laws),
    }


def _claim_form(claim: RightClaim) -> dict[str, object]:
    return {
        "right": claim.right.value,
        "scope": claim.scope.value if claim.scope else None,
        "confidence": round(claim.confidence, 4),
        "in": claim.part,
        "quote": claim.quote,
        "start": claim.start,
        "end": claim.end,
        "reason": claim.reason,
    }


def reading_form(path: str, reading: Reading, received_at: datetime | None) -> dict[str, object]:
    """Return what `explain` says about one message."""
    message = reading.message
    return {
        "path": path,
        "message_id": message.message_id,
        "from": message.sender.address,
        "subject": message.subject,
        "received_at": received_at,
        "language": reading.language,
        "kind": reading.screening.kind.value,
        "kind_reasons": list(reading.screening.reasons),
        "text": message.text,
        "new_text": message.new_text,
        "attachments": [_attachment_form(part) for part in message.attachments],
        "defects": list(message.defects),
        "sender_reasons": list(message.sender.reasons),
        "sender_name": message.sender.display_name,
        "sender_named_by_list": message.sender.named_by_list,
        "date": message.date,
        "folded": [
            {"kind": piece.kind, "start": piece.start, "end": piece.end} for piece in message.folded
        ],
        "forwarded": [
            {"from": inner.sender.address, "subject": inner.subject, "text": inner.text}
            for inner in message.forwarded
        ],
        "charsets": list(message.charsets),
        "part_types": list(message.part_types),
        "hidden_characters": message.hidden_characters,
        "unreadable_reason": message.unreadable_reason,
        "authenticity": authenticity_form(reading.authenticity),
        "classification": classification_form(reading.classification),
    }


def _attachment_form(part: Attachment) -> dict[str, object]:
    """Return name, sniffed type and size; the declared type, the digest, and the words of a small text file."""
    return {
        "name": part.name,
        "type": part.content_type,
        "size": part.size,
        "declared_type": part.declared_type,
        "sha256": part.sha256,
        "text": part.text,
    }


def unreadable_form(path: str, reason: str) -> dict[str, object]:
    """Return the line for a file that could not be read."""
    return {"path": path, "kind": "unreadable", "kind_reasons": [reason]}


def authenticity_form(authenticity: Authenticity) -> dict[str, object]:
    """Return how far the sender's domain is proved, with the codes of the reasons."""
    return {
        "level": authenticity.level.value,
        "dkim": authenticity.dkim,
        "spf": authenticity.spf,
        "dmarc": authenticity.dmarc,
        "checked": authenticity.checked,
        "reasons": list(authenticity.reasons),
    }

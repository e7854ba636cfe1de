"""Readings and classifications in the JSON form that stays stable (the command line's contract)."""

from __future__ import annotations

from datetime import datetime

from casework.reading import Reading
from privacy.messages import Authenticity
from privacy.rights import Classification, RightClaim


def classification_form(classification: Classification) -> dict[str, object]:
    """Return lane, rights, primary, engine, needs_human and reasons."""
    return {
        "lane": classification.lane.value,
        "rights": [_claim_form(claim) for claim in classification.rights],
        "primary": classification.primary,
        "engine": classification.engine.value,
        "needs_human": classification.needs_human,
        "reasons": list(classification.reasons),
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
        "attachments": [
            {"name": part.name, "type": part.content_type, "size": part.size}
            for part in message.attachments
        ],
        "defects": list(message.defects),
        "sender_reasons": list(message.sender.reasons),
        "authenticity": _authenticity_form(reading.authenticity),
        "classification": classification_form(reading.classification),
    }


def unreadable_form(path: str, reason: str) -> dict[str, object]:
    """Return the line for a file that could not be read."""
    return {"path": path, "kind": "unreadable", "kind_reasons": [reason]}


def _authenticity_form(authenticity: Authenticity) -> dict[str, object]:
    return {
        "level": authenticity.level.value,
        "dkim": authenticity.dkim,
        "spf": authenticity.spf,
        "dmarc": authenticity.dmarc,
        "checked": authenticity.checked,
        "reasons": list(authenticity.reasons),
    }

"""Approval is bound to content: the digest of exactly what would leave."""

from __future__ import annotations

import hashlib
import json

from privacy.messages import OutboundMessage


def letter_digest(message: OutboundMessage) -> str:
    """Return the sha-256 over recipient, sender, subject and both bodies; date and headers of the way do not count."""
    letter = message.letter
    parts = [
        message.recipient,
        message.sender,
        message.message_id,
        message.reply_to,
        letter.kind,
        letter.language,
        letter.subject,
        letter.text,
        letter.html,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()

"""Approval is bound to content: the digest of exactly what would leave."""

from __future__ import annotations

import hashlib
import json

from privacy.messages import OutboundMessage


def letter_digest(message: OutboundMessage, *, enclosed: str = "") -> str:
    """Return the sha-256 over recipient, sender, subject, both bodies and what programs read; date and headers of the way do not count.

    `enclosed` is the digest of the package that the letter names, empty where it names none.
    """
    letter = message.letter
    parts: list[object] = [
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
    parts += [enclosed] if enclosed else []
    if message.stand is not None:  # what programs read is approved with the words
        parts.append(message.stand.as_values(message.case_reference or ""))
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()

"""Asks when our letters left that were answered by what may be a machine: an answer within seconds is no person's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from casework.batch_view import MessageAtWork
from casework.profile import DeskProfile
from privacy.quick_answers import is_quick
from privacy.tokens import is_our_message_id
from storage.database import Database
from storage.delivered import letters_left

log = structlog.get_logger(__name__)


def time_answers(
    database: Database, desk: DeskProfile, messages: Sequence[MessageAtWork]
) -> list[MessageAtWork]:
    """Return the messages, those that came within seconds of the letter that they answer as what they are then.

    One question for the batch, and none where no answer hangs on it.
    """
    keys = {
        message.inbound_id: [
            database.lookup_key("message-id", one) for one in _answered(message, desk)
        ]
        for message in messages
        if message.reading.if_quick is not None
    }
    wanted = {key for some in keys.values() for key in some}
    if not wanted:
        return list(messages)
    with database.reading() as reading:
        left = letters_left(reading, wanted)
    return [_timed(one, keys.get(one.inbound_id, ()), left) for one in messages]


def _answered(message: MessageAtWork, desk: DeskProfile) -> list[str]:
    ids = (one.lower() for one in message.reading.message.in_reply_to)
    return [one for one in ids if is_our_message_id(one, desk.token_keys)]


def _timed(
    message: MessageAtWork, keys: Sequence[bytes], left: Mapping[bytes, datetime]
) -> MessageAtWork:
    reading = message.reading
    times = [left[key] for key in keys if key in left]
    quick = any(
        is_quick(at, received_at=message.claimed.received_at, dated=reading.message.date)
        for at in times
    )
    if reading.if_quick is None or not quick:
        return message
    log.info("answered_within_seconds", inbound=str(message.inbound_id))
    return replace(message, reading=replace(reading, screening=reading.if_quick, if_quick=None))

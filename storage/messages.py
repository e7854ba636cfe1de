"""Messages in the database: kept, worked, listed, moved."""

from __future__ import annotations

from storage.keeping import KeptMessage, keep_raw
from storage.message_lists import (
    MessageRow,
    count_by_outcome,
    count_quarantined,
    earliest_hold,
    get_message,
    list_messages,
    messages_of_case,
    oldest_unprocessed,
    quarantined_without_case,
    raw_of,
)
from storage.moving import move_raw
from storage.setting_aside import dismiss_message, quarantine_message, requeue_message
from storage.working import (
    CANNOT_UNSEAL,
    ClaimedMessage,
    FinishedMessage,
    SameMail,
    claim_messages,
    find_same_mail,
    finish_messages,
    postpone_messages,
)

__all__ = [
    "CANNOT_UNSEAL",
    "ClaimedMessage",
    "FinishedMessage",
    "KeptMessage",
    "MessageRow",
    "SameMail",
    "claim_messages",
    "count_by_outcome",
    "count_quarantined",
    "dismiss_message",
    "earliest_hold",
    "find_same_mail",
    "finish_messages",
    "get_message",
    "keep_raw",
    "list_messages",
    "messages_of_case",
    "move_raw",
    "oldest_unprocessed",
    "postpone_messages",
    "quarantine_message",
    "quarantined_without_case",
    "raw_of",
    "requeue_message",
]

"""What happened, as a chain: each event's hash covers the one before.

The chain runs over the hash of a salted payload, so that a payload can be erased later and the chain still proves
order and completeness. Payloads hold ids, codes and dates, never a person's words or address.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from privacy.instants import require_utc

GENESIS = "0" * 64


class AuditKind(StrEnum):
    """The closed list of things that are recorded."""

    MESSAGE_SCREENED = "message_screened"
    MESSAGE_HELD = "message_held"
    MESSAGE_RELEASED = "message_released"
    MESSAGE_DISMISSED = "message_dismissed"
    MESSAGE_QUARANTINED = "message_quarantined"
    MESSAGE_DUPLICATE = "message_duplicate"
    CASE_OPENED = "case_opened"
    CASE_MESSAGE_ADDED = "case_message_added"
    RIGHT_RECOGNISED = "right_recognised"
    CLOCK_STARTED = "clock_started"
    LETTER_QUEUED = "letter_queued"
    LETTER_DRAFTED = "letter_drafted"
    LETTER_APPROVED = "letter_approved"
    LETTER_REJECTED = "letter_rejected"
    LETTER_EDITED = "letter_edited"
    LETTER_SENT_BACK = "letter_sent_back"
    OPINION_GIVEN = "opinion_given"
    APPROVAL_UNDONE = "approval_undone"
    LETTER_SENT = "letter_sent"
    LETTER_UNCERTAIN = "letter_uncertain"
    LETTER_FAILED = "letter_failed"
    LETTER_DELIVERY = "letter_delivery"
    TASK_OPENED = "task_opened"
    TASK_DONE = "task_done"
    MODEL_ATTESTED = "model_attested"
    DIRECTORY_READ = "directory_read"
    DIRECTORY_SHOWN = "directory_shown"
    ROLE_FOUND = "role_found"
    SUPPRESSED = "suppressed"
    IDENTITY_ASKED = "identity_asked"
    IDENTITY_EVIDENCE = "identity_evidence"
    IDENTITY_REFUSED = "identity_refused"
    IDENTITY_DECIDED = "identity_decided"
    IDENTITY_PROVED = "identity_proved"
    IDENTITY_LAPSED = "identity_lapsed"
    ADDRESS_CHANGE = "address_change"
    PAPER_SET_ASIDE = "paper_set_aside"
    PAPER_DESTROYED = "paper_destroyed"
    WORK_STEP = "work_step"
    ERASURE_APPROVED = "erasure_approved"
    KEPT_STATED = "kept_stated"
    CASE_CLOSED = "case_closed"
    CASE_REOPENED = "case_reopened"
    CASE_ADDED = "case_added"
    CASE_CORRECTED = "case_corrected"
    CASE_NOTED = "case_noted"
    CASE_HELD = "case_held"
    CASE_HOLD_ENDED = "case_hold_ended"
    CASE_RELATED = "case_related"
    CASE_MERGED = "case_merged"
    CASE_SPLIT = "case_split"
    CASE_EXPORTED = "case_exported"
    CASE_VIEWED = "case_viewed"
    SYSTEM_ASKED = "system_asked"
    SYSTEM_ANSWERED = "system_answered"
    SYSTEM_FAILED = "system_failed"
    PACKAGE_ADDED = "package_added"
    PACKAGE_WITHDRAWN = "package_withdrawn"
    PACKAGE_RENEWED = "package_renewed"
    PACKAGE_ERASED = "package_erased"
    DOWNLOAD = "download"
    REQUEST_FORWARDED = "request_forwarded"
    FORWARD_INSTRUCTED = "forward_instructed"
    FORWARD_CONFIRMED = "forward_confirmed"
    CUSTOMER_NAMED = "customer_named"
    POLICY_DECIDED = "policy_decided"
    NOTICE_DRAFTED = "notice_drafted"
    NOTICE_APPROVED = "notice_approved"
    NOTICE_STARTED = "notice_started"
    NOTICE_STOPPED = "notice_stopped"
    NOTICE_CHOICE = "notice_choice"
    NOTICE_REOPENED = "notice_reopened"
    NOTICE_ENDED = "notice_ended"
    NOTICE_EXPORTED = "notice_exported"
    TRAIL_EXPORTED = "trail_exported"
    NOTICE_BANNER = "notice_banner"
    NOTICE_COMPLAINED = "notice_complained"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_REMOVED = "account_removed"
    SIGNED_IN = "signed_in"
    RETENTION_RUN = "retention_run"
    TOKEN_MADE = "token_made"  # noqa: S105 - a kind, no secret
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a kind, no secret


@dataclass(frozen=True, kw_only=True)
class AuditEvent:
    """One thing that happened. `chain` is the case it belongs to, or the message while there is no case."""

    chain: UUID
    kind: AuditKind
    at: datetime
    actor: str
    payload: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_utc(at=self.at)


def payload_hash(event: AuditEvent, salt: bytes) -> str:
    """Return the hash that stands for the payload: useless to guess with once the salt is gone."""
    return hashlib.sha256(salt + canonical(event.payload)).hexdigest()


def chain_hash(event: AuditEvent, payload_digest: str, previous: str) -> str:
    """Return the hash of this link; `previous` is the hash of the one before it, GENESIS for the first."""
    head = [
        str(event.chain),
        event.kind.value,
        event.at.isoformat(),
        event.actor,
        payload_digest,
        previous,
    ]
    return hashlib.sha256("|".join(head).encode()).hexdigest()


def canonical(payload: Mapping[str, object]) -> bytes:
    """Return the payload as bytes that do not depend on the order of its keys.

    Raises TypeError for a value whose text could differ from one process to the next, such as a set.
    """
    return _CANONICAL.encode(payload).encode()


def _as_text(value: object) -> str:
    """Ids and dates, as the stored JSON gives them back."""
    if isinstance(value, UUID | date):
        return str(value)
    raise TypeError(f"a payload cannot hold {type(value).__name__}")


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_as_text)

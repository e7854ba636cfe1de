"""The tables. Every column that may be NULL says what NULL means; every index names the question it answers.

Columns called `sealed_...` hold bytes that only the owner's data key opens (storage.sealing); columns called
`..._key` hold keyed hashes for look-ups. No other column holds personal data.
A message and its case may live in databases of different regions, so neither has a foreign key to the other.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from privacy.audit import AuditKind
from privacy.cases import CaseState, ItemState, Role
from privacy.deciding import Outcome
from privacy.messages import ArrivalBasis, Route
from privacy.model_calls import CallOutcome
from privacy.outgoing import OutgoingState
from privacy.rights import Lane, Right, Scope
from privacy.zero_retention import Assurance
from storage import (  # noqa: F401 - here are all tables
    account_rows,
    address_rows,
    directory_rows,
    forward_rows,
    notice_banner_rows,
    notice_rows,
    package_rows,
    queue_rows,
    suppression_rows,
)
from storage.anchor_rows import AUDIT_ANCHOR as AUDIT_ANCHOR  # noqa: PLC0414 - here are all tables
from storage.call_rows import SYSTEM_CALL as SYSTEM_CALL  # noqa: PLC0414 - here are all tables
from storage.clock_rows import CASE_EVENT as CASE_EVENT  # noqa: PLC0414 - here are all tables
from storage.clock_rows import CLOCK_EVENT as CLOCK_EVENT  # noqa: PLC0414 - here are all tables
from storage.columns import Codes, Count, Day, Flag, Id, OneOf, Plain, Share, UtcDateTime
from storage.erased_rows import ERASED_OWNER as ERASED_OWNER  # noqa: PLC0414 - as above
from storage.extension_rows import EXTENSION as EXTENSION  # noqa: PLC0414 - here are all tables
from storage.identity_rows import IDENTITY_STANDING as IDENTITY_STANDING  # noqa: PLC0414 - as above
from storage.reference_rows import OTHER_REFERENCE as OTHER_REFERENCE  # noqa: PLC0414 - as above
from storage.reminder_rows import REMINDER as REMINDER  # noqa: PLC0414 - here are all tables
from storage.retention_rows import RETENTION_RUN as RETENTION_RUN  # noqa: PLC0414 - as above
from storage.rows import (
    SMALL,
    STRICT,
    Row,
    index_where,
    key_column,
    of_case,
    of_inbound,
    one_of,
    table_of,
)
from storage.staff_rows import ADDED_REQUEST as ADDED_REQUEST  # noqa: PLC0414 - here are all tables
from storage.states import DraftState, MessageState, PartyRole
from storage.work_rows import WORK_EVENT as WORK_EVENT  # noqa: PLC0414 - as above

DERIVED = "derived:"  # begins the name of a mark that says how rows were derived from others
GROWN = "anchored IS NULL OR length > anchored"


class DatabaseMark(Row, table=True):
    """What this database is: its region, proofs of the keys that it was made with, and rules of what is derived."""

    __tablename__ = "database_mark"
    __table_args__ = (STRICT,)
    name: str = Field(primary_key=True, sa_type=Plain)
    value: bytes


class DataKey(Row, table=True):
    """The wrapped data key of a message, a case or a token. A deleted row is an erased owner."""

    __tablename__ = "data_key"
    __table_args__ = (SMALL,)
    owner_id: UUID = key_column()
    ring_key: str = Field(sa_type=Plain)  # name of the key in the ring that wraps this one
    wrapped: bytes


class Inbound(Row, table=True):
    """One message by its content: where its work stands and what was made of it."""

    __tablename__ = "inbound"
    __table_args__ = (
        one_of("state", MessageState),
        one_of("outcome", Outcome),
        one_of("arrival_basis", ArrivalBasis),
        one_of("lane", Lane),
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("(state = 'leased') = (lease_token IS NOT NULL)", name="lease"),
        # claim_messages: the queue alone, new work before history, oldest arrival first
        index_where("ix_inbound_queue", "history", "received_at", where="due_at IS NOT NULL"),
        # list_messages and count_by_outcome
        index_where(
            "ix_inbound_outcome",
            "outcome",
            "received_at",
            "inbound_id",
            where="state <> 'dismissed'",
        ),
        # earliest_hold
        index_where(
            "ix_inbound_hold",
            "hold_due_on",
            where="hold_due_on IS NOT NULL AND state <> 'dismissed'",
        ),
        # list_messages without an outcome
        Index("ix_inbound_received", "received_at", "inbound_id"),
        # messages_of_case
        index_where("ix_inbound_case", "case_id", where="case_id IS NOT NULL"),
        STRICT,
    )
    inbound_id: UUID = key_column()
    content_key: bytes = Field(unique=True)  # of the raw bytes: keep_raw
    size: int = Field(sa_type=Count)  # bytes
    received_at: datetime = Field(sa_type=UtcDateTime)  # the earliest arrival of all deliveries
    arrival_basis: ArrivalBasis = Field(sa_type=OneOf(ArrivalBasis))
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    history: bool = Field(sa_type=Flag)
    suspected_spam: bool = Field(sa_type=Flag)
    truncated: bool = Field(sa_type=Flag)
    quiet_reason: str | None = Field(sa_type=Plain)  # NULL: its letter may go out by itself
    state: MessageState = Field(sa_type=OneOf(MessageState))
    due_at: datetime | None = Field(
        sa_type=UtcDateTime
    )  # next attempt or end of the lease; NULL: no work left
    attempts: int = Field(sa_type=Count)
    lease_token: UUID | None = Field(sa_type=Id)  # NULL: no worker has it
    released: bool = Field(sa_type=Flag)  # a person said that it is a request
    outcome: Outcome | None = Field(sa_type=OneOf(Outcome))  # NULL: not decided
    reason: str | None = Field(sa_type=Plain)  # NULL: nothing happened to it yet
    kind: str | None = Field(sa_type=Plain)  # NULL: not read
    language: str | None = Field(sa_type=Plain)  # NULL: not read
    lane: Lane | None = Field(sa_type=OneOf(Lane))  # NULL: not classified
    rights: tuple[str, ...] = Field(sa_type=Codes)
    reasons: tuple[str, ...] = Field(sa_type=Codes)
    case_id: UUID | None = Field(sa_type=Id)  # NULL: belongs to no case
    original_id: UUID | None = Field(sa_type=Id)  # NULL: not a copy of another message
    suggested_case_id: UUID | None = Field(sa_type=Id)  # NULL: no case is suggested
    # NULL: a copy, history, or not worked; so it can be unique, and two workers cannot both open a case
    message_key: bytes | None = Field(unique=True)
    message_id_key: bytes | None  # NULL: it has no Message-ID, or is not read
    sender_key: bytes | None  # NULL: no believable sender, or not read
    text_key: bytes | None  # NULL: not read
    hold_due_on: date | None = Field(sa_type=Day)  # NULL: not held
    finished_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: not decided
    moved_to: str | None = Field(
        sa_type=Plain
    )  # region that has the bytes now; NULL: they are here


class RawBytes(Row, table=True):
    """The bytes as they arrived. A missing row: erased, or moved to another region."""

    __tablename__ = "raw_message"
    __table_args__ = (of_inbound(), STRICT)
    inbound_id: UUID = key_column()
    sealed_raw: bytes


class Delivery(Row, table=True):
    """One coming of a message through one door: the ledger of what was taken in."""

    __tablename__ = "delivery"
    __table_args__ = (
        of_inbound(),
        one_of("route", Route),
        one_of("arrival_basis", ArrivalBasis),
        # keep_raw and unknown_uids; rows without a place are never equal
        UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
        Index("ix_delivery_inbound", "inbound_id"),  # claim_messages, list_messages
        STRICT,
    )
    delivery_id: UUID = key_column()
    inbound_id: UUID = Field(sa_type=Id)
    mailbox: str = Field(sa_type=Plain)  # an address of ours
    route: Route = Field(sa_type=OneOf(Route))
    received_at: datetime = Field(sa_type=UtcDateTime)
    arrival_basis: ArrivalBasis = Field(sa_type=OneOf(ArrivalBasis))
    folder: str | None = Field(sa_type=Plain)  # NULL, as the next two: did not come over IMAP
    uidvalidity: int | None = Field(sa_type=Count)
    uid: int | None = Field(sa_type=Count)
    sealed_envelope: bytes | None  # NULL: came without an envelope, or its message is erased
    history: bool = Field(sa_type=Flag)
    seen_at: datetime = Field(sa_type=UtcDateTime)


class PrivacyCase(Row, table=True):
    """A case. Its dates are in its clock events, its people among its parties."""

    __tablename__ = "privacy_case"
    __table_args__ = (
        one_of("state", CaseState),
        one_of("lane", Lane),
        one_of("role", Role),
        Index("ix_privacy_case_received", "received_at", "case_id"),  # list_cases
        Index(
            "ix_privacy_case_state", "state", "received_at", "case_id"
        ),  # list_cases of one state
        index_where("ix_privacy_case_rung", "next_rung_at", where="next_rung_at IS NOT NULL"),
        STRICT,
    )
    case_id: UUID = key_column()
    number: int = Field(unique=True, sa_type=Count)  # known_cases
    reference: str = Field(unique=True, sa_type=Plain)  # known_cases, find_case
    region: str = Field(sa_type=Plain)
    mailbox: str = Field(sa_type=Plain)  # an address of ours
    state: CaseState = Field(sa_type=OneOf(CaseState))
    lane: Lane = Field(sa_type=OneOf(Lane))
    role: Role = Field(sa_type=OneOf(Role))
    language: str = Field(sa_type=Plain)
    received_at: datetime = Field(sa_type=UtcDateTime)
    needs_human: bool = Field(sa_type=Flag)
    stub_reason: str | None = Field(sa_type=Plain)  # NULL: its mail could be read
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    next_rung_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: nothing to remind of


class Party(Row, table=True):
    """A person in a case."""

    __tablename__ = "party"
    __table_args__ = (
        of_case(),
        one_of("role", PartyRole),
        UniqueConstraint("case_id", "address_key"),  # known_cases, get_cases
        Index("ix_party_address", "address_key"),  # cases_of_address
        Index("ix_party_domain", "domain_key"),  # cases_of_domain
        STRICT,
    )
    party_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    role: PartyRole = Field(sa_type=OneOf(PartyRole))
    address_key: bytes | None  # NULL, as the next: there is no believable address
    sealed_address: bytes | None
    sealed_name: bytes
    domain_key: bytes | None  # NULL: as address_key, or not looked for since the column came


class Item(Row, table=True):
    """One right asked for in one case."""

    __tablename__ = "request_item"
    __table_args__ = (
        of_case(),
        one_of("right_name", Right),
        one_of("scope", Scope, also=("",)),
        one_of("state", ItemState),
        CheckConstraint("confidence >= 0 AND confidence <= 1", name="confidence"),
        Index("ix_request_item_case", "case_id"),  # get_cases, list_cases
        # Two workers cannot both add the same right; one that is put aside may be asked for anew.
        index_where(
            "uq_request_item_open",
            "case_id",
            "right_name",
            "scope",
            where="state = 'received'",
            unique=True,
        ),
        STRICT,
    )
    item_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    position: int = Field(sa_type=Count)  # order in which the rights were asked for
    inbound_id: UUID = Field(sa_type=Id)
    right_name: Right = Field(sa_type=OneOf(Right))
    scope: str = Field(sa_type=Plain)  # '' for a right without scope: NULLs would never be equal
    state: ItemState = Field(sa_type=OneOf(ItemState))
    confidence: float = Field(sa_type=Share)
    part: str = Field(sa_type=Plain)
    sealed_quote: bytes
    quote_start: int = Field(sa_type=Count)
    quote_end: int = Field(sa_type=Count)
    reason: str = Field(sa_type=Plain)
    received_at: datetime = Field(sa_type=UtcDateTime)


class Outgoing(Row, table=True):
    """A letter on its way out."""

    __tablename__ = "outgoing"
    __table_args__ = (
        of_case(),
        one_of("state", OutgoingState),
        CheckConstraint("(state = 'leased') = (lease_token IS NOT NULL)", name="lease"),
        # claim_letter, expire_leases, uncertain_letters, oldest_pending
        index_where("ix_outgoing_queue", "due_at", where="due_at IS NOT NULL"),
        Index("ix_outgoing_queued", "queued_at", "letter_id"),  # list_letters; letters of the hour
        Index("ix_outgoing_state", "state", "queued_at", "letter_id"),  # list_letters of one state
        Index("ix_outgoing_case", "case_id"),  # letters_of_case
        Index("ix_outgoing_recipient", "recipient_key", "queued_at"),  # answer_counts
        Index("ix_outgoing_domain", "domain_key", "queued_at"),  # answer_counts
        # answer_counts
        index_where("ix_outgoing_text", "text_key", "queued_at", where="text_key IS NOT NULL"),
        STRICT,
    )
    letter_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    inbound_id: UUID | None = Field(sa_type=Id)  # NULL: answers no message
    kind: str = Field(sa_type=Plain)
    dedupe_key: str = Field(unique=True, sa_type=Plain)
    sealed_message: bytes
    digest: str = Field(sa_type=Plain)
    message_id_key: bytes = Field(unique=True)  # confirm_sent
    recipient_key: bytes
    domain_key: bytes
    text_key: bytes | None  # of the text that it answers; NULL: not counted by its text
    automatic: bool = Field(sa_type=Flag)
    state: OutgoingState = Field(sa_type=OneOf(OutgoingState))
    queued_at: datetime = Field(sa_type=UtcDateTime)
    # next attempt, end of the lease, or of the search for a trace; NULL: sent or failed
    due_at: datetime | None = Field(sa_type=UtcDateTime)
    attempts: int = Field(sa_type=Count)
    lease_token: UUID | None = Field(sa_type=Id)  # NULL: nobody is sending it
    uncertain_since: datetime | None = Field(sa_type=UtcDateTime)  # NULL: no attempt ended in doubt
    sent_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: not known to have left
    evidence: str | None = Field(sa_type=Plain)  # how we know that it left; NULL: not known
    sealed_answer: bytes | None  # what the other side said; NULL: it said nothing
    reason: str | None = Field(sa_type=Plain)  # of the last trouble; NULL: none yet


class DraftLetter(Row, table=True):
    """A letter that a person decides about."""

    __tablename__ = "draft"
    __table_args__ = (
        of_case(),
        one_of("state", DraftState),
        # list_drafts
        index_where("ix_draft_waiting", "created_at", "draft_id", where="state = 'waiting'"),
        index_where("ix_draft_due", "due_on", where="state = 'waiting'"),  # earliest_draft
        STRICT,
    )
    draft_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    inbound_id: UUID | None = Field(sa_type=Id)  # NULL: answers no message
    kind: str = Field(sa_type=Plain)
    sealed_message: bytes
    digest: str = Field(sa_type=Plain)
    reasons: tuple[str, ...] = Field(sa_type=Codes)
    state: DraftState = Field(sa_type=OneOf(DraftState))
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_on: date = Field(sa_type=Day)  # the last day on which it answers in time
    decided_at: datetime | None = Field(
        sa_type=UtcDateTime
    )  # NULL, as the next two: nobody has decided
    decided_by: str | None = Field(sa_type=Plain)  # a member of staff
    os_user: str | None = Field(sa_type=Plain)


class StaffTask(Row, table=True):
    """Something that a person has to do."""

    __tablename__ = "task"
    __table_args__ = (
        of_case(),
        # list_tasks, earliest_task
        index_where("ix_task_open", "urgent", "due_on", where="done_at IS NULL"),
        # finish_tasks_about
        index_where("ix_task_inbound", "inbound_id", where="done_at IS NULL"),
        Index("ix_task_case", "case_id"),  # cases_with_tasks, finish_kind_of_case
        STRICT,
    )
    task_id: UUID = key_column()
    natural_key: str | None = Field(
        unique=True, sa_type=Plain
    )  # NULL: done, and may be opened anew
    case_id: UUID | None = Field(sa_type=Id)  # NULL: about a message without case
    inbound_id: UUID | None = Field(sa_type=Id)  # NULL: about no message
    kind: str = Field(sa_type=Plain)
    reason: str = Field(sa_type=Plain)
    due_on: date | None = Field(sa_type=Day)  # NULL: no day is set
    urgent: bool = Field(sa_type=Flag)
    created_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL, as the next: open
    done_by: str | None = Field(sa_type=Plain)  # a member of staff


class AuditChain(Row, table=True):
    """The end of each chain: a chain that lost its last links no longer reaches it."""

    __tablename__ = "audit_chain"
    __table_args__ = (
        index_where("ix_audit_chain_grown", "chain", where=GROWN),  # close_segment
        SMALL,
    )
    chain: UUID = key_column()
    length: int = Field(sa_type=Count)
    head: str = Field(sa_type=Plain)
    anchored: int | None = Field(sa_type=Count)  # its length in the last segment; NULL: in none


class AuditLink(Row, table=True):
    """One thing that happened; `link` covers everything before it in its chain. By time: newest_events."""

    __tablename__ = "audit_event"
    __table_args__ = (one_of("kind", AuditKind), Index("ix_audit_event_at", "at"), STRICT)
    chain: UUID = key_column()
    position: int = Field(primary_key=True, sa_type=Count)
    kind: AuditKind = Field(sa_type=OneOf(AuditKind))
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(sa_type=Plain)
    payload: str | None = Field(
        sa_type=Plain
    )  # NULL, as the next: erased, the chain holds without it
    salt: bytes | None
    payload_digest: str = Field(sa_type=Plain)
    link: str = Field(sa_type=Plain)


class Cursor(Row, table=True):
    """How far a folder has been read."""

    __tablename__ = "folder_cursor"
    __table_args__ = (STRICT,)
    mailbox: str = Field(primary_key=True, sa_type=Plain)
    folder: str = Field(primary_key=True, sa_type=Plain)
    uidvalidity: int = Field(sa_type=Count)
    last_uid: int = Field(sa_type=Count)
    answer_from: datetime = Field(sa_type=UtcDateTime)
    first_uidnext: int | None = Field(sa_type=Count)
    renumbered_at: tuple[str, ...] = Field(sa_type=Codes)  # instants, ISO 8601


class OAuthToken(Row, table=True):
    """The tokens of a mailbox of ours."""

    __tablename__ = "oauth_token"
    __table_args__ = (STRICT,)
    mailbox: str = Field(primary_key=True, sa_type=Plain)
    token_id: UUID = Field(sa_type=Id)  # owner of the data key
    sealed_tokens: bytes


class ModelCallRow(Row, table=True):
    """One call of a model, written before it was made. No column holds a word of what was asked or answered."""

    __tablename__ = "model_call"
    __table_args__ = (
        one_of("outcome", CallOutcome),
        one_of("assurance", Assurance),
        CheckConstraint("cost >= 0", name="cost"),
        Index("ix_model_call_started", "started_at"),  # spent_since, calls_since
        # said_before
        index_where("ix_model_call_said", "inbound_id", where="outcome = 'heard'"),
        STRICT,
    )
    call_id: UUID = key_column()
    inbound_id: UUID | None = Field(sa_type=Id)  # NULL: words from the command line
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: never known how it ended
    model: str = Field(sa_type=Plain)
    host: str = Field(sa_type=Plain)
    region: str = Field(sa_type=Plain)
    assurance: Assurance = Field(sa_type=OneOf(Assurance))
    shadow: bool = Field(sa_type=Flag)
    text_key: bytes  # of the sent words, placeholders and all
    tokens_in: int = Field(sa_type=Count)
    tokens_out: int = Field(sa_type=Count)
    cost: int = Field(sa_type=Count)  # millionths; reserved at the start, set right at the end
    outcome: CallOutcome = Field(sa_type=OneOf(CallOutcome))
    said: tuple[str, ...] = Field(sa_type=Codes)  # labels and positions
    changes: tuple[str, ...] = Field(sa_type=Codes)  # label names


class ModelAttestationRow(Row, table=True):
    """Somebody's word that a contract promises zero retention at an endpoint; the newest one counts."""

    __tablename__ = "model_attestation"
    __table_args__ = (STRICT,)
    attestation_id: UUID = key_column()
    endpoint: str = Field(sa_type=Plain)
    contract: str = Field(sa_type=Plain)
    contract_date: date = Field(sa_type=Day)
    attested_by: str = Field(sa_type=Plain)  # a member of staff
    attested_at: datetime = Field(sa_type=UtcDateTime)


DATABASE_MARK = table_of(DatabaseMark)
DATA_KEY = table_of(DataKey)
INBOUND = table_of(Inbound)
RAW_MESSAGE = table_of(RawBytes)
DELIVERY = table_of(Delivery)
PRIVACY_CASE = table_of(PrivacyCase)
PARTY = table_of(Party)
REQUEST_ITEM = table_of(Item)
OUTGOING = table_of(Outgoing)
DRAFT = table_of(DraftLetter)
TASK = table_of(StaffTask)
AUDIT_CHAIN = table_of(AuditChain)
AUDIT_EVENT = table_of(AuditLink)
FOLDER_CURSOR = table_of(Cursor)
OAUTH_TOKEN = table_of(OAuthToken)
MODEL_CALL = table_of(ModelCallRow)
MODEL_ATTESTATION = table_of(ModelAttestationRow)

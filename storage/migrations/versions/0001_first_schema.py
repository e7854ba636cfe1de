"""The first schema: messages, cases, letters, the trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = ("database_mark", "data_key", "inbound", "raw_message", "delivery", "privacy_case", "party", "request_item", "clock_event", "outgoing", "draft", "task", "audit_chain", "audit_event", "folder_cursor", "oauth_token")


def upgrade() -> None:
    _create_database_mark()
    _create_data_key()
    _create_inbound()
    _create_raw_message()
    _create_delivery()
    _create_privacy_case()
    _create_party()
    _create_request_item()
    _create_clock_event()
    _create_outgoing()
    _create_draft()
    _create_task()
    _create_audit_chain()
    _create_audit_event()
    _create_folder_cursor()
    _create_oauth_token()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _create_database_mark() -> None:
    op.create_table("database_mark",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_database_mark")),
        sqlite_strict=True
    )


def _create_data_key() -> None:
    op.create_table("data_key",
        sa.Column("owner_id", columns.Id(), nullable=False),
        sa.Column("ring_key", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_data_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )


def _create_inbound() -> None:
    op.create_table("inbound",
        sa.Column("inbound_id", columns.Id(), nullable=False),
        sa.Column("content_key", sa.LargeBinary(), nullable=False),
        sa.Column("size", columns.Count(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.Column("arrival_basis", sa.Text(), nullable=False),
        sa.Column("first_seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("history", columns.Flag(), nullable=False),
        sa.Column("suspected_spam", columns.Flag(), nullable=False),
        sa.Column("truncated", columns.Flag(), nullable=False),
        sa.Column("quiet_reason", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        sa.Column("attempts", columns.Count(), nullable=False),
        sa.Column("lease_token", columns.Id(), nullable=True),
        sa.Column("released", columns.Flag(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("rights", columns.Codes(), nullable=False),
        sa.Column("reasons", columns.Codes(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=True),
        sa.Column("original_id", columns.Id(), nullable=True),
        sa.Column("suggested_case_id", columns.Id(), nullable=True),
        sa.Column("message_key", sa.LargeBinary(), nullable=True),
        sa.Column("message_id_key", sa.LargeBinary(), nullable=True),
        sa.Column("sender_key", sa.LargeBinary(), nullable=True),
        sa.Column("text_key", sa.LargeBinary(), nullable=True),
        sa.Column("hold_due_on", columns.Day(), nullable=True),
        sa.Column("finished_at", columns.UtcDateTime(), nullable=True),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'leased') = (lease_token IS NOT NULL)", name=op.f("ck_inbound_lease")),
        sa.CheckConstraint("arrival_basis IN ('listener', 'internaldate', 'received', 'file_time', 'given', 'unknown')", name=op.f("ck_inbound_arrival_basis")),
        sa.CheckConstraint("lane IN ('rights', 'complaint', 'children', 'security_incident', 'regulator', 'policy_question', 'support', 'vendor', 'unsubscribe', 'other', 'unclear')", name=op.f("ck_inbound_lane")),
        sa.CheckConstraint("outcome IN ('case', 'held', 'auto', 'bulk', 'spam', 'bounce', 'duplicate', 'quarantined', 'history', 'own_copy')", name=op.f("ck_inbound_outcome")),
        sa.CheckConstraint("state IN ('received', 'leased', 'done', 'quarantined', 'dismissed')", name=op.f("ck_inbound_state")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_inbound_size")),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("content_key", name=op.f("uq_inbound_content_key")),
        sa.UniqueConstraint("message_key", name=op.f("uq_inbound_message_key")),
        sqlite_strict=True
    )
    _index_inbound()


def _index_inbound() -> None:
    op.create_index("ix_inbound_case", "inbound", ["case_id"], unique=False, sqlite_where=sa.text("case_id IS NOT NULL"), postgresql_where=sa.text("case_id IS NOT NULL"))
    op.create_index("ix_inbound_hold", "inbound", ["hold_due_on"], unique=False, sqlite_where=sa.text("hold_due_on IS NOT NULL AND state <> 'dismissed'"), postgresql_where=sa.text("hold_due_on IS NOT NULL AND state <> 'dismissed'"))
    op.create_index("ix_inbound_outcome", "inbound", ["outcome", "received_at", "inbound_id"], unique=False, sqlite_where=sa.text("state <> 'dismissed'"), postgresql_where=sa.text("state <> 'dismissed'"))
    op.create_index("ix_inbound_queue", "inbound", ["history", "received_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_index("ix_inbound_received", "inbound", ["received_at", "inbound_id"], unique=False)


def _create_raw_message() -> None:
    op.create_table("raw_message",
        sa.Column("inbound_id", columns.Id(), nullable=False),
        sa.Column("sealed_raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.inbound_id"], name=op.f("fk_raw_message_inbound_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_raw_message")),
        sqlite_strict=True
    )


def _create_delivery() -> None:
    op.create_table("delivery",
        sa.Column("delivery_id", columns.Id(), nullable=False),
        sa.Column("inbound_id", columns.Id(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.Column("arrival_basis", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=True),
        sa.Column("uidvalidity", columns.Count(), nullable=True),
        sa.Column("uid", columns.Count(), nullable=True),
        sa.Column("sealed_envelope", sa.LargeBinary(), nullable=True),
        sa.Column("history", columns.Flag(), nullable=False),
        sa.Column("seen_at", columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint("arrival_basis IN ('listener', 'internaldate', 'received', 'file_time', 'given', 'unknown')", name=op.f("ck_delivery_arrival_basis")),
        sa.CheckConstraint("route IN ('imap', 'smtp', 'file')", name=op.f("ck_delivery_route")),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.inbound_id"], name=op.f("fk_delivery_inbound_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid", name=op.f("uq_delivery_mailbox")),
        sqlite_strict=True
    )
    op.create_index("ix_delivery_inbound", "delivery", ["inbound_id"], unique=False)


def _create_privacy_case() -> None:
    op.create_table("privacy_case",
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("number", columns.Count(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.Column("needs_human", columns.Flag(), nullable=False),
        sa.Column("stub_reason", sa.Text(), nullable=True),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint("lane IN ('rights', 'complaint', 'children', 'security_incident', 'regulator', 'policy_question', 'support', 'vendor', 'unsubscribe', 'other', 'unclear')", name=op.f("ck_privacy_case_lane")),
        sa.CheckConstraint("role IN ('unknown', 'controller', 'processor')", name=op.f("ck_privacy_case_role")),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_privacy_case_state")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_privacy_case")),
        sa.UniqueConstraint("number", name=op.f("uq_privacy_case_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_privacy_case_reference")),
        sqlite_strict=True
    )
    op.create_index("ix_privacy_case_received", "privacy_case", ["received_at", "case_id"], unique=False)
    op.create_index("ix_privacy_case_state", "privacy_case", ["state", "received_at", "case_id"], unique=False)


def _create_party() -> None:
    op.create_table("party",
        sa.Column("party_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("role IN ('requester')", name=op.f("ck_party_role")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_party_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_party")),
        sa.UniqueConstraint("case_id", "address_key", name=op.f("uq_party_case_id")),
        sqlite_strict=True
    )


def _create_request_item() -> None:
    op.create_table("request_item",
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("position", columns.Count(), nullable=False),
        sa.Column("inbound_id", columns.Id(), nullable=False),
        sa.Column("right_name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("confidence", columns.Share(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("sealed_quote", sa.LargeBinary(), nullable=False),
        sa.Column("quote_start", columns.Count(), nullable=False),
        sa.Column("quote_end", columns.Count(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint("right_name IN ('access', 'rectification', 'erasure', 'portability', 'objection', 'restriction', 'withdraw_consent', 'automated_decision')", name=op.f("ck_request_item_right_name")),
        sa.CheckConstraint("scope IN ('marketing', 'analytics', 'sale_sharing', '')", name=op.f("ck_request_item_scope")),
        sa.CheckConstraint("state IN ('received', 'withdrawn', 'not_a_request')", name=op.f("ck_request_item_state")),
        sa.CheckConstraint("confidence >= 0 AND confidence <= 1", name=op.f("ck_request_item_confidence")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_request_item_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_request_item")),
        sqlite_strict=True
    )
    op.create_index("ix_request_item_case", "request_item", ["case_id"], unique=False)
    op.create_index("uq_request_item_open", "request_item", ["case_id", "right_name", "scope"], unique=True, sqlite_where=sa.text("state = 'received'"), postgresql_where=sa.text("state = 'received'"))


def _create_clock_event() -> None:
    op.create_table("clock_event",
        sa.Column("event_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("item_id", columns.Id(), nullable=True),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_on", columns.Day(), nullable=True),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=True),
        sa.Column("regime", sa.Text(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("trace", columns.Codes(), nullable=False),
        sa.Column("message_id_key", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("change IN ('started', 'met', 'stopped')", name=op.f("ck_clock_event_change")),
        sa.CheckConstraint("clock IN ('acknowledge', 'respond')", name=op.f("ck_clock_event_clock")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_clock_event_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_clock_event")),
        sqlite_strict=True
    )
    op.create_index("ix_clock_event_case", "clock_event", ["case_id"], unique=False)


def _create_outgoing() -> None:
    op.create_table("outgoing",
        sa.Column("letter_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("inbound_id", columns.Id(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("sealed_message", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("message_id_key", sa.LargeBinary(), nullable=False),
        sa.Column("recipient_key", sa.LargeBinary(), nullable=False),
        sa.Column("domain_key", sa.LargeBinary(), nullable=False),
        sa.Column("text_key", sa.LargeBinary(), nullable=True),
        sa.Column("automatic", columns.Flag(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("queued_at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        sa.Column("attempts", columns.Count(), nullable=False),
        sa.Column("lease_token", columns.Id(), nullable=True),
        sa.Column("uncertain_since", columns.UtcDateTime(), nullable=True),
        sa.Column("sent_at", columns.UtcDateTime(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'leased') = (lease_token IS NOT NULL)", name=op.f("ck_outgoing_lease")),
        sa.CheckConstraint("state IN ('pending', 'leased', 'uncertain', 'sent', 'failed')", name=op.f("ck_outgoing_state")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_outgoing_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_outgoing")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outgoing_dedupe_key")),
        sa.UniqueConstraint("message_id_key", name=op.f("uq_outgoing_message_id_key")),
        sqlite_strict=True
    )
    op.create_index("ix_outgoing_text", "outgoing", ["text_key", "queued_at"], unique=False, sqlite_where=sa.text("text_key IS NOT NULL"), postgresql_where=sa.text("text_key IS NOT NULL"))
    op.create_index("ix_outgoing_case", "outgoing", ["case_id"], unique=False)
    op.create_index("ix_outgoing_domain", "outgoing", ["domain_key", "queued_at"], unique=False)
    op.create_index("ix_outgoing_queue", "outgoing", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_index("ix_outgoing_queued", "outgoing", ["queued_at", "letter_id"], unique=False)
    op.create_index("ix_outgoing_recipient", "outgoing", ["recipient_key", "queued_at"], unique=False)
    op.create_index("ix_outgoing_state", "outgoing", ["state", "queued_at", "letter_id"], unique=False)


def _create_draft() -> None:
    op.create_table("draft",
        sa.Column("draft_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("inbound_id", columns.Id(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sealed_message", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("reasons", columns.Codes(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_on", columns.Day(), nullable=False),
        sa.Column("decided_at", columns.UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("os_user", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'approved', 'rejected')", name=op.f("ck_draft_state")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_draft_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_draft")),
        sqlite_strict=True
    )
    op.create_index("ix_draft_due", "draft", ["due_on"], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("ix_draft_waiting", "draft", ["created_at", "draft_id"], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))


def _create_task() -> None:
    op.create_table("task",
        sa.Column("task_id", columns.Id(), nullable=False),
        sa.Column("natural_key", sa.Text(), nullable=True),
        sa.Column("case_id", columns.Id(), nullable=True),
        sa.Column("inbound_id", columns.Id(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_on", columns.Day(), nullable=True),
        sa.Column("urgent", columns.Flag(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("done_at", columns.UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_task_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_task")),
        sa.UniqueConstraint("natural_key", name=op.f("uq_task_natural_key")),
        sqlite_strict=True
    )
    op.create_index("ix_task_inbound", "task", ["inbound_id"], unique=False, sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL"))
    op.create_index("ix_task_open", "task", ["urgent", "due_on"], unique=False, sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL"))
    # ### end Alembic commands ###


def _create_audit_chain() -> None:
    op.create_table("audit_chain",
        sa.Column("chain", columns.Id(), nullable=False),
        sa.Column("length", columns.Count(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_chain")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )


def _create_audit_event() -> None:
    op.create_table("audit_event",
        sa.Column("chain", columns.Id(), nullable=False),
        sa.Column("position", columns.Count(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("payload_digest", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('message_screened', 'message_held', 'message_released', 'message_dismissed', 'message_quarantined', 'message_duplicate', 'case_opened', 'case_message_added', 'right_recognised', 'clock_started', 'letter_queued', 'letter_drafted', 'letter_approved', 'letter_rejected', 'letter_sent', 'letter_uncertain', 'letter_failed', 'letter_delivery', 'task_opened', 'task_done')", name=op.f("ck_audit_event_kind")),
        sa.PrimaryKeyConstraint("chain", "position", name=op.f("pk_audit_event")),
        sqlite_strict=True
    )


def _create_folder_cursor() -> None:
    op.create_table("folder_cursor",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uidvalidity", columns.Count(), nullable=False),
        sa.Column("last_uid", columns.Count(), nullable=False),
        sa.Column("answer_from", columns.UtcDateTime(), nullable=False),
        sa.Column("first_uidnext", columns.Count(), nullable=True),
        sa.Column("renumbered_at", columns.Codes(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "folder", name=op.f("pk_folder_cursor")),
        sqlite_strict=True
    )


def _create_oauth_token() -> None:
    op.create_table("oauth_token",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("token_id", columns.Id(), nullable=False),
        sa.Column("sealed_tokens", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_oauth_token")),
        sqlite_strict=True
    )

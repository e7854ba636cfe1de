"""Tokens of the JSON API, and the answers that are given again under an idempotency key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NEW_KINDS = ("token_made", "token_revoked")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    op.create_table("api_token",
        sa.Column("token_key", sa.LargeBinary(), nullable=False),
        sa.Column("token_id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.Column("used_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_api_token_account_id")),
        sa.PrimaryKeyConstraint("token_key", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_id", name=op.f("uq_api_token_token_id")),
        sqlite_strict=True
    )
    op.create_index("ix_api_token_account", "api_token", ["account_id"], unique=False)
    op.create_table("api_answer",
        sa.Column("token_id", columns.Id(), nullable=False),
        sa.Column("answer_key", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.LargeBinary(), nullable=False),
        sa.Column("status", columns.Count(), nullable=True),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.token_id"], name=op.f("fk_api_answer_token_id")),
        sa.PrimaryKeyConstraint("token_id", "answer_key", name=op.f("pk_api_answer")),
        sqlite_strict=True
    )


def downgrade() -> None:
    op.drop_table("api_answer")
    op.drop_table("api_token")
    audit_kinds.forget(NEW_KINDS)

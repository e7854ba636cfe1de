"""Whoever signs in at the desk: accounts, sessions, and links that wait to be used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NEW_KINDS = ("account_added", "account_changed", "account_removed", "signed_in")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    op.create_table("account",
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("regions", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("added_at", columns.UtcDateTime(), nullable=False),
        sa.Column("sealed_second", sa.LargeBinary(), nullable=True),
        sa.Column("second_step", columns.Count(), nullable=True),
        sa.Column("recovery", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
        sa.UniqueConstraint("address_key", name=op.f("uq_account_address_key")),
        sqlite_strict=True
    )
    op.create_table("sign_in_link",
        sa.Column("link_key", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_sign_in_link_account_id")),
        sa.PrimaryKeyConstraint("link_key", name=op.f("pk_sign_in_link")),
        sqlite_strict=True
    )
    op.create_index("ix_sign_in_link_account", "sign_in_link", ["account_id"], unique=False)
    op.create_table("desk_session",
        sa.Column("session_key", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", columns.Id(), nullable=False),
        sa.Column("account_id", columns.Id(), nullable=False),
        sa.Column("begun_at", columns.UtcDateTime(), nullable=False),
        sa.Column("seen_at", columns.UtcDateTime(), nullable=False),
        sa.Column("second_due", columns.Flag(), nullable=False),
        sa.Column("sealed_flash", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name=op.f("fk_desk_session_account_id")),
        sa.PrimaryKeyConstraint("session_key", name=op.f("pk_desk_session")),
        sa.UniqueConstraint("session_id", name=op.f("uq_desk_session_session_id")),
        sqlite_strict=True
    )
    op.create_index("ix_desk_session_account", "desk_session", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_table("desk_session")
    op.drop_table("sign_in_link")
    op.drop_table("account")
    audit_kinds.forget(NEW_KINDS)

"""Changes of a person's own address: both addresses are proved before anything is changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NEW_KINDS = ("address_change",)
LIVE = "state IN ('wanted', 'asked', 'proved', 'told')"


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    op.create_table("address_change",
        sa.Column("change_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("old_key", sa.LargeBinary(), nullable=False),
        sa.Column("new_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_old", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_new", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("named_by", sa.Text(), nullable=False),
        sa.Column("named_at", columns.UtcDateTime(), nullable=False),
        sa.Column("code_key", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=True),
        sa.Column("expires_on", columns.Day(), nullable=True),
        sa.Column("proved_at", columns.UtcDateTime(), nullable=True),
        sa.Column("effective_at", columns.UtcDateTime(), nullable=True),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('wanted', 'asked', 'proved', 'told', 'in_effect', 'objected', 'lapsed', 'ended')", name=op.f("ck_address_change_state")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_address_change_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_address_change")),
        sa.UniqueConstraint("code_key", name=op.f("uq_address_change_code_key")),
        sqlite_strict=True
    )
    op.create_index("uq_address_change_live", "address_change", ["item_id"], unique=True, sqlite_where=sa.text(LIVE), postgresql_where=sa.text(LIVE))
    op.create_index("ix_address_change_case", "address_change", ["case_id"], unique=False)
    op.create_index("ix_address_change_item", "address_change", ["item_id"], unique=False)
    op.create_index("ix_address_change_old", "address_change", ["old_key"], unique=False)
    op.create_index("ix_address_change_due", "address_change", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_table("address_change")
    audit_kinds.forget(NEW_KINDS)

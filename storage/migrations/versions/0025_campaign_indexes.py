"""A campaign of a million Owners asks by state and by person: indexes that answer without walking all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    _index_due(["notice_id", "state", "due_at"])
    op.create_index(
        "ix_notice_workspace_person", "notice_workspace", ["notice_id", "person_id"]
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_notice_workspace_person", "notice_workspace")
    _index_due(["notice_id", "due_at"])


def _index_due(columns: list[str]) -> None:
    op.drop_index("ix_notice_owner_due", "notice_owner")
    op.create_index(
        "ix_notice_owner_due", "notice_owner", columns, sqlite_where=DUE, postgresql_where=DUE
    )

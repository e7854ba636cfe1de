"""Who was erased, until it stands in the list outside the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_owner",
        sa.Column("owner_id", columns.Id(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_erased_owner")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("erased_owner")

"""Names that other case systems gave to our cases."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "other_reference",
        sa.Column("reference_key", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["privacy_case.case_id"],
            name=op.f("fk_other_reference_case_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("reference_key", name=op.f("pk_other_reference")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("other_reference")

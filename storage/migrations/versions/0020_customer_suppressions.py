"""Addresses that a customer does not want back: a list for each workspace, beside the lists of the house."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_suppression",
        sa.Column("workspace_id", columns.Id(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", columns.UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "address_key", name=op.f("pk_customer_suppression")
        ),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """An older program asks one list, whoever uploads: on it they stay kept away from every customer."""
    op.execute(
        sa.text(
            "INSERT INTO suppression (address_key, list_name, reason, added_at, added_by, case_id) "
            "SELECT address_key, 'marketing', 'objection', MIN(added_at), MIN(added_by), NULL "
            "FROM customer_suppression WHERE address_key NOT IN "
            "(SELECT address_key FROM suppression WHERE list_name = 'marketing') GROUP BY address_key"
        )
    )
    op.drop_table("customer_suppression")

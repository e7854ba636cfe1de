"""One message to systems for whatever somebody switches off: analytics, or a consent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import checks

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NEW = "preference.changed"
BEFORE = ("right.execute", "processing.restrict", "processing.lift", "marketing.stop")
AFTER = ("analytics.opt_out", "consent.withdrawn", "erasure.cancelled")


def upgrade() -> None:
    checks.allow("system_call", "kind", (*BEFORE, NEW, *AFTER))


def downgrade() -> None:
    """What is queued keeps its words; only the column that lists show says it more broadly."""
    op.execute(
        sa.text("UPDATE system_call SET kind = 'right.execute' WHERE kind = 'preference.changed'")
    )
    checks.allow("system_call", "kind", (*BEFORE, *AFTER))

"""Notices by a provider: its acceptance is not the mailbox's, and where no word comes of one a person sees to the Owner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations import checks

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATES = ("waiting", "leased", "uncertain", "handed_over", "accepted", "stood_in", "unreached", "joined", "left", "cancelled")  # fmt: skip
OUTCOMES = ("registered", "accepted", "deferred", "refused", "unknown", "bounced", "delivered", "silent")  # fmt: skip
NEW_STATES, NEW_OUTCOMES = ("handed_over",), ("delivered", "silent")


def upgrade() -> None:
    checks.allow("notice_owner", "state", STATES)
    checks.allow("notice_attempt", "outcome", OUTCOMES)


def downgrade() -> None:
    """Whoever was with a provider is seen to by a person: nothing is sent twice."""
    op.execute(
        sa.text("UPDATE notice_owner SET state = 'unreached', due_at = NULL WHERE state = 'handed_over'")
    )  # fmt: skip
    op.execute(
        sa.text("UPDATE notice_attempt SET outcome = 'accepted' WHERE outcome = 'delivered'")
    )
    op.execute(sa.text("UPDATE notice_attempt SET outcome = 'refused' WHERE outcome = 'silent'"))
    checks.allow("notice_owner", "state", tuple(one for one in STATES if one not in NEW_STATES))
    checks.allow(
        "notice_attempt", "outcome", tuple(one for one in OUTCOMES if one not in NEW_OUTCOMES)
    )

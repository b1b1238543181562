"""Events are found by week, run and type, newest first, without walking the log."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("week_id", "run_id", "type"):
        op.create_index(f"ix_events_{column}_position", "events", [column, "position"])


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

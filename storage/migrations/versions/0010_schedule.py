"""The scheduler's table of slots, failed attempts and pauses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "planned_slots",
        sa.Column("slot", sa.Text(), primary_key=True),
        *_texts("job", "label", "at", "session", "week_id", "skip"),
    )
    op.create_index("ix_planned_slots_at", "planned_slots", ["at"])
    op.create_table(
        "slot_attempts",
        sa.Column("slot", sa.Text(), primary_key=True),
        sa.Column("attempt", sa.Integer(), primary_key=True, autoincrement=False),
        *_texts("at", "detail"),
    )
    op.create_table(
        "scheduler_pause",
        sa.Column("id", sa.Integer(), primary_key=True),
        *_texts("paused_by", "reason"),
        sa.Column("since", sa.Text()),
    )


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

"""Notes of people on a week, a pitch or an order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    texts = ("kind", "about", "text", "by", "added_at", "event_id")
    op.create_table(
        "notes",
        sa.Column("note_id", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("week_id", sa.Text()),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.Text()),
    )
    op.create_index("ix_notes_kind_about", "notes", ["kind", "about"])
    op.create_index("ix_notes_week_id", "notes", ["week_id"])


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

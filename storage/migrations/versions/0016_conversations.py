"""Conversations of the bare council: each question with what its stages came to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    asked = ("question", "models", "chairman", "asked_at")
    found = ("responses", "rankings", "labels", "aggregate", "synthesis", "failed")
    op.create_table(
        "conversations",
        sa.Column("conversation_id", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in asked),
        sa.Column("position", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in found),
    )
    op.create_index("ix_conversations_position", "conversations", ["position"])


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

"""What the chairman's model wrote of closed weeks, or why it wrote nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "postmortem_texts",
        sa.Column("week_id", sa.Text(), primary_key=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("written_at", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("failed_because", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

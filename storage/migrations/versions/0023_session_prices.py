"""Prices by session for benchmarks, and what an account's pages are found by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

PAGED = ("orders", "fills")


def upgrade() -> None:
    op.create_table(
        "session_prices",
        sa.Column("symbol", sa.Text(), primary_key=True),
        sa.Column("session", sa.Text(), primary_key=True),
        sa.Column("open", sa.Text(), nullable=True),
        sa.Column("close", sa.Text(), nullable=False),
    )
    for table in PAGED:
        op.create_index(f"ix_{table}_account_position", table, ["account_id", "position"])
    op.create_index(
        "ix_conviction_points_account_week", "conviction_points", ["account_id", "week_id"]
    )


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

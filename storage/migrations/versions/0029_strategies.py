"""Strategies with accounts of their own: where each stands, its days, its capital."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "strategy_standings",
        sa.Column("strategy", sa.Text(), primary_key=True),
        sa.Column("account_id", sa.Text(), nullable=False, index=True),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("opened_at", "capital", "equity", "flow")
        ),
        sa.Column("growth", sa.Float(), nullable=False),
        sa.Column("best", sa.Float(), nullable=False),
        sa.Column("session", sa.Text(), nullable=True),
    )
    op.create_table(
        "strategy_days",
        sa.Column("strategy", sa.Text(), primary_key=True),
        sa.Column("session", sa.Text(), primary_key=True),
        sa.Column("equity", sa.Text(), nullable=False),
        sa.Column("growth", sa.Float(), nullable=False),
        sa.Column("best", sa.Float(), nullable=False),
        sa.Column("benchmark", sa.Float(), nullable=True),
    )
    op.create_table(
        "capital_moves",
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("strategy", "account_id", "amount", "at", "by", "reason", "event_id")
        ),
    )
    op.create_index("ix_capital_moves_strategy_position", "capital_moves", ["strategy", "position"])


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

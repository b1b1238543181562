"""Forward returns: each suggestion's, and each picker's day in sums."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forward_returns",
        _key("suggestion_id"),
        _number_key("horizon"),
        *map(_text, ("strategy", "round_id", "symbol")),
        _count("rank"),
        *map(_text, ("picked_by", "due", "known", "status")),
        sa.Column("returned", sa.Float(53), nullable=True),
        sa.Column("benchmark", sa.Float(53), nullable=True),
        sa.Column("traded", sa.Boolean(), nullable=False),
        _count("splits"),
        _text("event_id"),
    )
    op.create_table(
        "forward_days",
        *map(_key, ("strategy", "day")),
        _number_key("horizon"),
        _key("picker"),
        *map(_count, ("suggested", "counted", "wins")),
        *map(_sum, ("returned", "net")),
        _count("against"),
        _sum("excess"),
        *map(_count, ("traded", "delisted", "holes", "no_entry", "splits")),
    )
    op.create_index(
        "ix_forward_returns_strategy_horizon_due", "forward_returns", ["strategy", "horizon", "due"]
    )
    op.create_index("ix_forward_returns_strategy_known", "forward_returns", ["strategy", "known"])


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), primary_key=True)


def _number_key(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), primary_key=True, autoincrement=False)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _sum(name: str) -> sa.Column:
    return sa.Column(name, sa.Float(53), nullable=False)


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

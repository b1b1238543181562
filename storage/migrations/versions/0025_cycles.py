"""Trading cycles: one row a cycle, one a symbol it looked at, and a strategy's newest marks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

CYCLE = ("strategy", "account_id", "trigger", "asked_as", "as_of", "week_id", "status", "outcome")
MORE = ("symbols", "absent", "source", "news", "models", "silent", "synthesis")
STEPS = (
    "action",
    "signal",
    "risk",
    "validation",
    "choice",
    "planned",
    "filled",
    "fill_price",
    "pnl",
)


def upgrade() -> None:
    op.create_table(
        "cycles",
        _key("cycle_id"),
        *map(_text, (*CYCLE, *MORE)),
        sa.Column("execute", sa.Boolean(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("known_setups", sa.Boolean(), nullable=False),
        *map(_maybe, ("equity", "cash", "verdict")),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_cycles_strategy_position", "cycles", ["strategy", "position"])
    op.create_table(
        "cycle_symbols",
        *map(_key, ("cycle_id", "symbol")),
        sa.Column("place", sa.Integer(), nullable=False),
        *map(_text, ("held", "neighbours")),
        *map(_maybe, ("price", "sector", *STEPS)),
        sa.Column("returned", sa.Float(), nullable=True),
    )
    op.create_table(
        "strategy_marks",
        *map(_key, ("strategy", "symbol")),
        *map(_text, ("session", "price", "source", "feed")),
    )


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), primary_key=True)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _maybe(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=True)


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

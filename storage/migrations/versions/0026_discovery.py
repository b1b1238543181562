"""Discovery: rounds, suggestions with every picker's word, watchlists and what moved on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discovery_rounds",
        _key("round_id"),
        *map(_text, ("strategy", "as_of", "event_id")),
        *map(_count, ("suggested", "diverged")),
        *map(_text, ("document", "parted")),
    )
    op.create_table(
        "suggestions",
        _key("suggestion_id"),
        *map(_text, ("round_id", "strategy", "symbol", "as_of")),
        _count("rank"),
        *map(_number, ("score", "price")),
    )
    op.create_table(
        "suggestion_picks",
        *map(_key, ("suggestion_id", "picker")),
        sa.Column("picked", sa.Boolean(), nullable=False),
        _number("score"),
        _text("document"),
    )
    op.create_table("watchlists", _key("strategy"), _text("document"))
    op.create_table(
        "watch_moves",
        sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False),
        _key("symbol"),
        *map(_text, ("strategy", "at", "what", "by")),
        sa.Column("score", sa.Float(53), nullable=True),
        *map(_text, ("reason", "event_id")),
    )
    op.create_index("ix_discovery_rounds_strategy_as_of", "discovery_rounds", ["strategy", "as_of"])
    op.create_index("ix_suggestions_strategy_as_of", "suggestions", ["strategy", "as_of"])
    op.create_index("ix_suggestions_round_id", "suggestions", ["round_id"])
    op.create_index("ix_watch_moves_strategy_position", "watch_moves", ["strategy", "position"])


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), primary_key=True)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.Float(53), nullable=False)


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

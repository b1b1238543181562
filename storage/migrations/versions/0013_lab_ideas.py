"""The lab's lines count their closed trades, and each idea of a week has a row with what it brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("lab_equity")
    op.create_table(
        "lab_equity",
        *map(_key, ("line", "session")),
        *map(_text, ("week_id", "equity", "coverage")),
        sa.Column("closed_trades", sa.Integer(), nullable=False),
    )
    op.create_index("ix_lab_equity_session", "lab_equity", ["session"])
    op.create_table(
        "lab_ideas",
        *map(_key, ("week_id", "line")),
        sa.Column("instrument", sa.Text()),
        *map(_text, ("direction", "horizon")),
        sa.Column("conviction", sa.Float(), nullable=False),
        sa.Column("seen_return", sa.Text()),
        sa.Column("ended", sa.Boolean(), nullable=False),
    )
    # Without its position the projection starts afresh: weeks lived before get their rows.
    op.execute("DELETE FROM projection_positions WHERE name = 'lab'")


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), primary_key=True)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

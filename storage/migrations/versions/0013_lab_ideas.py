"""The lab's lines count their closed trades; each idea has what it brought, each pitch whose it seems."""

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
        *map(_count, ("priced_sessions", "closed_trades")),
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
    op.create_table(
        "identity_guesses",
        *map(_key, ("week_id", "account_id")),
        _text("guessed_account_id"),
        _count("candidates"),
    )
    op.create_table("identity_state", _key("key"), _text("document"))
    # Without its position the projection starts afresh: weeks lived before get their rows.
    op.execute("DELETE FROM projection_positions WHERE name = 'lab'")


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), primary_key=True)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _count(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

"""The council lab: its lines' equity, the weeks they entered, and what the next event needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lab_equity",
        *map(_key, ("line", "session")),
        *map(_text, ("week_id", "equity", "coverage")),
    )
    op.create_table("lab_weeks", _key("week_id"), *map(_text, ("kind", "picks", "starts")))
    op.create_table("lab_state", _key("key"), _text("document"))


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), primary_key=True)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

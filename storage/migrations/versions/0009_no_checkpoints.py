"""The line of each account had no checkpoint ever acted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("shadow_terms", _key("fingerprint"), _text("document"))
    op.create_table("shadow_books", _key("account_id"), _key("line"), _text("document"))
    op.create_table(
        "shadow_equity",
        *map(_key, ("account_id", "line", "session")),
        *map(_text, ("week_id", "equity")),
    )


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), primary_key=True)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

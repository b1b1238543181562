"""Share links and passes: until when each is good, and when it was last used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "share_links",
        _key("share_id"),
        *map(_text, ("page", "week_id", "created_by", "created_at", "expires_at")),
        *map(_later, ("revoked_by", "revoked_at", "first_opened_at", "last_opened_at")),
        sa.Column("opened", sa.Integer(), nullable=False),
    )
    op.create_table(
        "passes",
        _key("pass_id"),
        *map(_text, ("kind", "role", "name", "issued_by", "issued_at", "expires_at")),
        *map(_later, ("ended_by", "ended_at")),
    )


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), primary_key=True)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _later(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=True)


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

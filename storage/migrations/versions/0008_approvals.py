"""What weeks proposed to trade, and every word on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposals",
        _key("run_id"),
        *map(_text, ("week_id", "proposed_at", "expires_at")),
        sa.Column("superseded_by", sa.Text()),
    )
    op.create_table(
        "approvals",
        *map(_key, ("run_id", "account_id")),
        _text("week_id"),
        sa.Column("place", sa.Integer(), nullable=False),
        *map(_text, ("notional", "cash_before", "cash_after", "document")),
        *map(_text, ("status", "reason", "decided_by")),
        sa.Column("decided_at", sa.Text()),
    )
    for table in ("proposals", "approvals"):
        op.create_index(f"ix_{table}_week_id", table, ["week_id"])


def _key(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), primary_key=True)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

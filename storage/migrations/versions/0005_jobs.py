"""Jobs have a row a request: how far each is, and how it ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("request", sa.Integer(), primary_key=True, autoincrement=False),
        *_texts("kind", "command", "status", "requested_at", "requested_by"),
        *_texts("step", "told", "detail", "result"),
        *_maybe("week_id", "claimed_at", "again_at", "cancelled_by", "outcome", "finished_at"),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("requested_position", "position")
        ),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("attempt", "done", "total")),
        sa.Column("token", sa.Integer()),
    )
    for column in ("requested_position", "status", "week_id"):
        op.create_index(f"ix_jobs_{column}", "jobs", [column])


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _maybe(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text()) for name in names]


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

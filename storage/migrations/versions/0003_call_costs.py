"""Every bill of a call and every stop of the budget has a row; a call says who answered for whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOKENS = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens")


def upgrade() -> None:
    op.create_table(
        "budget_stops",
        _position(),
        *_texts("week_id", "call", "model", "spent_usd", "reserved_usd"),
        sa.Column("estimate_usd", sa.Text()),
        *_texts("limit_usd"),
    )
    op.create_table(
        "call_costs",
        _position(),
        sa.Column("week_id", sa.Text()),
        *_texts("run_id", "call", "model"),
        sa.Column("served_model", sa.Text()),
        *_texts("provider", "outcome"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in TOKENS),
        *_texts("cost_usd", "cost_source"),
    )
    for table in ("budget_stops", "call_costs"):
        op.create_index(f"ix_{table}_week_id", table, ["week_id"])
    op.add_column("model_calls", sa.Column("deputy", sa.Text()))
    op.add_column("model_calls", sa.Column("provider", sa.Text()))
    # Without its position the projection starts afresh: calls made before get their bills.
    op.execute("DELETE FROM projection_positions WHERE name = 'calls'")


def _position() -> sa.Column:
    return sa.Column("position", sa.BigInteger(), primary_key=True, autoincrement=False)


def _texts(*names: str) -> list[sa.Column]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

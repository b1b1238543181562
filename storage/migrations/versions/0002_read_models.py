"""The read models: every table is derived from the log and can be emptied and filled again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = {
    "": sa.Text,
    "int": sa.Integer,
    "bigint": sa.BigInteger,
    "float": sa.Float,
    "bool": sa.Boolean,
}
# table: (key columns, other columns); ``name?`` may be null, ``name:kind`` is not text
TABLES = {
    "abstentions": (
        "run_id stage account_id",
        "model reason attempts:int",
    ),
    "account_equity": (
        "account_id session",
        "equity cash gross peak",
    ),
    "accounts": (
        "account_id",
        (
            "name strategy model opened_at starting_cash cash positions realised_pnl costs "
            "traded_notional peak"
        ),
    ),
    "conviction_points": (
        "checkpoint_id",
        (
            "week_id account_id time at conviction_before:float conviction_after:float action rule "
            "reason_delta engine price? pnl? return_since_entry?:float panic:bool invalidated:bool"
        ),
    ),
    "decisions": (
        "run_id",
        (
            "decision_id chairman_model origin instrument? direction horizon conviction:float "
            "dissents:int document"
        ),
    ),
    "desk": (
        "id:int",
        "kind profile settings_fingerprint market_source seed:int configured_at",
    ),
    "fills": (
        "fill_id",
        (
            "client_order_id account_id symbol side quantity price commission filled_at session "
            "price_kind source position:bigint"
        ),
    ),
    "marks": (
        "symbol",
        "session price source feed",
    ),
    "model_calls": (
        "run_id request_hash",
        (
            "week_id? call attempt:int model served_model? status finish_reason? prompt_tokens:int "
            "completion_tokens:int reasoning_tokens:int cached_tokens:int cost_usd cost_source "
            "latency_ms?:float message position:bigint"
        ),
    ),
    "orders": (
        "client_order_id",
        (
            "account_id week_id run_id symbol side quantity filled purpose reference_price "
            "decided_at after? status reason position:bigint"
        ),
    ),
    "pitches": (
        "run_id account_id",
        "idea_id model instrument? direction horizon conviction:float document",
    ),
    "postmortems": (
        "week_id",
        "provisional:bool written_at document",
    ),
    "quiet_checkpoints": (
        "week_id account_id",
        "slots:int",
    ),
    "research_packs": (
        "run_id pack",
        "source status document",
    ),
    "reviews": (
        "run_id reviewer_account_id pitch_account_id",
        (
            "position:int clarity:int edge_plausibility:int timing_catalyst:int "
            "risk_definition:int indicator_integrity:int originality:int tradeability:int document"
        ),
    ),
    "risk_accounts": (
        "run_id account_id",
        "instrument? direction conviction:float asked_weight weight hits",
    ),
    "run_stages": (
        "run_id stage",
        "status message position:bigint recorded_at",
    ),
    "runs": (
        "run_id",
        (
            "week_id as_of parent_run_id? from_stage? overrides settings_fingerprint "
            "prompts_fingerprint status position:bigint started_at completed_at?"
        ),
    ),
    "seat_models": (
        "account_id since_week",
        "model",
    ),
    "settings": (
        "fingerprint",
        "profile policy",
    ),
    "slots": (
        "slot",
        "job at session label week_id outcome detail recorded_at",
    ),
    "snapshot_assets": (
        "run_id symbol",
        "place:int asset_class sector shortable:bool price price_kind session indicators defects",
    ),
    "snapshots": (
        "run_id",
        "as_of source feed adjusted:bool absent",
    ),
    "targets": (
        "account_id week_id",
        "run_id entry_session instrument? direction conviction:float quantity document",
    ),
    "trades": (
        "position:bigint",
        "account_id symbol direction quantity entry_price exit_price pnl opened_at closed_at",
    ),
    "weeks": (
        "week_id",
        "run_id claimed_at closed:bool",
    ),
}
INDEXES = (
    ("conviction_points", "week_id"),
    ("fills", "client_order_id"),
    ("orders", "week_id"),
    ("runs", "week_id"),
    ("trades", "account_id"),
)


def upgrade() -> None:
    for table, (keys, others) in TABLES.items():
        columns = [_column(words, key=True) for words in keys.split()]
        columns += [_column(words) for words in others.split()]
        op.create_table(table, *columns)
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _column(words: str, *, key: bool = False) -> sa.Column:
    name, _, kind = words.partition(":")
    optional = name.endswith("?")
    return sa.Column(
        name.rstrip("?"), KINDS[kind](), primary_key=key, autoincrement=False, nullable=optional
    )


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

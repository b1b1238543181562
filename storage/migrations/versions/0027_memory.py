"""The memory's index: what is remembered with its vectors, and each collection's model."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

DOCUMENTS = "memory_documents"


def upgrade() -> None:
    op.create_table(
        "memory_collections",
        sa.Column("collection", sa.Text(), primary_key=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("lineage", sa.Text(), nullable=False),
    )
    op.create_table(
        DOCUMENTS,
        sa.Column("document_id", sa.Text(), primary_key=True),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("known_at", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
    )
    op.create_index("ix_memory_documents_symbol", DOCUMENTS, ["symbol"])
    for column in ("revision", "known_at"):
        op.create_index(
            f"ix_memory_documents_collection_{column}", DOCUMENTS, ["collection", column]
        )


def downgrade() -> None:
    raise NotImplementedError("history is never taken back: restore a backup instead")

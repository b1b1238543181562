"""Tables of the memory's index: what is remembered, its vector, and each collection's model.

Deliberately no projection: a vector takes milliseconds to compute and would hold up every append. It
is derived all the same, and can be emptied and filled from the log again (``memory reindex``).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel


class MemoryCollectionRow(SQLModel, table=True):
    """One model and one length of vectors for each collection.

    ``revision`` counts writes; ``lineage`` is a new random name whenever rows were taken away, by which
    a copy knows that it has to begin anew (also after another store took this one's place). The row
    named ``log`` is no collection: its revision is the position up to which the log has been read.
    """

    __tablename__ = "memory_collections"

    collection: str = Field(sa_column=Column(Text, primary_key=True))
    model: str = Field(sa_type=Text)
    dimensions: int
    revision: int = Field(sa_type=BigInteger)
    lineage: str = Field(sa_type=Text)


class MemoryDocumentRow(SQLModel, table=True):
    """One remembered thing; ``document`` is the whole of it as JSON, ``digest`` that text's SHA-256.

    ``known_at`` is UTC as text, which sorts; ``vector`` float32, little-endian, of length 1.
    """

    __tablename__ = "memory_documents"
    __table_args__ = (
        Index("ix_memory_documents_collection_revision", "collection", "revision"),
        Index("ix_memory_documents_collection_known_at", "collection", "known_at"),
    )

    document_id: str = Field(sa_column=Column(Text, primary_key=True))
    collection: str = Field(sa_type=Text)
    revision: int = Field(sa_type=BigInteger)
    known_at: str = Field(sa_type=Text)
    symbol: str | None = Field(default=None, sa_column=Column(Text, index=True))
    document: str = Field(sa_type=Text)
    digest: str = Field(sa_type=Text)
    vector: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

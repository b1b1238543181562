"""Every table of the store, gathered for Alembic: import here each module that defines some."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import storage.projections  # importing it registers the read models' tables
import storage.tables
import storage.vectors.tables  # noqa: F401 - importing it registers the tables of the memory


def store_metadata() -> MetaData:
    return SQLModel.metadata

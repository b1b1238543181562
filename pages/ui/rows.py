"""Rows of a table as the browser gets them, without the way round by a frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa


def as_table(rows: Sequence[Mapping[str, object]], *unsaid: str) -> pa.Table:
    """Rows of the same columns (at least one row); those ``unsaid`` in which nothing is said fall away.

    A frame of a dozen rows takes longer to make and to take apart again than all the rest of a card.
    """
    shown = [name for name in rows[0] if name not in unsaid or any(bool(row[name]) for row in rows)]
    return pa.table({name: [row[name] for row in rows] for name in shown})

"""A chart in the words of Vega-Lite with its tables beside it, ready to be sent again and again."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, TypeAlias

import altair as alt
import pandas as pd
import pyarrow as pa
from altair.utils import schemapi

from pages.ui.charts import Drawing

Specification: TypeAlias = dict[str, Any]
"""As Vega-Lite spells a chart; its Arrow tables by name under ``datasets``."""


def specification(chart: Drawing) -> Specification:
    """The chart without a theme of Altair's: Streamlit's is laid over it in the browser.

    It is not held against Vega-Lite's schema again, which takes longer than making it: the tests draw
    every chart, and hold each of them against it.
    """
    tables: dict[str, pa.Table] = {}
    _name_tables(chart, tables)
    spec = chart.to_dict(validate=schemapi.DEBUG_MODE, context={"top_level": False})
    return {"$schema": alt.SCHEMA_URL, **spec, "datasets": tables}


def _name_tables(chart: Any, tables: dict[str, pa.Table]) -> None:
    """Put each frame of a chart and of its layers among ``tables``, and its name in its place."""
    if isinstance(chart.data, pd.DataFrame):
        table = pa.Table.from_pandas(chart.data, preserve_index=False)
        name = _digest(table)
        tables[name] = table
        chart.data = alt.NamedData(name)
    for part in getattr(chart, "layer", ()):
        _name_tables(part, tables)


def _digest(table: pa.Table) -> str:
    """The same for the same content: a browser draws again what has another name."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return blake2b(sink.getvalue(), digest_size=16).hexdigest()

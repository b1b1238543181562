"""What a server said to a browser: bytes, what was drawn, and the milliseconds its script took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

CHARTS = ("vega_lite_chart",)
TABLES = ("dataframe", "table")
DRAWN = {**dict.fromkeys(CHARTS, "charts"), **dict.fromkeys(TABLES, "tables")}
DRAWN |= {"metric": "metrics", "markdown": "texts", "heading": "texts"}
DRAWN |= {"selectbox": "selects", "page_link": "links"}
DRAWN |= {"text_input": "inputs", "text_area": "inputs"}
SIZED = ("charts", "tables", "selects")


@dataclass
class Said:
    """One run of a page's script; ``milliseconds`` is None until the run has ended.

    ``sizes`` has one entry for each chart (rows of its data), table (rows x columns) and select box
    (options).
    """

    size: int = 0
    drawn: Counter[str] = field(default_factory=Counter)
    sizes: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in SIZED})
    milliseconds: float | None = None
    setup_ms: float = 0.0

    def hear(self, frame: bytes | str) -> None:
        """A WebSocket frame as it came. A fragment's own run is no run of the page."""
        raw = frame.encode() if isinstance(frame, str) else frame
        self.size += len(raw)
        message = ForwardMsg()
        try:
            message.ParseFromString(raw)
        except DecodeError:
            return
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._element(message.delta.new_element)
        elif kind == "delta" and message.delta.WhichOneof("type") == "add_block":
            self.drawn["blocks"] += 1
        elif kind == "page_profile" and not message.page_profile.is_fragment_run:
            self.milliseconds = message.page_profile.exec_time / 1000
            self.setup_ms = message.page_profile.prep_time / 1000

    def asked_for(self) -> Mapping[str, str]:
        """What a bare page has to be asked for, to draw as much."""
        counted = {kind: str(count) for kind, count in self.drawn.items() if kind not in SIZED}
        return counted | {kind: ",".join(sizes) for kind, sizes in self.sizes.items()}

    def _element(self, element: Any) -> None:
        name = element.WhichOneof("type")
        kind = DRAWN.get(name, "others")
        self.drawn[kind] += 1
        if kind in SIZED:
            self.sizes[kind].append(_size(kind, getattr(element, name)))


def is_rerun(frame: bytes | str) -> bool:
    """Whether a browser asks for a run of the whole page with this frame, and not of a fragment."""
    message = BackMsg()
    try:
        message.ParseFromString(frame.encode() if isinstance(frame, str) else frame)
    except DecodeError:
        return False
    return message.WhichOneof("type") == "rerun_script" and not message.rerun_script.fragment_id


def _size(kind: str, drawn: Any) -> str:
    if kind == "selects":
        return str(len(drawn.options))
    if kind == "tables":
        rows, columns = _shape(drawn.arrow_data.data)
        return f"{rows}x{columns}"
    tables = [drawn.data.data, *(one.data.data for one in drawn.datasets)]
    return str(sum(_shape(table)[0] for table in tables))


def _shape(arrow: bytes) -> tuple[int, int]:
    if not arrow:
        return 0, 0
    table = pa.ipc.open_stream(arrow).read_all()
    return table.num_rows, table.num_columns

"""What a server said to a browser: bytes, what was drawn, and the milliseconds its script took."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

CHARTS = ("vega_lite_chart", "arrow_vega_lite_chart")
TABLES = ("arrow_data_frame", "arrow_table", "dataframe", "table")
DRAWN = {**dict.fromkeys(CHARTS, "charts"), **dict.fromkeys(TABLES, "tables")}
DRAWN |= {"metric": "metrics", "markdown": "texts", "heading": "texts"}


@dataclass
class Said:
    """One run of a page's script; ``milliseconds`` is None until the run has ended."""

    size: int = 0
    drawn: Counter[str] = field(default_factory=Counter)
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
            element = message.delta.new_element.WhichOneof("type")
            self.drawn[DRAWN.get(element, "others")] += 1
        elif kind == "delta" and message.delta.WhichOneof("type") == "add_block":
            self.drawn["blocks"] += 1
        elif kind == "page_profile" and not message.page_profile.is_fragment_run:
            self.milliseconds = message.page_profile.exec_time / 1000
            self.setup_ms = message.page_profile.prep_time / 1000

"""The tools of alpaca-mcp-server 2.4.0 that the desk may call, and what their results say."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mcp_types import CallToolResult

from providers.alpaca.answers import Answer, NoAnswer

ACCOUNT: Final = "get_account_info"
CLOCK: Final = "get_clock"
CALENDAR: Final = "get_calendar"
ASSET: Final = "get_asset"
ASSETS: Final = "get_all_assets"
POSITIONS: Final = "get_all_positions"
ORDERS: Final = "get_orders"
ORDER_BY_CLIENT_ID: Final = "get_order_by_client_id"
PLACE_ORDER: Final = "place_stock_order"
CANCEL_ORDER: Final = "cancel_order_by_id"
ACTIVITIES: Final = "get_account_activities_by_type"
BARS: Final = "get_stock_bars"
QUOTES: Final = "get_stock_latest_quote"
SNAPSHOTS: Final = "get_stock_snapshot"
NEWS: Final = "get_news"

TOOLSETS: Final = "account,trading,assets,stock-data,news"
"""The server's own coarse choice; the list below is the fine one."""
ALLOWED: Final = frozenset(
    {
        ACCOUNT,
        CLOCK,
        CALENDAR,
        ASSET,
        ASSETS,
        POSITIONS,
        ORDERS,
        ORDER_BY_CLIENT_ID,
        PLACE_ORDER,
        CANCEL_ORDER,
        ACTIVITIES,
        BARS,
        QUOTES,
        SNAPSHOTS,
        NEWS,
    }
)
"""No other tool is ever called: the server also closes all positions and changes the account."""
ENVELOPE: Final = "_alpaca_mcp_security"
HTTP_ERROR: Final = re.compile(r"HTTP error (\d{3})[^-]*(?:- (.*))?", re.DOTALL)


def missing_tools(offered: Iterable[str]) -> list[str]:
    return sorted(ALLOWED - set(offered))


def answer_of(result: CallToolResult) -> Answer | NoAnswer:
    """A tool's result as an HTTP answer; NoAnswer where it cannot be told what Alpaca said."""
    if result.is_error:
        return _error_text(_text(result))
    envelope = result.structured_content or _object(_text(result))
    if not isinstance(envelope, Mapping) or ENVELOPE not in envelope or "data" not in envelope:
        return NoAnswer("answered without the envelope of its tools")
    return _payload(envelope["data"])


def _payload(data: Any) -> Answer | NoAnswer:
    if not isinstance(data, Mapping):
        return Answer(200, data)
    error = data.get("error")
    if isinstance(error, Mapping):
        return _error_object(error)
    if set(data) == {"result"}:  # lists come inside an object
        return Answer(200, data["result"])
    if set(data) == {"text"}:  # what was no JSON, such as the empty body of a cancellation
        return Answer(200, None, str(data["text"]))
    return Answer(200, dict(data))


def _error_object(error: Mapping[str, Any]) -> Answer | NoAnswer:
    status = error.get("http_status")
    if isinstance(status, int):
        detail = error.get("detail")
        raw = detail.get("raw") if isinstance(detail, Mapping) else None
        return Answer(status, None, raw if isinstance(raw, str) else json.dumps(detail))
    return NoAnswer("did not answer its tool in time" if error.get("timeout") else "met an error")


def _error_text(text: str) -> Answer | NoAnswer:
    """A failed request of a generated tool: `HTTP error 404: Not Found - {'code': …}`."""
    found = HTTP_ERROR.search(text)
    if found is None:
        return NoAnswer("answered that its tool failed")
    return Answer(int(found[1]), None, _as_json(found[2] or ""))


def _as_json(body: str) -> str:
    """The server prints a JSON body as Python writes it; anything else stays text."""
    try:
        told = ast.literal_eval(body)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return body
    return json.dumps(told) if isinstance(told, dict | list) else body


def _text(result: CallToolResult) -> str:
    return "\n".join(getattr(block, "text", "") for block in result.content)


def _object(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None

"""A stdio MCP server with the tools, arguments and wrapping of alpaca-mcp-server 2.4.0, over REST.

It forwards to the address in FAKE_ALPACA_URL. FAKE_MCP_FAULT breaks it: ``without TOOL`` hides a
tool, ``die before|after TOOL`` kills the process round the request (once, as long as the file
FAKE_MCP_ONCE is absent), ``hang TOOL``, ``garbage`` prints rubbish first, ``bare`` leaves the envelope
out, ``noise TOOL`` answers with rubbish alone, ``echo`` fails with the key pair in its words.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

GET = {
    "get_account_info": "/v2/account",
    "get_clock": "/v2/clock",
    "get_calendar": "/v2/calendar",
    "get_asset": "/v2/assets/{symbol_or_asset_id}",
    "get_all_assets": "/v2/assets",
    "get_all_positions": "/v2/positions",
    "get_orders": "/v2/orders",
    "get_order_by_client_id": "/v2/orders:by_client_order_id",
    "get_account_activities_by_type": "/v2/account/activities/{activity_type}",
    "get_stock_bars": "/v2/stocks/bars",
    "get_stock_latest_quote": "/v2/stocks/quotes/latest",
    "get_stock_snapshot": "/v2/stocks/snapshots",
    "get_news": "/v1beta1/news",
}
TOOLS = (*GET, "place_stock_order", "cancel_order_by_id", "close_all_positions")
OVERRIDES = {
    "place_stock_order": "API rejected the order",
    "get_stock_bars": "Market data API error",
}
FAULT = os.environ.get("FAKE_MCP_FAULT", "")
ONCE = Path(os.environ.get("FAKE_MCP_ONCE", "nowhere/at/all"))


def envelope(tool: str, payload: object) -> types.CallToolResult:
    security = {"trust": "untrusted_tool_output", "tool_name": tool, "risk": "api_structured"}
    told = {"_alpaca_mcp_security": security, "data": payload}
    if FAULT == "bare":
        told = payload if isinstance(payload, dict) else {"result": payload}
    return types.CallToolResult(content=[], structured_content=told)


def failed(tool: str, response: httpx.Response) -> types.CallToolResult:
    try:
        detail = response.json()
    except ValueError:
        detail = None
    if tool in OVERRIDES:
        shown = {"raw": response.text} if detail is None else detail
        error = {"message": OVERRIDES[tool], "http_status": response.status_code, "detail": shown}
        return envelope(tool, {"error": error})
    text = f"HTTP error {response.status_code}: {response.reason_phrase}"
    body = response.text if detail is None else str(detail)
    return tool_error(f"Error calling tool '{tool}': {text}" + (f" - {body}" if body else ""))


def tool_error(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


async def request(client: httpx.AsyncClient, tool: str, given: dict[str, Any]) -> httpx.Response:
    if tool == "place_stock_order":
        return await client.post("/v2/orders", json=given)
    if tool == "cancel_order_by_id":
        return await client.delete(f"/v2/orders/{given['order_id']}")
    path = GET[tool]
    inside = {key for key in given if "{" + key + "}" in path}
    query = {key: value for key, value in given.items() if key not in inside}
    return await client.get(path.format(**{key: given[key] for key in inside}), params=query)


async def call(client: httpx.AsyncClient, tool: str, given: dict[str, Any]) -> types.CallToolResult:
    if FAULT == "echo":
        pair = f"{os.environ['ALPACA_API_KEY']} {os.environ['ALPACA_SECRET_KEY']}"
        return tool_error(f"Error calling tool: HTTP error 403: Forbidden - key {pair} is wrong")
    if f"hang {tool}" == FAULT:
        await asyncio.sleep(60)
    die(f"die before {tool}")
    try:
        response = await request(client, tool, given)
    except httpx.RequestError as error:
        return tool_error(f"Error calling tool '{tool}': Request error ({type(error).__name__})")
    die(f"die after {tool}")
    if f"noise {tool}" == FAULT:
        rubbish(os.environ["ALPACA_SECRET_KEY"] + " {")
        await asyncio.sleep(60)
    if response.is_error:
        return failed(tool, response)
    try:
        body = response.json()
    except ValueError:
        body = {"text": response.text}
    return envelope(tool, body if isinstance(body, dict) else {"result": body})


def rubbish(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def die(fault: str) -> None:
    if fault == FAULT and not ONCE.exists():
        ONCE.touch()
        os.kill(os.getpid(), signal.SIGKILL)


async def main() -> None:
    offered = [name for name in TOOLS if f"without {name}" != FAULT]
    headers = {
        "APCA-API-KEY-ID": os.environ["ALPACA_API_KEY"],
        "APCA-API-SECRET-KEY": os.environ["ALPACA_SECRET_KEY"],
    }
    client = httpx.AsyncClient(
        base_url=os.environ["FAKE_ALPACA_URL"], headers=headers, timeout=30, trust_env=False
    )

    async def listed(ctx: object, params: object) -> types.ListToolsResult:
        schema = {"type": "object"}
        return types.ListToolsResult(
            tools=[types.Tool(name=name, input_schema=schema) for name in offered]
        )

    async def called(ctx: object, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await call(client, params.name, params.arguments or {})

    server = Server("Alpaca MCP Server", on_list_tools=listed, on_call_tool=called)
    if FAULT == "garbage":
        rubbish("Welcome to the server!")
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    if os.environ.get("ALPACA_PAPER_TRADE") != "true":
        sys.exit("paper only")
    asyncio.run(main())

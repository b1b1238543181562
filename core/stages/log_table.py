"""The tools on the table: each look is run once, cut to size, and the events it showed are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.ports import LogTools
from core.schemas.question import Finding, LogRequest, Look, PastLook, ToolResult

RESULT_SIGNS = 6_000
ALL_SIGNS = 48_000
NOTHING = "Nothing was found."


@dataclass
class LogTable:
    """What one question has looked up so far.

    ``seen`` are the events whose words were shown, by id: only these may be cited. A result is at
    most RESULT_SIGNS long and all of them together ALL_SIGNS; what does not fit is not seen.
    """

    tools: LogTools
    seen: dict[str, Finding] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    past: list[PastLook] = field(default_factory=list)

    async def look(self, request: LogRequest) -> ToolResult:
        """Run one request beside the event loop; what the store raises passes through."""
        result = await asyncio.to_thread(self.tools.look, request)
        self.looks.append(
            Look(
                request=request,
                found=len(result.findings),
                lines=len(result.lines),
                more=result.more,
            )
        )
        return result

    async def show(self, requests: Sequence[LogRequest]) -> None:
        """Run them in order and keep what the next turn reads."""
        for request in requests:
            result = await self.look(request)
            self.past.append(PastLook(request=request.told, result=self._text(result)))

    def _text(self, result: ToolResult) -> str:
        left = min(RESULT_SIGNS, ALL_SIGNS - sum(len(one.result) for one in self.past))
        shown: list[str] = []
        for text, finding in _parts(result):
            left -= len(text) + 1
            if left < 0:
                shown.append("(cut here: ask for less at once)")
                break
            shown.append(text)
            if finding is not None:
                self.seen[finding.event_id] = finding
        if result.more:
            shown.append("(there is more: narrow the filters to see it)")
        return "\n".join(shown) or NOTHING


def _parts(result: ToolResult) -> Iterator[tuple[str, Finding | None]]:
    for line in result.lines:
        yield line, None
    for one in result.findings:
        at = one.at.isoformat(timespec="minutes")
        yield f"event_id {one.event_id} · {one.type} · {at} · {one.stream}\n{one.says}", one

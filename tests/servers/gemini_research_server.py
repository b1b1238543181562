"""Google's Interactions API on loopback, as far as deep research needs it."""

from __future__ import annotations

from contextlib import AbstractContextManager

from tests.servers.research_server import Dialect, Json, ResearchServer, research_server

REPORT = "Risk is on; the dollar drifts. Payrolls are due on 2026-11-20."
NOTES = [
    {
        "type": "url_citation",
        "url": "https://www.bls.gov/schedule/?utm_source=x",
        "title": "Schedule",
        "start_index": 31,
        "end_index": 60,
    },
    {"type": "url_citation", "url": "https://bls.gov/schedule", "title": "Again"},
    {"type": "file_citation", "file": "x"},
]
FINAL: Json = {
    "status": "completed",
    "steps": [
        {"type": "thought", "content": [{"type": "text", "text": "thinking"}]},
        {
            "type": "model_output",
            "content": [{"type": "text", "text": REPORT, "annotations": NOTES}],
        },
    ],
    "usage": {
        "total_input_tokens": 1000,
        "total_output_tokens": 200,
        "total_thought_tokens": 50,
    },
}


def body(job_id: str, status: str, more: Json) -> Json:
    return {"id": job_id, "object": "interaction", "status": status, **more}


DIALECT = Dialect("/v1beta/interactions", "/v1beta/interactions/", body)


def gemini_research_server(final: Json = FINAL) -> AbstractContextManager[ResearchServer]:
    return research_server(DIALECT, final)

"""Perplexity's Agent API on loopback, as far as research needs it."""

from __future__ import annotations

from contextlib import AbstractContextManager

from tests.servers.research_server import Dialect, Json, ResearchServer, research_server

REPORT = "Crowded longs in technology; yields fall."
FINAL: Json = {
    "status": "completed",
    "output": [
        {
            "type": "search_results",
            "results": [
                {"url": "https://a.example/one?utm_campaign=y", "title": "One", "date": None},
                {"url": "https://b.example/two", "title": "Two", "date": "2026-11-16"},
            ],
        },
        {
            "type": "search_results",
            "results": [
                {"url": "http://www.a.example/one/", "title": "One again", "date": "2026-11-17"},
                {"url": "ftp://c.example", "title": "No page"},
            ],
        },
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": REPORT, "annotations": []}],
        },
    ],
    "usage": {
        "input_tokens": 5000,
        "output_tokens": 700,
        "cost": {"currency": "USD", "total_cost": 0.4321},
    },
}


def body(job_id: str, status: str, more: Json) -> Json:
    return {"id": job_id, "object": "response", "status": status, **more}


DIALECT = Dialect("/v1/agent", "/v1/responses/", body)


def perplexity_server(final: Json = FINAL) -> AbstractContextManager[ResearchServer]:
    return research_server(DIALECT, final)

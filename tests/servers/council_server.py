"""An OpenAI-protocol server on loopback that plays every part of a council with valid answers.

It reads what it is asked for in the prompt, as a model would, streams when asked to, and counts its
calls. `/models` and `/key` answer as OpenRouter's do.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.servers.serving import serving

SCORES = (
    "clarity edge_plausibility timing_catalyst risk_definition indicator_integrity originality "
    "tradeability"
).split()
LABELS = re.compile(r"Give exactly one review for each of (.+?), with that label")
PICKS = {"gpt": "SPY", "gemini": "QQQ", "claude": "SPY", "grok": "GLD"}
WATCHING = "You are watching one open position"
"""What only the prompt of a checkpoint says."""
Say = Callable[[str, str], str | None]
"""(model, prompt) → an answer of its own instead of the ordinary one, or None."""


@dataclass
class CouncilServer:
    url: str = ""
    bodies: list[dict] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    credit: float | None = 100.0
    models: tuple[str, ...] = ()
    delay_s: float = 0.0
    cost: float | None = 0.01


def pitch(model: str) -> dict:
    symbol = next((pick for name, pick in PICKS.items() if name in model), "SPY")
    return {
        "instrument": symbol,
        "direction": "LONG",
        "horizon": "1w",
        "thesis_bullets": [f"{symbol} is carried by flows into the week"],
        "consensus_map": {"gemini_research": None, "perplexity_research": None},
        "indicators": [],
        "invalidation": "a loss of three per cent since entry",
        "invalidation_rules": [
            {"operand": "return_since_entry", "comparison": "below", "threshold": -0.03}
        ],
        "conviction": 1.2,
        "position_size_hint": 0.5,
        "risk_notes": "a surprise in rates",
    }


def reviews(prompt: str) -> dict:
    found = LABELS.search(prompt)
    labels = found.group(1).split(", ") if found else []
    return {
        "reviews": [
            {
                "anonymized_pitch_id": label,
                "scores": {name: 4 + (place + number) % 5 for number, name in enumerate(SCORES)},
                "best_argument_against": "the move may be over already",
                "one_flip_condition": "a close below the 50 day average",
                "suggested_fix": "name the catalyst",
            }
            for place, label in enumerate(labels)
        ]
    }


def decision() -> dict:
    return {
        "selected_trade": {"instrument": "SPY", "direction": "LONG", "horizon": "1w"},
        "conviction": 1.0,
        "rationale": "two managers agree for different reasons",
        "dissent_summary": [],
        "monitoring_plan": {
            "checkpoints": ["12:00"],
            "key_indicators": ["price against entry"],
            "watch_conditions": ["a loss of two per cent"],
        },
    }


def findings() -> dict:
    return {
        "macro_regime": {
            "risk_mode": "mixed",
            "rates_impulse": "range",
            "usd_impulse": "range",
            "inflation_impulse": "down",
            "growth_impulse": "up",
        },
        "top_narratives": [
            {
                "name": "Soft landing",
                "why_it_moves_prices_this_week": ["payrolls on Friday"],
                "key_catalysts_next_7d": ["payrolls"],
                "what_would_falsify_it": ["a weak print"],
            }
        ],
        "consensus_map": {
            "street_consensus": "long equities",
            "positioning_guess": "crowded",
            "what_market_is_priced_for": ["two cuts"],
            "what_would_surprise": ["no cut"],
        },
        "tradable_candidates": [],
        "event_calendar_next_7d": [],
        "confidence_notes": {"known_unknowns": ["fund flows"], "data_quality_flags": []},
    }


def ordinary(model: str, prompt: str) -> dict:
    """The part the prompt gives, told by the words that are in no other prompt."""
    if "You are reviewing trade ideas" in prompt:
        return reviews(prompt)
    if "You chair a macro trading council" in prompt:
        return decision()
    if WATCHING in prompt:
        return {"conviction": 1.0, "action": "STAY", "reason": "an ordinary day"}
    if "macro_regime" in prompt and "position_size_hint" not in prompt:
        return findings()
    return pitch(model)


class _Handler(BaseHTTPRequestHandler):
    """``server`` holds what is served, the guard of its counts, and who may speak instead."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path.endswith("/key"):
            self._json(
                {"data": {"limit_remaining": self.server.served.credit, "is_free_tier": False}}
            )
            return
        listed = [
            {"id": name, "pricing": {"prompt": "0.000001", "completion": "0.00001"}}
            for name in self.server.served.models
        ]
        self._json({"data": listed})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.guard:
            self.server.served.bodies.append(body)
            self.server.served.at_once += 1
            self.server.served.most_at_once = max(
                self.server.served.most_at_once, self.server.served.at_once
            )
        try:
            time.sleep(self.server.served.delay_s)
            self._answer(body)
        finally:
            with self.server.guard:
                self.server.served.at_once -= 1

    def _answer(self, body: dict) -> None:
        model, prompt = body["model"], body["messages"][-1]["content"]
        own = self.server.say(model, prompt) if self.server.say else None
        text = own if own is not None else json.dumps(ordinary(model, prompt))
        usage = {"prompt_tokens": len(prompt) // 4, "completion_tokens": len(text) // 4}
        if self.server.served.cost is not None:
            usage["cost"] = self.server.served.cost
        if body.get("stream"):
            self._stream(model, text, usage)
            return
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        self._json({"model": f"{model}-20260101", "choices": [choice], "usage": usage})

    def _stream(self, model: str, text: str, usage: dict) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        served_as = {"model": f"{model}-20260101", "object": "chat.completion.chunk"}
        parts = [text[start : start + 400] for start in range(0, len(text), 400)]
        for part in parts:
            self._event({**served_as, "choices": [{"index": 0, "delta": {"content": part}}]})
        ended = {"index": 0, "delta": {}, "finish_reason": "stop"}
        self._event({**served_as, "choices": [ended]})
        self._event({**served_as, "choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _event(self, chunk: dict) -> None:
        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        self.wfile.flush()

    def _json(self, body: dict) -> None:
        raw = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *args: object) -> None:
        """Silent."""


@contextmanager
def council_server(say: Say | None = None, **settings: object) -> Iterator[CouncilServer]:
    """Serve a whole council on a free port; ``say`` may answer in its place."""
    served = CouncilServer(**settings)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.served, server.guard, server.say = served, threading.Lock(), say
    with serving(server) as address:
        served.url = f"{address}/v1"
        yield served

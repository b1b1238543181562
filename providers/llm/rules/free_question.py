"""What rules say to a free question: that they do not converse, and a ranking by plain formulas."""

from __future__ import annotations

import re

from core.schemas.model_call import ModelRequest

RESPONSE = re.compile(
    r"^#*\s*(Response [A-Z])\b[^\n]*\n(.*?)(?=^#*\s*Response [A-Z]\b|\Z)", re.M | re.S
)


def answer_freely(request: ModelRequest) -> str:
    """A ranking when one is asked for, else one honest sentence."""
    prompt = request.messages[-1].content
    if "FINAL RANKING:" in prompt:
        return _ranking(prompt)
    return (
        f"{request.model} is a deterministic strategy, not a language model: it cannot answer free "
        "questions. Set OPENROUTER_API_KEY and use --profile live to ask language models."
    )


def _ranking(prompt: str) -> str:
    """Longer answers with more numbers first; equal ones by label."""
    found = {label: body for label, body in RESPONSE.findall(prompt)}
    order = sorted(found, key=lambda label: (-_substance(found[label]), label))
    lines = [f"{place}. {label}" for place, label in enumerate(order, start=1)]
    return "Ranked by length and numbers given.\n\nFINAL RANKING:\n" + "\n".join(lines)


def _substance(text: str) -> float:
    words = len(text.split())
    return min(words, 400) / 400 + min(len(re.findall(r"\d+", text)), 20) / 20

"""What rules say to a free question: that they do not converse, and a ranking by a plain formula."""

from __future__ import annotations

import re

from core.schemas.model_call import ModelRequest

QUOTED = re.compile(
    r"^(?:(Response [A-Z]+):[ \t]*\n)?(?P<fence>`{3,})quoted\n(.*?)\n(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
"""Quoted material as the ranking prompt shows it: a label if it is an answer, a fence, the text.

The question is quoted too, without a label: matching it whole keeps labels inside it from counting.
"""
NUMBER = re.compile(r"\d+")
ENOUGH_WORDS, ENOUGH_NUMBERS = 400, 20
PLACE = {
    "rules/trend": "what moved steadily over sixty sessions and still does",
    "rules/mean-reversion": "what moved too far in twenty sessions",
    "rules/risk-parity": "what carries the least risk for its place in a portfolio",
    "rules/carry": "whether markets are calm enough to earn a premium",
}
RANKING, SYNTHESIS = "council/ranking", "council/synthesis"


def answer_freely(request: ModelRequest) -> str:
    """A ranking when the call is one, else one honest sentence on what these rules can and cannot do."""
    if request.call.startswith(RANKING):
        return _ranking(request.messages[-1].content)
    if request.call.startswith(SYNTHESIS):
        return (
            "No synthesis: rules models do not answer free questions, so nothing was weighed here. "
            "The answers and their average places stand as they are; a language model in the "
            "chair (profile live) would combine them."
        )
    reads = PLACE.get(request.model, "which pitched trade its reviewers would back")
    return (
        "Rules models do not answer free questions: this seat is a deterministic strategy, not a "
        f"language model. From a week's frozen prices it can say {reads}, and nothing else."
    )


def _ranking(prompt: str) -> str:
    """Best first by `substance`; equal ones by label."""
    found = {label: body for label, _, body in QUOTED.findall(prompt) if label}
    order = sorted(found, key=lambda label: (-substance(found[label]), label))
    measured = [f"{label}: {substance(found[label]):.2f} of 2" for label in order]
    lines = [f"{place}. {label}" for place, label in enumerate(order, start=1)]
    return "\n".join(
        [
            "Not read, only measured: length up to 400 words plus up to 20 numbers.",
            *measured,
            "",
            "FINAL RANKING:",
            *lines,
        ]
    )


def substance(text: str) -> float:
    """0 to 2: words up to 400 as a share, plus numbers up to 20 as a share."""
    words = min(len(text.split()), ENOUGH_WORDS) / ENOUGH_WORDS
    return words + min(len(NUMBER.findall(text)), ENOUGH_NUMBERS) / ENOUGH_NUMBERS

"""Outside text for the report: one line, nothing invisible in it, never longer than there is room."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.rendering import visible
from core.schemas.decision import DecisionOrigin
from core.types import AccountId, Direction, StoreKind
from pages.ui.format import conviction, trade
from pages.ui.sentences import HORIZONS
from storage.queries import AccountLabel, DeskFacts, WeekSummary

ACCOUNT = re.compile(r"\bacct_\d+\b")
MEANING = {
    StoreKind.DEMO: "a demonstration desk: nothing here was traded.",
    StoreKind.SIMULATION: "a simulation over past sessions: nothing here was traded.",
}


@dataclass(frozen=True, slots=True)
class Words:
    """Texts as the report shows them: at most ``most`` letters each, accounts by their names."""

    labels: Mapping[AccountId, AccountLabel]
    most: int

    def plain(self, text: object) -> str:
        """One line; what was cut says so. The template escapes it."""
        words = " ".join(visible(str(text)).split())
        if len(words) <= self.most:
            return words
        return f"{words[: self.most].rstrip()} … (cut; {len(words):,} letters in the record)"

    def named(self, text: object) -> str:
        """The same with account numbers replaced by the accounts' names."""
        return ACCOUNT.sub(lambda found: self.who(found.group()), self.plain(text))

    def who(self, account_id: str) -> str:
        """An account's name, with ``rules/…`` beside it where no language model sits."""
        label = self.labels.get(AccountId(account_id))
        return self.plain(label.shown if label else account_id)


def banners(facts: DeskFacts | None) -> list[tuple[str, str]]:
    """What the numbers are, as (word, meaning); none for a real desk on real prices."""
    if facts is None:
        return []
    said = [(facts.kind.value, MEANING[facts.kind])] if facts.kind in MEANING else []
    if facts.simulated_prices:
        said.append(("SIMULATED prices", "generated, no market ever saw them."))
    return said


def decision_words(summary: WeekSummary) -> tuple[str, str]:
    """The decision as a headline and one sentence."""
    decision = summary.decision
    if decision is None:
        return "No decision yet", f"The run is {summary.status}."
    if decision.origin is DecisionOrigin.NO_QUORUM:
        return "FLAT", f"Only {summary.received} pitches could be used, too few for a quorum."
    if decision.origin is DecisionOrigin.CHAIRMAN_FAILED:
        return "FLAT", "No chairman gave a usable decision, so the council stays out."
    stand_in = " in the chairman's place" if decision.origin is DecisionOrigin.FALLBACK else ""
    by = f"by {decision.chairman}{stand_in}"
    if decision.direction is Direction.FLAT:
        return "FLAT", f"Out of the market, {by}."
    size = f"conviction {conviction(decision.conviction)} of 2"
    headline = trade(decision.instrument, decision.direction)
    return headline, f"For {HORIZONS[decision.horizon]}, {size}, {by}."

"""Rules models: deterministic strategies that fill in the same schemas; the control group."""

from providers.llm.rules.model import CHAIRMAN, STRATEGIES, RulesModel

__all__ = ["CHAIRMAN", "STRATEGIES", "RulesModel"]

"""A week in plain sentences, computed; shown as rules' text, never as a model's."""

from __future__ import annotations

from core.rules import postmortem_tally as tally
from core.schemas.postmortem import AccountWeek, Postmortem
from core.schemas.postmortem_scores import PostmortemScores

RULES = "rules/postmortem"
"""Who wrote a text that no model wrote."""


def week_text(report: Postmortem) -> str:
    """A few sentences: the council, its members, theses and warnings, what fired, what was a panic."""
    lines = [_council(report), _members(report)]
    if report.scores is not None:
        lines += [_theses(report.scores), _counters(report.scores), _warnings(report.scores)]
    lines += [_fired(report.accounts), _panics(report.accounts)]
    return " ".join(line for line in lines if line)


def _council(report: Postmortem) -> str:
    if report.council_return is None:
        return "The council took no part."
    status = "so far " if report.provisional else ""
    line = f"The council {status}made {report.council_return:+.2%}"
    if report.mean_pm_return is None:
        return f"{line}; no portfolio manager traded."
    verb = "ahead of" if report.council_return > report.mean_pm_return else "not ahead of"
    return f"{line}, {verb} the mean of its members ({report.mean_pm_return:+.2%})."


def _members(report: Postmortem) -> str:
    if report.best_pm is None or report.best_pm_return is None:
        return ""
    return f"The best member was {report.best_pm} with {report.best_pm_return:+.2%}."


def _theses(scores: PostmortemScores) -> str:
    found = tally.theses(scores)
    return (
        f"{found.yes} of {found.decided} theses had the direction right." if found.decided else ""
    )


def _counters(scores: PostmortemScores) -> str:
    """The harshest reviewer's counter-argument of each pitch, where code could decide it."""
    found = tally.counters_met(scores)
    if not found.decided:
        return "No counter-argument named a price that code could check."
    return f"{found.yes} of {found.decided} counter-arguments with a checkable price came true."


def _warnings(scores: PostmortemScores) -> str:
    found = tally.warnings(scores)
    if not found.decided:
        return ""
    return f"{found.yes} of {found.decided} warnings were of pitches that then lost money."


def _fired(accounts: tuple[AccountWeek, ...]) -> str:
    fired = [f"{week.account_id}: {rule}" for week in accounts for rule in week.fired]
    return f"Invalidations that fired: {'; '.join(fired)}." if fired else "No invalidation fired."


def _panics(accounts: tuple[AccountWeek, ...]) -> str:
    count = sum(week.panic_exits for week in accounts)
    return f"{count} exits came without an invalidation being met." if count else ""

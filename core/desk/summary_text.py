"""The summary of a week as Markdown: short enough for a chat, every number from an event.

What a model, a vendor or the web wrote is plain text in it: no chat makes a link, a mention or a
picture of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.rules.alert_text import plain

Summary = Mapping[str, Any]
LONG, LINE = 1_500, 300
"""Letters of a paragraph and of a line that somebody else wrote."""


def summary_markdown(week: Summary) -> str:
    """Headline, decision, pitches, actions and result."""
    said = [_head(week), _stood_in(week), _decision(week), _pitches(week)]
    parts = [*said, _actions(week), _result(week)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(week: Summary) -> str:
    label = "" if week["desk"] == "REAL" else f" · {week['desk']}"
    status = "complete" if week["completed"] else f"{len(week['stages'])} stages done"
    return f"# Week {week['week_id']}{label}\nProfile {week['profile']}, prices {week['prices']}, {status}."


def _stood_in(week: Summary) -> str:
    return "\n".join(f"- {plain(line, LINE)}" for line in week["stood_in"])


def _decision(week: Summary) -> str:
    decision = week["decision"]
    if decision is None:
        return "No decision yet."
    trade = decision["selected_trade"]
    what = trade["direction"] + (f" {trade['instrument']}" if trade["instrument"] else "")
    heard = f"{len(week['pitches'])} of {week['seats']} pitches"
    dissent = [
        f"- {plain(one['model'], LINE)}: {plain(one['position'], LINE)}"
        for one in decision["dissent_summary"]
    ]
    spoke = f"{heard}; decided by {decision['chairman_model']}, {decision['origin']}"
    head = f"**Council: {what}**, conviction {decision['conviction']:+.2f} ({spoke})."
    against = ["Dissent:", *dissent] if dissent else []
    return "\n".join([head, plain(decision["rationale"], LONG), *against])


def _pitches(week: Summary) -> str:
    rows = [
        f"| {one['account_id']} | {one['model']} | {one['direction']} {one['instrument'] or ''} "
        f"| {one['conviction']:+.2f} | {one['horizon']} |"
        for one in week["pitches"]
    ]
    rows += [
        f"| {one['account_id']} | {one['model']} | abstained | | |" for one in week["abstentions"]
    ]
    head = ["| account | model | pitch | conviction | horizon |", "|---|---|---|---:|---|"]
    return "\n".join([*head, *rows]) if rows else ""


def _actions(week: Summary) -> str:
    rows = [
        f"- {one['timestamp'][:10]} {one['time']} {one['account_id']} {one['action']} ({one['rule']})"
        for one in week["actions"]
    ]
    return "\n".join(["Checkpoints that acted:", *rows]) if rows else ""


def _result(week: Summary) -> str:
    report = week["postmortem"]
    if report is None:
        return "No result yet: the postmortem is written next Wednesday at 07:30 New York."
    status = "so far" if report["provisional"] else "final"
    rows = [
        f"| {one['account_id']} | {float(one['pnl']):+,.2f} | {one['week_return']:+.2%} |"
        for one in report["accounts"]
    ]
    table = ["| account | P/L USD | return |", "|---|---:|---:|", *rows]
    told = week["told"]
    said = [f"{told['model']} writes: {plain(told['text'], LONG)}", ""] if told else []
    return "\n".join([f"Result ({status}): {report['text']}", "", *said, *table])

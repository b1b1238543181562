"""The dashboard and the alert rules name only metrics and labels that are exported."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from storage.metrics.families import Families
from tests.fixture_files import ROOT

FOLDER = ROOT / "docs" / "operations"
WORDS = set(
    "by without or unless and absent vector sum max min increase changes delta histogram_quantile".split()
)
TARGETS_OWN = {"up": {"job", "instance"}}
GROUPED = re.compile(r"\b(?:by|without)\s*\(([^)]*)\)")
SELECTED = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
NAME = re.compile(r"[a-zA-Z_:][\w:]*")


def exported():
    """Sample names with the labels they have."""
    families, found = Families(), dict(TARGETS_OWN)
    for metric in vars(families).values():
        if not hasattr(metric, "describe"):
            continue
        (family,) = metric.describe()
        labels = set(metric._labelnames)
        ends = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
        for end in ends.get(family.type, [""]):
            found[family.name + end] = labels | ({"le"} if end == "_bucket" else set())
    return found


def dashboard():
    board = json.loads((FOLDER / "grafana-dashboard.json").read_text())
    return {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in board["panels"]
        for target in panel.get("targets", ())
    }


def rules():
    groups = yaml.safe_load((FOLDER / "prometheus-alerts.yaml").read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


EXPRESSIONS = {**dashboard(), **{name: rule["expr"] for name, rule in rules().items()}}


def metrics_in(expression):
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", " ", GROUPED.sub(" ", expression))
    return {name for name in NAME.findall(bare) if name not in WORDS}


def faults(expression):
    known, used = exported(), metrics_in(expression)
    if used - known.keys():
        return used - known.keys()
    labels = set().union(*(known[name] for name in used))
    grouped = {one.strip() for found in GROUPED.findall(expression) for one in found.split(",")}
    for name, matchers in SELECTED.findall(expression):
        wanted = set(re.findall(r"(\w+)\s*[=!]~?", matchers))
        if wanted - known.get(name, set()):
            return wanted - known[name]
    return grouped - labels


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_metric_and_label_is_exported(name):
    assert faults(EXPRESSIONS[name]) == set()
    assert EXPRESSIONS[name].count("(") == EXPRESSIONS[name].count(")")


@pytest.mark.parametrize(
    "expression",
    [
        "max(trading_equity_dollars)",
        'max(trading_orders_total{result="refused"})',
        "max by (seat) (current_drawdown)",
        "increase(trading_orders[1h])",
    ],
)
def test_a_name_that_is_not_exported_is_found(expression):
    assert faults(expression)


def test_every_metric_is_on_the_dashboard():
    shown = set().union(*map(metrics_in, dashboard().values()))
    ends = re.compile(r"_(bucket|sum|count)$")
    assert {ends.sub("", name) for name in exported() if name not in TARGETS_OWN} == {
        ends.sub("", name) for name in shown
    }


def test_no_label_is_one_of_prometheus_own():
    assert not [n for n, has in exported().items() if has & {"job", "instance"} and n != "up"]


def test_every_rule_says_how_bad_it_is_and_what_it_is():
    for rule in rules().values():
        assert rule["labels"]["severity"] in ("info", "warning", "critical")
        assert rule["annotations"]["summary"]

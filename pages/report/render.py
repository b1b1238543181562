"""Renders a week into one HTML file: everything inside, everything escaped, always under a megabyte."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from core.rules import postmortem_tally
from core.schemas.review import PeerReview
from core.types import WeekId
from pages.report.charts import conviction_drawing, equity_drawing, heatmap, name_of
from pages.report.drawing import Drawing
from pages.report.material import Material, read_material
from pages.report.words import Words, banners, decision_words
from pages.ui import format as formats
from pages.ui.pitch_values import value_of
from storage.queries import StoreReader

HERE = Path(__file__).parent
LARGEST = 1_000_000
"""Bytes of a report, whatever the models wrote."""
LENGTHS = (1_200, 400, 120, 40)
"""Letters of one outside text: the first of these with which the file is small enough."""
MOST_ORDERS = 300


def render_report(reader: StoreReader, week_id: WeekId) -> str:
    """The week as HTML; BadInput for a week nobody has run."""
    return render(read_material(reader, week_id))


def render(material: Material) -> str:
    for length in LENGTHS:
        html = _html(material, length)
        if len(html.encode()) <= LARGEST:
            break
    return html


def _html(material: Material, length: int) -> str:
    detail, labels = material.detail, material.labels
    headline, sentence = decision_words(detail.summary)
    return _template().render(
        style=style(),
        policy=meta_policy(),
        words=Words(labels, length),
        banners=banners(material.facts),
        headline=headline,
        sentence=sentence,
        detail=detail,
        facts=material.facts,
        text=material.text,
        labels=labels,
        origin=material.origin,
        orders=detail.orders[:MOST_ORDERS],
        tally=postmortem_tally,
        equity=equity_drawing(material.equity, labels),
        heat=heatmap(detail.reviews, labels),
        paths=_paths(material),
        counters=_counters(detail.reviews),
        value_of=value_of,
    )


def _counters(reviews: Sequence[PeerReview]) -> list[PeerReview]:
    """The harshest review of each pitch, in the order of the accounts."""
    ordered = sorted(reviews, key=lambda one: (one.scores.mean, one.reviewer_account_id))
    first = {one.pitch_account_id: one for one in reversed(ordered)}
    return [first[account_id] for account_id in sorted(first)]


def _paths(material: Material) -> list[tuple[str, Drawing]]:
    """A small drawing for each account whose conviction was looked at in the week."""
    detail = material.detail
    frame = detail.path
    found = []
    for account_id in material.labels:
        own = frame[frame["account_id"] == account_id]
        if len(own) > 1 and own["conviction"].any():
            name = name_of(account_id, material.labels)
            found.append((name, conviction_drawing(own, detail.summary.week_id, name)))
    return found


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        name: getattr(formats, name)
        for name in (
            *("conviction", "day", "dollars", "moment", "percent", "points", "shares"),
            *("short_moment", "signed_dollars", "signed_percent", "week", "words"),
        )
    }
    environment.globals["trade"] = formats.trade
    return environment.get_template("week.html.j2")


@cache
def style() -> str:
    return (HERE / "week.css").read_text(encoding="utf-8").strip()


def meta_policy() -> str:
    """The Content-Security-Policy inside the file: its own style, and nothing else from anywhere."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def header_policy() -> str:
    """The same for a response, which may say more: no frame around it, no rights of this site."""
    return f"{meta_policy()}; frame-ancestors 'none'; sandbox"

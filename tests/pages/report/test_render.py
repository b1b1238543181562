"""The report: one file, everything inside, nothing outside text could do, never too large."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from core.desk.writing import week_stream
from core.errors import BadInput
from core.events.week import PostmortemTextFailed, PostmortemWritten
from core.types import WeekId
from pages.report.material import read_material
from pages.report.render import LARGEST, header_policy, meta_policy, render, render_report, style
from storage.queries import StoreReader
from storage.queries.postmortems import WeekText
from tests.fakes.report_material import crowded
from tests.fakes.stored_weeks import append, open_desk, write_week
from tests.fakes.week import WEEK
from tests.fixture_files import ROOT
from tests.pages.conftest import HOSTILE
from tests.pages.test_postmortem import old_postmortem

VOID = {"meta", "br", "rect", "path", "circle"}
TRAPS = (
    f"{HOSTILE} \u202edorw\u2066 \u200bx\ufeff {{{{ 7*7 }}}} {{% raw %}} ]]> --> </style> </svg>"
)


class Checked(HTMLParser):
    """Every element closed in its order; what was opened, with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    @property
    def tags(self):
        return {tag for tag, _ in self.seen}


@pytest.fixture
def hostile(store_at):
    open_desk(store_at)
    write_week(store_at, TRAPS)
    report = old_postmortem().model_copy(update={"text": f"acct_1 {TRAPS}"})
    failed = PostmortemTextFailed(week_id=WEEK, model="vendor/chair", reason=TRAPS + "z" * 200_000)
    append(store_at, week_stream(WEEK), PostmortemWritten(postmortem=report), failed)
    return StoreReader(store_at.engine)


@pytest.fixture(scope="module")
def week(simulated_url):
    return render_report(StoreReader.at(simulated_url), WeekId("2026-09-16"))


def test_the_file_is_well_formed_html_with_everything_inside(week):
    found = Checked(week)
    assert found.open == []
    assert found.tags & {"script", "link", "img", "iframe", "object", "a", "form", "base"} == set()
    names = {name for _, attributes in found.seen for name in attributes}
    assert names & {"src", "href", "style", "srcset"} == set()
    assert not [name for name in names if name.startswith("on")]
    assert "url(" not in week
    assert "@import" not in week


def test_every_part_of_the_week_is_there(week):
    heads = re.findall(r"<h2>(.*?)</h2>", week)
    assert heads == [
        "Dissent",
        "Pitches",
        "Peer review",
        "Risk",
        "Orders",
        "Conviction",
        "Equity so far",
        "Postmortem",
        "Where this comes from",
    ]
    assert "SIMULATED prices" in week
    assert "rules/chairman" in week
    assert "computed, no model wrote this" in week
    assert week.count("<svg") == week.count('role="img"') > 3


def test_its_provenance_is_the_logs(week, simulated_url):
    reader = StoreReader.at(simulated_url)
    log = reader.log()
    for stream in ("week/2026-09-16", "system/market", "account/acct_5"):
        assert log.head(stream).hash in week
    assert read_material(reader, WeekId("2026-09-16")).detail.summary.run_id in week


def test_a_report_says_nothing_of_the_weeks_after_it(simulated_url):
    equity = read_material(StoreReader.at(simulated_url), WeekId("2026-09-09")).equity
    assert str(equity["session"].max().date()) == "2026-09-15"


def test_outside_text_is_only_text(hostile):
    html = render_report(hostile, WEEK)
    found = Checked(html)
    assert found.open == []
    assert found.tags & {"script", "img", "a"} == set()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert html.count("</style>") == 1
    assert "{{ 7*7 }}" in html
    assert not re.search("[\u200b\u202a-\u202e\u2066-\u2069\ufeff]", html)


def test_a_line_of_200_kb_is_cut_and_says_so(hostile):
    html = render_report(hostile, WEEK)
    assert len(html) < 200_000
    assert re.search(r"\(cut; 200,\d{3} letters in the record\)", html)


def test_the_largest_week_stays_under_a_megabyte(hostile):
    material = crowded(read_material(hostile, WEEK))
    html = render(material)
    assert 100_000 < len(html.encode()) <= LARGEST
    assert Checked(html).open == []


def test_a_week_on_its_way_has_a_report_too(store_at):
    open_desk(store_at)
    write_week(store_at)
    html = render_report(StoreReader(store_at.engine), WEEK)
    assert "Not written yet" in html
    assert "Equity so far" not in html


def test_a_week_without_a_run_is_one_line(store_at):
    open_desk(store_at)
    with pytest.raises(BadInput, match="has no run"):
        render_report(StoreReader(store_at.engine), WEEK)


def test_words_of_a_model_carry_its_name(hostile):
    material = read_material(hostile, WEEK)
    told = WeekText("vendor/chair", material.detail.summary.as_of, None, "ModelTimeout: too late")
    assert "vendor/chair was asked and gave none" in render(replace(material, text=told))


def test_the_policy_allows_its_own_style_and_nothing_else(week):
    assert meta_policy() in week.replace("&#39;", "'")
    assert style() in week
    assert "script" not in meta_policy()
    assert header_policy().startswith("default-src 'none'; style-src 'sha256-")
    assert header_policy().endswith("sandbox")


def test_it_needs_no_streamlit():
    code = "import sys, pages.report.render; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0

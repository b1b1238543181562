"""A week's summary for chat: what others wrote is words in it, never a link, a mention or a picture."""

from __future__ import annotations

import re

import pytest

from core.desk.summary import week_summary
from core.desk.summary_text import summary_markdown
from core.desk.writing import week_stream
from core.events.week import PostmortemTextWritten
from core.schemas.postmortem import PostmortemTold
from tests.fakes.desks import bench, rules_settings
from tests.fakes.stored_weeks import append, decision, open_desk, write_week
from tests.fakes.week import WEEK, policy

HOSTILE = (
    "![x](http://evil.example/a.png) [click](http://evil.example) <@everyone> @here **b** `c` "
    "evil.example/d <script>alert(1)</script> \u202etxet ||spoiler|| # head"
)


@pytest.fixture
def summary():
    store = bench(rules_settings()).store
    open_desk(store)
    write_week(store, HOSTILE)
    told = PostmortemTold(week_id=WEEK, model="vendor/chair", text=HOSTILE, lessons=("x",))
    append(store, week_stream(WEEK), PostmortemTextWritten(told=told))
    known = week_summary(store, policy(), WEEK)
    said = decision(HOSTILE).model_dump(mode="json")
    result = {"provisional": False, "accounts": [], "text": "The council made +1.00%."}
    return {**known, "decision": said, "stood_in": [HOSTILE], "postmortem": result}


def test_no_chat_makes_anything_of_what_a_model_wrote(summary):
    words = summary_markdown(summary)
    assert "flows carry the index" in words
    assert "SHORT SPY" in words
    assert "vendor/chair writes:" in words
    for sign in ("](", "://", "<@", "`", "<script", "||"):
        assert sign not in words
    assert not re.search(r"@(?!\u2060)", words)
    assert not re.search(r"evil\.(?!\u2060)", words)
    assert "\u202e" not in words


def test_a_models_words_on_the_week_are_in_the_plain_summary(summary):
    assert summary["told"]["model"] == "vendor/chair"

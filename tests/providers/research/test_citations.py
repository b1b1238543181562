"""One citation a page: the same page under another spelling of its address is not a second one."""

from __future__ import annotations

import pytest

from providers.research.citations import cited, distinct, in_text, normalised


@pytest.mark.parametrize(
    "url",
    [
        "http://www.a.example/x/",
        "https://a.example:443/x?utm_source=y#part",
        "https://A.example/x?fbclid=1",
    ],
)
def test_spellings_of_one_page_are_one(url):
    assert normalised(url) == "https://a.example/x"


@pytest.mark.parametrize(
    "url", ["", "ftp://a.example", "javascript:alert(1)", "https://", "https://[", None, 3]
)
def test_what_is_no_web_page_is_no_citation(url):
    assert cited(url) is None


def test_two_pages_of_one_site_stay_two():
    assert len(distinct([cited("https://a.example/?id=1"), cited("https://a.example/?id=2")])) == 2


def test_addresses_in_a_text_lose_the_punctuation_behind_them():
    text = 'See (https://a.example/x), "https://b.example/y". Again https://a.example/x/.'
    assert [one.url for one in in_text(text)] == ["https://a.example/x", "https://b.example/y"]

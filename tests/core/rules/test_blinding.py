"""Nobody can tell who wrote what: no trace of a name, no pattern in labels or order."""

from __future__ import annotations

import re
import time
import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.rules.blinding import REDACTED, labels, letters, others, scrub
from core.rules.lookalikes import latin

TERMS = (
    "openai/gpt-5.1",
    "GPT-5.1",
    "OpenAI",
    "GPT",
    "ChatGPT",
    "google/gemini-3-pro-preview",
    "Gemini 3 Pro",
    "Google",
    "Gemini",
    "anthropic/claude-sonnet-4.5",
    "Claude Sonnet 4.5",
    "Anthropic",
    "Claude",
    "x-ai/grok-4",
    "Grok 4",
    "xAI",
    "Claude Opus 4.5",
    "perplexity/sonar-pro",
    "DeepSeek",
    "o3",
    "rules/trend",
)
HOMOGLYPHS = str.maketrans("aceopxyiACEOPXTMHK", "асеорхуіАСЕОРХТМНК")


def fullwidth(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def core_of(text: str) -> str:
    """NFKC, case-folded, everything but letters and digits taken out."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


BETWEEN_PARTS = {
    "as it is": lambda term: term,
    "spaces": lambda term: re.sub(r"[\W_]+", " ", term),
    "underscores": lambda term: re.sub(r"[\W_]+", "_", term),
    "non-breaking hyphens": lambda term: re.sub(r"[\W_]+", "\u2011", term),
    "dots": lambda term: re.sub(r"[\W_]+", ".", term),
    "dashes with spaces": lambda term: re.sub(r"[\W_]+", " - ", term),
    "one word": lambda term: re.sub(r"[\W_]+", "", term),
}
LETTERS = {
    "as it is": lambda text: text,
    "upper": str.upper,
    "lower": str.lower,
    "full width": fullwidth,
    "homoglyphs": lambda text: text.translate(HOMOGLYPHS),
    "zero width": "\u200b".join,
    "joiners": "\u200d".join,
    "soft hyphens": "\u00ad".join,
    "bidi": lambda text: "\u202e" + "\u2066".join(text) + "\u202c",
    "accents": lambda text: re.sub("[aeiou]", lambda found: found[0] + "\u0301", text),
    "bold inside": lambda text: text[:2] + "**" + text[2:] if text[:2].isalpha() else text,
}
SETTINGS = ["As {}, I buy", "I am {}.", "({})", "**{}**", "“{}”", "{}’s view", "by {}: yes", "{}", "_{}_", "x\n{}\ny"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(TERMS),
    st.sampled_from(sorted(BETWEEN_PARTS)),
    st.lists(st.sampled_from(sorted(LETTERS)), min_size=1, max_size=2),
    st.sampled_from(SETTINGS),
)
def test_no_decoration_lets_a_term_through(term, between, dress, setting):
    written = BETWEEN_PARTS[between](term)
    for decoration in dress:
        written = LETTERS[decoration](written)
    scrubbed = scrub(setting.format(written), TERMS)
    left = scrubbed.text.replace(REDACTED, "|")
    for view in (left, latin(left).folded):
        assert core_of(term) not in core_of(view)
    assert sum(scrubbed.replacements.values()) >= 1
    assert REDACTED in scrubbed.text
    assert scrub(scrubbed.text, TERMS).text == scrubbed.text


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        ("As GPT-5.1, I like SPY", "As [redacted], I like SPY"),
        ("gpt 5.1 and gpt5.1 and GPT‑5.1", "[redacted] and [redacted] and [redacted]"),
        ("I am Gemini.", "I am [redacted]."),
        ("OpenAI's ChatGPT", "[redacted]'s [redacted]"),
        ("GPT-4o mini or o3-mini", "[redacted] or [redacted]"),
        ("Claude 3.5 thinks 5.1% is low", "[redacted] thinks 5.1% is low"),
        ("claude-sonnet-4-5-20250929", "[redacted]"),
        (
            "MyClaude, Claudes, C l a u d e, G.P.T.",
            "My[redacted], [redacted], [redacted], [redacted].",
        ),
        ("x.ai and X AI", "[redacted] and [redacted]"),
        ("a magnum opus", "a magnum [redacted]"),
        ("rules/trend says so", "[redacted] says so"),
        ("Google 20% above", "[redacted] 20% above"),
    ],
)
def test_names_go_and_the_words_around_them_stay(text, scrubbed):
    assert scrub(text, TERMS).text == scrubbed


@pytest.mark.parametrize(
    "text",
    [
        "together we go, a relaxed aim",
        "CO3, USO 3% and SO3",
        "philanthropic octopus, grokking",
        "the rules. Trend is up, mean reversion is not",
        "SPY at 5.1 and 4.5%, RSI 14 > 70",
        "José’s naïve étude · Δ=0.3, β 1.2",
        "open: a door; research, preview, pro",
        "",
    ],
)
def test_ordinary_text_is_left_alone(text):
    scrubbed = scrub(text, TERMS)
    assert scrubbed.text == text
    assert scrubbed.replacements == {}


def test_replacements_say_what_went_in_the_callers_spelling():
    scrubbed = scrub("Claude and claude and OPENAI, as gpt-5.1", TERMS)
    assert scrubbed.replacements == {"Claude": 2, "OpenAI": 1, "GPT-5.1": 1}


def test_hidden_characters_are_dropped_even_without_a_name():
    assert scrub("a\u200bb\u202ec\ufeff\x00d\te\n", ()).text == "abcd\te\n"


def test_the_order_of_terms_does_not_matter_to_the_text():
    text = "As Claude Sonnet 4.5 by Anthropic (anthropic/claude-sonnet-4.5), not GPT-5"
    assert scrub(text, TERMS).text == scrub(text, TERMS[::-1]).text


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.sampled_from(TERMS), st.text(max_size=80))
def test_scrubbing_twice_changes_nothing(before, term, after):
    once = scrub(f"{before}{term}{after}", TERMS)
    assert scrub(once.text, TERMS).text == once.text


@pytest.mark.parametrize(
    "text", ["c" * 200_000, "g." * 100_000, "*" * 200_000, "gpt" * 60_000, "x ai " * 40_000]
)
def test_long_texts_are_scrubbed_quickly(text):
    started = time.perf_counter()
    scrub(text, TERMS)
    assert time.perf_counter() - started < 5


ITEMS = ("acct_1", "acct_2", "acct_3", "acct_4")


def test_labels_replay_whatever_the_order_of_items():
    shown = labels("seed", "acct_5", ITEMS)
    assert shown == labels("seed", "acct_5", ITEMS[::-1])
    assert [entry.position for entry in shown] == [0, 1, 2, 3]
    assert {entry.item for entry in shown} == set(ITEMS)
    assert {entry.label for entry in shown} == {"Pitch A", "Pitch B", "Pitch C", "Pitch D"}


def test_labels_are_the_same_on_every_machine():
    shown = [(entry.label, entry.item) for entry in labels("2026-11-18", "acct_1", ITEMS[1:])]
    assert shown == [("Pitch C", "acct_4"), ("Pitch B", "acct_2"), ("Pitch A", "acct_3")]


def test_labels_differ_between_reviewers_and_seeds():
    drawn = {labels(f"{seed}", reviewer, ITEMS) for seed in range(20) for reviewer in ITEMS}
    assert len(drawn) > 70


def chi_square(counts: Counter[object], cells: int) -> float:
    expected = sum(counts.values()) / cells
    return sum((count - expected) ** 2 / expected for count in counts.values()) + expected * (
        cells - len(counts)
    )


def test_labels_positions_and_their_pairs_are_uniform_over_seeds():
    by_label: Counter[object] = Counter()
    by_position: Counter[object] = Counter()
    pairs: Counter[object] = Counter()
    for seed in range(4_000):
        entry = next(e for e in labels(str(seed), "acct_5", ITEMS) if e.item == "acct_1")
        by_label[entry.label] += 1
        by_position[entry.position] += 1
        pairs[entry.label, entry.position] += 1
    # 99.9 % points of the chi-square distribution with 3 and 15 degrees of freedom
    assert chi_square(by_label, 4) < 16.27
    assert chi_square(by_position, 4) < 16.27
    assert chi_square(pairs, 16) < 37.70


def test_a_label_says_nothing_about_the_account():
    counts = Counter(
        (entry.item, entry.label)
        for seed in range(3_000)
        for entry in labels(f"{seed}", "r", ITEMS)
    )
    assert max(counts.values()) - min(counts.values()) < 150


def test_an_item_given_twice_is_refused():
    with pytest.raises(ValueError, match="given twice"):
        labels("seed", "r", ("a", "a"))


def test_labels_never_run_out():
    assert [letters(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert labels("s", "r", ()) == ()
    assert labels("s", "r", ("x",), prefix="Response")[0].label == "Response A"


def test_the_own_item_is_absent():
    assert others("acct_2", {"acct_1": "a", "acct_2": "b"}) == {"acct_1": "a"}
    assert others("acct_9", {"acct_1": "a"}) == {"acct_1": "a"}

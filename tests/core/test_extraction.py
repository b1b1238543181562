"""JSON is recovered from what models write, and never from what was cut off."""

from __future__ import annotations

import json
import time
from typing import Any

import json_repair
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import NotJson, StructuredError, TruncatedJson
from core.extraction import extract_json, placeholders
from tests.fixture_files import fixture_path

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | numbers | st.text()
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
containers = values.filter(lambda value: isinstance(value, dict | list))
prose = st.text(alphabet="abc XYZ.,;:!?'\"\n-(*_#<|", max_size=60).filter(
    lambda text: not text.rstrip().endswith((",", "(")) and not text.lstrip().startswith((",", "("))
)


def same(left: Any, right: Any) -> bool:
    """Equal as JSON: 1, 1.0 and true are three different values."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def read(text: str) -> dict[str, Any] | list[Any] | StructuredError:
    """The value, or the refusal itself."""
    try:
        return extract_json(text)
    except StructuredError as error:
        return error


@settings(max_examples=100, deadline=None)
@given(containers, st.booleans(), st.sampled_from([None, 2]))
def test_a_plain_dump_comes_back_equal(value, ascii_only, indent):
    assert same(extract_json(json.dumps(value, ensure_ascii=ascii_only, indent=indent)), value)


@settings(max_examples=100, deadline=None)
@given(containers, prose, prose)
def test_prose_around_a_dump_changes_nothing(value, before, after):
    assert same(extract_json(f"{before}\n{json.dumps(value)}\n{after}"), value)


@settings(max_examples=100, deadline=None)
@given(containers, prose, prose, st.sampled_from(["", "json", "JSON"]))
def test_a_fence_around_a_dump_changes_nothing(value, before, after, tag):
    text = f"{before}\n```{tag}\n{json.dumps(value, indent=1)}\n```\n{after}"
    assert same(extract_json(text), value)


@settings(max_examples=100, deadline=None)
@given(containers, prose, st.sampled_from(["", "\n```", "\n```\nThat is all.", "\n\n"]), st.data())
def test_a_cut_dump_is_never_a_value(value, before, after, data):
    dump = json.dumps(value)
    cut = dump[: data.draw(st.integers(1, len(dump) - 1))]
    for text in (cut, f"{before}\n{cut}", f"{before}\n```json\n{cut}{after}"):
        with pytest.raises(TruncatedJson):
            extract_json(text)


@settings(max_examples=100, deadline=None)
@given(containers, st.data())
def test_a_cut_python_dict_is_never_a_value(value, data):
    dump = repr(value)
    assert same(extract_json(dump), value) or "\\x" in dump or "\\U" in dump
    cut = dump[: data.draw(st.integers(1, len(dump) - 1))]
    with pytest.raises(StructuredError):
        extract_json(cut)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="{}[]\",:'` \n\\/#*tfn1.5e-ab()…“”", max_size=80))
def test_garbage_gives_a_value_or_a_one_line_refusal(text):
    outcome = read(text)
    assert isinstance(outcome, dict | list) or "\n" not in str(outcome)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{\"qty\": 25, \"b\": True, c: None, /* x */ 'd': 'it\\'s',} // end", None),
        ('Sure!\n{"a": 1}\nHope it helps.', {"a": 1}),
        ('see [3], then [sic] {x}: {"a": 1}', {"a": 1}),
        ('{"a": 1}}', {"a": 1}),
        ('{"a": "line\nbreak"}', {"a": "line\nbreak"}),
        ("{“a”: “b”}", {"a": "b"}),
        ('{"path": "C:\\dir \\u"}', {"path": "C:\\dir \\u"}),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}),
        ('{"size": .5, "n": +3, "m": 1_000}', {"size": 0.5, "n": 3, "m": 1000}),
        ('{"a": 1}\n\nAgain:\n{"a": 1}', {"a": 1}),
        ('<think>maybe {"a": 2}</think>\n{"a": 1}', {"a": 1}),
        ('Not {"a": 2} but\n```json\n{"a": 1}\n```', {"a": 1}),
        ('{"a": "..."}\n{"a": "LONG"}', {"a": "LONG"}),
        ('{"a": "LONG"}\nin the form {"a": "LONG|SHORT"}', {"a": "LONG"}),
    ],
)
def test_slips_are_forgiven(text, value):
    expected = {"qty": 25, "b": True, "c": None, "d": "it's"} if value is None else value
    assert same(extract_json(text), expected)


@pytest.mark.parametrize(
    "text",
    [
        '{"qty":25',
        '{"qty":2',
        '```json\n{"qty": 25\n```',
        '{"a": tru',
        '{"a": "cut',
        '{"a": "cut\n```\nand then "}"',
        '{"a": "cut }',
        '{"a": [1, 2]',
        '{"draft": 1}\nFinal: {"qty": 2',
        "{'a': 'cut}",
        '{"a": 1 /* and',
        '<think>{"a": 1}',
        '{"a": 1}, "b": 2',
    ],
)
def test_a_cut_off_answer_is_truncated(text):
    with pytest.raises(TruncatedJson):
        extract_json(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I would rather not say.",
        "25",
        '"{\\"a\\": 1}"',
        '{"a": 1}{"a": 2}',
        'First {"a": 1}\nSecond {"a": 2}',
        '```json\n{"a": 1}\n```\n```json\n{"a": 2}\n```',
        "according to [1] and [2]",
        '{"a": 1, "a": 2}',
        "{'a': 1, 'a': 2}",
        '{"a": NaN}',
        "{'a': -Infinity}",
        '{"a": 1e999}',
        "{'a': 1e999}",
        '{"qty": 1,234}',
        '{"qty": 25 000}',
        '{"qty": 25%}',
        '{"qty": 007}',
        '{"rationale": ...}',
        '{"a": "said "x"} and y", "b": 1}',
        '{"a": "\\ud83d"}',
    ],
)
def test_what_cannot_be_trusted_is_refused(text):
    with pytest.raises(NotJson) as caught:
        extract_json(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "[ x" * 66_000,
        "{" * 200_000,
        '{"a": ' + '"x ' * 66_000,
        '{"a":1}' + "}" * 200_000,
        "{'a'} " * 33_000,
        '{"a": b c, }' * 16_000,
        '{"a": "' + 'lorem "ipsum" dolor, ' * 9_500 + '"}',
        "{/*" * 66_000,
        "[1] " * 50_000,
        '["' + "\n```" * 50_000 + '"]',
        '{"' + "\\" * 200_000,
        "{" + " " * 200_000,
    ],
    ids=lambda text: text[:8],
)
def test_two_hundred_kilobytes_of_garbage_are_judged_quickly(text):
    started = time.perf_counter()
    outcome = read(text)
    assert time.perf_counter() - started < 5
    assert isinstance(outcome, dict | list) or len(str(outcome)) < 200


def test_deep_nesting_is_refused_in_one_line():
    for depth in (101, 900, 50_000):
        with pytest.raises(NotJson, match="nested deeper than 100"):
            extract_json("[" * depth + "]" * depth)
    assert extract_json("[" * 100 + "]" * 100)


def test_placeholders_are_named_by_path():
    value = {"a": "...", "b": {"c": ["fine", "<reason>"]}, "d": "n/a ..."}
    assert list(placeholders(value)) == ["a", "b.c.1"]


def pairs() -> list[tuple[str, Any]]:
    """(broken text, what was meant) where an object or array was meant."""
    loaded = json.loads(fixture_path("llm/malformed_json/pairs.json").read_text())["pairs"]
    kept = []
    for pair in loaded:
        meant = pair["expected"]
        if isinstance(meant, str) and meant.startswith(("{", "[")):
            meant = json.loads(meant)
        if isinstance(meant, dict | list):
            kept.append((pair["input"], meant))
    return kept


CUT_IN_A_STRING = {  # the closing bracket stands inside a string that never ends
    '{"lorem_ipsum": "sic tamet, quick brown fox. }',
    '{"key:value}',
    '{"key": "lorem ipsum ... "sic " tamet. ...}',
}


def test_as_many_complete_pairs_are_recovered_as_json_repair_recovers():
    whole = [
        (text, meant)
        for text, meant in pairs()
        if text.rstrip().rstrip("`").rstrip().endswith(("}", "]", ")"))
        and text not in CUT_IN_A_STRING
    ]
    outcomes = [(read(text), json_repair.loads(text), meant) for text, meant in whole]
    ours = sum(ours == meant for ours, _, meant in outcomes)
    theirs = sum(theirs == meant for _, theirs, meant in outcomes)
    assert ours >= theirs
    assert ours >= 75


def test_no_pair_that_was_cut_off_is_recovered():
    cut = [text for text, _ in pairs() if not text.rstrip().endswith(("}", "]", ")", "`"))]
    assert len(cut) >= 15
    for text in [*cut, *CUT_IN_A_STRING]:
        with pytest.raises(TruncatedJson):
            extract_json(text)


def test_json_repair_would_have_halved_the_quantity():
    assert json_repair.loads('{"qty":25, "x": 1, "qty":2') != {"qty": 25}
    with pytest.raises(TruncatedJson):
        extract_json('{"symbol": "SPY", "qty":2')


def test_the_recorded_extraction_inputs_give_their_value_or_a_refusal():
    path = fixture_path("llm/malformed_json/extraction_inputs.json")
    inputs = json.loads(path.read_text())["inputs"]
    outcomes: dict[str, Any] = {entry["test"]: read(entry["text"]) for entry in inputs}
    assert outcomes["test_extract_from_codeblock"]["name"] == "John"
    assert outcomes["test_nested_codeblocks"] == {"level": "inner"}
    assert outcomes["test_malformed_codeblock"] == {"status": "malformed"}
    assert outcomes["test_json_with_comments"]["description"] == "Testing with comments"
    refused = {test for test, outcome in outcomes.items() if isinstance(outcome, NotJson)}
    assert refused == {
        "test_multiple_json_objects",
        "test_no_json_content",
        "test_extract_text_openai_format",
        "test_extract_text_simple_format",
        "test_extract_text_unknown_format",
    }


@pytest.mark.parametrize("end", ["</think>", "</thinking>"])
@pytest.mark.parametrize("before", ["so BUY", 'first {"action": "SELL"}, no:', "a [1] b\n{"])
def test_thinking_whose_opening_tag_stands_in_the_prompt_is_no_part_of_the_answer(before, end):
    assert extract_json(f'{before}\n{end}\n\n{{"action": "BUY"}}') == {"action": "BUY"}


def test_a_closing_tag_inside_a_text_of_the_answer_ends_no_thinking():
    text = '```json\n{"note": "tags like </think> are words", "action": "BUY"}\n```'
    assert extract_json(text) == {"note": "tags like </think> are words", "action": "BUY"}


def test_thinking_without_an_answer_behind_it_is_no_answer():
    with pytest.raises(StructuredError):
        extract_json('{"action": "SELL"} is wrong\n</think>\n')

"""Keys, models and credit are checked over real sockets before anything is paid."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from decimal import Decimal

import pytest
import yaml
from pydantic import SecretStr

from core.desk.estimate import EstimateLine, WeekEstimate
from core.errors import PreflightFailed
from core.prices import Price
from providers.http import HttpPolicy
from providers.llm.catalogue import Catalogue
from providers.llm.preflight import Need, has, look, nearest, needs_of, preflight
from tests.fixture_files import fixture_path
from tests.servers.chat_server import Reply, chat_server

CANARY = SecretStr("sk-canary-0123456789")
FAST = HttpPolicy(connect_s=1, read_s=2, deadline_s=3, retries=0)
MODELS = ("openai/gpt-5.1", "openai/gpt-5-mini", "anthropic/claude-sonnet-4.6", "x-ai/grok-4.1")


def listing(*ids):
    pricing = {"prompt": "0.00000125", "completion": "0.00001"}
    return {"data": [{"id": name, "pricing": pricing, "context_length": 400_000} for name in ids]}


def key(remaining=12.5):
    return {"data": {"limit_remaining": remaining, "is_free_tier": False}}


@contextmanager
def serving(pages, protocol="openrouter", name="openrouter"):
    """A catalogue of a server whose answers are chosen by the end of the path."""
    kept = {}

    def answer(body, number):
        path = kept["server"].paths[-1]
        for ending, said in pages.items():
            if path.endswith(ending):
                return said if isinstance(said, Reply) else Reply(said)
        return Reply({"error": {"message": "no such path"}}, 404)

    with chat_server(answer) as server:
        kept["server"] = server
        yield Catalogue(name, protocol, server.url, CANARY, FAST), server


def check(catalogue, *models, **amounts):
    need = Need(models, **{name: Decimal(text) for name, text in amounts.items()})
    return asyncio.run(preflight({catalogue.provider: need}, {catalogue.provider: catalogue}))


def test_what_exists_and_can_be_paid_passes():
    with serving({"/models": listing(*MODELS), "/key": key()}) as (catalogue, server):
        report = check(catalogue, "openai/gpt-5.1", "openai/gpt-5.1:online", likely="0.5")
        listed = asyncio.run(catalogue.models())
    (found,) = report.checks
    assert (found.models, found.credit.remaining, found.problems) == (4, Decimal("12.5"), ())
    assert listed["openai/gpt-5.1"].price == Price(input=Decimal("1.25"), output=Decimal(10))
    assert listed["openai/gpt-5.1"].context == 400_000
    assert server.headers[0]["Authorization"] == f"Bearer {CANARY.get_secret_value()}"


def test_every_retired_model_is_named_with_the_nearest_of_its_vendor():
    with (
        serving({"/models": listing(*MODELS), "/key": key()}) as (catalogue, _),
        pytest.raises(PreflightFailed) as failed,
    ):
        check(catalogue, "anthropic/claude-sonnet-4.5", "x-ai/grok-4", "openai/gpt-5.1")
    told = str(failed.value)
    assert (
        "no model anthropic/claude-sonnet-4.5 (the nearest is anthropic/claude-sonnet-4.6)" in told
    )
    assert "no model x-ai/grok-4 (the nearest is x-ai/grok-4.1)" in told
    assert "\n" not in told
    assert "gpt-5.1" not in told


@pytest.mark.parametrize(
    ("amounts", "enough"),
    [
        ({"likely": "2", "largest": "0.1"}, True),
        ({"likely": "2.6", "largest": "0.1"}, False),
        ({"likely": "1", "largest": "2.6"}, False),
    ],
)
def test_credit_covers_the_likely_week_and_the_largest_reservation(amounts, enough):
    with serving({"/models": listing(*MODELS), "/key": key(2.5)}) as (catalogue, _):
        if enough:
            assert check(catalogue, "openai/gpt-5.1", **amounts).problems == ()
            return
        with pytest.raises(PreflightFailed, match=r"has \$2.50 of credit left.*add credit"):
            check(catalogue, "openai/gpt-5.1", **amounts)


def test_a_key_without_a_limit_is_not_asked_for_more():
    with serving({"/models": listing(*MODELS), "/key": key(None)}) as (catalogue, _):
        assert check(catalogue, "openai/gpt-5.1", likely="99").problems == ()


def test_a_key_nobody_knows_is_one_line_without_the_key():
    refused = Reply({"error": {"message": f"User not found. {CANARY.get_secret_value()}"}}, 401)
    with (
        serving({"/models": listing(*MODELS), "/key": refused}) as (catalogue, _),
        pytest.raises(PreflightFailed, match=r"openrouter: 127.0.0.1 refused .* 401") as failed,
    ):
        check(catalogue, "openai/gpt-5.1")
    assert "canary" not in str(failed.value)


@pytest.mark.parametrize(
    "said", [Reply({"error": "no"}, 404), Reply(b"<html>Ollama</html>"), Reply({"data": []})]
)
def test_a_house_server_without_a_list_is_unknown_not_failed(said):
    with serving({"/models": said}, "compatible", "house") as (catalogue, _):
        report = check(catalogue, "llama3.1")
    assert report.unknown == ("house has no list of its models",)


def test_an_endpoint_that_cannot_be_reached_is_unknown():
    gone = Catalogue("house", "compatible", "http://127.0.0.1:9", None, FAST)
    report = check(gone, "llama3.1")
    assert report.unknown[0].startswith("house cannot be checked: ")


def test_an_ollama_model_is_listed_under_its_tag():
    with serving({"/models": listing("llama3.1:latest")}, "compatible", "house") as (catalogue, _):
        assert check(catalogue, "llama3.1").problems == ()
        with pytest.raises(PreflightFailed, match=r"nearest is llama3.1:latest"):
            check(catalogue, "llama3.3")


def test_anthropic_is_asked_its_way_page_after_page():
    first = {
        "data": [{"id": "claude-opus-4-5-20251101"}],
        "has_more": True,
        "last_id": "claude-opus",
    }
    second = {"data": [{"id": "claude-sonnet-4-5-20250929"}], "has_more": False}
    pages = {"after_id=claude-opus": second, "limit=1000": first}
    with serving(pages, "anthropic", "anthropic") as (catalogue, server):
        assert check(catalogue, "claude-sonnet-4-5", "claude-opus-4-5-20251101").problems == ()
    assert server.paths[0].endswith("/v1/models?limit=1000")
    assert server.headers[0]["x-api-key"] == CANARY.get_secret_value()


def test_gemini_is_asked_its_way_page_after_page():
    first = {"models": [{"name": "models/gemini-3-pro-preview"}], "nextPageToken": "t2"}
    second = {"models": [{"name": "models/gemini-2.5-flash", "inputTokenLimit": 1_048_576}]}
    pages = {"pageToken=t2": second, "pageSize=1000": first}
    with serving(pages, "gemini", "gemini") as (catalogue, server):
        assert check(catalogue, "gemini-3-pro-preview", "gemini-2.5-flash").problems == ()
    assert server.headers[0]["x-goog-api-key"] == CANARY.get_secret_value()


def test_the_recorded_list_of_openrouter_is_read():
    name = "llm/wire/llm_openrouter/test_llm_openrouter__test_llm_models.yaml"
    recorded = yaml.safe_load(fixture_path(name).read_text())
    body = recorded["interactions"][0]["response"]["body"]["string"].encode()
    with serving({"/models": Reply(body), "/key": key()}) as (catalogue, _):
        listed = asyncio.run(catalogue.models())
    claude = listed["anthropic/claude-sonnet-4"]
    assert claude.price == Price(input=Decimal(3), output=Decimal(15))
    assert claude.context == 1_000_000
    assert has("anthropic/claude-4-sonnet-20250522", listed)


@pytest.mark.parametrize("suffix", [":online", ":nitro", ":floor", ":exacto"])
def test_virtual_suffixes_are_not_part_of_an_id(suffix):
    assert has(f"openai/gpt-5.1{suffix}", MODELS)


def test_a_free_variant_is_a_model_of_its_own():
    assert not has("openai/gpt-5.1:free", MODELS)
    assert has("openai/gpt-5.1:free", ("openai/gpt-5.1:free",))


def test_a_mini_is_not_the_dated_name_of_a_model():
    assert not has("gpt-5", ("gpt-5-mini", "gpt-5.1"))
    assert has("gpt-5", ("gpt-5-2025-08-07",))


def test_nothing_alike_suggests_nothing():
    assert nearest("zzz/qqq", MODELS) is None


def test_an_estimate_is_split_among_the_endpoints_that_earn_it():
    def line(model, likely, largest):
        return EstimateLine(
            "pitch", model, 1, Decimal(0), Decimal(likely), Decimal(9), Decimal(largest)
        )

    estimate = WeekEstimate(
        (line("a/x", "1", "2"), line("a/y", "3", "1"), line("claude-z", "5", "5"))
    )

    def place(model):
        if model.startswith("rules/"):
            return None
        return ("openrouter", model) if "/" in model else ("anthropic", model)

    needs = needs_of(["a/x", "a/y", "claude-z", "rules/trend", "a/x"], estimate, place)
    assert needs["openrouter"] == Need(("a/x", "a/y"), Decimal(4), Decimal(2))
    assert needs["anthropic"] == Need(("claude-z",), Decimal(5), Decimal(5))


def test_looking_never_raises():
    with serving({"/models": listing(*MODELS), "/key": key(0)}) as (catalogue, _):
        needs = {"openrouter": Need(("gone/model",), Decimal(1)), "unset": Need(("x",))}
        report = asyncio.run(look(needs, {"openrouter": catalogue}))
    assert len(report.problems) == 2

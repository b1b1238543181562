"""Which embedder the variables mean, and what config/memory.yaml switches on."""

from __future__ import annotations

import shutil

import pytest

from config.settings import load_settings
from config.wiring.memory import embedder_of
from core.errors import ConfigError
from providers.embedding import minilm
from tests.fixture_files import ROOT


@pytest.fixture
def root(tmp_path):
    ignored = shutil.ignore_patterns("*.py", "__pycache__")
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=ignored)
    return tmp_path


def embedder(root, **variables):
    (root / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    return embedder_of(load_settings(root, {}))


def test_without_a_variable_it_is_the_local_model_where_that_is_installed(root):
    wanted = "minilm-int8" if minilm.installed() else "hashing"
    assert (embedder(root).model, embedder(root).dimensions) == (wanted, 384)


def test_hashing_takes_any_length(root):
    found = embedder(root, EMBEDDING_PROVIDER="hashing", EMBEDDING_DIMENSIONS="128")
    assert (found.model, found.dimensions) == ("hashing", 128)


def test_openai_has_a_model_a_length_and_a_key(root):
    said = {"EMBEDDING_PROVIDER": "openai", "LLM_OPENAI_API_KEY": "sk-test"}
    assert embedder(root, **said).model == "openai/text-embedding-3-small"
    other = embedder(
        root, **said, EMBEDDING_MODEL="text-embedding-3-large", EMBEDDING_DIMENSIONS=1024
    )
    assert (other.model, other.dimensions) == ("openai/text-embedding-3-large", 1024)


REFUSED = {
    "no key": ({"EMBEDDING_PROVIDER": "openai"}, "there is no LLM_OPENAI_API_KEY"),
    "no such provider": ({"EMBEDDING_PROVIDER": "cohere"}, r"\.env:1 EMBEDDING_PROVIDER"),
    "another model": ({"EMBEDDING_MODEL": "bert"}, r"bert is not the local model's name"),
    "another length": ({"EMBEDDING_DIMENSIONS": "768"}, r"768 is not allowed .minilm-int8 has 384"),
    "a model of hashing": (
        {"EMBEDDING_PROVIDER": "hashing", "EMBEDDING_MODEL": "bert"},
        "cannot be had by hashing",
    ),
    "no length": ({"EMBEDDING_DIMENSIONS": "0"}, r"EMBEDDING_DIMENSIONS.*not allowed"),
}


@pytest.mark.parametrize(("variables", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused_with_its_place(root, variables, words):
    with pytest.raises(ConfigError, match=words) as caught:
        embedder(root, **variables)
    assert "\n" not in str(caught.value)


def test_the_council_is_told_nothing_by_default_and_its_policy_does_not_mention_memory(root):
    policy = load_settings(root, {}).policy
    assert policy.memory.council is False
    assert "memory" not in policy.model_dump(mode="json")


def test_switched_on_it_is_part_of_the_policy(root):
    file = root / "config" / "memory.yaml"
    before = load_settings(root, {}).policy.fingerprint()
    file.write_text(file.read_text().replace("council: false", "council: true"))
    policy = load_settings(root, {}).policy
    assert policy.model_dump(mode="json")["memory"] == {"council": True, "weeks": 3}
    assert policy.fingerprint() != before


def test_an_unknown_backend_is_refused_with_its_line(root):
    file = root / "config" / "memory.yaml"
    file.write_text(file.read_text().replace("backend: auto", "backend: faiss"))
    with pytest.raises(ConfigError, match=r"config/memory\.yaml:\d+: .*backend.*faiss"):
        load_settings(root, {})

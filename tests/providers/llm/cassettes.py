"""Recorded exchanges of the makers' APIs: the request as it went out, the answer byte by byte."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from tests.fixture_files import fixture_path
from tests.servers.vendor_server import Told


@dataclass(frozen=True)
class Exchange:
    """``raw`` is the body of the answer, decompressed; ``kind`` its content type."""

    name: str
    uri: str
    status: int
    kind: str
    raw: bytes

    def told(self) -> Told:
        return Told([self.raw], self.status, self.kind)

    def documents(self) -> list[dict]:
        """Every JSON object of the answer in order: one, or those of a stream."""
        text = self.raw.decode()
        if "event-stream" in self.kind:
            lines = text.replace("\r\n", "\n").split("\n")
            return [json.loads(line[5:]) for line in lines if line.startswith("data:")]
        body = json.loads(text)
        return body if isinstance(body, list) else [body]


def exchanges(folder: str, address: str) -> Iterator[Exchange]:
    """Those of a folder whose address contains ``address``."""
    for path in sorted(fixture_path(f"llm/wire/{folder}").glob("*.yaml")):
        tape = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number, turn in enumerate(tape["interactions"]):
            if address in turn["request"]["uri"]:
                yield _exchange(f"{path.stem.split('__')[-1]}-{number}", turn)


def _exchange(name: str, turn: dict) -> Exchange:
    answer = turn["response"]
    headers = {key.lower(): values[0] for key, values in answer["headers"].items()}
    if "parsed_body" in answer:
        raw = json.dumps(answer["parsed_body"]).encode()
    else:
        raw = answer["body"]["string"]
        raw = raw.encode() if isinstance(raw, str) else raw
        if raw[:2] == b"\x1f\x8b":  # some tapes lack the last bytes of the compressed body
            raw = zlib.decompressobj(31).decompress(raw)
    kind = headers.get("content-type", "application/json")
    return Exchange(name, turn["request"]["uri"], answer["status"]["code"], kind, raw)


def requests_of(folder: str, name: str) -> Iterator[dict]:
    """The bodies sent in the recording whose name ends so."""
    (path,) = fixture_path(f"llm/wire/{folder}").glob(f"*_{name}.yaml")
    tape = yaml.safe_load(path.read_text(encoding="utf-8"))
    for turn in tape["interactions"]:
        yield turn["request"]["parsed_body"]

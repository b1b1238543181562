"""HTTP over real sockets: what is asked again, how long, and every failure by name, without the key."""

from __future__ import annotations

import asyncio
import email.utils
import json
import logging
import socket
import time
import traceback

import pytest

from core.errors import (
    CallRejected,
    GarbledAnswer,
    KeyRejected,
    ModelError,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
    OutOfCredit,
    RateLimited,
    StreamFailed,
    UnknownModel,
)
from providers.http import DONE, HttpPolicy, client, get_json, post_json, post_stream
from tests.servers.chat_server import EVENT_STREAM, Reply, chat_server, sse, stream

CANARY = "sk-canary-0123456789abcdef"
HEADERS = {"Authorization": f"Bearer {CANARY}", "x-api-key": CANARY}
FAST = HttpPolicy(
    connect_s=2.0, read_s=5.0, deadline_s=5.0, retries=2, backoff_s=0.01, longest_wait_s=0.02
)
OK = Reply({"fine": True})


def error(message, **more):
    return {"error": {"message": message, **more}}


def run(how, url, policy=FAST, heard=None, headers=HEADERS):
    async def call():
        async with client(policy) as http:
            if how == "get":
                return await get_json(http, url, headers, policy)
            if how == "post":
                return await post_json(http, url, {"a": 1}, headers, policy)
            heard_by = (
                (lambda name, data: heard.append((name, data))) if heard is not None else None
            )
            return await post_stream(
                http, url, {"a": 1}, headers, policy, heard_by or (lambda name, data: None)
            )

    return asyncio.run(call())


def everything_told(caught: BaseException) -> str:
    """Text, repr, arguments and traceback of an exception and of all it was raised from or during."""
    told, waiting, seen = "", [caught], set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        told += f"{one}|{one!r}|{one.args!r}|{vars(one)!r}|"
        request = getattr(one, "_request", None)
        told += repr(request.headers.raw) if request is not None else ""
        waiting += [one.__cause__, one.__context__]
    return told + "".join(traceback.format_exception(caught))


# --- what is asked again ---------------------------------------------------------------------


@pytest.mark.parametrize("how", ["get", "post", "stream"])
@pytest.mark.parametrize("status", [429, 502, 503])
def test_what_waiting_may_cure_is_asked_again(how, status):
    def answer(body, number):
        return Reply(error("busy"), status) if number < 2 else OK

    with chat_server(answer) as server:
        assert run(how, server.url) == {"fine": True}
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 409, 422, 500, 504, 529])
def test_nothing_else_is_asked_again(status):
    with (
        chat_server(lambda body, n: Reply(error("no"), status)) as server,
        pytest.raises(ModelError),
    ):
        run("post", server.url)
    assert len(server.requests) == 1


def test_the_number_of_attempts_is_bounded_and_the_last_failure_is_told():
    with (
        chat_server(lambda body, n: Reply(error(f"busy {n}"), 503)) as server,
        pytest.raises(ModelUnavailable, match="503: busy 2"),
    ):
        run("post", server.url)
    assert len(server.requests) == 3


def test_a_429_that_stays_is_rate_limited():
    with (
        chat_server(lambda body, n: Reply(error("slow down"), 429)) as server,
        pytest.raises(RateLimited, match="slow down"),
    ):
        run("stream", server.url)
    assert len(server.requests) == 3


def test_a_429_for_want_of_money_is_not_asked_again():
    body = error("You exceeded your current quota", code="insufficient_quota")
    with chat_server(lambda b, n: Reply(body, 429)) as server, pytest.raises(OutOfCredit):
        run("post", server.url)
    assert len(server.requests) == 1


def waited(header: dict[str, str], policy=FAST) -> float:
    """Seconds between two attempts, as the server saw them."""
    at = []

    def answer(body, number):
        at.append(time.monotonic())
        return Reply(error("busy"), 429, header) if number == 0 else OK

    with chat_server(answer) as server:
        run("post", server.url, policy)
    return at[1] - at[0]


def test_the_wait_the_server_asks_for_is_kept():
    assert waited({"Retry-After": "0.3"}) >= 0.3


def test_a_wait_given_as_a_date_is_read_against_the_servers_own_clock():
    long_ago = 1_000_000_000
    now, then = (email.utils.formatdate(at, usegmt=True) for at in (long_ago, long_ago + 1))
    assert waited({"Retry-After": then, "Date": now}) >= 1.0


def test_a_date_that_has_passed_and_a_word_nobody_can_read_are_no_wait():
    past = email.utils.formatdate(1_000_000_000, usegmt=True)
    for header in (past, "soon", "-5", "nan", "inf"):
        assert waited({"Retry-After": header}) > 0


@pytest.mark.parametrize(
    "asked",
    ["3600", email.utils.formatdate(time.time() + 3600, usegmt=True), "1e300"],
    ids=["seconds", "a date", "for ever"],  # a date in the id would differ between workers
)
def test_a_wait_longer_than_the_time_left_fails_at_once(asked):
    with (
        chat_server(lambda b, n: Reply(error("busy"), 429, {"Retry-After": asked})) as server,
        pytest.raises(RateLimited, match="asked to wait"),
    ):
        run("post", server.url)
    assert len(server.requests) == 1


def refusing_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


@pytest.mark.parametrize("how", ["get", "post", "stream"])
def test_nobody_listening_is_one_clear_line(how):
    with pytest.raises(ModelUnavailable, match=r"cannot connect to 127\.0\.0\.1") as caught:
        run(how, refusing_port())
    assert CANARY not in everything_told(caught.value)


def test_a_server_that_comes_up_late_is_reached_by_asking_again():
    policy = HttpPolicy(deadline_s=10, retries=200, backoff_s=0.02, longest_wait_s=0.02)
    url = refusing_port()
    port = int(url.split(":")[2].split("/")[0])

    async def scene():
        async def late(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"up":true}')
            await writer.drain()
            writer.close()

        async def ask():
            async with client(policy) as http:
                return await post_json(http, url, {}, {}, policy)

        asking = asyncio.create_task(ask())
        await asyncio.sleep(0.1)
        server = await asyncio.start_server(late, "127.0.0.1", port)
        async with server:
            return await asking

    assert asyncio.run(scene()) == {"up": True}


@pytest.mark.parametrize("how", ["post", "stream"])
def test_a_post_that_may_have_arrived_is_never_sent_twice(how):
    with (
        chat_server(lambda body, n: Reply(drop=True)) as server,
        pytest.raises(ModelUnavailable, match="broke the connection"),
    ):
        run(how, server.url)
    assert len(server.requests) == 1


def test_a_socket_closed_before_the_body_was_read_is_unavailable_and_not_asked_again():
    with (
        chat_server(lambda body, n: OK, early=lambda n: Reply(reset=True)) as server,
        pytest.raises(ModelUnavailable, match="broke the connection"),
    ):
        run("post", server.url)
    assert len(server.requests) == 1


def test_a_question_without_cost_is_asked_again_after_a_broken_connection():
    with chat_server(lambda body, n: Reply(drop=True) if n == 0 else OK) as server:
        assert run("get", server.url) == {"fine": True}


# --- the deadline ----------------------------------------------------------------------------

SHORT = HttpPolicy(deadline_s=0.3, read_s=5.0, retries=2, backoff_s=0.01, longest_wait_s=0.02)


@pytest.mark.parametrize("how", ["get", "post", "stream"])
def test_a_stalled_server_hits_the_deadline(how):
    with (
        chat_server(lambda body, n: Reply(OK.body, delay_s=30)) as server,
        pytest.raises(ModelTimeout, match=r"127\.0\.0\.1 did not answer within 0\.3 s"),
    ):
        run(how, server.url, SHORT)


def test_a_server_that_drips_a_body_hits_the_deadline():
    drip = Reply(pieces=[b" "], pause_s=0.02, repeat=True)
    with chat_server(lambda body, n: drip) as server, pytest.raises(ModelTimeout):
        run("post", server.url, SHORT)


@pytest.mark.parametrize("said", [": keep-alive\n\n", 'data: {"a": 1}\n\n', "data: "])
def test_a_server_that_drips_a_stream_hits_the_deadline(said):
    drip = Reply(
        pieces=[said.encode()],
        pause_s=0.02,
        repeat=True,
        headers={"Content-Type": EVENT_STREAM},
    )
    with chat_server(lambda body, n: drip) as server, pytest.raises(ModelTimeout):
        run("stream", server.url, SHORT)


def test_a_pause_longer_than_a_read_may_take_is_a_timeout_of_its_own():
    policy = HttpPolicy(deadline_s=20, read_s=0.2)
    with (
        chat_server(lambda b, n: stream({"a": 1}, {"b": 2}, pause_s=10)) as server,
        pytest.raises(ModelTimeout, match=r"within 0\.2 s"),
    ):
        run("stream", server.url, policy)


def test_a_body_without_end_is_cut_at_its_bound():
    policy = HttpPolicy(deadline_s=20, most_bytes=100_000)
    flood = Reply(pieces=[b"x" * 10_000], repeat=True)
    with (
        chat_server(lambda body, n: flood) as server,
        pytest.raises(GarbledAnswer, match="more than 100000 bytes"),
    ):
        run("post", server.url, policy)


# --- streams ---------------------------------------------------------------------------------


def test_every_event_is_heard_in_order_and_done_ends_the_stream():
    raw = (
        b"\xef\xbb\xbf: hello\r\n\r\n"
        b'event: start\r\ndata: {"n":\r\ndata:  1}\r\n\r\n'
        b"id: 7\rretry: 10\r\r"
        + 'data: {"text": "a\u2028b\x85c"}\n\n'.encode()
        + b'event: ping\n\ndata:{"n": 2}\n\ndata: [DONE]\n\ndata: {"n": 3}\n\n'
    )
    for size in (1, 2, 3, 1_000):
        heard: list = []
        pieces = [raw[start : start + size] for start in range(0, len(raw), size)]
        reply = Reply(pieces=pieces, headers={"Content-Type": EVENT_STREAM})
        with chat_server(lambda body, n, reply=reply: reply) as server:
            assert run("stream", server.url, heard=heard) is None
        assert heard == [
            ("start", {"n": 1}),
            ("message", {"text": "a\u2028b\x85c"}),
            ("message", {"n": 2}),
            (DONE, {}),
        ]


def test_a_last_event_without_its_empty_line_is_heard():
    heard: list = []
    reply = Reply(pieces=[b'data: {"n": 1}'], headers={"Content-Type": EVENT_STREAM})
    with chat_server(lambda body, n: reply) as server:
        run("stream", server.url, heard=heard)
    assert heard == [("message", {"n": 1})]


@pytest.mark.parametrize("said", ["data: {half", "data: <html>", "data: 7", "data: NaN"])
def test_an_event_that_is_no_object_is_garbled(said):
    with (
        chat_server(lambda body, n: stream({"n": 1}, said)) as server,
        pytest.raises(GarbledAnswer, match="streamed"),
    ):
        run("stream", server.url)


def test_a_stream_that_breaks_off_is_never_asked_again():
    heard: list = []
    with (
        chat_server(lambda body, n: stream({"n": 1}, done=False, cut=True)) as server,
        pytest.raises(StreamFailed, match="broke off") as caught,
    ):
        run("stream", server.url, heard=heard)
    assert heard == [("message", {"n": 1})]
    assert len(server.requests) == 1
    assert CANARY not in everything_told(caught.value)


def test_a_server_that_does_not_stream_is_heard_all_the_same():
    with chat_server(lambda body, n: OK) as server:
        assert run("stream", server.url) == {"fine": True}


def test_a_stream_under_another_content_type_is_read_as_one():
    heard: list = []
    reply = Reply(sse({"n": 1}), headers={"Content-Type": "text/plain"})
    with chat_server(lambda body, n: reply) as server:
        assert run("stream", server.url, heard=heard) is None
    assert heard == [("message", {"n": 1}), (DONE, {})]


# --- bodies ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"<html>gateway</html>",
        b'{"choices": [{"mess',
        b"",
        b"\xff\xfe\x00garbage",
        b"[1, 2]",
        b'"text"',
        b'{"a": NaN}',
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("how", ["post", "stream"])
def test_what_is_no_json_object_is_garbled(how, raw):
    with chat_server(lambda body, n: Reply(raw)) as server, pytest.raises(GarbledAnswer) as caught:
        run(how, server.url)
    assert "127.0.0.1" in str(caught.value)


def test_a_body_that_cannot_be_decompressed_is_garbled():
    reply = Reply(b"not gzip at all", headers={"Content-Encoding": "gzip"})
    with chat_server(lambda body, n: reply) as server, pytest.raises(GarbledAnswer):
        run("post", server.url)


def test_numbers_keep_the_digits_they_were_written_in():
    raw = b'{"cost": 0.10, "tiny": 1.5E-7, "long": 0.12345678901234567890123}'
    with chat_server(lambda body, n: Reply(raw)) as server:
        found = run("post", server.url)
    assert [str(number) for number in found.values()] == [
        "0.10",
        "1.5E-7",
        "0.12345678901234567890123",
    ]
    assert found["cost"] == 0.1
    assert json.loads(json.dumps(found))["cost"] == 0.1


# --- which failure it is ---------------------------------------------------------------------

ROUTED = "No endpoints found that support the requested parameters"
NAMED = [
    (400, error("max_tokens is too large"), CallRejected),
    (400, error("foo/bar is not a valid model ID"), UnknownModel),
    (400, error("The requested model 'x' does not exist.", code="model_not_found"), UnknownModel),
    (400, error("Model Not Exist", type="invalid_request_error"), UnknownModel),
    (400, error("API key not valid. Please pass a valid API key."), KeyRejected),
    (400, error("Your credit balance is too low to access the API."), OutOfCredit),
    (400, error("blocked", code="content_policy_violation"), ModelRefused),
    (401, error("Missing Authentication header"), KeyRejected),
    (402, error("Insufficient Balance"), OutOfCredit),
    (403, error("not allowed"), KeyRejected),
    (403, error("Key limit exceeded (total limit)"), OutOfCredit),
    (403, error("flagged", metadata={"reasons": ["violence"]}), ModelRefused),
    (404, error("No endpoints found for foo/bar."), UnknownModel),
    (404, error('model "llama9" not found, try pulling it first'), UnknownModel),
    (404, error(ROUTED), CallRejected),
    (404, error("No endpoints found matching your data policy"), CallRejected),
    (404, {"detail": "Not Found"}, CallRejected),
    (404, b"<html>nginx</html>", CallRejected),
    (408, error("timed out"), ModelTimeout),
    (413, error("too large"), CallRejected),
    (422, {"detail": [{"msg": "Extra inputs are not permitted"}]}, CallRejected),
    (301, b"", CallRejected),
    (429, error("slow"), RateLimited),
    (500, error("boom"), ModelUnavailable),
    (502, b"<html>bad gateway</html>", ModelUnavailable),
    (503, error("overloaded"), ModelUnavailable),
    (504, b"upstream request timeout", ModelUnavailable),
    (529, error("Overloaded"), ModelUnavailable),
]


@pytest.mark.parametrize(("status", "body", "kind"), NAMED)
@pytest.mark.parametrize("how", ["post", "stream"])
def test_each_refusal_has_its_name(how, status, body, kind):
    with chat_server(lambda b, n: Reply(body, status)) as server, pytest.raises(kind) as caught:
        run(how, server.url)
    assert type(caught.value) is kind
    assert "127.0.0.1" in str(caught.value)
    assert str(status) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("upstream is full, retry shortly", "Provider returned error: upstream is full"),
        (json.dumps(error("Requests too fast")), "Provider returned error: Requests too fast"),
        ('{"message": "plain"}', "Provider returned error: plain"),
    ],
)
def test_the_words_of_the_provider_behind_a_gateway_are_told(raw, told):
    body = error("Provider returned error", code=429, metadata={"raw": raw})
    with (
        chat_server(lambda b, n: Reply(body, 429)) as server,
        pytest.raises(RateLimited, match=told),
    ):
        run("post", server.url)


def test_long_words_are_cut_to_one_short_line():
    body = error("word\n" * 1_000)
    with chat_server(lambda b, n: Reply(body, 400)) as server, pytest.raises(CallRejected) as seen:
        run("post", server.url)
    assert len(str(seen.value)) < 400
    assert "\n" not in str(seen.value)


# --- keys ------------------------------------------------------------------------------------

ECHOES = [
    f"Incorrect API key provided: {CANARY}. Find yours at the usual place.",
    f"Incorrect API key provided: {CANARY[:8]}******{CANARY[-4:]}.",
    f"Bearer {CANARY} was refused",
    "x" * 290 + CANARY,
]
PATHS = [
    *(Reply(error(echo), status) for status in (400, 401, 429, 500) for echo in ECHOES),
    Reply(error("Provider returned error", metadata={"raw": ECHOES[0]}), 502),
    Reply(f"<html>{CANARY}</html>".encode()),
    Reply(f'{{"key": "{CANARY}'.encode()),
    Reply(drop=True),
    Reply(pieces=[b'{"a":'], cut=True),
    Reply(b"", headers={"Content-Encoding": "gzip", "Content-Length": "7"}, drop=True),
    stream(f"data: {CANARY}"),
    stream({"n": 1}, done=False, cut=True),
    Reply(b"", 302, {"Location": "http://127.0.0.1/elsewhere"}),
]


@pytest.mark.parametrize("reply", PATHS, ids=range(len(PATHS)))
@pytest.mark.parametrize("how", ["get", "post", "stream"])
def test_no_failure_shows_the_key(how, reply, caplog):
    caplog.set_level(logging.DEBUG)
    with chat_server(lambda body, n: reply) as server, pytest.raises(ModelError) as caught:
        run(how, server.url)
    told = everything_told(caught.value) + caplog.text
    assert CANARY not in told
    assert CANARY[:8] not in told.replace("sk-canary", "", 0)
    assert CANARY[8:] not in told


@pytest.mark.parametrize("policy", [SHORT, HttpPolicy(read_s=0.1, deadline_s=5)])
def test_no_timeout_shows_the_key(policy):
    with (
        chat_server(lambda body, n: Reply({}, delay_s=30)) as server,
        pytest.raises(ModelTimeout) as caught,
    ):
        run("post", server.url, policy)
    assert CANARY not in everything_told(caught.value)


@pytest.mark.parametrize("bad", [f"{CANARY}\n", f"{CANARY}\u201c", f"\x00{CANARY}"])
def test_a_key_no_header_can_carry_is_named_and_not_shown(bad):
    with (
        chat_server(lambda body, n: OK) as server,
        pytest.raises(ModelError) as caught,
    ):
        run("post", server.url, headers={"Authorization": f"Bearer {bad}"})
    assert CANARY not in everything_told(caught.value)

"""A server may answer in any manner: each is read, or told in one sentence; nothing false is shown, and never the key."""

from __future__ import annotations

import base64
import gzip
import json
import resource
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from kb.errors import ModelError, ModelUnreachable, PromptTooLong
from kb.models import server as way
from kb.models.download import describe
from kb.models.language_model import Cancellation, Message, Options
from kb.models.remote import RemoteModel
from kb.settings import ModelSettings
from tests.models.made_up_server import Handler, Server, rock

QUESTION = [Message("user", "What is rock?")]
KEY = "sk-Zebra-0815"
SENTENCE = "Rock is hard."
Answering = Callable[[Handler], None]


@pytest.fixture
def remote(server: Server) -> Iterator[RemoteModel]:
    model = RemoteModel(ModelSettings(url=server.url, key=KEY))
    yield model
    model.close()


def raw(
    body: str | bytes,
    kind: str = "text/event-stream",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Answering:
    """Sends `body` as it is, then hangs up."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body.encode() if isinstance(body, str) else body)

    return answer


def data(*chunks: object, end: str = "data: [DONE]\n\n") -> str:
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + end


def piece(content: object, finish: object = None, **more: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "delta": {"content": content, **more}, "finish_reason": finish}]}


def whole(content: object, finish: object = "stop", **more: object) -> dict[str, object]:
    return {"choices": [{"index": 0, "message": {"content": content, **more}, "finish_reason": finish}]}


READ: dict[str, Answering] = {
    "no blank after data:": raw(data(piece(SENTENCE)).replace("data: ", "data:")),
    "no blank line between events": raw(data(piece("Rock "), piece("is hard.")).replace("\n\n", "\n")),
    "carriage returns": raw(data(piece("Rock "), piece("is hard.")).replace("\n", "\r\n")),
    "carriage returns alone": raw(data(piece(SENTENCE)).replace("\n", "\r")),
    "an event over two lines": raw('data: {"choices":[{"index":0,\ndata: "delta":{"content":"Rock is hard."}}]}\n\ndata: [DONE]\n\n'),
    "a byte order mark": raw("\ufeff" + data(piece(SENTENCE))),
    "comments and other fields": raw(": ping\n\nid: 7\nretry: 10\nevent: message\n" + data(piece(SENTENCE)) + ": bye\n\n"),
    "a choice that is null": raw(data({"choices": [None]}, piece(SENTENCE), {"choices": [], "usage": {}})),
    "choices that are null": raw(data({"choices": None, "usage": {"total_tokens": 3}}, piece(SENTENCE))),
    "a role first, null last": raw(data(piece(None, role="assistant"), piece(SENTENCE), piece(None, "stop"), end="")),
    "a finish and no [DONE]": raw(data(piece("Rock "), piece("is hard.", "stop"), end="")),
    "no finish and [DONE]": raw(data(piece(SENTENCE))),
    "packed, though nobody asked for it": raw(gzip.compress(json.dumps(whole(SENTENCE)).encode()), headers={"Content-Encoding": "gzip"}),
    "parts whose text is an object": raw(data(piece([{"type": "text", "text": {"value": SENTENCE}}]))),
    "parts": raw(data(piece([{"type": "text", "text": "Rock "}, {"type": "image_url"}, "is ", {"text": "hard."}]))),
    "thoughts in a field of their own": raw(data(piece(None, reasoning_content="Hm."), piece(SENTENCE))),
    "text of the older protocol": raw(data({"choices": [{"text": SENTENCE, "finish_reason": "stop"}]})),
    "not streamed": raw(json.dumps(whole(SENTENCE)), "application/json"),
    "not streamed, over lines": raw(json.dumps(whole(SENTENCE), indent=2), "text/plain"),
    "not streamed, without a finish": raw(json.dumps(whole(SENTENCE, None)), "application/json"),
    "not streamed, parts": raw(json.dumps(whole([{"type": "text", "text": SENTENCE}])), "application/json"),
    "objects of other kinds between": raw(data({"type": "ping"}, piece(SENTENCE), {"x": [1]})),
    "nothing after [DONE] is heard": raw(data(piece(SENTENCE)) + data({"error": "late"})),
}  # fmt: skip


@pytest.mark.parametrize("answering", READ.values(), ids=READ.keys())
def test_what_holds_an_answer_is_read(answering: Answering, server: Server, remote: RemoteModel) -> None:
    server.answering = answering
    assert remote.complete(QUESTION) == SENTENCE


def test_only_line_ends_part_lines(server: Server, remote: RemoteModel) -> None:
    text = "Rock\u2028is\u0085hard."
    server.answering = raw(f"data: {json.dumps(piece(text), ensure_ascii=False)}\n\ndata: [DONE]\n\n")
    assert remote.complete(QUESTION) == text


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["Rock \ud83d", "\ude00."], "Rock \U0001f600."),
        (["Rock \ud83d", " and."], "Rock \ufffd and."),
        (["\ude00 Rock."], "\ufffd Rock."),
    ],
)
def test_an_emoji_may_come_in_halves(
    pieces: list[str], text: str, server: Server, remote: RemoteModel
) -> None:
    server.answering = raw(data(*map(piece, pieces)))
    assert remote.complete(QUESTION) == text


TOLD: dict[str, tuple[Answering, str]] = {
    "an error alone": (raw(data({"error": {"message": "CUDA out of memory", "code": 500}}, end="")), "failed: CUDA out of memory"),
    "an error as text": (raw(data({"error": "CUDA out of memory"})), "failed: CUDA out of memory"),
    "an error in an error": (raw(data({"error": {"error": {"message": "no memory"}}})), "failed: no memory"),
    "an error in a list": (raw(json.dumps([{"error": {"message": "no quota"}}]), "application/json"), "failed: no quota"),
    "an error after some text": (raw(data(piece("Rock is so"), {"error": {"message": "CUDA out of memory"}}, end="")), "failed: CUDA out of memory"),
    "an event called error": (raw('event: error\ndata: {"message": "no memory"}\n\n'), "failed: no memory"),
    "an event called error, as text": (raw("event: error\ndata: out of memory\n\n"), "failed: out of memory"),
    "an object called error": (raw(json.dumps({"object": "error", "message": "no such model"}), "application/json"), "failed: no such model"),
    "a detail": (raw(json.dumps({"detail": [{"msg": "field required"}]}), "application/json"), "failed: field required"),
    "an error without words": (raw(data({"error": {"code": 5}})), "no reason given"),
    "an error in a choice": (raw(data({"choices": [{"error": {"message": "no memory"}, "finish_reason": "error"}]})), "failed: no memory"),
    "a message beside a code": (raw(json.dumps({"code": 503, "message": "no memory"}), "application/json"), "failed: no memory"),
    "a message alone": (raw(json.dumps({"message": "no memory"}), "application/json"), "failed: no memory"),
    "an error in lines of JSON": (raw('{"message": {"content": "Rock"}}\n{"error": "no memory"}\n', "application/x-ndjson"), "failed: no memory"),
    "lines of JSON": (raw('{"message": {"content": "Rock"}}\n{"done": true}\n', "application/x-ndjson"), "a form other"),
    "an address that is not told": (raw("", status=302), "redirects elsewhere .it does not say where"),
    "packed in another way": (raw("Rock", headers={"Content-Encoding": "br"}), "not asked for"),
    "mere text": (raw("upstream connect error\n", "text/plain"), "not JSON: upstream connect error"),
    "mere text as data": (raw("data: Internal Server Error\n\n"), "not JSON: Internal Server Error"),
    "a login page": (raw("<!DOCTYPE html>\n<html><h1>Please log in</h1></html>", "text/html"), "web page"),
    "a page as data": (raw("data: <html>\n\n"), "not JSON"),
    "nothing": (raw(""), "empty response"),
    "only [DONE]": (raw("data: [DONE]\n\n"), "empty response"),
    "only blanks": (raw(data(piece("  \n"))), "empty response"),
    "no content": (raw("", status=204), "empty response"),
    "JSON cut off": (raw('{"choices": [{"message": {"con', "application/json"), "cut off"),
    "an event cut off": (raw(data(piece("Rock is hard."), end='data: {"choices": [{"de')), "cut off"),
    "an end without an end": (raw(data(piece("Rock is so"), end="")), "broke off before"),
    "no choices": (raw(json.dumps({"response": SENTENCE, "done": True}), "application/json"), "a form other"),
    "choices that are none": (raw(json.dumps({"choices": 7}), "application/json"), "a form other"),
    "a number": (raw("7", "application/json"), "not an answer"),
    "content that is a number": (raw(data(piece(7))), "not text"),
    "brackets without end": (raw("data: " + "[" * 100_000 + "\n\n"), "not JSON"),
    "NaN": (raw('data: {"choices": NaN}\n\n'), "not JSON"),
    "held back": (raw(data(piece("Rock is"), piece(None, "content_filter"))), "content filter"),
    "refused": (raw(data(piece(None, refusal="I cannot help with that."))), "refuses: I cannot help with that"),
    "only thoughts": (raw(data(piece(None, reasoning_content="Hm."), piece(None, "stop"))), "only thought"),
    "only thoughts, in tags": (raw(data(piece("<think>Hm"), piece(None, "length"))), "only thought"),
    "no room for a word": (raw(data(piece(None, "length"))), "used up its tokens"),
    "a tool": (raw(data(piece(None, "tool_calls"))), "asked for a tool"),
    "a finish called error": (raw(data(piece("Rock is so"), piece(None, "error"))), "failed"),
    "another address": (raw("", status=307, headers={"Location": "http://elsewhere.example/v1?key=abc"}), "redirects elsewhere"),
    "a page with a status": (raw("<html><b>Bad gateway</b>", "text/html", 500), "status 500: it sent a web page"),
    "text with a status": (raw("boom\x1b]52;c;x\x07\nboom", "text/plain", 500), "status 500: boom"),
    "a detail with a status": (raw('{"detail": "no such model"}', "application/json", 422), "status 422: no such model"),
    "a body that is no gzip": (raw("Rock", headers={"Content-Encoding": "gzip"}), "broke off"),
    "a body cut short": (raw("data: ", headers={"Content-Length": "5000"}), "broke off"),
}  # fmt: skip


@pytest.mark.parametrize(("answering", "words"), TOLD.values(), ids=TOLD.keys())
def test_what_holds_none_is_one_sentence(
    answering: Answering, words: str, server: Server, remote: RemoteModel
) -> None:
    server.answering = answering
    with pytest.raises(ModelUnreachable, match=words) as caught:
        remote.complete(QUESTION)
    told = str(caught.value)
    assert told.isprintable()
    assert told.endswith(".")
    assert len(told) < 400
    assert "key=abc" not in told


ENDLESS: dict[str, Callable[[int], bytes]] = {
    "text": lambda _: f"data: {json.dumps(piece('rock ' * 200))}\n\n".encode(),
    "a line": lambda _: b"x" * 50_000,
    "lines": lambda _: b"rock and stone\n" * 1000,
    "an event": lambda _: b"data: rock\n" * 1000,
    "thoughts": lambda _: f"data: {json.dumps(piece(None, reasoning='hm ' * 20_000))}\n\n".encode(),
    "a list of nothing": lambda _: data({"choices": []}, end="").encode() * 1000,
}


@pytest.mark.parametrize("more", ENDLESS.values(), ids=ENDLESS.keys())
@pytest.mark.parametrize("status", [200, 500])
def test_what_never_ends_is_ended(
    more: Callable[[int], bytes],
    status: int,
    server: Server,
    remote: RemoteModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(way, "_MOST", 5_000_000)
    monkeypatch.setattr(way, "_MOST_EVENTS", 5_000)
    gone = threading.Event()

    def endless(handler: Handler) -> None:
        handler.send_response(status)
        handler.end_headers()
        try:
            for number in range(1_000_000):
                handler.wfile.write(more(number))
        except OSError:
            gone.set()

    server.answering = endless
    with pytest.raises(ModelUnreachable):
        remote.complete(QUESTION, Options(max_tokens=20))
    assert gone.wait(20), "the connection is closed"


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("layers", [1, 2])
def test_what_unfolds_without_end_is_not_unfolded(
    layers: int, status: int, server: Server, remote: RemoteModel
) -> None:
    """A gigabyte of blanks, packed into a megabyte, and that into some kilobytes."""
    packer = zlib.compressobj(1, wbits=31)  # gzip
    packed = b"".join(packer.compress(bytes(1 << 24)) for _ in range(64)) + packer.flush()
    if layers == 2:
        packed = gzip.compress(packed, 1)
    server.answering = raw(packed, headers={"Content-Encoding": ", ".join(["gzip"] * layers)}, status=status)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ModelUnreachable):
        remote.complete(QUESTION)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kilobytes


@pytest.mark.parametrize("asked", ["models", "an answer"])
def test_a_head_that_comes_byte_by_byte_is_not_waited_for(
    asked: str, server: Server, remote: RemoteModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "_PATIENCE", 0.3)
    monkeypatch.setattr(way, "_SILENCE", 0.3)

    def drip(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)

    server.answering = drip
    if asked == "models":
        monkeypatch.setattr(Handler, "do_GET", drip)
    with pytest.raises(ModelUnreachable, match="took too long"):
        remote.complete(QUESTION)


def test_a_server_that_only_says_it_is_there_is_left_in_the_end(
    server: Server, remote: RemoteModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "_PATIENCE", 0.3)

    def busy(handler: Handler) -> None:
        handler.begin()
        while True:
            handler.wfile.write(b": still here\n\n")
            time.sleep(0.05)

    server.answering = busy
    with pytest.raises(ModelUnreachable, match="took too long"):
        remote.complete(QUESTION)


@pytest.mark.parametrize("told", ["2", "1.5", "date"])
def test_the_time_that_a_busy_server_names_is_waited(told: str, server: Server, remote: RemoteModel) -> None:
    def busy_once(handler: Handler) -> None:
        if len(server.asked) == 1:
            soon = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
            raw("", status=429, headers={"Retry-After": soon if told == "date" else told})(handler)
        else:
            rock(handler)

    server.answering = busy_once
    begun = time.monotonic()
    assert remote.complete(QUESTION) == SENTENCE
    assert time.monotonic() - begun >= 1.4, "longer than kb would wait by itself"
    assert len(server.asked) == 2


def test_a_wait_that_nobody_sits_through_is_told(server: Server, remote: RemoteModel) -> None:
    server.answering = raw("", status=429, headers={"Retry-After": "900"})
    with pytest.raises(ModelUnreachable, match=r"busy \(status 429\) for another 900 s\. Try again then\."):
        remote.complete(QUESTION)
    assert len(server.asked) == 1


@pytest.mark.parametrize("told", ["soon", "-5", "nan", "inf", "1e400", "9" * 5000, "Wed, 99 Foo"])
def test_a_wait_that_is_none_ends_in_a_sentence(told: str, server: Server, remote: RemoteModel) -> None:
    server.answering = raw("", status=429, headers={"Retry-After": told})
    with pytest.raises(ModelUnreachable, match=r"busy \(status 429\)\. Try again later\."):
        remote.complete(QUESTION)


def test_a_wait_can_be_cancelled(server: Server, remote: RemoteModel) -> None:
    server.answering = raw("", status=429, headers={"Retry-After": "15"})
    cancellation = Cancellation()
    threading.Timer(0.3, cancellation.cancel).start()
    begun = time.monotonic()
    assert remote.complete(QUESTION, cancellation=cancellation) == ""
    assert time.monotonic() - begun < 10


MODELS = {
    "a number": '{"data": 7}', "a list": "[1]", "numbers": '{"data": [7, null]}', "no JSON": "<html>", "nothing": "",
    "no name": '{"data": [{"id": 7}]}', "brackets": "[" * 100_000,
}  # fmt: skip


@pytest.mark.parametrize("body", MODELS.values(), ids=MODELS.keys())
@pytest.mark.parametrize("status", [200, 404, 500])
def test_a_list_of_models_may_be_odd(
    body: str, status: int, server: Server, remote: RemoteModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handler, "do_GET", raw(body, "application/json", status))
    assert remote.complete(QUESTION) == SENTENCE
    assert remote.name == "model"
    assert server.asked[0].body["model"] == "model"


ECHOES = {
    "the answer": raw(data(piece(f"The key is {KEY}."), piece(None, "stop"))),
    "pieces of the answer": raw(data(*map(piece, f"The key is {KEY}."))),
    "an error": raw(data({"error": {"message": f"bad key {KEY}"}})),
    "mere text": raw(f"bad key {KEY}", "text/plain"),
    "a refusal": raw(data(piece(None, refusal=f"not with {KEY}"))),
    "a status": raw(f"bad key {KEY}", status=500),
    "a prompt too long": raw(json.dumps({"error": f"{KEY}: exceeds the context"}), status=400),
    "another address": raw("", status=302, headers={"Location": f"https://{KEY}.example/{KEY}"}),
}


@pytest.mark.parametrize("answering", ECHOES.values(), ids=ECHOES.keys())
def test_no_text_of_a_server_shows_the_key(answering: Answering, server: Server, remote: RemoteModel) -> None:
    server.answering = answering
    try:
        told = remote.complete(QUESTION)
    except (ModelUnreachable, PromptTooLong) as error:
        told = str(error)
    assert told
    assert "Zebra" not in told


@pytest.mark.parametrize("written", ["otto:passphrase@", "passphrase@"])
def test_no_text_of_a_server_shows_what_stands_in_its_address(written: str, server: Server) -> None:
    def echo(handler: Handler) -> None:
        raw(f"not with {handler.headers['Authorization']} of {written}", status=500)(handler)

    server.answering = echo
    model = RemoteModel(ModelSettings(url=server.url.replace("://", f"://{written}")))
    with pytest.raises(ModelUnreachable) as caught:
        model.complete(QUESTION)
    model.close()
    sent = base64.b64encode(written.strip("@").encode()).decode().rstrip("=")
    assert "passphrase" not in str(caught.value)
    assert sent[:-2] not in str(caught.value)


def test_no_name_of_a_model_shows_the_key(
    server: Server, remote: RemoteModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Handler, "do_GET", raw(json.dumps({"data": [{"id": f"\x1b]52;{KEY}\x07" * 90}]})))
    assert "Zebra" not in remote.name
    assert remote.name.isprintable()
    assert len(remote.name) <= 200


def test_likelihoods_may_be_odd(server: Server, remote: RemoteModel) -> None:
    told: list[object] = [
        7, [None], {"content": 7}, {"content": [7]}, {"content": [{"top_logprobs": 7}]},
        {"content": [{"top_logprobs": [7, {"token": 7}, {"token": "yes", "logprob": 1e308}, {"token": "no", "logprob": "x"}]}]},
    ]  # fmt: skip
    server.answering = raw(data(*({"choices": [{"delta": {}, "logprobs": one}]} for one in told)))
    assert remote.probabilities(QUESTION, ("yes", "no")) == (1.0, 0.0)


PROXIES = {
    "socks5": "socks5://otto:passphrase@127.0.0.1:1080", "socks5h": "socks5h://127.0.0.1:1080", "socks4": "socks4://p:1",
    "SOCKS": "SOCKS://p:1", "ftp": "ftp://p:1", "quic": "quic://p:1", "no host": "http://", "no port": "http://p:x",
    "a file": "file:///etc/passwd",
}  # fmt: skip


@pytest.mark.parametrize("variable", ["ALL_PROXY", "http_proxy"])
@pytest.mark.parametrize("proxy", PROXIES.values(), ids=PROXIES.keys())
def test_a_proxy_that_kb_cannot_speak_to_is_told_and_never_passed_by(
    proxy: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(ModelUnreachable, match=f"variable {variable.upper()} .* NO_PROXY") as caught:
        RemoteModel(ModelSettings(url="http://models.example/v1"))
    assert "passphrase" not in str(caught.value)


@pytest.mark.parametrize("written", ["http://otto:passphrase@{}", "HTTP://{}", "{}"])
def test_a_proxy_is_used(written: str, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The made-up server takes the whole address of the other for a path, as a proxy would."""
    monkeypatch.setenv("HTTP_PROXY", written.format(server.url.removeprefix("http://").removesuffix("/v1")))
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")  # of no concern to an http address
    model = RemoteModel(ModelSettings(url="http://models.example/v1"))
    assert model.complete(QUESTION) == SENTENCE
    assert server.asked[0].path == "http://models.example/v1/chat/completions"
    model.close()


@pytest.mark.parametrize("name", ["models.example", "*", ".example"])
def test_a_server_may_be_reached_without_the_proxy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", name)
    RemoteModel(ModelSettings(url="http://models.example/v1")).close()


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTP_PROXY", f"http://otto:passphrase@127.0.0.1:{free.getsockname()[1]}")
    model = RemoteModel(ModelSettings(url="http://models.example/v1"))
    with pytest.raises(ModelError, match=r"through the proxy at 127\.0\.0\.1") as caught:
        model.complete(QUESTION)
    assert "passphrase" not in str(caught.value)


def test_a_server_on_this_machine_needs_no_proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    model = RemoteModel(ModelSettings(url=server.url))
    assert model.complete(QUESTION) == SENTENCE
    model.close()


@pytest.mark.parametrize("what", ["https://files.example/tiny.gguf", "owner/repo:tiny.gguf"])
def test_no_download_goes_round_a_proxy_that_kb_cannot_speak_to(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://otto:passphrase@127.0.0.1:1")
    with pytest.raises(ModelError, match="ALL_PROXY names speaks socks5") as caught:
        describe(what)
    assert "passphrase" not in str(caught.value)


@pytest.mark.parametrize("name", ["a\x1b]0;x\x07", "a\x7f", "a b\r\nX-Y: z"])
def test_an_address_that_is_none_is_one_sentence(name: str) -> None:
    with pytest.raises(ModelError, match=r"not an address|is not the address"):
        describe(f"https://127.0.0.1:1/{name}.gguf")

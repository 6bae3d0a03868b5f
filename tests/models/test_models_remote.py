"""A model behind a server: a made-up one that misbehaves as told, and llama.cpp's own on loopback."""

from __future__ import annotations

import math
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from kb.errors import GrammarInvalid, ModelUnreachable, PromptTooLong
from kb.models.language_model import Cancellation, Message, Options
from kb.models.open import open_model
from kb.models.remote import RemoteModel
from kb.settings import ModelSettings
from tests.models.made_up_server import Answering, Handler, Server, rock
from tests.models.scripted_gguf import write_scripted_model

QUESTION = [Message("system", "Be brief."), Message("user", "What is rock?")]


@pytest.fixture
def remote(server: Server) -> Iterator[RemoteModel]:
    model = RemoteModel(ModelSettings(url=server.url, key="secret"))
    yield model
    model.close()


def test_the_answer_comes_in_pieces(server: Server, remote: RemoteModel) -> None:
    assert list(remote.stream(QUESTION)) == ["Rock ", "is ", "hard."]
    assert remote.counters().finish == "end"
    assert remote.name == "stone-7b"
    assert remote.context == 2048


def test_everything_asked_for_is_sent(server: Server, remote: RemoteModel) -> None:
    options = Options(max_tokens=7, temperature=0.5, seed=3, stop=("x",))
    remote.complete(QUESTION, options)
    sent = server.asked[0]
    assert sent.headers["Authorization"] == "Bearer secret"
    assert sent.body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is rock?"},
    ]
    wanted = {
        "model": "stone-7b",
        "max_tokens": 7,
        "temperature": 0.5,
        "seed": 3,
        "stop": ["x"],
        "stream": True,
    }
    assert wanted.items() <= sent.body.items()
    remote.complete(QUESTION, Options(grammar='root ::= "a"'))
    assert server.asked[1].body["grammar"] == 'root ::= "a"'
    with pytest.raises(GrammarInvalid):
        remote.complete(QUESTION, Options(grammar="root ::= ("))


def test_thinking_and_stop_strings_are_cut_whatever_the_server_does(
    server: Server, remote: RemoteModel
) -> None:
    def think(handler: Handler) -> None:
        handler.begin()
        handler.say("<think>Hm", "</think>\n\nYes. STO", "P No.", finish="stop")

    server.answering = think
    assert remote.complete(QUESTION, Options(stop=("STOP",))) == "Yes. "
    assert remote.counters().finish == "stop"


def test_the_key_is_never_shown() -> None:
    assert "secret" not in repr(ModelSettings(url="http://127.0.0.1:1/v1", key="secret"))


@pytest.mark.parametrize(
    "proxy", ["socks4://otto:passphrase@p:1", "ftp://otto:passphrase@p:1", "socks5://otto:passphrase@p:x"]
)
def test_a_proxy_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(ModelUnreachable, match="proxy") as caught:
        RemoteModel(ModelSettings(url="https://models.example/v1"))
    assert "passphrase" not in str(caught.value)


def test_a_server_that_repeats_the_key_does_not_show_it(server: Server) -> None:
    url = server.url.replace("//", "//otto:passphrase@")
    server.answering = lambda handler: handler.reply(
        500, {"error": {"message": "bad key sk-secret, passphrase"}}
    )
    model = RemoteModel(ModelSettings(url=url, key="sk-secret"))
    with pytest.raises(ModelUnreachable) as caught:
        model.complete(QUESTION)
    assert "secret" not in str(caught.value)
    assert "passphrase" not in str(caught.value)
    model.close()


@pytest.mark.parametrize(
    ("url", "leaves"),
    [
        ("http://127.0.0.1:8080/v1", False),
        ("http://localhost/v1", False),
        ("http://[::1]:8080/v1", False),
        ("http://192.168.0.2/v1", True),
        ("https://models.example/v1", True),
    ],
)
def test_whether_notes_leave_the_machine_is_known(url: str, leaves: bool) -> None:
    model = RemoteModel(ModelSettings(url=url))
    assert model.leaves_machine is leaves
    model.close()


def test_nothing_is_sent_before_the_first_question(server: Server, state: Path) -> None:
    open_model(ModelSettings(url=server.url), state).close()
    assert not server.asked


def test_a_busy_server_is_asked_again(server: Server, remote: RemoteModel) -> None:
    def busy_once(handler: Handler) -> None:
        if len(server.asked) == 1:
            handler.reply(503, {"error": {"message": "loading model"}})
        else:
            rock(handler)

    server.answering = busy_once
    assert remote.complete(QUESTION) == "Rock is hard."
    assert len(server.asked) == 2


FAILURES: dict[str, tuple[Answering, type[Exception], str]] = {
    "wrong key": (lambda handler: handler.reply(401, {"error": "no"}), ModelUnreachable, "KB_MODELS_KEY"),
    "wrong address": (lambda handler: handler.reply(404, {}), ModelUnreachable, "ends in /v1"),
    "busy for good": (lambda handler: handler.reply(503, {}), ModelUnreachable, "busy"),
    "a fault of its own": (lambda handler: handler.reply(500, {"error": {"message": "boom\nboom"}}), ModelUnreachable, "boom boom"),
    "a page instead of JSON": (lambda handler: [handler.begin(), handler.event("<html>")][0], ModelUnreachable, "not JSON"),  # type: ignore[func-returns-value]
    "too long a prompt": (
        lambda handler: handler.reply(400, {"error": {"message": "exceeds the context size"}}),
        PromptTooLong,
        "fewer passages",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answering", "kind", "words"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_is_one_clear_sentence(
    answering: Answering, kind: type[Exception], words: str, server: Server, remote: RemoteModel
) -> None:
    server.answering = answering
    with pytest.raises(kind, match=words) as caught:
        remote.complete(QUESTION)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    assert "secret" not in message


def test_no_server_at_all_is_one_clear_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ModelUnreachable, match=r"does not answer\. Start it"):
        RemoteModel(ModelSettings(url=url)).complete(QUESTION)


@pytest.mark.parametrize("begun", [False, True], ids=["before the first piece", "between pieces"])
def test_cancelling_ends_the_wait_and_the_connection(
    begun: bool, server: Server, remote: RemoteModel
) -> None:
    gone = threading.Event()

    def slow(handler: Handler) -> None:
        if begun:
            handler.begin()
            handler.say("Rock")
        handler.connection.settimeout(10)
        if handler.connection.recv(1) == b"":
            gone.set()

    server.answering = slow
    cancellation = Cancellation()
    threading.Timer(0.3, cancellation.cancel).start()
    assert remote.complete(QUESTION, cancellation=cancellation) == ("Rock" if begun else "")
    assert gone.wait(10)
    assert remote.counters().finish == "cancelled"


def test_closing_the_stream_closes_the_connection(server: Server, remote: RemoteModel) -> None:
    gone = threading.Event()

    def endless(handler: Handler) -> None:
        handler.begin()
        try:
            while True:
                handler.say("rock ")
                time.sleep(0.01)
        except OSError:
            gone.set()

    server.answering = endless
    stream = remote.stream(QUESTION)
    assert next(stream) == "rock "
    stream.close()
    assert gone.wait(2)


def test_how_likely_replies_are_is_read_from_the_alternatives(server: Server, remote: RemoteModel) -> None:
    def weigh(handler: Handler) -> None:
        handler.begin()
        others = [("Yes", -1.0), (" yes", -2.0), ("no", -1.5), ("Perhaps", -3.0)]
        handler.weigh(others)

    server.answering = weigh
    yes, no = remote.probabilities(QUESTION, ("yes", "no"))
    assert yes == pytest.approx(
        (math.exp(-1) + math.exp(-2)) / (math.exp(-1) + math.exp(-2) + math.exp(-1.5))
    )
    assert yes + no == pytest.approx(1)
    assert server.asked[0].body["logprobs"] is True


@pytest.mark.parametrize("tells", ["nothing", "failure"])
def test_a_server_may_not_tell_how_likely_replies_are(
    server: Server, remote: RemoteModel, tells: str
) -> None:
    if tells == "failure":
        server.answering = lambda handler: handler.reply(400, {"error": {"message": "no logprobs"}})
    assert remote.probabilities(QUESTION, ("yes", "no")) == ()


@pytest.mark.slow
@pytest.mark.skipif(not find_spec("fastapi"), reason="needs llama-cpp-python[server]")
def test_a_real_llama_cpp_server(tmp_path: Path) -> None:
    path = write_scripted_model(tmp_path / "rock.gguf", "Rock is hard and old. Rock is grün – 月.")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--model", str(path), "--port", str(port), "--n_ctx", "2048", "--model_alias", "rock"]
    server = subprocess.Popen(
        [sys.executable, "-m", "llama_cpp.server", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        model = RemoteModel(ModelSettings(url=f"http://127.0.0.1:{port}/v1"))
        _wait_for(port)
        assert model.complete(QUESTION) == "Rock is hard and old. Rock is grün – 月."
        assert model.name == "rock"
        assert model.complete(QUESTION, Options(max_tokens=2)) == "Rock is"
        assert model.counters().finish == "length"
        assert model.complete(QUESTION, Options(stop=("and",))) == "Rock is hard "
        with pytest.raises(ModelUnreachable, match="fewer passages"):
            model.complete([Message("user", "tea " * 1000)])
        model.close()
    finally:
        server.kill()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server does not start")

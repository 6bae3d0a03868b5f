"""`kb models get` from servers that mean harm: nothing outgrows its bounds, nothing is replaced, no way is left open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kb.errors import DownloadFailed, ModelError, NameTaken, UsageError
from kb.models import download, transfer
from kb.models.download import Download, describe, fetch
from kb.models.library import ModelLibrary, Origin, model_name
from kb.models.recommended import RECOMMENDED
from tests.models.scripted_gguf import write_scripted_model
from tests.support import run_kb

ENDLESS = 1 << 40


class Hostile(BaseHTTPRequestHandler):
    """What it does is told by the first part of the path."""

    model: ClassVar[bytes] = b""
    sent: ClassVar[int] = 0
    asked: ClassVar[list[str]] = []

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        self.asked.append(self.path)
        kind = self.path.split("/")[1]
        leads_to = {
            "to-http": "http://models.example/x.gguf",
            "to-file": "file:///etc/passwd",
            "in-circles": self.path,
            "to-fine": "/fine/x.gguf",
        }.get(kind)
        if leads_to:
            self.send_response(302)
            self.send_header("Location", leads_to)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        if kind == "says-little":
            # The size is told to those who only ask for it; then it goes on without end.
            if not with_body:
                self.send_header("Content-Length", str(len(self.model)))
        elif kind != "says-nothing":
            self.send_header("Content-Length", str(len(self.model)))
        self.end_headers()
        if with_body:
            self._send(ENDLESS if kind.startswith("says") else 0)

    def _send(self, more: int) -> None:
        type(self).sent = 0
        try:
            self.wfile.write(self.model)
            while self.sent < more:
                self.wfile.write(bytes(1 << 20))
                type(self).sent += 1 << 20
        except OSError:
            self.close_connection = True


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    Hostile.model = write_scripted_model(tmp_path / "served.gguf", "Tea is made of leaves.").read_bytes()
    Hostile.asked = []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "models")


def nothing(*_: int) -> None:
    """Progress that nobody watches."""


def left_in(library: ModelLibrary) -> list[Path]:
    return [file for file in library.folder.rglob("*") if file.is_file()]


def test_more_than_was_announced_is_not_taken(server: str, library: ModelLibrary) -> None:
    wanted = describe(f"{server}/says-little/x.gguf")
    assert wanted.bytes == len(Hostile.model)
    with pytest.raises(DownloadFailed, match="larger than"):
        fetch(wanted, library, nothing)
    assert Hostile.sent < 64 << 20
    assert left_in(library) == []


def test_without_a_size_the_disk_is_the_bound(
    server: str, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [download._SPARE + (1 << 30), download._SPARE + (1 << 30), download._SPARE - 1]
    monkeypatch.setattr(
        "shutil.disk_usage",
        lambda _: type("usage", (), {"free": free.pop(0) if len(free) > 1 else free[0]})(),
    )
    with pytest.raises(DownloadFailed, match="Make room"):
        fetch(describe(f"{server}/says-nothing/x.gguf"), library, nothing)
    assert Hostile.sent < 256 << 20


PARTS: dict[str, tuple[int, dict[str, str]]] = {
    "from another place": (206, {"Content-Range": "bytes 0-9/{size}"}),
    "of a larger file": (206, {"Content-Range": "bytes {have}-999999/1000000"}),
    "without saying of what": (206, {}),
    "of nothing": (416, {"Content-Range": "bytes */{size}"}),
}


@pytest.mark.parametrize(("status", "told"), PARTS.values(), ids=PARTS.keys())
def test_what_does_not_go_on_with_a_part_is_fetched_anew(
    status: int, told: dict[str, str], server: str, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    have = 1000
    partial = library.folder / ".partial"
    partial.mkdir(parents=True)
    (partial / "x.gguf.part").write_bytes(Hostile.model[:have])
    serve = Hostile._answer

    def answer(self: Hostile, *, with_body: bool) -> None:
        if "Range" not in self.headers:
            serve(self, with_body=with_body)
            return
        self.send_response(status)
        for name, value in told.items():
            self.send_header(name, value.format(size=len(self.model), have=have))
        self.end_headers()
        self.wfile.write(b"x" * 10)
        self.close_connection = True

    monkeypatch.setattr(Hostile, "_answer", answer)
    model = fetch(describe(f"{server}/plain/x.gguf"), library, nothing)
    assert model.path.read_bytes() == Hostile.model


def test_a_part_is_gone_on_with_only_while_the_file_is_the_same(
    server: str, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    partial = library.folder / ".partial"
    partial.mkdir(parents=True)
    (partial / "x.gguf.part").write_bytes(b"of another file")
    (partial / "x.gguf.mark").write_text('"before"')
    serve = Hostile._answer

    def answer(self: Hostile, *, with_body: bool) -> None:
        asked.append(self.headers["If-Range"])
        serve(self, with_body=with_body)

    monkeypatch.setattr(Hostile, "_answer", answer)
    assert fetch(describe(f"{server}/plain/x.gguf"), library, nothing).path.read_bytes() == Hostile.model
    assert asked == [None, '"before"']
    assert not list(partial.iterdir())


@pytest.mark.parametrize("kind", ["to-http", "to-file", "in-circles"])
def test_no_server_leads_out_into_the_open(server: str, library: ModelLibrary, kind: str) -> None:
    with pytest.raises(DownloadFailed, match="redirects"):
        describe(f"{server}/{kind}/x.gguf")
    with pytest.raises(DownloadFailed, match="redirects"):
        fetch(Download(f"{server}/{kind}/x.gguf", "x", 0, "", "unknown"), library, nothing)
    assert len(Hostile.asked) < 30


def test_an_address_elsewhere_may_not_lead_to_this_machine(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert describe(f"{server}/to-fine/x.gguf").bytes == len(Hostile.model)
    monkeypatch.setattr(transfer, "_is_local", lambda address: "to-fine" not in address)
    monkeypatch.setattr(transfer, "is_safe", lambda _: True)
    monkeypatch.setattr(download, "is_safe", lambda _: True)
    with pytest.raises(DownloadFailed, match="redirects to"):
        describe(f"{server}/to-fine/x.gguf")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("tiny-q4", "tiny-q4"),
        ("qwen2.5-0.5b_K", "qwen2.5-0.5b_K"),
        ("../../etc/passwd", "etc-passwd"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("a b\x1b]52;c;aGk=\x07\u202ec", "a-b-52-c-aGk-c"),
        ("ﬁne", "fine"),
        ("x" * 5000, "x" * 80),
        ("a\nb", "a-b"),
    ],
)
def test_names_are_cleaned_and_bounded(given: str, name: str) -> None:
    assert model_name(given, "an address") == name


@pytest.mark.parametrize(
    "name", ["bundled", "Bundled", "none", "NONE", "", "...", "茶", RECOMMENDED[0].name.upper()]
)
def test_names_that_mean_something_else_are_refused(name: str, server: str) -> None:
    with pytest.raises(UsageError, match="--name"):
        model_name(name, f"{server}/x.gguf")


def test_a_recommended_name_belongs_to_its_model() -> None:
    assert model_name(RECOMMENDED[0].name, RECOMMENDED[0].source) == RECOMMENDED[0].name


@pytest.mark.parametrize(
    "what", ["a/b:../../x.gguf", "a/b:/x.gguf", "../b:x.gguf", "a/..:x.gguf", "a/b:x/../../y.gguf"]
)
def test_no_repository_names_a_file_outside_itself(what: str) -> None:
    with pytest.raises(UsageError):
        describe(what)


@pytest.mark.parametrize("endpoint", ["http://hub.example", "ftp://hub.example", "hub.example", "file:///"])
def test_the_hub_is_asked_over_https_only(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with pytest.raises(UsageError, match="HF_ENDPOINT"):
        describe("someone/Tiny-GGUF:tiny.gguf")


def test_an_installed_model_is_never_replaced(server: str, library: ModelLibrary, tmp_path: Path) -> None:
    first = fetch(describe(f"{server}/fine/tiny.gguf"), library, nothing)
    before = first.path.read_bytes()
    for name in ("tiny", "TINY"):
        with pytest.raises(NameTaken, match="kb models remove"):
            fetch(describe(f"{server}/fine/other.gguf", name), library, nothing)
    late = write_scripted_model(tmp_path / "late.gguf", "Something else.")
    with pytest.raises(NameTaken):
        library.keep(late, "tiny", Origin("elsewhere", "", "unknown"))
    assert first.path.read_bytes() == before
    second = fetch(describe(f"{server}/fine/tiny.gguf", "other name"), library, nothing)
    assert second.name == "other-name"


def test_what_is_told_of_a_source_holds_no_password(server: str, library: ModelLibrary) -> None:
    address = server.replace("://", "://me:secret@") + "/fine/tiny.gguf?token=secret"
    model = fetch(describe(address), library, nothing)
    assert "secret" not in model.path.with_suffix(".json").read_text(encoding="utf-8")
    with pytest.raises(DownloadFailed) as caught:
        describe(address.replace("/fine/", "/to-http/"))
    assert "secret" not in str(caught.value)


def test_what_is_no_model_leaves_nothing(server: str, library: ModelLibrary) -> None:
    Hostile.model = b"no model at all" * 1000
    with pytest.raises(ModelError):
        fetch(describe(f"{server}/fine/tiny.gguf"), library, nothing)
    assert left_in(library) == []


@pytest.mark.slow
def test_the_command_refuses_before_it_downloads(server: str, small_base: Path, tmp_path: Path) -> None:
    variables = {"XDG_DATA_HOME": str(tmp_path / "data")}
    assert run_kb("models", "get", f"{server}/fine/tiny.gguf", cwd=small_base, **variables).returncode == 0
    Hostile.asked = []
    done = run_kb("models", "get", f"{server}/fine/tiny.gguf", cwd=small_base, **variables)
    assert done.returncode == 1
    assert "installed already" in done.stderr
    assert len(Hostile.asked) == 1  # its size

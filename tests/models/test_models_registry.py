"""Getting, choosing and removing models, against servers on this machine that behave as badly as real ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kb.errors import DownloadFailed, ModelFileDamaged, ModelFileMissing, UsageError
from kb.models.bundled import bundled_model
from kb.models.download import describe, fetch
from kb.models.library import ModelLibrary
from kb.models.speed import Speed, fit
from tests.models.scripted_gguf import write_scripted_model
from tests.support import run_kb

REPO, FILE = "someone/Tiny-GGUF", "tiny-q4.gguf"


class Server(BaseHTTPRequestHandler):
    """One file at /files/tiny.gguf, and the same one as a repository of a model hub."""

    data: ClassVar[bytes] = b""
    breaks_off_once: ClassVar[bool] = False
    ranges: ClassVar[list[str]] = []

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        if path == f"/api/models/{REPO}":
            self._send(json.dumps(self._about()).encode(), {"Content-Type": "application/json"}, with_body)
        elif path in ("/files/tiny.gguf", f"/{REPO}/resolve/main/{FILE}"):
            self._send_file(with_body)
        else:
            self._send(b"", {"X-Error-Code": "RepoNotFound"}, with_body, status=404)

    def _about(self) -> dict[str, Any]:
        digest = sha256(self.data).hexdigest()
        lfs = {"sha256": digest, "size": len(self.data), "pointerSize": 130}
        files = [{"rfilename": FILE, "size": len(self.data), "blobId": "0" * 40, "lfs": lfs}]
        return {
            "id": REPO,
            "modelId": REPO,
            "sha": "1" * 40,
            "siblings": files,
            "cardData": {"license": "mit"},
        }

    def _send_file(self, with_body: bool) -> None:
        headers = {
            "ETag": f'"{sha256(self.data).hexdigest()}"',
            "X-Repo-Commit": "1" * 40,
            "Accept-Ranges": "bytes",
        }
        wanted = self.headers.get("Range")
        if not wanted or not with_body:
            self._send(self.data, headers, with_body)
            return
        self.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").split("-")[0])
        headers["Content-Range"] = f"bytes {start}-{len(self.data) - 1}/{len(self.data)}"
        self._send(self.data[start:], headers, with_body, status=206)

    def _send(self, body: bytes, headers: dict[str, str], with_body: bool, status: int = 200) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if not with_body:
            return
        if type(self).breaks_off_once and len(body) > 1000:
            type(self).breaks_off_once = False
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            self.connection.close()
            return
        self.wfile.write(body)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    Server.data = write_scripted_model(tmp_path / "served.gguf", "Tea is made of leaves.").read_bytes()
    Server.breaks_off_once = False
    Server.ranges = []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "models")


def test_a_file_is_downloaded_kept_and_removed(server: str, library: ModelLibrary) -> None:
    seen: list[int] = []
    wanted = describe(f"{server}/files/tiny.gguf")
    assert wanted.bytes == len(Server.data)
    model = fetch(wanted, library, lambda done, _: seen.append(done))
    assert model.path.read_bytes() == Server.data
    assert seen[-1] == len(Server.data)
    assert [one.name for one in library.installed()] == ["bundled", "tiny"]
    assert library.find("tiny").path == model.path
    library.remove("tiny")
    with pytest.raises(ModelFileMissing, match="bundled"):
        library.find("tiny")
    assert not [file for file in library.folder.iterdir() if file.name != ".partial"]


def test_a_download_that_broke_off_goes_on_where_it_was(server: str, library: ModelLibrary) -> None:
    Server.breaks_off_once = True
    wanted = describe(f"{server}/files/tiny.gguf")
    with pytest.raises(DownloadFailed, match="what has arrived is kept"):
        fetch(wanted, library, lambda *_: None)
    model = fetch(wanted, library, lambda *_: None)
    assert model.path.read_bytes() == Server.data
    assert int(Server.ranges[0].removeprefix("bytes=").removesuffix("-")) > 0


def test_a_file_that_is_not_what_it_should_be_is_not_kept(server: str, library: ModelLibrary) -> None:
    with pytest.raises(DownloadFailed, match="hash"):
        fetch(describe(f"{server}/files/tiny.gguf#sha256={'0' * 64}"), library, lambda *_: None)
    Server.data = b"no model at all" * 1000
    with pytest.raises(ModelFileDamaged):
        fetch(describe(f"{server}/files/tiny.gguf"), library, lambda *_: None)
    assert [one.name for one in library.installed()] == ["bundled"]


def test_a_full_disk_is_told_before_anything_is_written(
    server: str, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("usage", (), {"free": 1000})())
    with pytest.raises(DownloadFailed, match="Make room"):
        fetch(describe(f"{server}/files/tiny.gguf"), library, lambda *_: None)


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("nonsense", UsageError),
        ("http://example.org/model.gguf", UsageError),  # not encrypted
        ("ftp://127.0.0.1/model.gguf", UsageError),
        ("http://127.0.0.1:9/model.gguf", DownloadFailed),
        ("http://127.0.0.1:9/model.bin", UsageError),
    ],
)
def test_what_cannot_be_had_is_told(what: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        describe(what)


@pytest.mark.slow
def test_the_commands_from_the_hub_to_an_answer(server: str, small_base: Path, tmp_path: Path) -> None:
    variables = {
        "HF_ENDPOINT": server,
        "HF_HOME": str(tmp_path / "hub"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "HF_HUB_OFFLINE": "0",  # set by other tests
    }
    base = tmp_path / "base"
    base.mkdir()
    (base / "kb.toml").write_text(f'vault = "{small_base / "vault"}"\nindex = "{small_base / "index"}"\n')
    assert run_kb("trust", "--yes", cwd=base).returncode == 0

    done = run_kb("models", "get", "nobody/Nothing:x.gguf", cwd=base, **variables)
    assert done.returncode == 1
    assert "no repository" in done.stderr
    done = run_kb("models", "get", f"{REPO}:other.gguf", cwd=base, **variables)
    assert f"It has: {FILE}" in done.stderr

    done = run_kb("models", "get", f"{REPO}:{FILE}", cwd=base, **variables)
    assert done.returncode == 0, done.stderr
    assert "licence mit" in done.stderr
    assert run_kb("models", "use", "tiny-q4", cwd=base, **variables).returncode == 0
    listed = json.loads(run_kb("models", "--json", cwd=base, **variables).stdout)
    assert [(row["name"], row["in_use"]) for row in listed["installed"]] == [
        ("bundled", False),
        ("tiny-q4", True),
    ]
    assert all(row["fit"] in ("fits", "tight", "too large", "unknown") for row in listed["recommended"])
    answer = json.loads(run_kb("ask", "--json", "What is a token?", cwd=base, **variables).stdout)
    assert answer["model"] == "tiny-q4"

    assert run_kb("models", "use", "bundled", cwd=base, **variables).returncode == 0
    assert run_kb("models", "remove", "tiny-q4", cwd=base, **variables).returncode == 0
    assert run_kb("models", "remove", "tiny-q4", cwd=base, **variables).returncode == 1
    assert run_kb("models", "remove", "bundled", cwd=base, **variables).returncode == 1


@pytest.mark.slow
def test_a_test_measures_the_speed(small_base: Path) -> None:
    done = run_kb("models", "test", str(bundled_model()), "--json", cwd=small_base)
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert facts["writing_tokens_per_second"] > 1
    assert facts["architecture"] == "llama"


@pytest.mark.slow
def test_a_model_that_cannot_judge_is_not_made_the_judge(small_base: Path, tmp_path: Path) -> None:
    (tmp_path / "kb.toml").write_text(f'vault = "{small_base / "vault"}"\n', encoding="utf-8")
    assert run_kb("trust", "--yes", cwd=tmp_path).returncode == 0
    installed = tmp_path / "data" / "kb" / "models"
    installed.mkdir(parents=True)
    write_scripted_model(installed / "always-no.gguf", "no")
    done = run_kb("models", "judge", "always-no", cwd=tmp_path, XDG_DATA_HOME=str(tmp_path / "data"))
    assert done.returncode == 1, done.stderr
    assert "guessing gets 50 %" in done.stdout
    assert "cannot judge" in done.stderr
    assert "judge" not in (tmp_path / "kb.toml").read_text(encoding="utf-8")
    done = run_kb("models", "judge", "none", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'judge = ""' in (tmp_path / "kb.toml").read_text(encoding="utf-8")
    done = run_kb("models", "judge", "nobody", cwd=tmp_path)
    assert done.returncode == 1
    assert "nobody" in done.stderr


def test_speed_goes_down_with_size() -> None:
    measured = Speed(bytes=100, reading=300, writing=90)
    assert measured.writing_of(900) == pytest.approx(10)
    assert fit(1 << 60) in ("too large", "unknown")

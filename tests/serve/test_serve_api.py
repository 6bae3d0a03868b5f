"""`kb serve`: every operation does what its OpenAPI document says, for those with the token alone."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from tests.serve.conftest import Server, made_base, serving
from tests.support import run_kb

pytestmark = pytest.mark.slow
QUESTION = {"question": "How long is oolong steeped?"}
# Each with what it is asked; none of them writes.
READING: dict[str, dict[str, Any]] = {
    "/api/search": {"query": "steep", "limit": 3},
    "/api/note": {"note": "Oolong", "first_line": 8, "last_line": 10},
    "/api/page": {"note": "Oolong", "line": 10},
    "/api/notes": {"filter": "tag:drink"},
    "/api/links": {"note": "Tea"},
    "/api/related": {"note": "Tea"},
    "/api/suggested-links": {"note": "Places/Taiwan.md", "min_confidence": 0},
    "/api/due": {},
    "/api/cards": {"filter": "Oolong"},
    "/api/status": {},
}


@pytest.fixture(scope="module")
def described(server: Server) -> dict[str, Any]:
    return httpx.get(f"{server.address}/api/openapi.json", timeout=60).json()


def schema_of(
    described: dict[str, Any], path: str, method: str = "get", status: str = "200"
) -> dict[str, Any]:
    content = described["paths"][path][method]["responses"][status]["content"]["application/json"]
    return {**content["schema"], "components": described["components"]}


def test_the_document_names_every_operation_and_refers_to_what_is_there(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {*READING, "/api/ask"}
    for schema in described["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    text = json.dumps(described)
    for reference in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert reference in described["components"]["schemas"]
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    names = {one["name"] for one in described["paths"]["/api/search"]["get"]["parameters"]}
    assert names == {"query", "limit"}


@pytest.mark.parametrize("path", READING)
def test_an_operation_gives_what_its_document_says(
    server: Server, described: dict[str, Any], path: str
) -> None:
    reply = server.get(path, **READING[path])
    assert reply.status_code == 200, reply.text
    jsonschema.validate(reply.json(), schema_of(described, path), cls=jsonschema.Draft202012Validator)


def test_what_is_found_is_what_the_notes_say(server: Server) -> None:
    hit = server.get("/api/search", query="steep").json()["hits"][0]
    assert (hit["path"], hit["line"], hit["headings"]) == ("Oolong.md", 10, ["Oolong", "Brewing"])
    assert (
        server.get("/api/note", **READING["/api/note"])
        .json()["text"]
        .endswith("three minutes at 90 degrees.")
    )
    assert server.get("/api/notes", filter="tag:drink").json()["total"] == 2
    assert "line 3" in server.get("/api/note", note="Order").json()["warning"]
    page = server.get("/api/page", note="Oolong", line=10).json()
    assert '<a id="cited"></a>Steep it' in page["html"]
    assert '<a href="#/note?note=Tea.md">Tea</a>' in page["html"]
    assert [one["path"] for one in page["backlinks"]] == ["Places/Taiwan.md", "Tea.md"]


def test_an_answer_is_given_whole_or_event_by_event(server: Server, described: dict[str, Any]) -> None:
    whole = server.post("/api/ask", QUESTION).json()
    jsonschema.validate(whole, schema_of(described, "/api/ask", "post"), cls=jsonschema.Draft202012Validator)
    assert "three minutes" in whole["short"]
    heard: list[tuple[str, Any]] = []
    headers = {"Authorization": f"Bearer {server.token}", "Accept": "text/event-stream"}
    with httpx.stream(
        "POST", f"{server.address}/api/ask", json=QUESTION, headers=headers, timeout=240
    ) as reply:
        assert reply.headers["content-type"].startswith("text/event-stream")
        for block in "".join(reply.iter_text()).strip().split("\n\n"):
            name, data = (line.partition(": ")[2] for line in block.split("\n"))
            heard.append((name, json.loads(data)))
    assert heard[0] == ("step", {"name": "Searching the notes"})
    assert {"step", "sentence", "answer"} == {name for name, _ in heard}
    assert heard[-1][1]["answer"] == whole["answer"]
    nothing = server.post(
        "/api/ask", {"question": "Who won the chess match in Reykjavik?", "style": "quotes"}
    )
    assert nothing.json()["abstained"]


def test_a_follow_up_goes_on_from_what_was_asked_before(server: Server) -> None:
    earlier = {"question": "How long is oolong steeped?", "answer": "Three minutes."}
    asked = {"question": "And at how many degrees?", "history": [earlier]}
    found = server.post("/api/ask", asked).json()
    assert "oolong" in found["understood"].lower()
    assert "90" in found["short"]
    for history in ([earlier] * 9, [{"question": ""}], [{"question": "x" * 5000}], "no list"):
        assert server.post("/api/ask", {**asked, "history": history}).status_code == 400


def test_an_answer_that_nobody_listens_to_holds_nothing_up(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.token}", "Accept": "text/event-stream"}
    with httpx.stream(
        "POST", f"{server.address}/api/ask", json=QUESTION, headers=headers, timeout=240
    ) as reply:
        next(reply.iter_raw())
    assert server.get("/api/status").json()["notes"] == 6


@pytest.mark.parametrize(
    ("path", "parameters", "status", "said"),
    [
        ("/api/search", {}, 400, "query"),
        ("/api/search", {"query": ""}, 400, "query"),
        ("/api/search", {"query": "tea", "limit": 1000}, 400, "limit"),
        ("/api/search", {"query": "tea", "limits": 1}, 400, "limits"),
        ("/api/search", [("query", "tea"), ("query", "milk")], 400, "twice"),
        ("/api/search", {"query": "tea before:soonish"}, 400, "isn't a date"),
        ("/api/search", {"query": "x" * 5000}, 400, "characters"),
        ("/api/note", {"note": "Nobody"}, 404, "Nobody"),
        ("/api/note", {"note": "../secret.md"}, 404, "secret"),
        ("/api/page", {"note": "/etc/passwd"}, 404, "passwd"),
        ("/api/note", {"note": "a\x00b"}, 404, "No note"),
        ("/api/note", {"note": "Tea", "first_line": "one"}, 400, "first_line"),
        ("/api/nothing", {}, 404, "openapi.json"),
        ("/api/ask", {}, 404, "openapi.json"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(
    server: Server, path: str, parameters: Any, status: int, said: str
) -> None:
    headers = {"Authorization": f"Bearer {server.token}"}
    reply = httpx.get(server.address + path, params=parameters, headers=headers, timeout=60)
    assert reply.status_code == status, reply.text
    assert said in reply.json()["error"]
    assert "\n" not in reply.json()["error"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"question": 7}', "application/json", 400),
        (b'{"question": "x", "more": 1}', "application/json", 400),
        (b'{"question": "x", "style": "loud"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"question": "What is oolong?"}', "text/plain", 400),
        (b'{"question": "' + b"x" * 2_000_000 + b'"}', "application/json", 413),
        (json.dumps({"question": "x" * 5000}).encode(), "application/json", 400),
    ],
)
def test_a_body_that_is_none_is_one_sentence(server: Server, body: bytes, kind: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {server.token}", "Content-Type": kind}
    reply = httpx.post(f"{server.address}/api/ask", content=body, headers=headers, timeout=60)
    assert reply.status_code == status, reply.text
    assert "\n" not in reply.json()["error"]


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x", "Bearer {half}"],
)
def test_without_the_token_nobody_gets_in(server: Server, authorization: str | None) -> None:
    headers = {}
    if authorization is not None:
        headers["authorization"] = authorization.format(token=server.token, half=server.token[:20]).strip()
    for path in (*READING, "/api/nothing", "/api/../api/status", "//api/status", "/api/status/"):
        assert httpx.get(server.address + path, headers=headers, timeout=60).status_code == 401, path
    assert (
        httpx.post(f"{server.address}/api/ask", json=QUESTION, headers=headers, timeout=60).status_code == 401
    )


def test_a_page_elsewhere_does_not_get_in_by_another_name(server: Server) -> None:
    headers = {"authorization": f"Bearer {server.token}"}
    for name in ("evil.example", "localhost.evil.example", "192.168.0.7", "", "[", "127.0.0.1.evil.example"):
        reply = httpx.get(f"{server.address}/api/status", headers={**headers, "host": name}, timeout=60)
        assert reply.status_code in (400, 421), name
        reply = httpx.get(server.address, headers={"host": name}, timeout=60)
        assert reply.status_code in (400, 421), name
    for origin in ("http://evil.example", "null", server.address.replace("http", "https")):
        reply = httpx.get(f"{server.address}/api/status", headers={**headers, "origin": origin}, timeout=60)
        assert reply.status_code == 403, origin
    same = httpx.get(
        f"{server.address}/api/status", headers={**headers, "origin": server.address}, timeout=60
    )
    assert same.status_code == 200


def test_it_listens_on_this_machine_alone(server: Server) -> None:
    port = int(server.address.rsplit(":", 1)[1])
    with socket.socket() as other:
        other.settimeout(5)
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_every_reply_forbids_pages_to_keep_frame_or_extend_it(server: Server) -> None:
    for reply in (
        httpx.get(server.address),
        httpx.get(f"{server.address}/api/status"),
        server.get("/api/status"),
    ):
        policy = reply.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in reply.headers


def test_what_stands_in_the_way_is_told_in_one_sentence(
    server: Server, serve_base: Path, tmp_path: Path
) -> None:
    port = server.address.rsplit(":", 1)[1]
    for words, variables, said in (
        (["--http", port], {}, "Choose another one"),
        (["--http", "0"], {"KB_SERVE_TOKEN": "short"}, "16 characters"),
    ):
        done = run_kb("serve", *words, cwd=serve_base, **variables)
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    done = run_kb("serve", "--http", "0", cwd=tmp_path)
    assert (done.returncode, done.stdout, len(done.stderr.strip().splitlines())) == (1, "", 1)


def test_writing_is_off_until_it_is_allowed(server: Server, serve_base: Path) -> None:
    before = sorted((serve_base / "vault").rglob("*.md"))
    for path, body in (
        ("/api/notes", {"title": "New", "text": "x"}),
        ("/api/append", {"note": "Tea", "text": "x"}),
    ):
        reply = server.post(path, body)
        assert (reply.status_code, "serve.write" in reply.json()["error"]) == (403, True)
    assert sorted((serve_base / "vault").rglob("*.md")) == before


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Iterator[tuple[Server, Path]]:
    base = made_base(tmp_path_factory.mktemp("writable"), '\n[serve]\nwrite = "on"\n')
    assert run_kb("trust", "--yes", cwd=base).returncode == 0
    with serving(base, KB_SERVE_TOKEN="a-token-of-my-own-1234") as made:
        assert "a-token-of-my-own-1234" not in made.told
        yield made, base


def test_notes_are_written_found_and_taken_back(writable: tuple[Server, Path]) -> None:
    server, base = writable
    done = server.post("/api/notes", {"title": "Herbs/Mint", "text": "Mint cools the tongue."})
    assert done.json() == {"path": "Herbs/Mint.md", "line": 1, "new": True, "undo": "kb undo"}
    assert server.get("/api/search", query="tongue").json()["hits"][0]["path"] == "Herbs/Mint.md"
    again = server.post("/api/notes", {"title": "Herbs/Mint", "text": "other"})
    assert again.status_code != 200
    assert "already exists" in again.json()["error"]
    assert server.post("/api/append", {"note": "Mint", "text": "More."}).json()["path"] == "Herbs/Mint.md"
    assert (base / "vault" / "Herbs" / "Mint.md").read_text("utf-8").endswith("tongue.\n\nMore.\n")
    for words in ("undo", "undo"):
        assert run_kb(words, cwd=base).returncode == 0
    assert not (base / "vault" / "Herbs").exists()


@pytest.mark.parametrize("title", ["../out", "/out", ".kb/x", ".hidden", "a\x00b", "x" * 300, " ", "con|"])
def test_no_note_is_written_under_a_hostile_name(writable: tuple[Server, Path], title: str) -> None:
    server, base = writable
    before = sorted(file for file in base.rglob("*") if "index" not in file.parts)
    reply = server.post("/api/notes", {"title": title, "text": "x"})
    assert reply.status_code == 400 or reply.status_code == 503
    assert "\n" not in reply.json()["error"]
    assert sorted(file for file in base.rglob("*") if "index" not in file.parts) == before


def test_a_kb_toml_that_nobody_confirmed_lets_nobody_write(tmp_path: Path) -> None:
    base = made_base(tmp_path, '\n[serve]\nwrite = "on"\n')
    with serving(base) as server:
        assert server.post("/api/notes", {"title": "New", "text": "x"}).status_code == 403
        assert any("serve.write" in one for one in server.get("/api/status").json()["ignored_settings"])


def test_a_network_is_let_in_where_its_owner_says_so(serve_base: Path) -> None:
    with serving(serve_base, "--lan") as server:
        address = next(line for line in server.told.splitlines() if line.startswith("From your network"))
        assert "not encrypted" in server.told
        there = address.split()[3].partition("/#")[0]
        headers = {"Authorization": f"Bearer {server.token}"}
        assert httpx.get(f"{there}/api/status", headers=headers, timeout=60).status_code == 200
        assert httpx.get(f"{there}/api/status", timeout=60).status_code == 401
        for name in ("evil.example", "phone.local"):
            reply = httpx.get(f"{there}/api/status", headers={**headers, "host": name}, timeout=60)
            assert reply.status_code == 421

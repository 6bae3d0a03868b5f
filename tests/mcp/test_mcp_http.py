"""`kb mcp --http`: on this machine, for those with the token."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support import run_kb

if TYPE_CHECKING:
    from tests.mcp.client import Talk

pytestmark = pytest.mark.slow
ASKING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def served(mcp_base: Path) -> Iterator[tuple[str, str]]:
    """Address and token."""
    from tests.mcp.client import http_server

    with http_server(mcp_base) as found:
        yield found


@pytest.fixture(scope="module")
def far(served: tuple[str, str]) -> Iterator[Talk]:
    """A client over HTTP."""
    from tests.mcp.client import Talk, over_http

    made = Talk(lambda: over_http(*served))
    yield made
    made.end()


def test_a_client_with_the_token_asks(far: Talk) -> None:
    told: list[str] = []

    async def progress(_: float, __: float | None, message: str | None) -> None:
        told.append(str(message))

    question = {"question": "How long is oolong steeped?"}
    found = far.do(far.client.call_tool("ask", question, progress_callback=progress)).structured_content  # type: ignore[arg-type]
    assert "three minutes" in found["short"]
    assert "Searching the notes" in told
    assert far.call("read_note", note="Tea")["title"] == "Tea"


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x", "Bearer {half}"],
)
def test_without_the_token_nobody_gets_in(served: tuple[str, str], authorization: str | None) -> None:
    address, token = served
    headers = dict(ACCEPT)
    if authorization is not None:
        headers["authorization"] = authorization.format(token=token, half=token[:20]).strip()
    for method in ("POST", "GET", "DELETE"):
        reply = httpx.request(method, address, headers=headers, json=ASKING, timeout=60)
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"] == "Bearer"
        assert "Authorization: Bearer" in reply.json()["error"]


@pytest.mark.parametrize("name", ["host", "origin"])
def test_a_page_in_a_browser_does_not_get_in_by_another_name(served: tuple[str, str], name: str) -> None:
    address, token = served
    value = "evil.example" if name == "host" else "http://evil.example"
    headers = {**ACCEPT, "authorization": f"Bearer {token}", name: value}
    reply = httpx.post(address, headers=headers, json=ASKING, timeout=60)
    assert reply.status_code in (403, 421)


def test_it_listens_on_this_machine_alone(served: tuple[str, str]) -> None:
    address, _ = served
    assert address.startswith("http://127.0.0.1:")
    port = int(address.rsplit(":", 1)[1].split("/")[0])
    with socket.socket() as other:
        other.settimeout(5)
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_a_large_request_is_turned_away(served: tuple[str, str]) -> None:
    address, token = served
    headers = {**ACCEPT, "authorization": f"Bearer {token}", "content-type": "application/json"}
    body = json.dumps({**ASKING, "params": {"x": "y" * 5_000_000}})
    assert httpx.post(address, headers=headers, content=body, timeout=60).status_code == 413


def test_a_port_in_use_is_told_in_one_sentence(served: tuple[str, str], mcp_base: Path) -> None:
    port = served[0].rsplit(":", 1)[1].split("/")[0]
    done = run_kb("mcp", "--http", port, cwd=mcp_base)
    assert done.returncode == 2
    assert "Choose another one" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_token_of_ones_own_must_be_long(mcp_base: Path) -> None:
    done = run_kb("mcp", "--http", "0", cwd=mcp_base, KB_MCP_TOKEN="short")
    assert done.returncode == 2
    assert "16 characters" in done.stderr


def test_a_token_of_ones_own_is_not_shown(mcp_base: Path) -> None:
    from tests.mcp.client import Talk, http_server, over_http

    own = "a-token-of-my-own-1234"
    with http_server(mcp_base, KB_MCP_TOKEN=own) as (address, shown):
        assert shown == ""
        talk = Talk(lambda: over_http(address, own))
        try:
            assert talk.call("status")["notes"] == 5
        finally:
            talk.end()

"""A real browser without a window: Debian's chromium, spoken to over its DevTools protocol."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 60.0  # for what comes at once on a machine that is not busy


class Page:
    """One page; what it asks for and what goes wrong in it is kept."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._number = socket, 0
        self.requests: list[str] = []  # addresses that were asked for
        self.problems: list[str] = []  # errors of scripts, and what a policy kept from being done
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            told = json.loads(self._socket.recv(_SECONDS))
            if told.get("id") == number:
                assert "error" not in told, told
                return told["result"]
            self._hear(told)

    def _hear(self, told: dict[str, Any]) -> None:
        match told.get("method"), told.get("params", {}):
            case "Network.requestWillBeSent", {"request": {"url": url}}:
                self.requests.append(url)
            case "Runtime.exceptionThrown", {"exceptionDetails": details}:
                self.problems.append(str(details.get("exception", details)))
            case "Log.entryAdded", {"entry": entry} if entry["level"] == "error":
                self.problems.append(f"{entry['text']} {entry.get('url', '')}")

    def goto(self, address: str) -> None:
        self.send("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def run(self, script: str) -> Any:
        """The value of an expression in the page; promises are awaited."""
        done = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def until(self, condition: str) -> None:
        end = time.monotonic() + _SECONDS
        while not self.run(f"!!({condition})"):
            assert time.monotonic() < end, f"{condition} did not become true: {self.text()[:2000]}"
            time.sleep(0.05)

    def text(self) -> str:
        return str(self.run("document.body ? document.body.innerText : ''"))

    def type(self, text: str) -> None:
        self.send("Input.insertText", text=text)

    def press(self, key: str) -> None:
        for kind in ("rawKeyDown", "char", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, text="\r" if key == "Enter" else "",
                      windowsVirtualKeyCode=13 if key == "Enter" else 0)  # fmt: skip

    def click(self, selector: str) -> None:
        """Click in the middle of the first element that a selector names, as a mouse does."""
        box = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.scrollIntoView({{block: 'center'}}); "
            "const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2] })()"
        )
        self.click_at(*box)

    def click_at(self, x: float, y: float) -> None:
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def size(self, width: int, height: int) -> None:
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 500)  # fmt: skip

    def picture(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def remote(self) -> list[str]:
        """What was asked for elsewhere than on the disk."""
        return [url for url in self.requests if not url.startswith(("file:", "data:", "about:"))]


@contextmanager
def browser() -> Iterator[Page]:
    """A page of a browser of its own; the test is skipped where there is no browser."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("no chromium here; on Debian: apt-get install chromium")
    client = pytest.importorskip(
        "websockets.sync.client", reason="the browser is spoken to over a web socket"
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        child = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--disable-extensions", f"--user-data-dir={profile}", "--remote-debugging-port=0",
             "--remote-allow-origins=*", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "HOME": profile},
        )  # fmt: skip
        try:
            port, _ = _told(Path(profile) / "DevToolsActivePort", child)
            with client.connect(f"ws://127.0.0.1:{port}{_}", max_size=None, proxy=None) as control:
                control.send(json.dumps({"id": 1, "method": "Target.getTargets"}))
                while (told := json.loads(control.recv(_SECONDS))).get("id") != 1:
                    pass
                [target, *_rest] = [
                    one["targetId"] for one in told["result"]["targetInfos"] if one["type"] == "page"
                ]
            address = f"ws://127.0.0.1:{port}/devtools/page/{target}"
            with client.connect(address, max_size=None, proxy=None) as socket:
                yield Page(socket)
        finally:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait(60)


def _told(file: Path, child: subprocess.Popen[bytes]) -> list[str]:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        if file.is_file() and len(lines := file.read_text().split("\n")) > 1:
            return lines[:2]
        assert child.poll() is None, "the browser did not start"
        time.sleep(0.05)
    raise AssertionError("the browser did not start")

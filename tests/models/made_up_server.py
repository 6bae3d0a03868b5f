"""An OpenAI-compatible server that says what a test has it say."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Answering = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.reply(200, {"data": [{"id": "stone-7b", "max_model_len": 2048}]})

    def do_POST(self) -> None:
        self.body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(self)
        self.server.answering(self)

    def reply(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def say(self, *pieces: str, finish: str | None = None) -> None:
        for piece in pieces:
            self.event({"choices": [{"delta": {"content": piece}, "finish_reason": None}]})
        if finish:
            self.event({"choices": [{"delta": {}, "finish_reason": finish}]})

    def weigh(self, others: Sequence[tuple[str, float]]) -> None:
        """One token, with what else it could have been and the logarithm of how likely."""
        told = [{"token": token, "logprob": likelihood} for token, likelihood in others]
        self.event(
            {
                "choices": [
                    {
                        "delta": {"content": told[0]["token"]},
                        "logprobs": {"content": [{"top_logprobs": told}]},
                    }
                ]
            }
        )
        self.event({"choices": [{"delta": {}, "finish_reason": "length"}]})

    def event(self, body: object) -> None:
        self.wfile.write(
            b"data: " + (body.encode() if isinstance(body, str) else json.dumps(body).encode()) + b"\n\n"
        )
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[Handler] = []
        self.answering: Answering = rock
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *_: object) -> None:
        pass  # broken pipes are what we test

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        made = cls()
        threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield made
        finally:
            made.shutdown()
            made.server_close()


def rock(handler: Handler) -> None:
    handler.begin()
    handler.say("Rock ", "is ", "hard.", finish="stop")
    handler.event("[DONE]")

"""The server's routes: operations, the events of an answer, the OpenAPI document and the page for a browser."""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from kb.plugin_api import Cancellation, KbError, KnowledgeBase, UsageError, safe_line
from kb.plugin_api.serving import AnswerEvent, SentenceChecked, Step, Turn
from kb_plugins.http_server.openapi import document
from kb_plugins.http_server.operations import OPERATIONS, NoteName, Operation, Question
from kb_plugins.serving import verbs
from kb_plugins.serving.desk import Desk

OPEN = frozenset(["/", "/app.js", "/app.css", "/api/openapi.json"])  # they hold nothing of any note
_MOST = 1_000_000  # bytes of a request
_KINDS = {"index.html": "text/html", "app.js": "text/javascript", "app.css": "text/css"}
_OFF = "Writing is off. Whoever runs the server can allow it with: kb config set serve.write on"


class Refused(Exception):
    """A request that is not answered; `told` is one sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def make_app(desk: Desk, *, may_write: bool) -> Starlette:
    """The server over one knowledge base."""
    routes = [Route("/", partial(_page, "index.html")), Route("/app.js", partial(_page, "app.js"))]
    routes.append(Route("/app.css", partial(_page, "app.css")))
    described = document(may_write=may_write)

    async def openapi(_: Request) -> Response:
        return JSONResponse(described)

    routes.append(Route("/api/openapi.json", openapi))
    routes += [Route(one.path, _endpoint(desk, one, may_write), methods=[one.method]) for one in OPERATIONS]

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await desk.close()

    return Starlette(routes=routes, lifespan=life, exception_handlers={404: _no_route, 405: _no_route})


async def _page(name: str, _: Request) -> Response:
    text = (files("kb_plugins.http_server") / "web" / name).read_text("utf-8")
    return Response(text, media_type=_KINDS[name])


async def _no_route(_: Request, __: Exception) -> Response:
    return JSONResponse(
        {"error": "There is nothing by this name. /api/openapi.json lists what there is."}, 404
    )


def _endpoint(desk: Desk, operation: Operation, may_write: bool) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            if operation.writes and not may_write:
                raise Refused(403, _OFF)
            asked = await _read(request, operation)
            if isinstance(asked, Question):
                return await _answer(desk, request, asked)
            return JSONResponse(await _do(desk, operation, asked))
        except Refused as error:
            return JSONResponse({"error": error.message}, error.status)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:  # noqa: BLE001 - one request that fails must not end the server, nor show a note
            return _failed(operation.name, error)

    return endpoint


async def _read(request: Request, operation: Operation) -> BaseModel:
    """What the request asks for, checked. Raises Refused."""
    try:
        if operation.method == "GET":
            return operation.takes.model_validate(_single(request))
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise Refused(400, "Send JSON, with the header Content-Type: application/json")
        return operation.takes.model_validate_json(await _body(request))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise Refused(400, safe_line(f"{place or 'The request'}: {first['msg']}.")) from None


def _single(request: Request) -> dict[str, str]:
    found = request.query_params.multi_items()
    if len(found) != len(dict(found)):
        raise Refused(400, "A parameter is named twice. Name each once.")
    return dict(found)


async def _body(request: Request) -> bytes:
    held = bytearray()
    async for part in request.stream():
        held += part
        if len(held) > _MOST:
            raise Refused(413, f"The request is larger than {_MOST:,} bytes. Send less.")
    return bytes(held)


async def _do(desk: Desk, operation: Operation, asked: BaseModel) -> Any:
    def work(base: KnowledgeBase) -> Any:
        if isinstance(asked, NoteName):
            _must_be_there(base, asked.note)
        if operation.work is None:
            return verbs.study_due(desk.terminal.due_notes(base))
        try:
            return operation.work(base, asked)
        except UsageError as error:
            raise Refused(400, safe_line(str(error))) from None

    done = await desk.do(work)
    if operation.writes:
        await desk.keeper.write()
    return done


def _must_be_there(base: KnowledgeBase, name: str) -> None:
    try:
        verbs.find_note(base, name)
    except UsageError as error:
        raise Refused(404, safe_line(str(error))) from None


async def _answer(desk: Desk, request: Request, asked: Question) -> Response:
    events: asyncio.Queue[tuple[str, Any] | None] = asyncio.Queue()
    loop, cancellation = asyncio.get_running_loop(), Cancellation()

    def put(event: tuple[str, Any] | None) -> None:
        with suppress(RuntimeError):  # the server ended meanwhile
            loop.call_soon_threadsafe(events.put_nowait, event)

    def tell(event: AnswerEvent) -> None:
        if isinstance(event, Step):
            put(("step", {"name": event.name}))
        elif isinstance(event, SentenceChecked) and event.sentence.supported:
            sentence = event.sentence
            put(("sentence", {"text": sentence.text, "citations": list(sentence.citations)}))

    history = [Turn(one.question, one.answer) for one in asked.history]

    async def run() -> Any:
        try:
            return await desk.do(
                lambda base: verbs.ask(base, asked.question, asked.style, cancellation, tell, history),
                cancellation,
            )
        finally:
            put(None)

    work = asyncio.ensure_future(run())
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamingResponse(_events(events, work, cancellation), media_type="text/event-stream")
    while not work.done():
        await asyncio.wait([work], timeout=0.25)
        if not work.done() and await request.is_disconnected():
            cancellation.cancel()
    return JSONResponse(await work)


async def _events(
    events: asyncio.Queue[tuple[str, Any] | None], work: asyncio.Future[Any], cancellation: Cancellation
) -> AsyncIterator[bytes]:
    """Server-sent events; the last one is the answer, or why there is none."""
    try:
        while (event := await events.get()) is not None:
            yield _event(*event)
        try:
            yield _event("answer", await work)
        except Refused as error:
            yield _event("error", {"error": error.message})
        except Exception as error:  # noqa: BLE001 - as for any other request
            yield _event("error", json.loads(bytes(_failed("ask", error).body)))
    finally:
        cancellation.cancel()
        with suppress(Exception):
            await work


def _event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, allow_nan=False)}\n\n".encode()


def _failed(name: str, error: Exception) -> JSONResponse:
    """An error reaches the client as one sentence, and the log without any text of notes."""
    if isinstance(error, KbError):
        return JSONResponse({"error": safe_line(str(error))}, 400 if isinstance(error, UsageError) else 503)
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{type(error).__name__} in {place.name}, line {place.lineno} of {place.filename}"
    print(f"kb serve: {name} failed: {where}", file=sys.stderr)  # noqa: T201 - the log of the server
    message = f"{name} failed: {type(error).__name__} in {place.name}. Please report it."
    return JSONResponse({"error": message}, 500)

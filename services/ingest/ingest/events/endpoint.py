"""POST /v1/events as a plain ASGI application: the framework would cost more than the work.

The documented route of routes.py leads here too; `EventsFirst` only takes the shorter way.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from time import perf_counter
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ingest.events.accept import Acceptance
from ingest.events.body import BodyReader, ClientGoneError
from ingest.events.context import Context
from ingest.events.decode import Decoded, Shape, decode
from ingest.events.rejection_log import RejectionLog
from ingest.events.stamping import Stamped
from ingest.keys.grant import Grant
from ingest.keys.keyring import Keyring
from ingest.settings import IngestSettings
from ingest.sources.memory import Memory
from ingest.wire import SourceWire
from shared import metrics
from shared.errors import PacelineError, UnsupportedMediaError
from shared.http.auth import authorization_of
from shared.http.problems import as_problem, problem
from shared.http.server.direct import Headers, Reply

PATH = "/v1/events"
_SHAPES = {shape.value.encode(): shape for shape in Shape}
_DURATION = metrics.HTTP_DURATION.labels(PATH)
_JSON = (b"content-type", b"application/json")
_encode = msgspec.json.encode


@dataclass(frozen=True, slots=True)
class Ingest:
    """All that accepting needs; made once in `__main__`."""

    settings: IngestSettings
    keyring: Keyring
    memory: Memory
    acceptance: Acceptance
    rejection_log: RejectionLog
    reader: BodyReader


@cache
def _requests(status: int) -> Any:
    """The counter of answers with this status: finding it by its labels costs as much as a check
    of the body."""
    return metrics.HTTP_REQUESTS.labels("POST", PATH, str(status))


def _count(status: int, began: float) -> None:
    _requests(status).inc()
    _DURATION.observe(perf_counter() - began)


class Events:
    """The endpoint. Answers 202, or 422 when no event was accepted, with the same body."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self._settings = ingest.settings

    def answer(self, headers: Headers, body: bytes, reply: Reply) -> bool:
        """The answer without a task (shared/http/server/direct.py), for what most requests are:
        events of a sender seen a moment ago. Whatever else it is, or is wrong with it, False."""
        began = perf_counter()
        ingest = self._ingest
        try:
            grant = ingest.keyring.known(authorization_of(headers) or b"")
            shape, now = _plain_shape(headers), ingest.memory.instant()
            if grant is None or shape is None or now is None:
                return False
            decoded = decode(body, shape, self._settings.events_max)
        except Exception:
            return False
        if any(type(event) is SourceWire for event in decoded.events):
            return False
        try:
            stamped, context = self._stamp(decoded, grant, now)

            def on_end(error: PacelineError | None) -> None:
                if error is None:
                    self._reply(reply, began, *self._accepted(stamped, context))
                else:
                    self._reply_problem(reply, began, error)

            ingest.acceptance.submit(stamped, context, self._settings.ack_timeout_s, on_end)
        except Exception as error:
            self._reply_problem(reply, began, error)
        return True

    def _reply(self, reply: Reply, began: float, status: int, body: bytes) -> None:
        headers = (_JSON, (b"content-length", b"%d" % len(body)))
        reply(status, headers, body)
        _count(status, began)

    def _reply_problem(self, reply: Reply, began: float, error: Exception) -> None:
        response = problem(as_problem(error))
        reply(response.status_code, response.raw_headers, bytes(response.body))
        _count(response.status_code, began)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        try:
            status, body = await self._answer(scope, receive)
        except ClientGoneError:
            return
        except Exception as error:
            response = problem(as_problem(error))
            status = response.status_code
            await response(scope, receive, send)
        else:
            headers = [_JSON, (b"content-length", b"%d" % len(body))]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        _count(status, began)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        headers = scope["headers"]
        media_type = None
        for name, value in headers:
            if name == b"content-type":
                media_type = value
        ingest = self._ingest
        grant = await ingest.keyring.identify(authorization_of(headers))
        shape = _shape_of(media_type)
        body = await ingest.reader.read(receive, headers, self._settings.events_bytes_max)
        decoded = decode(body, shape, self._settings.events_max)
        stamped, context = self._stamp(decoded, grant, await ingest.memory.now())
        await ingest.acceptance.send(stamped, context, self._settings.ack_timeout_s)
        return self._accepted(stamped, context)

    def _stamp(self, decoded: Decoded, grant: Grant, now: datetime) -> tuple[Stamped, Context]:
        grant.take(len(decoded.places) + len(decoded.rejected))
        memory = self._ingest.memory
        memory.check_loaded()
        workspace = grant.workspace
        context = Context(
            workspace,
            grant.allows,
            lambda source: memory.settings_of(workspace, source),
            now,
            self._settings.future_skew_s,
            quarantined=lambda source: memory.quarantined(workspace, source),
            campaigns=grant.campaigns,
            vouches=grant.reach.is_whole or not grant.roles,
        )
        return self._ingest.acceptance.stamp(decoded, context), context

    def _accepted(self, stamped: Stamped, context: Context) -> tuple[int, bytes]:
        if stamped.rejected:
            self._ingest.rejection_log.add(stamped.rejected, context)
        metrics.INGEST_ACCEPTED.inc(stamped.accepted)
        return (202 if stamped.accepted else 422), _encode(_reply(stamped))


def _plain_shape(headers: Headers) -> Shape | None:
    """What the media type promises, of a body that is not packed."""
    shape = None
    for name, value in headers:
        if name == b"content-type":
            shape = _SHAPES.get(value)
        elif name == b"content-encoding":
            return None
    return shape


def _shape_of(media_type: bytes | None) -> Shape:
    shape = _SHAPES.get(media_type or b"")
    if shape is None and media_type is not None:
        shape = _SHAPES.get(media_type.partition(b";")[0].strip().lower())
    if shape is None:
        known = ", ".join(shape.value for shape in Shape)
        raise UnsupportedMediaError("unsupported_media_type", f"send one of: {known}")
    return shape


def _reply(stamped: Stamped) -> dict[str, Any]:
    return {
        "accepted": stamped.accepted,
        "rejected": [
            {
                "index": rejection.place,
                "id": rejection.id,
                "code": rejection.code,
                "detail": rejection.detail,
            }
            for rejection in stamped.rejected
        ],
    }


class EventsFirst:
    """The outermost layer: events go straight to their endpoint, everything else to the app."""

    def __init__(self, app: ASGIApp, events: Events) -> None:
        self._app = app
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST":
            await self._events(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class Handed(Response):
    """A response that an ASGI application gives itself."""

    def __init__(self, app: ASGIApp, request: Request) -> None:
        super().__init__()
        self._app = app
        self._request = request

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await self._app(scope, self._request.receive, send)

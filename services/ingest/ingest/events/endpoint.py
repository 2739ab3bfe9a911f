"""POST /v1/events as a plain ASGI application: the framework would cost more than the work.

The documented route of routes.py leads here too; `EventsFirst` only takes the shorter way.
"""

from dataclasses import dataclass
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
from ingest.events.decode import Shape, decode
from ingest.events.rejection_log import RejectionLog
from ingest.events.stamping import Stamped
from ingest.keys.keyring import Keyring
from ingest.settings import IngestSettings
from ingest.sources.memory import Memory
from shared import metrics
from shared.errors import UnsupportedMediaError
from shared.http.auth import authorization_of
from shared.http.problems import as_problem, problem

PATH = "/v1/events"
_SHAPES = {shape.value.encode(): shape for shape in Shape}
_DURATION = metrics.HTTP_DURATION.labels(PATH)
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


class Events:
    """The endpoint. Answers 202, or 422 when no event was accepted, with the same body."""

    def __init__(self, ingest: Ingest) -> None:
        self._ingest = ingest
        self._settings = ingest.settings

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
            headers = [
                (b"content-type", b"application/json"),
                (b"content-length", b"%d" % len(body)),
            ]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        _requests(status).inc()
        _DURATION.observe(perf_counter() - began)

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
        grant.take(len(decoded.places) + len(decoded.rejected))
        ingest.memory.check_loaded()
        context = Context(
            grant.workspace,
            grant.allows,
            lambda source: ingest.memory.settings_of(grant.workspace, source),
            await ingest.memory.now(),
            self._settings.future_skew_s,
            quarantined=lambda source: ingest.memory.quarantined(grant.workspace, source),
            campaigns=grant.campaigns,
            vouches=grant.reach.is_whole or not grant.roles,
        )
        stamped = ingest.acceptance.stamp(decoded, context)
        await ingest.acceptance.send(stamped, context)
        if stamped.rejected:
            ingest.rejection_log.add(stamped.rejected, context)
        metrics.INGEST_ACCEPTED.inc(stamped.accepted)
        return (202 if stamped.accepted else 422), _encode(_reply(stamped))


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

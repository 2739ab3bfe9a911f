"""What every service's HTTP side shares: problem+json, health, readiness, metrics, credentials.

Expected errors carry their status and code; a database that is away is a 503; anything else is a
500 that is logged and says nothing.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import AwareDatetime, BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import clock as clocks
from shared import metrics
from shared.answers import PROBLEMS, DocumentedApp, answers
from shared.auth import Principal, TokenVerifier, bearer
from shared.database import BUSY, Pool, is_transient, transaction
from shared.docs_page import add_docs
from shared.errors import (
    ErrorItem,
    InvalidError,
    PacelineError,
    TooLargeError,
    UnavailableError,
    UnparseableError,
)
from shared.logs import get_logger
from shared.settings import CommonSettings

log = get_logger(__name__)

BODY_BYTES_MAX = 5 * 1024 * 1024
READY_TIMEOUT_S = 3.0
_OFFSET = re.compile(
    rb"([Tt]\d\d(?::|%3[Aa])\d\d(?:(?::|%3[Aa])\d\d(?:\.\d+)?)?)\+(?=\d\d(?::|%3[Aa])?\d\d(?:&|$))"
)
Check = Callable[[], Awaitable[None]]
Idle = Callable[[], Awaitable[Mapping[str, int]]]


class Json(JSONResponse):
    """A JSON answer encoded by msgspec (datetimes as RFC 3339)."""

    def render(self, content: Any) -> bytes:
        return msgspec.json.encode(content)


def problem(error: PacelineError) -> Response:
    """RFC 9457 body with a stable `code`."""
    metrics.ERRORS.labels(error.code).inc()
    body = {
        "type": f"urn:paceline:error:{error.code}",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "errors": error.errors,
    }
    headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        msgspec.json.encode(body), error.status, headers, media_type="application/problem+json"
    )


def as_problem(error: Exception) -> PacelineError:
    """Any exception as an expected error: database faults become 503, bugs `internal`."""
    if isinstance(error, PacelineError):
        return error
    if isinstance(error, BUSY):
        log.warning("database_busy", error=repr(error))
        return UnavailableError("database_busy", "others are changing the same rows; send it again")
    if is_transient(error):
        log.warning("database_unavailable", error=repr(error))
        return UnavailableError("database_unavailable", "the database cannot be reached")
    log.error("unexpected_error", exc_info=error)
    return PacelineError("internal", "an unexpected error; it has been logged")


class _StatusError(PacelineError):
    """An error whose status is only known at run time (404 and 405 of the router)."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.status = status  # type: ignore[misc]


def _validation_problem(error: RequestValidationError) -> PacelineError:
    items: list[ErrorItem] = [
        {
            "loc": ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0]),
            "code": item["type"],
            "detail": item["msg"],
        }
        for item in error.errors()
    ]
    if any(item["code"] == "json_invalid" for item in items):
        return UnparseableError("unparseable", "the body is not JSON", errors=items)
    first = f"{items[0]['loc']}: {items[0]['detail']}"
    more = f" (and {len(items) - 1} more, see errors)" if len(items) > 1 else ""
    return InvalidError("invalid_request", first + more, errors=items)


def tidy_query(query: bytes) -> bytes:
    """A query string as its writer meant it, where the standard reads it otherwise.

    The + of a time's offset ("…T14:00:00+08:00") would be read as a space, although the offset is
    what people copy from our own answers; a parameter that is sent empty is not sent.
    """
    stated = [part for part in query.split(b"&") if part.partition(b"=")[2]]
    return _OFFSET.sub(rb"\1%2B", b"&".join(stated))


class Edge:
    """The outermost ASGI layer: body limit, metrics, and the last line against exceptions."""

    def __init__(self, app: ASGIApp, body_bytes_max: int = BODY_BYTES_MAX) -> None:
        self._app = app
        self._body_bytes_max = body_bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["query_string"]:
            scope["query_string"] = tidy_query(scope["query_string"])
        began = time.perf_counter()
        status = 0
        received = 0
        refused = False

        async def counted_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._body_bytes_max:
                raise self._too_large()
            return message

        async def noted_send(message: Message) -> None:
            nonlocal status, refused
            if message["type"] == "http.response.start":
                status = message["status"]
                if received > self._body_bytes_max and status != 413:
                    # A framework that caught our exception answers a plain 400; say what it was.
                    refused = True
                    status = 413
                    await problem(self._too_large())(scope, receive, send)
            if not refused:
                await send(message)

        try:
            if "\0" in scope["path"] or b"%00" in scope["query_string"]:
                raise InvalidError("invalid_request", "an address holds no U+0000")
            await self._app(scope, counted_receive, noted_send)
        except Exception as error:
            if status:
                raise
            await problem(as_problem(error))(scope, receive, noted_send)
        route = scope.get("route")
        path = getattr(route, "path", "other")
        metrics.HTTP_REQUESTS.labels(scope["method"], path, str(status)).inc()
        metrics.HTTP_DURATION.labels(path).observe(time.perf_counter() - began)

    def _too_large(self) -> TooLargeError:
        return TooLargeError("too_large", f"a body has at most {self._body_bytes_max} bytes")


class ClockBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    now: AwareDatetime


class Alive(BaseModel):
    status: Literal["ok"]


class Ready(BaseModel):
    """`checks` are the names of what was looked at."""

    status: Literal["ready"]
    checks: list[str]


class IdleState(BaseModel):
    """`idle` when all three counts are 0: records to read, messages to send, work that is due."""

    idle: bool
    lag: int
    outbox: int
    due: int


_SCHEME = HTTPBearer(auto_error=False, description="A JWT (people) or an API key (machines)")


def require(*roles: str) -> Any:
    """A dependency that gives the Principal, who holds one of `roles` (or is admin)."""

    async def authenticate(request: Request, _: Annotated[Any, Depends(_SCHEME)]) -> Principal:
        verifier: TokenVerifier = request.app.state.verifier
        principal = await verifier.verify(bearer(request.headers.get("authorization")))
        principal.require(*roles)
        return principal

    return Depends(authenticate)


def create_app(
    settings: CommonSettings,
    *,
    title: str,
    pool: Pool,
    checks: Mapping[str, Check],
    idle: Idle,
    refresh_metrics: Check | None = None,
    body_bytes_max: int = BODY_BYTES_MAX,
) -> FastAPI:
    """An app with the common routes and error handling; a larger body is a 413.

    `checks` raise to fail /readyz; `idle` answers {"lag", "outbox", "due"} for the manual clock.
    `app.state` holds settings, pool, clock and verifier for the routes.
    """
    app = DocumentedApp(
        title=title,
        version="1",
        default_response_class=Json,
        responses=PROBLEMS,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.pool = pool
    app.state.clock = clocks.make_clock(settings.clock)
    app.state.verifier = TokenVerifier(settings)
    app.add_exception_handler(PacelineError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_middleware(Edge, body_bytes_max=body_bytes_max)
    add_docs(app)
    _add_health(app, checks, refresh_metrics)
    if settings.clock == "manual":
        _add_manual_clock(app, pool, idle)
    return app


async def _on_error(_: Request, error: Exception) -> Response:
    return problem(as_problem(error))


async def _on_validation(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(_validation_problem(error))


async def _on_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    codes = {404: "not_found", 405: "method_not_allowed"}
    code = codes.get(error.status_code, "http_error")
    return problem(_StatusError(error.status_code, code, str(error.detail)))


def _add_health(app: FastAPI, checks: Mapping[str, Check], refresh_metrics: Check | None) -> None:
    @app.get("/healthz", tags=["running"], summary="Alive", **answers(Alive))
    async def healthz() -> Response:
        return Json({"status": "ok"})

    @app.get("/readyz", tags=["running"], summary="Able to do its work", **answers(Ready))
    async def readyz() -> Response:
        failures: list[ErrorItem] = []
        for name, check in checks.items():
            try:
                async with asyncio.timeout(READY_TIMEOUT_S):
                    await check()
            except TimeoutError:
                detail = f"no answer within {READY_TIMEOUT_S:.0f} s"
                failures.append({"loc": name, "code": "check_timed_out", "detail": detail})
            except Exception as error:
                known = as_problem(error)
                failures.append({"loc": name, "code": known.code, "detail": known.detail})
        if failures:
            raise_detail = "; ".join(f"{item['loc']}: {item['detail']}" for item in failures)
            unready = UnavailableError("not_ready", raise_detail)
            unready.errors = failures
            return problem(unready)
        return Json({"status": "ready", "checks": sorted(checks)})

    @app.get(
        "/metrics",
        tags=["running"],
        summary="Prometheus metrics",
        response_class=PlainTextResponse,
    )
    async def prometheus() -> Response:
        if refresh_metrics is not None:
            try:
                await refresh_metrics()
            except Exception as error:
                log.warning("metrics_not_refreshed", error=repr(error))
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _add_manual_clock(app: FastAPI, pool: Pool, idle: Idle) -> None:
    @app.post(
        "/internal/clock",
        tags=["manual clock"],
        summary="Move the stored clock",
        **answers(ClockBody),
    )
    async def set_clock(body: ClockBody, _: Annotated[Principal, require("admin")]) -> Response:
        """Only with PACELINE_CLOCK=manual, as the one below."""
        async with transaction(pool) as conn:
            await clocks.set_manual(conn, body.now)
        return Json({"now": body.now})

    @app.get(
        "/internal/idle",
        tags=["manual clock"],
        summary="Nothing left to do at this time",
        **answers(IdleState),
    )
    async def get_idle(_: Annotated[Principal, require("admin")]) -> Response:
        state = await idle()
        return Json({"idle": not any(state.values()), **state})


async def check_database(pool: Pool) -> None:
    """A readiness check: the database answers."""
    async with pool.acquire() as conn:
        await conn.execute("SELECT 1")

"""What every service's HTTP side shares: problem+json, health, readiness, metrics, credentials.

Expected errors carry their status and code; a database that is away is a 503; anything else is a
500 that is logged and says nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Literal

import msgspec
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.database import clock as clocks
from shared.database.pool import Pool, transaction
from shared.errors import ErrorItem, PacelineError, UnavailableError, UnparseableError
from shared.http.answers import PROBLEMS, DocumentedApp, answers
from shared.http.api_words import about, who_has
from shared.http.auth import Principal, TokenVerifier, authorization_of, bearer
from shared.http.docs_page import add_docs
from shared.http.edge import BODY_BYTES_MAX, Edge
from shared.http.instants import Instant
from shared.http.parameters import refuse_unknown_parameters
from shared.http.problems import StatusError, as_problem, invalid_request, problem
from shared.http.reach import FindCampaigns, no_campaigns
from shared.logs import get_logger
from shared.settings import CommonSettings

log = get_logger(__name__)

READY_TIMEOUT_S = 3.0
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
Check = Callable[[], Awaitable[None]]
Idle = Callable[[], Awaitable[Mapping[str, int]]]


class Json(JSONResponse):
    """A JSON answer encoded by msgspec (datetimes as RFC 3339)."""

    def render(self, content: Any) -> bytes:
        return msgspec.json.encode(content)


class ClockBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    now: Instant


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
        sent = authorization_of(request.headers.raw)
        principal = await verifier.verify(bearer(None if sent is None else sent.decode("latin-1")))
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
    campaigns_of_regions: FindCampaigns = no_campaigns,
    schema: str = "",
) -> FastAPI:
    """An app with the common routes and error handling; a larger body is a 413.

    `checks` raise to fail /readyz; `idle` answers {"lag", "outbox", "due"} for the manual clock.
    `campaigns_of_regions` is how this service knows them, `schema` has its idempotency keys.
    `app.state` holds settings, pool, clock and verifier for the routes.
    """
    app = DocumentedApp(
        title=title,
        description=about(settings.services),
        version="1",
        default_response_class=Json,
        responses=PROBLEMS,
        dependencies=[Depends(refuse_unknown_parameters)],
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.pool = pool
    app.state.clock = clocks.make_clock(settings.clock)
    app.state.verifier = TokenVerifier(settings)
    app.state.campaigns_of_regions = campaigns_of_regions
    app.state.schema = schema
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
    return problem(invalid_request(error))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 400:
        # The framework says so of a body that its JSON reader gave up, as one nested too deeply.
        return problem(UnparseableError("unparseable", "the body is not JSON that can be read"))
    codes = {404: "not_found", 405: "method_not_allowed"}
    code = codes.get(error.status_code, "http_error")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods_of(request))
    detail = str(error.detail)
    if error.status_code == 404:
        detail = who_has(request.url.path, request.app.state.settings.services)
    return problem(StatusError(error.status_code, code, detail), headers)


def _methods_of(request: Request) -> list[str]:
    """What may be asked of a path, over all its routes: the router names those of the first."""
    found: set[str] = set()
    for method in METHODS:
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes):
            found.add(method)
    return sorted(found)


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

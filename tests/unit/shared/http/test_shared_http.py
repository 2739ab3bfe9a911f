"""The HTTP edge: every refusal is an RFC 9457 body with a stable code, and a bug says nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict

from shared import errors
from shared.access.tokens import generate_keys, sign_token
from shared.http import app as http_app
from shared.http.app import Check, create_app, require
from shared.http.auth import Principal
from shared.http.conventions import check_if_match
from shared.http.edge import tidy_query
from shared.settings import CommonSettings

MEGABYTE = 1024 * 1024


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    lines: list[int] = []


class Place:
    """The app under test, its checks, and a token for it."""

    def __init__(
        self, private_key: Path, limits: Mapping[str, int] = MappingProxyType({}), **changes: Any
    ) -> None:
        self.private_key = private_key
        self.checks: dict[str, Check] = {}
        self.pool: Any = object()
        settings = CommonSettings(jwks=str(private_key.parent / "jwks.json"), **changes)

        async def idle() -> dict[str, int]:
            return {"lag": 0, "outbox": 2, "due": 0}

        self.app = create_app(
            settings, title="test", pool=self.pool, checks=self.checks, idle=idle, **limits
        )
        add_routes(self.app)

    def token(self, *roles: str) -> dict[str, str]:
        token = sign_token(self.private_key, subject="li.na", roles=roles)
        return {"Authorization": f"Bearer {token}"}


def add_routes(app: FastAPI) -> None:
    @app.post("/v1/things")
    async def make(body: Body) -> dict[str, str]:
        return {"name": body.name}

    @app.post("/v1/raw")
    async def raw(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.get("/v1/errors/{kind}")
    async def fail(kind: str) -> None:
        raise ERRORS[kind]

    @app.get("/v1/mine")
    async def mine(principal: Annotated[Principal, require("operator")]) -> dict[str, str]:
        return {"subject": principal.subject}

    @app.put("/v1/versioned")
    async def versioned(request: Request) -> None:
        check_if_match(request, 3)


ERRORS: dict[str, Exception] = {
    "conflict": errors.ConflictError("already_decided", "it was decided on Monday"),
    "unavailable": errors.UnavailableError("broker_unavailable", "Kafka is away", retry_after_s=7),
    "connection": OSError("connection refused to 10.0.0.7 as user secret"),
    "deadlock": asyncpg.DeadlockDetectedError("deadlock"),
    "bug": KeyError("secret detail"),
    "driver bug": asyncpg.InterfaceError("the server expects 1 argument for this query"),
    "busy": errors.TooManyRequestsError("rate_exceeded", "slow down", retry_after_s=1),
}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(generate_keys(tmp_path)[0])


@pytest.fixture
async def client(place: Place) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=place.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


def assert_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The shape of RFC 9457 and contracts.md: type, title, status, code, detail, errors."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) == {"type", "title", "status", "code", "detail", "errors"}
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"urn:paceline:error:{code}"
    assert body["title"]
    assert body["detail"]
    for item in body["errors"]:
        assert set(item) == {"loc", "code", "detail"}
    return body


async def test_400_for_what_is_not_json(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    response = await client.post("/v1/things", content=b'{"name":', headers=headers)
    assert_problem(response, 400, "unparseable")


async def test_422_names_each_place_that_is_wrong(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/things", json={"lines": [1, "x"], "extra": 1})
    body = assert_problem(response, 422, "invalid_request")
    assert {item["loc"] for item in body["errors"]} == {"name", "lines.1", "extra"}
    assert body["detail"] == "name: is missing: send it (and 2 more, see errors)"
    body = (await client.post("/v1/things", json={})).json()
    assert body["detail"] == "name: is missing: send it"


async def test_401_without_and_with_a_wrong_credential(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/mine")
    body = assert_problem(response, 401, "credential_missing")
    assert "./paceline token" in body["detail"]
    assert response.headers["www-authenticate"] == "Bearer"
    response = await client.get("/v1/mine", headers={"Authorization": "Bearer x"})
    body = assert_problem(response, 401, "token_invalid")
    assert "./paceline token" in body["detail"]


async def test_403_for_a_role_that_is_missing(place: Place, client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/mine", headers=place.token("viewer"))
    body = assert_problem(response, 403, "role_missing")
    assert body["detail"] == "needs one of: operator, admin"
    response = await client.get("/v1/mine", headers=place.token("operator"))
    assert response.json() == {"subject": "li.na"}


@pytest.mark.parametrize("address", ["/v1/errors/a%00b", "/v1/raw?campaign=a%00b"])
async def test_422_for_an_address_with_a_character_postgresql_cannot_hold(
    client: httpx.AsyncClient, address: str
) -> None:
    assert_problem(await client.get(address), 422, "invalid_request")


async def test_404_and_405_of_the_router(client: httpx.AsyncClient) -> None:
    body = assert_problem(await client.get("/nowhere"), 404, "not_found")
    assert body["detail"] == "nothing here is called /nowhere: /docs lists what there is"
    body = assert_problem(await client.get("/v1/campaigns/spring"), 404, "not_found")
    assert "is of the service budget" in body["detail"]
    assert_problem(await client.delete("/v1/things"), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("conflict", 409, "already_decided"),
        ("unavailable", 503, "broker_unavailable"),
        ("busy", 429, "rate_exceeded"),
        ("connection", 503, "database_unavailable"),
        ("deadlock", 503, "database_busy"),
        ("bug", 500, "internal"),
        ("driver bug", 500, "internal"),
    ],
)
async def test_errors_keep_their_status_and_code(
    client: httpx.AsyncClient, kind: str, status: int, code: str
) -> None:
    response = await client.get(f"/v1/errors/{kind}")
    body = assert_problem(response, status, code)
    assert "secret" not in response.text
    assert "10.0.0.7" not in response.text
    if status in (429, 503):
        assert int(response.headers["retry-after"]) > 0
    if code == "already_decided":
        assert body["detail"] == "it was decided on Monday"


async def test_412_and_428_on_edits(client: httpx.AsyncClient) -> None:
    assert_problem(await client.put("/v1/versioned"), 428, "if_match_missing")
    response = await client.put("/v1/versioned", headers={"If-Match": '"2"'})
    assert_problem(response, 412, "version_changed")
    assert (await client.put("/v1/versioned", headers={"If-Match": '"3"'})).status_code == 200


async def in_chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 65_536):
        yield b" " * 65_536


@pytest.mark.parametrize("path", ["/v1/raw", "/v1/things"])
async def test_413_for_a_body_over_5_mib_with_and_without_a_length(
    client: httpx.AsyncClient, path: str
) -> None:
    headers = {"content-type": "application/json"}
    whole = await client.post(path, content=b" " * (6 * MEGABYTE), headers=headers)
    assert_problem(whole, 413, "too_large")
    chunked = await client.post(path, content=in_chunks(6 * MEGABYTE), headers=headers)
    assert "content-length" not in chunked.request.headers
    assert_problem(chunked, 413, "too_large")


async def test_a_body_of_exactly_5_mib_is_taken(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/raw", content=b" " * (5 * MEGABYTE))
    assert response.json() == {"bytes": 5 * MEGABYTE}


async def test_a_service_may_take_larger_bodies_than_the_others(tmp_path: Path) -> None:
    place = Place(generate_keys(tmp_path)[0], {"body_bytes_max": 7 * MEGABYTE})
    transport = httpx.ASGITransport(app=place.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        taken = await client.post("/v1/raw", content=b" " * (7 * MEGABYTE))
        refused = await client.post("/v1/raw", content=in_chunks(8 * MEGABYTE))

    assert taken.json() == {"bytes": 7 * MEGABYTE}
    assert str(7 * MEGABYTE) in assert_problem(refused, 413, "too_large")["detail"]


async def test_alive_says_only_that(client: httpx.AsyncClient) -> None:
    response = await client.get("/healthz")
    assert response.json() == {"status": "ok"}


async def test_readiness_names_what_fails(place: Place, client: httpx.AsyncClient) -> None:
    async def well() -> None:
        return None

    async def stuck() -> None:
        raise errors.UnavailableError("consumer_stuck", "budget: 12 behind")

    async def away() -> None:
        raise OSError("refused")

    place.checks["database"] = well
    assert (await client.get("/readyz")).json() == {"status": "ready", "checks": ["database"]}
    place.checks.update(consumer=stuck, database=away)
    body = assert_problem(await client.get("/readyz"), 503, "not_ready")
    assert [(item["loc"], item["code"]) for item in body["errors"]] == [
        ("database", "database_unavailable"),
        ("consumer", "consumer_stuck"),
    ]


async def test_a_check_that_hangs_fails_readiness_in_bounded_time(
    place: Place, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_app, "READY_TIMEOUT_S", 0.05)
    hang: Callable[[], Awaitable[None]] = asyncio.Event().wait  # type: ignore[assignment]
    place.checks["database"] = hang
    body = assert_problem(await client.get("/readyz"), 503, "not_ready")
    assert body["errors"][0]["code"] == "check_timed_out"


async def test_requests_are_counted_by_route_not_by_path(client: httpx.AsyncClient) -> None:
    await client.get("/v1/errors/conflict")
    text = (await client.get("/metrics")).text
    assert (
        'paceline_http_requests_total{method="GET",route="/v1/errors/{kind}",status="409"}' in text
    )
    assert "/v1/errors/conflict" not in text


async def test_the_manual_clock_has_routes_for_admins_only(tmp_path: Path) -> None:
    place = Place(generate_keys(tmp_path)[0], clock="manual")
    transport = httpx.ASGITransport(app=place.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        refused = await client.get("/internal/idle", headers=place.token("operator"))
        assert_problem(refused, 403, "role_missing")
        idle = await client.get("/internal/idle", headers=place.token("admin"))
        assert idle.json() == {"idle": False, "lag": 0, "outbox": 2, "due": 0}
        naive = await client.post(
            "/internal/clock", json={"now": "2025-11-02T00:00:00"}, headers=place.token("admin")
        )
        assert_problem(naive, 422, "invalid_request")


async def test_the_system_clock_has_no_such_routes(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get("/internal/idle"), 404, "not_found")
    assert_problem(await client.post("/internal/clock", json={}), 404, "not_found")


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        # contracts.md section 4 writes the offset like this, and so does everybody who copies it.
        ("window=2025-11-04T14:00:00+08:00", "window=2025-11-04T14:00:00%2B08:00"),
        ("a=2025-11-04T14:00+0800&b=1", "a=2025-11-04T14:00%2B0800&b=1"),
        ("to=2025-11-04T14%3A00%3A00.5+08%3A00", "to=2025-11-04T14%3A00%3A00.5%2B08%3A00"),
        # Anywhere else + stays what the standard says it is.
        ("name=T14+00&q=a+b", "name=T14+00&q=a+b"),
        ("to=2025-11-04T14:00:00%2B08:00", "to=2025-11-04T14:00:00%2B08:00"),
        # contracts.md: GET /v1/breaches?campaign=&open=
        ("campaign=&open=", ""),
        ("campaign=c1&open=&limit=5", "campaign=c1&limit=5"),
    ],
)
def test_a_query_is_read_as_its_writer_meant_it(sent: str, read: str) -> None:
    assert tidy_query(sent.encode()).decode() == read

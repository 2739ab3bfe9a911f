"""A query parameter that nobody reads is refused by name, in every service."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Query

from cli.contracts.documents import service_routers
from shared.http.app import create_app
from shared.http.paging import Paged
from shared.http.parameters import known_parameters
from shared.settings import CommonSettings

router = APIRouter(prefix="/v1")


@router.get("/things")
async def get_things(
    paging: Paged, color: str | None = None, by: Annotated[str | None, Query(alias="import")] = None
) -> list[Any]:
    return [paging.limit, color, by]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async def idle() -> dict[str, int]:
        return {}

    pool: Any = None
    app = create_app(CommonSettings(), title="test", pool=pool, checks={}, idle=idle)
    app.include_router(router)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


async def test_what_a_route_and_its_paging_read_is_taken(client: httpx.AsyncClient) -> None:
    reply = await client.get("/v1/things?limit=7&color=red&import=x")
    assert reply.json() == [7, "red", "x"]


@pytest.mark.parametrize(
    ("query", "first", "reason"),
    [
        ("colour=red", "colour", "misspelt: all things would look like the red ones"),
        ("color=red&by=x", "by", "the name is import"),
        ("Limit=7", "Limit", "names have a case"),
        ("=7", "", "an empty name"),
    ],
)
async def test_another_one_is_refused_by_name(
    client: httpx.AsyncClient, query: str, first: str, reason: str
) -> None:
    reply = await client.get(f"/v1/things?{query}")
    problem = reply.json()

    assert (reply.status_code, problem["code"]) == (422, "parameter_unknown"), reason
    assert problem["errors"][0]["loc"] == f"query.{first}"
    assert "known: color, cursor, import, limit" in problem["detail"]


async def test_a_probe_may_add_what_it_likes(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz?probe=kubelet")).status_code == 200


@pytest.mark.parametrize("service", ["ingest", "budget", "kpi-monitor", "alerts"])
def test_each_documented_parameter_is_known(service: str) -> None:
    routes = [route for each in dict(service_routers())[service] for route in each.routes]
    assert any("limit" in known_parameters(route) for route in routes)  # type: ignore[arg-type]

"""/docs works without any other host, under a policy that forbids scripts in the page."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from shared.http.app import create_app
from shared.http.docs_page import FILES
from shared.settings import CommonSettings


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async def idle() -> dict[str, int]:
        return {}

    app = create_app(CommonSettings(), title="Paceline test", pool=None, checks={}, idle=idle)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_the_page_names_only_files_of_this_service(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Paceline test</title>" in page.text
    assert "//" not in re.sub(r"<!DOCTYPE[^>]*>", "", page.text)
    for name in named:
        if name != "data:,":
            assert (await client.get(f"/{name}")).status_code == 200, name


@pytest.mark.parametrize("path", ["", "/start.js", *(f"/{name}" for name in FILES)])
async def test_its_policy_lets_nothing_in_from_elsewhere(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(f"/docs{path}")
    policy = answer.headers["content-security-policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_page_has_no_script_of_its_own(client: httpx.AsyncClient) -> None:
    text = (await client.get("/docs")).text

    assert re.findall(r"<script[^>]*>([^<]*)</script>", text) == ["", ""]
    assert re.search(r"\son\w+=", text) is None


async def test_who_comes_without_a_path_is_sent_to_the_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    page = await client.get("/", follow_redirects=True)

    assert answer.status_code == 307
    assert (page.status_code, page.url.path) == (200, "/docs")
    assert "/" not in (await client.get("/openapi.json")).json()["paths"]


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/start.js", "/docs/swagger-ui.css"])
async def test_its_headers_can_be_asked_for_alone(client: httpx.AsyncClient, path: str) -> None:
    head, whole = await client.head(path), await client.get(path)

    assert head.status_code == whole.status_code
    assert head.headers.get("content-type") == whole.headers.get("content-type")


@pytest.mark.parametrize("path", ["/redoc", "/docs/oauth2-redirect", "/docs/../pyproject.toml"])
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_query_does_not_choose_the_file(client: httpx.AsyncClient) -> None:
    asked = await client.get("/docs/swagger-ui.css", params={"path": "/etc/passwd", "kind": "x"})

    assert "root:" not in asked.text
    assert asked.headers["content-type"].startswith("text/css")

"""What the outermost layer refuses: keys and headers stated twice; what a path allows."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from shared.access.tokens import generate_keys, sign_token
from shared.http.app import create_app, require
from shared.http.auth import Principal
from shared.settings import CommonSettings


class Line(BaseModel):
    line: str
    attributes: dict[str, Any] = {}


class Body(BaseModel):
    name: str
    lines: list[Line] = []


def add_routes(app: FastAPI) -> None:
    @app.post("/v1/things")
    async def make(body: Body) -> dict[str, str]:
        return {"name": body.name}

    @app.get("/v1/things")
    async def read(_: Annotated[Principal, require("operator")]) -> dict[str, str]:
        return {"name": "a"}

    @app.put("/v1/things/{thing}")
    async def put(thing: str, body: Body) -> dict[str, str]:
        return {"name": thing + body.name}

    @app.delete("/v1/things/{thing}")
    async def delete(thing: str) -> dict[str, str]:
        return {"name": thing}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return generate_keys(tmp_path)[0]


@pytest.fixture
async def client(keys: Path) -> AsyncIterator[httpx.AsyncClient]:
    async def idle() -> dict[str, int]:
        return {"lag": 0, "outbox": 0, "due": 0}

    settings = CommonSettings(jwks=str(keys.parent / "jwks.json"))
    pool: Any = object()
    app = create_app(settings, title="test", pool=pool, checks={}, idle=idle)
    add_routes(app)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


REPEATED = [
    ("at the top", b'{"name":"a","name":"b"}', "name"),
    ("with equal values", b'{"name":"a","name":"a"}', "name"),
    ("in a line", b'{"name":"a","lines":[{"line":"x"},{"line":"x","line":"y"}]}', "lines.1.line"),
    ("in what may hold anything", b'{"name":"a","lines":[{"line":"x","attributes":{"k":1,"k":2}}]}',
     "lines.0.attributes.k"),
    ("with an escape", b'{"name":"a","n\\u0061me":"b"}', "name"),
    ("in UTF-16", '{"name":"a","name":"b"}'.encode("utf-16"), "name"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "body", "path"), REPEATED, ids=[why for why, *_ in REPEATED])
@pytest.mark.parametrize("media", ["application/json", "application/merge-patch+json; a=b"])
async def test_a_key_stated_twice_is_refused_by_its_path(
    client: httpx.AsyncClient, why: str, body: bytes, path: str, media: str
) -> None:
    answer = await client.post("/v1/things", content=body, headers={"Content-Type": media})
    assert answer.status_code == 400, why
    problem = answer.json()
    assert problem["code"] == "unparseable"
    assert problem["detail"] == f"the key {path} is repeated"
    assert [(item["loc"], item["code"]) for item in problem["errors"]] == [(path, "key_repeated")]


async def test_a_body_that_comes_in_pieces_is_held_against_its_keys_as_a_whole(
    client: httpx.AsyncClient,
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for byte in b'{"name":"a","name":"b"}':
            yield bytes([byte])

    answer = await client.post(
        "/v1/things", content=pieces(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "unparseable")
    fine = await client.post("/v1/things", json={"name": "a", "lines": [{"line": "a"}] * 2})
    assert fine.json() == {"name": "a"}


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        ("/v1/things", "DELETE", "GET, POST"),
        ("/v1/things/a", "GET", "DELETE, PUT"),
        ("/v1/things/a", "PATCH", "DELETE, PUT"),
        ("/healthz", "POST", "GET"),
    ],
)
async def test_405_names_all_methods_of_the_path(
    client: httpx.AsyncClient, path: str, method: str, allow: str
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allow
    assert answer.headers["content-type"] == "application/problem+json"


async def test_404_is_a_problem_like_any_other(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["content-type"] == "application/problem+json"


async def test_two_credentials_are_refused_whichever_is_right(
    client: httpx.AsyncClient, keys: Path
) -> None:
    good = f"Bearer {sign_token(keys, subject='li.na', roles=['operator'])}"
    assert (await client.get("/v1/things", headers={"Authorization": good})).status_code == 200
    for pair in ((good, "Bearer x"), ("Bearer x", good), (good, good)):
        headers = [("Authorization", pair[0]), ("authorization", pair[1])]
        answer = await client.get("/v1/things", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "credential_repeated")


@pytest.mark.parametrize("name", ["Idempotency-Key", "If-Match", "Content-Type"])
async def test_a_header_of_which_one_value_counts_is_sent_once(
    client: httpx.AsyncClient, name: str
) -> None:
    answer = await client.post("/v1/things", headers=[(name, "a"), (name, "b")], content=b"{}")
    assert (answer.status_code, answer.json()["code"]) == (400, "header_repeated")


@pytest.mark.parametrize(
    ("why", "body"),
    [
        ("nested too deeply", b'{"name":' * 50_000),
        ("lists too deep", b"[" * 100_000),
        ("a number of too many digits", b'{"name":"a","lines":' + b"9" * 6000 + b"}"),
    ],
)
async def test_a_body_that_no_reader_can_hold_is_unparseable_like_any_other(
    client: httpx.AsyncClient, why: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/v1/things", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "unparseable"), why

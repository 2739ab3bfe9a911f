"""Idempotency keys over a real database: one effect, one answer, however often and at once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from fastapi import Request, Response

from shared.database.pool import Conn, Pool, create_pool, transaction
from shared.errors import ConflictError, InvalidError
from shared.http.auth import Principal
from shared.http.conventions import Reply, idempotent
from shared.http.reach import Reach
from shared.settings import CommonSettings
from tests.integration.shared.shared_helpers import make_schema

PRINCIPAL = Principal(Reach("w1"), "li.na", frozenset({"operator"}))


def post(body: bytes, key: str = "k1", path: str = "/v1/transfers") -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"idempotency-key", key.encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "server": ("test", 80),
        "path": path,
        "query_string": b"",
        "headers": headers,
    }
    return Request(scope, receive)


def content(response: Response) -> Any:
    return msgspec.json.decode(response.body)


class Transfers:
    """A route with an effect: each call that gets through adds a row to `seen`."""

    def __init__(self, pool: Pool, schema: str) -> None:
        self.pool = pool
        self.schema = schema
        self.error: Exception | None = None
        self.pause_s = 0.0
        self.began = asyncio.Event()

    async def post(self, request: Request, principal: Principal = PRINCIPAL) -> Response:
        async with transaction(self.pool) as conn:

            async def produce() -> Reply:
                return await self._make(conn)

            return await idempotent(request, conn, self.schema, principal, produce)

    async def _make(self, conn: Conn) -> Reply:
        n = await conn.fetchval(
            f"INSERT INTO {self.schema}.seen (value) VALUES ('moved') RETURNING n"
        )
        self.began.set()
        await asyncio.sleep(self.pause_s)
        if self.error is not None:
            raise self.error
        return Reply(201, {"transfer": n, "text": "双十一"}, {"Location": f"/v1/transfers/{n}"})

    async def effects(self) -> int:
        count: int = await self.pool.fetchval(f"SELECT count(*) FROM {self.schema}.seen")
        return count

    async def keys(self) -> int:
        count: int = await self.pool.fetchval(f"SELECT count(*) FROM {self.schema}.idempotency")
        return count


@pytest.fixture
async def transfers(postgres: str) -> AsyncIterator[Transfers]:
    pool = await create_pool(CommonSettings(database_url=postgres))
    yield Transfers(pool, await make_schema(postgres))
    await pool.close()


async def test_the_same_body_gets_the_stored_answer_and_has_no_second_effect(
    transfers: Transfers,
) -> None:
    first = await transfers.post(post(b'{"amount":"1.00"}'))
    again = await transfers.post(post(b'{"amount":"1.00"}'))
    assert again.status_code == first.status_code == 201
    assert content(again) == content(first)
    assert again.headers["location"] == first.headers["location"]
    assert "idempotency-hit" not in first.headers
    assert again.headers["idempotency-hit"] == "true"
    assert await transfers.effects() == 1


async def test_another_body_under_the_same_key_is_refused(transfers: Transfers) -> None:
    await transfers.post(post(b'{"amount":"1.00"}'))
    with pytest.raises(InvalidError) as refused:
        await transfers.post(post(b'{"amount":"2.00"}'))
    assert (refused.value.status, refused.value.code) == (422, "idempotency_key_reused")
    assert await transfers.effects() == 1


async def test_another_person_does_not_get_the_reply_of_the_first(transfers: Transfers) -> None:
    """Four eyes: a second approver with the same key would think that they have decided."""
    await transfers.post(post(b"{}"))
    with pytest.raises(InvalidError) as refused:
        await transfers.post(
            post(b"{}"), Principal(Reach("w1"), "zhao.min", frozenset({"approver"}))
        )
    assert refused.value.code == "idempotency_key_reused"
    assert await transfers.effects() == 1


async def test_a_limited_token_does_not_get_the_reply_of_one_that_reaches_more(
    transfers: Transfers,
) -> None:
    limited = Reach("w1", campaigns=frozenset({"c1"}))
    await transfers.post(post(b"{}"))
    with pytest.raises(InvalidError) as refused:
        await transfers.post(post(b"{}"), Principal(limited, "li.na", frozenset({"operator"})))
    assert refused.value.code == "idempotency_key_reused"
    assert await transfers.effects() == 1


async def test_a_key_belongs_to_its_workspace_and_route(transfers: Transfers) -> None:
    other = Principal(Reach("w2"), "li.na", frozenset())
    await transfers.post(post(b"{}"))
    await transfers.post(post(b"{}"), other)
    await transfers.post(post(b"{}", path="/v1/draws"))
    await transfers.post(post(b"{}", key="k2"))
    assert await transfers.effects() == 4


async def test_an_error_stores_nothing_and_the_key_can_be_used_again(transfers: Transfers) -> None:
    transfers.error = ConflictError("not_in_review", "not now")
    with pytest.raises(ConflictError):
        await transfers.post(post(b"{}"))
    assert (await transfers.effects(), await transfers.keys()) == (0, 0)
    transfers.error = None
    assert (await transfers.post(post(b"{}"))).status_code == 201
    assert await transfers.effects() == 1


async def test_concurrent_twins_have_one_effect_and_one_answer(transfers: Transfers) -> None:
    transfers.pause_s = 0.1
    answers = await asyncio.gather(*(transfers.post(post(b"{}")) for _ in range(6)))
    assert all(content(answer) == content(answers[0]) for answer in answers)
    assert sum("idempotency-hit" not in answer.headers for answer in answers) == 1
    assert await transfers.effects() == 1


async def test_the_twin_of_one_that_fails_does_the_work(transfers: Transfers) -> None:
    transfers.pause_s = 1.0
    transfers.error = ConflictError("not_in_review", "not now")
    failing = asyncio.create_task(transfers.post(post(b"{}")))
    await transfers.began.wait()
    waiting = asyncio.create_task(transfers.post(post(b"{}")))
    with pytest.raises(ConflictError):
        await failing
    transfers.error = None
    assert (await waiting).status_code == 201
    assert await transfers.effects() == 1

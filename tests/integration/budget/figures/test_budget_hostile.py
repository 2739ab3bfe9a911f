"""Cursors, numbers and times in addresses that nobody sends by accident: refused by name."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.integration.budget.budget_helpers import Caller, Service, running_campaign
from tests.integration.budget.spend import at, delta
from tests.root import ROOT

DOCUMENT = json.loads(ROOT.joinpath("docs/api/budget.json").read_text("utf-8"))
NAMES = {"campaign": "c1", "line": "L1", "import_id": "i1", "mapping": "m1", "target": "sales",
         "kind": "milestone", "name": "x1", "commitment": "o1", "invoice": "r1"}  # fmt: skip
NUMBERS = ["-1", "0", "2147483648", "9223372036854775807", "9223372036854775808", "1" + "0" * 400]
NO_NUMBERS = ["true", "1e3", "[1]", "NaN", "Infinity", "0x10", "1.5", "", "%00", "１"]
TIMES = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2999-12-31T23:59:59-23:59", "0", "-1",
         "1e400", "253402300800", "1970-01-01T00:00:00+23:59", "2025-11-03", "NaN", ""]  # fmt: skip
KEYS: list[Any] = [
    3_000_000_000, -3_000_000_000, 2**31 - 1, 2**31, -(2**31) - 1, 2**63 - 1, -(2**63), 2**63, 0,
    1e3, 1e400, True, None, [], [1], {"a": 1}, "", "a", "\0", "é", "x" * 5000, "1",
]  # fmt: skip
CURSORS = [base64.urlsafe_b64encode(json.dumps([key]).encode()).decode() for key in KEYS]
CURSORS += [base64.urlsafe_b64encode(raw).decode() for raw in (b"[", b"1", b"[1,2]", b'["\\ud8"]')]
CURSORS += ["!", "é", "[1]", base64.urlsafe_b64encode(b"[" * 3000).decode()]


def parameters(place: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every parameter that stands in `place`."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            for one in operation.get("parameters", ()):
                if one["in"] == place:
                    yield method, path, one


def filled(path: str, **values: str) -> str:
    for name, value in {
        **NAMES,
        "version": "1",
        "held": "1",
        "number": "1",
        "request": "1",
        **values,
    }.items():
        path = path.replace("{" + name + "}", value)
    return path


@pytest_asyncio.fixture
async def anybody(database_url: str, tmp_path: Path) -> AsyncIterator[Caller]:
    async with running_campaign(database_url, tmp_path, "11-05 00:00") as made:
        await spend_and_map(made)
        async with made.caller("root", "admin", "approver", "operator") as caller:
            yield caller


async def spend_and_map(service: Service) -> None:
    await service.post(delta("tap", "1", at("11-03 12:00"), "1.00"))
    async with service.caller("wang.lei", "operator") as operator:
        body = {"source": "ads", "match": {"campaign": "9"}, "campaign": "c1", "line": "L1"}
        await operator.post("/v1/mappings", body, 201)
        film = {"name": "Film is cut", "owner": "zhou.yu", "due_at": at("11-05 12:00").isoformat()}
        film_body = {"id": "x1", "campaign": "c1", "attributes": film}
        await operator.post("/v1/objects/milestone", film_body, 201)


async def test_a_cursor_of_another_list_is_refused_and_never_a_fault(anybody: Caller) -> None:
    lists = sorted({path for _, path, one in parameters("query") if one["name"] == "cursor"})
    assert len(lists) >= 7
    for path in lists:
        for cursor in CURSORS:
            answer = await anybody.ask("GET", filled(path), params={"cursor": cursor})
            told = f"{path} {cursor[:60]}: {answer.text[:200]}"
            assert answer.status_code in (200, 422), told
            if answer.status_code == 422:
                assert answer.json()["code"] == "cursor_invalid", told


async def test_a_number_in_a_path_that_no_column_holds_is_refused(anybody: Caller) -> None:
    body = {"decision": "approve", "as": "approver", "opinion": ""}
    numbers = [
        (method, path, one["name"])
        for method, path, one in parameters("path")
        if one["schema"].get("type") == "integer"
    ]
    assert {name for _, _, name in numbers} == {"version", "held", "number", "request"}
    for method, path, name in numbers:
        for value in filter(None, (*NUMBERS, *NO_NUMBERS)):
            sent = {} if method == "get" else {"json": {} if "submit" in path else body}
            answer = await anybody.ask(method.upper(), filled(path, **{name: value}), **sent)
            told = f"{method} {path} {value[:60]}: {answer.text[:200]}"
            assert answer.status_code in (404, 405, 422), told


async def test_a_query_that_means_nothing_is_refused(anybody: Caller) -> None:
    asked = [(method, path, one) for method, path, one in parameters("query")]
    assert {one["name"] for _, _, one in asked} >= {"limit", "through", "known_at"}
    for method, path, one in asked:
        for value in (
            *NUMBERS,
            *NO_NUMBERS,
            *TIMES,
            "\0",
            "\ud800".encode("utf-8", "surrogatepass"),
        ):
            answer = await anybody.ask(method.upper(), filled(path), params={one["name"]: value})
            told = f"{path} {one['name']}={value[:60]!r}: {answer.text[:200]}"
            assert answer.status_code in (200, 404, 415, 422), told

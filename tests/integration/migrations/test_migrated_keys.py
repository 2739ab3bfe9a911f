"""Stored keys that two subjects could have shared are written anew, as far as it can be known."""

import importlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from cli.helpers import run_coroutine
from cli.migrations.migrate import migrate, migrate_down
from shared import keys

MIGRATION = importlib.import_module("cli.migrations.versions.0007_keys")
DAY, HOUR = "2025-11-03", "2025-11-03T10"
AT = "2025-11-05T00:00:00Z"
ENTITIES: list[tuple[dict[str, str] | None, dict[str, str], str]] = [
    ({"ad": "x,device=m"}, {}, "one ad that looks like two pairs"),
    ({"ad": "x", "device": "m"}, {}, "and the two pairs"),
    ({"ad": "1|2", "account": "7"}, {"device": "m"}, "the separator of the parts"),
    ({"ad": "back\\slash"}, {"q": "a,b=c"}, "the escape, and dims that go on"),
    ({"ad": "投放/1:2@3"}, {"device": "m", "os": "a b"}, "nothing to escape"),
    ({",": ","}, {"keyword": "shoes, red"}, "nothing but separators"),
    (None, {"keyword": "red|blue\\"}, "our own names"),
]
"""Entity, dims and why. No two of them had one key, for of such nothing can be known."""


@pytest.fixture
def old_url(postgres: str) -> Iterator[str]:
    """A database as the landing before made it."""
    name = f"keys_{uuid.uuid4().hex[:12]}"
    run_coroutine(_execute(postgres, f"CREATE DATABASE {name}"))
    url = sa.make_url(postgres).set(database=name).render_as_string(hide_password=False)
    migrate(url, MIGRATION.down_revision)
    yield url
    run_coroutine(_execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, *statements: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        async with conn.transaction() if len(statements) > 1 else _Nothing():
            for statement in statements:
                await conn.execute(statement)
    finally:
        await conn.close()


class _Nothing:
    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *_: object) -> None: ...


def _before(pairs: dict[str, str] | None) -> str:
    if pairs is None:
        return "c1/L1"
    return ",".join(f"{name}={pairs[name]}" for name in sorted(pairs))


def _old_key(entity: dict[str, str] | None, dims: dict[str, str]) -> str:
    return f"{DAY}|{_before(entity)}|{_before(dims)}"


def _new_key(entity: dict[str, str] | None, dims: dict[str, str]) -> str:
    subject = keys.subject_text(entity, "c1", "L1")
    return keys.fact_key(DAY, subject, keys.pairs_text(dims))


def _stored() -> list[tuple[dict[str, str] | None, dict[str, str]]]:
    """Those that can stand beside each other: the first two had one key."""
    return [(entity, dims) for entity, dims, _ in ENTITIES if entity != {"ad": "x", "device": "m"}]


async def _fill(url: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        spend, moves = [
            await conn.fetchval(
                "INSERT INTO budget.streams (workspace, source, stream) VALUES ('w', 's', $1) "
                "RETURNING stream_id",
                stream,
            )
            for stream in ("s/daily", "m/mapping/m1")
        ]
        account = await conn.fetchval(
            "INSERT INTO budget.accounts (workspace, kind, campaign, line, source, currency) "
            "VALUES ('w', 'line', 'c1', 'L1', '', 'CNY') RETURNING account_id"
        )
        for number, (entity, dims) in enumerate(_stored()):
            key, entry = _old_key(entity, dims), 10 * number
            text = json.dumps(entity, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
            rows = [
                (spend, f"{key}@1", entry, 0),
                (spend, f"{key}@2", entry + 1, 1),
                (moves, f"{spend}|{key}|-", entry + 2, 2),
                (moves, f"{spend}|{key}|-c", entry + 3, 3),
                (moves, f"{spend}|{key}|+", entry + 4, 2),
                (moves, f"{spend}|{key}|+c", entry + 5, 3),
            ]
            await conn.executemany(
                "INSERT INTO budget.entries (stream_id, id, entry, kind, account_id, amount, at, "
                f"recorded_at, entity) VALUES ($1, $2, $3, $4, $5, 1, '{AT}', '{AT}', $6)",
                [(*row, account, None if entity is None else text) for row in rows],
            )
            await conn.execute(
                "INSERT INTO budget.facts (stream_id, key, account_id, revision, amount, currency, "
                f"stated_at, entry, period_start, period_end) VALUES ($1, $2, $3, 2, 1, 'CNY', "
                f"'{AT}', $4, '{AT}', '{AT}')",
                *(spend, key, account, entry + 4),
            )
            await conn.execute(
                "INSERT INTO budget.held (workspace, account_id, stream_id, key, is_fact, status, "
                "reason, amount, entry, source, event_id, entity, period_start, period_end, at, "
                f"recorded_at) VALUES ('w', $1, $2, $3, true, 'open', 'unmapped', 1, 1, 's', 'e', "
                f"$4::text::jsonb, '{AT}', '{AT}', '{AT}', '{AT}')",
                *(account, spend, key, json.dumps(entity or {})),
            )
            await conn.execute(
                "INSERT INTO kpi.facts (stream, period, entity, dims, revision, measures, start_ms,"
                " end_ms, campaign, line, currency) VALUES (1, $1, $2, $3, 1, '{}', 0, 1, 'c1', "
                "'L1', '')",
                *(HOUR, _before(entity), _before(dims)),
            )
            levels = entity or {"paceline:campaign": "c1", "paceline:line": "L1"}
            await conn.execute(
                "INSERT INTO kpi.held (workspace, source, entity, period, start_ms, measure, "
                "end_ms, known_ms, currency, amount, levels, measures) VALUES ('w', 's', $1, '', 0,"
                " 'clicks', 1, 0, '', 1, $2::text::jsonb, 'clicks')",
                *(_before(entity), json.dumps(levels)),
            )
        for number, match in enumerate(({"ad": "x,campaign=9"}, {"ad": "x"}, {"ad": "a\\|b"})):
            await conn.execute(
                "INSERT INTO budget.mappings (workspace, mapping, version, source, match, "
                "match_text, campaign, line, created_by, created_at) VALUES ('w', $1, 1, 's', "
                f"$2::text::jsonb, $3, 'c1', 'L1', 'li', '{AT}')",
                *(f"m{number}", json.dumps(match), _before(match)),
            )
    finally:
        await conn.close()


async def _read(url: str) -> dict[str, set[Any]]:
    conn = await asyncpg.connect(url)
    queries = {
        "facts": "SELECT key FROM budget.facts",
        "held": "SELECT key FROM budget.held",
        "entries": "SELECT id FROM budget.entries",
        "mappings": "SELECT match_text FROM budget.mappings",
        "kpi facts": "SELECT entity, dims FROM kpi.facts",
        "kpi held": "SELECT entity FROM kpi.held",
    }
    try:
        return {
            name: {tuple(row) for row in await conn.fetch(query)} for name, query in queries.items()
        }
    finally:
        await conn.close()


def test_stored_keys_are_those_that_events_make_now_and_back_again(old_url: str) -> None:
    run_coroutine(_fill(old_url))
    before = run_coroutine(_read(old_url))
    migrate(old_url, "0007_keys")
    after = run_coroutine(_read(old_url))
    made = {_new_key(entity, dims) for entity, dims in _stored() if dims != {"q": "a,b=c"}}
    odd = rf"{DAY}|{keys.pairs_text({'ad': 'back' + chr(92) + 'slash'})}|q=a,b=c"
    assert after["facts"] == {(key,) for key in made | {odd}}, "q=a,b=c may be two pairs: it stays"
    assert after["held"] == after["facts"]
    spend = next(id_.split("|")[0] for (id_,) in before["entries"] if not id_.startswith("2025"))
    assert after["entries"] == {
        (id_,)
        for (key,) in after["facts"]
        for id_ in (
            f"{key}@1",
            f"{key}@2",
            *(f"{spend}|{key}|{half}" for half in ("-", "-c", "+", "+c")),
        )
    }
    assert after["mappings"] == {(r"ad=x\,campaign\=9",), ("ad=x",), (r"ad=a\\\|b",)}
    assert after["kpi held"] == {
        (keys.subject_text(entity, "c1", "L1"),) for entity, _ in _stored()
    }
    assert (r"ad=1\|2", "device=m") not in after["kpi facts"]
    assert (r"account=7,ad=1\|2", "device=m") in after["kpi facts"]
    assert (r"c1/L1", r"keyword=red\|blue\\") in after["kpi facts"]
    run_coroutine(_execute(old_url, *MIGRATION.UP))
    assert run_coroutine(_read(old_url)) == after, "a second time changes nothing"
    migrate_down(old_url, MIGRATION.down_revision)
    assert run_coroutine(_read(old_url)) == before


def test_a_revision_of_an_old_fact_finds_it_under_its_new_key(old_url: str) -> None:
    """Of two facts that were one, the one that was stated last goes on; the other begins anew."""
    run_coroutine(_fill(old_url))
    migrate(old_url, "0007_keys")
    found = {key for (key,) in run_coroutine(_read(old_url))["facts"]}
    assert _new_key({"ad": "x,device=m"}, {}) in found
    assert _new_key({"ad": "x", "device": "m"}, {}) not in found

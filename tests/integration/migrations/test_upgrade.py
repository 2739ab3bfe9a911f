"""A database that the previous landing filled is brought up to date and goes on.

`landing_0005.sql` is such a database as `pg_dump --inserts` gave it: campaigns in each state, money
on lines, in suspense and in exceptions, a decision on one of them, restatements, mappings that were
corrected, an open alert that two mailboxes heard of, metrics that wait.
"""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import sqlalchemy as sa

from cli.access import make_token
from cli.helpers import run_coroutine
from cli.migrations.migrate import migrate
from cli.processes import wait_until
from cli.stack.stack import Stack, StackOptions
from tests.integration.migrations.models import differences

LANDING = Path(__file__).with_name("landing_0005.sql")
DUMPED = "2026-11-30T18:10:00Z"
SCHEMAS = "('runtime', 'ingest', 'budget', 'kpi', 'alerts')"
COLUMNS = f"""
SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default, is_identity
FROM information_schema.columns WHERE table_schema IN {SCHEMAS}
ORDER BY table_schema, table_name, column_name
"""
CONSTRAINTS = f"""
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace::regnamespace::text IN {SCHEMAS} AND contype <> 'n' ORDER BY 1, 2
"""
INDEXES = f"SELECT schemaname, indexname, indexdef FROM pg_indexes WHERE schemaname IN {SCHEMAS} \
ORDER BY 1, 2"
STORAGE = f"""
SELECT oid::regclass::text, reloptions FROM pg_class
WHERE relnamespace::regnamespace::text IN {SCHEMAS} AND reloptions IS NOT NULL ORDER BY 1
"""


async def _execute(url: str, sql: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(sql)
    finally:
        await conn.close()


async def _shape(url: str) -> list[tuple[Any, ...]]:
    conn = await asyncpg.connect(url)
    try:
        return [
            tuple(row)
            for query in (COLUMNS, CONSTRAINTS, INDEXES, STORAGE)
            for row in await conn.fetch(query)
        ]
    finally:
        await conn.close()


@pytest.fixture
def empty_url(postgres: str) -> Iterator[str]:
    name = f"upgrade_{uuid.uuid4().hex[:12]}"
    run_coroutine(_execute(postgres, f"CREATE DATABASE {name}"))
    yield sa.make_url(postgres).set(database=name).render_as_string(hide_password=False)
    run_coroutine(_execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def landed_url(postgres: str) -> Iterator[str]:
    name = f"landed_{uuid.uuid4().hex[:12]}"
    run_coroutine(_execute(postgres, f"CREATE DATABASE {name}"))
    url = sa.make_url(postgres).set(database=name).render_as_string(hide_password=False)
    run_coroutine(_execute(url, LANDING.read_text(encoding="utf-8")))
    yield url
    run_coroutine(_execute(postgres, f"DROP DATABASE {name} WITH (FORCE)"))


def test_migrations_that_landed_still_make_the_schema_of_their_landing(
    empty_url: str, landed_url: str
) -> None:
    migrate(empty_url, "0005_alerts")
    assert run_coroutine(_shape(empty_url)) == run_coroutine(_shape(landed_url))


def test_a_filled_database_that_is_upgraded_has_the_shape_of_a_fresh_one(
    empty_url: str, landed_url: str
) -> None:
    migrate(empty_url)
    migrate(landed_url)
    assert run_coroutine(_shape(landed_url)) == run_coroutine(_shape(empty_url))
    assert run_coroutine(differences(landed_url)) == []


class Caller:
    """Asks the services of an installation as people with all roles."""

    def __init__(self, stack: Stack, state: Path) -> None:
        self._urls = stack.urls
        roles = ("operator", "finance", "auditor", "admin")
        token = make_token(state, roles=roles, subject="ida")
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, service: str, path: str) -> Any:
        reply = httpx.get(self._urls[service] + path, headers=self._headers, timeout=30)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, service: str, path: str, body: Any) -> Any:
        headers = {**self._headers, "Idempotency-Key": uuid.uuid4().hex}
        reply = httpx.post(self._urls[service] + path, json=body, headers=headers, timeout=30)
        assert reply.status_code in (200, 201, 202), reply.text
        return reply.json()

    def lines(self) -> dict[str, str]:
        totals = self.get("budget", "/v1/campaigns/spring/totals")
        return {line["line"]: line["actual"] for line in totals["lines"]}


@pytest.fixture
def upgraded(landed_url: str, kafka: str, topic_prefix: str, tmp_path: Path) -> Iterator[Caller]:
    migrate(landed_url)
    # Whenever the test runs, it is the evening of the dump: no interval has elapsed meanwhile.
    run_coroutine(_execute(landed_url, f"INSERT INTO runtime.clock (now) VALUES ('{DUMPED}')"))
    alerts = tmp_path / "alerts.d"
    alerts.mkdir()
    (alerts / "default.yml").write_text(
        "route: {receiver: ops, group_by: [campaign, line], repeat_interval: 4h}\n"
        "receivers:\n"
        "  - {name: ops, email_configs: [{to: [ops@example.com, boss@example.com]}]}\n",
        encoding="utf-8",
    )
    stack = Stack(
        StackOptions(
            state=tmp_path / "state",
            kafka=kafka,
            database=landed_url,
            clock="manual",
            topic_prefix=topic_prefix,
            known_ports=False,
            environment={"PACELINE_ALERTS_DIR": str(alerts), "PACELINE_SMTP_PORT": "1"},
        )
    )
    try:
        stack.start()
        yield Caller(stack, tmp_path / "state")
    finally:
        stack.stop()


def test_the_services_go_on_where_the_previous_landing_stopped(upgraded: Caller) -> None:
    before = {"search": "743.333333", "social": "7.00"}
    assert upgraded.lines() == before
    assert upgraded.get("budget", "/v1/invariants")["holds"] is True
    suspense = upgraded.get("budget", "/v1/suspense")["items"]
    assert {(item["reason"], item["amount"]["amount"]) for item in suspense} == {
        ("unmapped", "44.00"),
        ("unmapped", "12.00"),
        ("campaign_unknown", "5.00"),
        ("unmapped", "12.50"),
        ("unmapped", "3.00"),
    }
    exceptions = upgraded.get("budget", "/v1/exceptions")["items"]
    assert {item["reason"] for item in exceptions} == {"not_approved", "after_close"}
    [breach] = upgraded.get("kpi", "/v1/breaches?campaign=spring&open=true")["items"]
    assert breach["breach"] == "pacing-high/line:search/1"
    told = upgraded.get("alerts", "/v1/notifications?campaign=spring")["items"]
    assert told
    assert {item["state"] for item in told} == {"delivered"}

    # A fact of then is restated now: it changes by the difference, and what waits can move.
    entity = {"entity": {"campaign": "c1"}, "currency": "CNY", "mode": "snapshot"}
    restated = {**entity, "report": "daily", "period": "2026-11-28", "revision": 3}
    event: dict[str, Any] = {"specversion": "1.0", "id": "again", "source": "shop/ads"}
    event |= {"type": "paceline.spend.v1", "time": "2026-11-30T18:00:00Z"}
    event["data"] = {**restated, "amount": "100.00"}
    assert upgraded.post("ingest", "/v1/events", [event])["accepted"] == 1
    after = {"search": "724.833333", "social": "7.00"}
    assert wait_until(lambda: upgraded.lines() == after, 60)
    mapping = {"source": "shop/ads", "match": {"campaign": "c9"}, "campaign": "spring"}
    upgraded.post("budget", "/v1/mappings", {**mapping, "line": "social"})
    assert upgraded.lines() == {"search": "724.833333", "social": "19.00"}
    assert upgraded.get("budget", "/v1/invariants")["holds"] is True


async def test_plans_say_which_is_in_force_and_old_decisions_are_about_what_they_named(
    landed_url: str,
) -> None:
    """A decision on a plan was about its total; one on held money named no amount, so it is made
    anew, whatever was restated since."""
    migrate(landed_url)
    conn = await asyncpg.connect(landed_url)
    try:
        plans = await conn.fetch(
            "SELECT campaign, status, applied_at, approved_at FROM budget.plans"
        )
        current = await conn.fetch(
            "SELECT p.status FROM budget.campaigns AS c "
            "JOIN budget.plans AS p USING (workspace, campaign, plan_version)"
        )
        decided = await conn.fetch(
            "SELECT d.object, d.amount, d.version, p.total, p.plan_version FROM budget.decisions d "
            "LEFT JOIN budget.plans p ON d.object = 'plan/' || p.campaign || '/' || p.plan_version"
        )
    finally:
        await conn.close()
    assert {row["status"] for row in current} == {"in_force"}
    assert not [row for row in plans if row["status"] == "approved"]
    assert all(row["applied_at"] == row["approved_at"] for row in plans)
    by_kind = {row["object"].split("/")[0] for row in decided}
    assert by_kind == {"plan", "exception"}
    for row in decided:
        expected = (row["total"], row["plan_version"])
        if row["object"].startswith("exception"):
            expected = (0, 0)
        assert (row["amount"], row["version"]) == expected, row["object"]

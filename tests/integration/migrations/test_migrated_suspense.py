"""Breaches of suspense that are open go on as standings, and back again."""

import datetime as dt
import importlib

import msgspec

from cli.migrations.migrate import migrate, migrate_down
from tests.integration.migrations.landed import database_at, execute_many, fetch

MIGRATION = importlib.import_module("cli.migrations.versions.0018_units_due_by_time")
AT = dt.datetime(2025, 11, 5, tzinfo=dt.UTC)
ADD = """
INSERT INTO kpi.suspense (workspace, source, version, since, object, episode, seq, open)
VALUES ('w', $1, 3, $2, convert_from($3, 'UTF8')::jsonb, $4, $5, $6)
"""
ADD_FIRING = """
INSERT INTO kpi.transitions (workspace, breach, seq, campaign, transition, event, decided_at)
VALUES ('w', $1, 1, '', 'firing', convert_from($2, 'UTF8')::jsonb, $3)
"""
STANDINGS = """
SELECT group_key, campaign, rule_version, episode, seq, severity, to_timestamp(since_ms / 1000)
FROM kpi.standings WHERE workspace = 'w' AND rule = 'suspense' ORDER BY group_key
"""
SUSPENSE = "SELECT source, version, since, episode, seq, open FROM kpi.suspense ORDER BY source"


def body(source: str, since: dt.datetime | None) -> bytes:
    return msgspec.json.encode({"source": source, "since": since})


def test_episodes_of_suspense_are_carried_over_and_the_workspace_is_judged_again(
    postgres: str,
) -> None:
    began, newer = AT - dt.timedelta(days=2), AT - dt.timedelta(days=1)
    stored = [
        ("ads/1", newer, body("ads/1", newer), 2, 1, True),
        ("calm", None, body("calm", None), 1, 2, False),
        ("new", AT, body("new", AT), 0, 0, False),
        ("odd,name", newer, body("odd,name", newer), 1, 1, True),
    ]
    with database_at(postgres, MIGRATION.down_revision) as url:
        execute_many(url, ADD, stored)
        firing = msgspec.json.encode({"since": began})
        execute_many(url, ADD_FIRING, [("suspense/source:ads/1/2", firing, AT)])
        before = fetch(url, SUSPENSE)
        migrate(url, MIGRATION.revision)
        assert fetch(url, STANDINGS) == [
            ("source:ads/1", "", 1, 2, 1, "warning", began),
            ("source:calm", "", 1, 1, 2, None, None),
            ("source:odd\\,name", "", 1, 1, 1, "warning", newer),
        ]
        assert fetch(url, "SELECT workspace, campaign FROM kpi.units") == [("w", "")]
        assert fetch(url, "SELECT workspace, campaign, line FROM kpi.touches") == [("w", "", None)]
        kept = fetch(url, "SELECT id, version FROM kpi.catalog WHERE kind = 'suspense' ORDER BY id")
        assert kept == [(source, 3) for source, *_ in stored]
        migrate_down(url, MIGRATION.down_revision)
        assert fetch(url, SUSPENSE) == before
        assert fetch(url, "SELECT count(*) FROM kpi.standings") == [(0,)]
        assert fetch(url, "SELECT count(*) FROM kpi.units") == [(0,)]

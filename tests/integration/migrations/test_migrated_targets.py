"""Targets of campaigns that there are become their first versions, once."""

import importlib

from cli.migrations.migrate import migrate, migrate_down
from tests.integration.migrations.landed import database_at, execute_many, fetch

MIGRATION = importlib.import_module("cli.migrations.versions.0045_targets")
ADD_CAMPAIGN = """
INSERT INTO budget.campaigns (workspace, campaign, version, name, currency, time_zone, starts_at,
  ends_at, status, body, created_by, created_at)
VALUES ('w', $1, 1, 'c', 'CNY', 'UTC', now(), now() + interval '1 day', 'draft', $2, 'li.na', now())
"""
TWO = '{"targets": [{"target": "sales", "value": "5"}, {"target": "visits", "value": "7"}]}'


def test_targets_become_first_versions(postgres: str) -> None:
    with database_at(postgres, MIGRATION.down_revision) as url:
        execute_many(url, ADD_CAMPAIGN, [("a", TWO), ("b", '{"targets": []}')])
        for _ in range(2):
            migrate(url)
            rows = fetch(
                url,
                "SELECT kind, id, campaign, version, attributes ->> 'value', created_by "
                "FROM budget.objects ORDER BY id",
            )
            assert [tuple(row) for row in rows] == [
                ("target", "a/sales", "a", 1, "5", "li.na"),
                ("target", "a/visits", "a", 1, "7", "li.na"),
            ]
            migrate_down(url, MIGRATION.down_revision)
        migrate(url)

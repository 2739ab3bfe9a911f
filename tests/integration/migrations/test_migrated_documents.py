"""Requests learn their campaign, and lines which entry of the journal was their last."""

import importlib

from cli.migrations.migrate import migrate, migrate_down
from tests.integration.migrations.landed import database_at, execute_many, fetch

MIGRATION = importlib.import_module("cli.migrations.versions.0037_documents")
ADD_REQUEST = """
INSERT INTO budget.requests (workspace, object, kind, amount, version, currency, authors, roles,
  decisions, status, asked_at)
VALUES ('w', $1, $2, 1, 1, 'CNY', '{}', '{approver,finance}', 2, 'in_review', now())
"""
ADD_HELD = """
INSERT INTO budget.held (held, workspace, account_id, stream_id, key, is_fact, status, reason,
  amount, entry, source, event_id, campaign, entity, period_start, period_end, at, recorded_at)
OVERRIDING SYSTEM VALUE
VALUES ($1, 'w', 1, 1, 'k', false, 'open', 'after_end', 1, 1, 's', 'e', $2, '{}', now(), now(),
  now(), now())
"""
ADD_LINE = """
INSERT INTO budget.lines (workspace, campaign, line, version, plan_version, removed, name,
  allocated, curve)
VALUES ('w', 'c', $1, 1, 1, false, $1, 1, '{"instants": [0], "amounts": [0]}')
"""
ADD_STEP = """
INSERT INTO budget.allocations (workspace, campaign, document, place, name, effective_from,
  decided_at, amount) VALUES ('w', 'c', $1, 'line', $2, now(), now(), 1)
"""


def test_requests_have_their_campaign_and_lines_their_last_entry(postgres: str) -> None:
    with database_at(postgres, MIGRATION.down_revision) as url:
        asked = [("plan/c/2", "plan"), ("exception/7", "exception"), ("exception/8", "exception")]
        execute_many(url, ADD_REQUEST, asked)
        execute_many(url, ADD_HELD, [(7, "d")])
        execute_many(url, ADD_LINE, [("L1",), ("L2",), ("L3",)])
        steps = [("plan/c/1", "L1"), ("plan/c/1", "L2"), ("plan/c/2", "L1")]
        execute_many(url, ADD_STEP, steps)
        migrate(url)
        requests = fetch(url, "SELECT object, campaign, request FROM budget.requests")
        assert {row[0]: row[1] for row in requests} == {
            "plan/c/2": "c",
            "exception/7": "d",
            "exception/8": None,
        }
        assert len({row[2] for row in requests}) == 3
        lines = fetch(url, "SELECT line, allocated_by, allocation FROM budget.lines ORDER BY line")
        assert [tuple(row)[:2] for row in lines] == [
            ("L1", "plan/c/2"),
            ("L2", "plan/c/1"),
            ("L3", None),
        ]
        assert lines[0][2] > lines[1][2]
        migrate_down(url, MIGRATION.down_revision)
        migrate(url)

"""What plans gave their lines before there was a journal is carried over, and back."""

import importlib
import json
from collections import defaultdict
from datetime import UTC, datetime

from cli.migrations.migrate import migrate, migrate_down
from tests.integration.migrations.landed import database_at, execute_many, fetch

MIGRATION = importlib.import_module("cli.migrations.versions.0021_allocations")
ADD_CAMPAIGN = """
INSERT INTO budget.campaigns (workspace, campaign, version, status, name, currency, time_zone,
  starts_at, ends_at, body, plan_version, created_by, created_at)
VALUES ('w', $1, 1, 'approved', $1, 'CNY', 'UTC', '2025-11-01Z', '2025-11-11Z', '{}', $2, 'a',
  '2025-10-01Z')
"""
ADD_PLAN = """
INSERT INTO budget.plans (workspace, campaign, plan_version, status, total, body, findings,
  created_by, created_at, effective_from, approved_at, applied_at)
VALUES ('w', $1, $2, 'superseded', $3, $4::text::jsonb, '[]', 'a', '2025-10-01Z', $5, $6, $6)
"""
ADD_LINE = """
INSERT INTO budget.lines (workspace, campaign, line, version, plan_version, removed, name,
  allocated, curve)
VALUES ('w', $1, $2, 1, 1, false, $2, $3, '{"instants": [0], "amounts": [0]}')
"""
ADD_PLAN_LINE = """
INSERT INTO budget.plan_lines (workspace, campaign, plan_version, line, name, allocated, curve)
VALUES ('w', $1, $2, $3, $3, $4, $5::text::jsonb)
"""
PLAN_LINES = "SELECT campaign, plan_version, line, allocated, curve FROM budget.plan_lines"
RESERVE = '{"lines": [], "reserve": [{"bucket": "crisis_pr", "amount": "%s"}]}'
OLD_BODY = """{"lines": [
  {"line": "L1", "allocated": "100.00", "phasing": {"kind": "even"}},
  {"line": "L2", "allocated": "50.00", "phasing": {"kind": "curve", "points": [
    {"at": "2025-11-05T00:00:00+00:00", "amount": "20.00"},
    {"at": "2025-11-11T00:00:00+00:00", "amount": "50.00"}]}}], "reserve": []}"""
CNY = 1_000_000


def day(number: int) -> datetime:
    return datetime(2025, 11, number, tzinfo=UTC)


def fill(url: str) -> None:
    """Campaign `c`: the second plan is decided later and in force earlier than the first."""
    execute_many(url, ADD_CAMPAIGN, [("c", 2), ("old", 1)])
    execute_many(
        url,
        ADD_PLAN,
        [
            ("c", 1, 160 * CNY, RESERVE % "10.00", day(5), day(1)),
            ("c", 2, 130 * CNY, RESERVE % "30.00", day(3), day(6)),
            ("old", 1, 150 * CNY, OLD_BODY, None, day(2)),
        ],
    )
    lines = [("c", "L1", 100), ("c", "L2", 0), ("old", "L1", 100), ("old", "L2", 50)]
    execute_many(url, ADD_LINE, [(*line[:2], line[2] * CNY) for line in lines])
    given = [(1, "L1", 70), (1, "L2", 80), (2, "L1", 100), (2, "L2", 0)]
    execute_many(
        url,
        ADD_PLAN_LINE,
        [("c", plan, line, n * CNY, f'{{"v": {plan}}}') for plan, line, n in given],
    )


def test_the_journal_holds_what_every_plan_gave_and_its_steps_sum_to_zero(postgres: str) -> None:
    with database_at(postgres, MIGRATION.down_revision) as url:
        fill(url)
        before = set(fetch(url, PLAN_LINES))
        migrate(url, MIGRATION.revision)
        rows = fetch(
            url,
            "SELECT campaign, document, place, name, effective_from, amount, curve "
            "FROM budget.allocations ORDER BY entry",
        )
        sums: dict[str, int] = defaultdict(int)
        for _, document, _, _, _, amount, _ in rows:
            sums[document] += amount
        assert set(sums.values()) == {0}
        held = {
            at: {
                (place, name): sum(
                    row[5]
                    for row in rows
                    if (row[0], row[2], row[3]) == ("c", place, name) and row[4] <= day(at)
                )
                // CNY
                for place, name in [("line", "L1"), ("line", "L2"), ("bucket", "crisis_pr")]
            }
            for at in (2, 4, 6)
        }
        assert list(held[2].values()) == [0, 0, 0]
        assert list(held[4].values()) == [100, 0, 30], "the plan that was decided last"
        assert list(held[6].values()) == [100, 0, 30], "what the first wanted later is taken back"
        curves = {row[3]: json.loads(row[6]) for row in rows if row[0] == "old" and row[6]}
        micros = [int(day(n).timestamp()) * 1_000_000 for n in (1, 5, 11)]
        assert curves == {
            "L1": {"instants": [micros[0], micros[2]], "amounts": [0, 100 * CNY]},
            "L2": {"instants": micros, "amounts": [0, 20 * CNY, 50 * CNY]},
        }
        migrate_down(url, MIGRATION.down_revision)
        after = {row for row in fetch(url, PLAN_LINES) if row[0] == "c"}
        assert after == before

"""Breaches of suspense get one name everywhere, and the rule of the house its own episodes."""

import importlib
from typing import Any

import msgspec

from cli.migrations.migrate import migrate, migrate_down
from shared.events import BREACH_DECODER, ENCODER
from tests.integration.migrations.landed import database_at, execute, execute_many, fetch
from tests.unit.alerts.builders import at, make_breach

MIGRATION = importlib.import_module("cli.migrations.versions.0024_suspense_names")
BEFORE, ODD = "suspense/source:till,eu:1/1", r"suspense/source:till\,eu\:1/1"
STANDING = """
INSERT INTO kpi.standings (workspace, rule, group_key, campaign, rule_version, judged_through_ms,
  episode, seq, severity, since_ms, too_coarse)
VALUES ('w', 'suspense', $1, $2, 1, 0, $3, $4, $5, $6, false)
"""
TRANSITION = """
INSERT INTO kpi.transitions (workspace, breach, seq, campaign, transition, event, decided_at)
VALUES ('w', $1, $2, '', $3, convert_from($4, 'UTF8')::jsonb, now())
"""
BREACH = """
INSERT INTO kpi.breaches (workspace, breach, campaign, rule, open)
VALUES ('w', $1, '', 'suspense', $2)
"""
TOLD = """
INSERT INTO budget.suspense_told (workspace, source, version, entries, told, told_at)
VALUES ('w', $1, $2, 1, convert_from($3, 'UTF8')::jsonb, now())
"""
KEPT = """
INSERT INTO kpi.catalog (workspace, kind, id, version, deleted, object)
VALUES ('w', 'suspense', $1, $2, false, convert_from($3, 'UTF8')::jsonb)
"""
IN_ALERTS = f"""
INSERT INTO alerts.alerts (workspace, fingerprint, labels)
VALUES ('w', 'f', '{{"rule": "suspense", "source": "till,eu:1"}}');
INSERT INTO alerts.episodes (alert, episode, workspace, breach, seq, state, severity, restated_at,
  starts_at, decided_at)
SELECT alert, 1, 'w', '{BEFORE}', 1, 'firing', 'warning', 0, now(), now() FROM alerts.alerts;
INSERT INTO alerts.transitions (alert, episode, seq, signal)
SELECT alert, 1, 1, '{{"id": "{BEFORE}"}}' FROM alerts.alerts;
INSERT INTO alerts.figures (workspace, breach, seq, decided_at, figures)
SELECT 'w', breach, 1, now(), '{{}}' FROM unnest(ARRAY['{BEFORE}', '{ODD.replace("/1", "/2")}'])
  AS u(breach)
"""


def transition(source: str, breach: str, seq: int, change: str) -> tuple[Any, ...]:
    group = {"source": source}
    made = make_breach(
        breach=breach, seq=seq, rule="suspense", kind="suspense", group=group, transition=change,
        severity="warning", labels={"rule": "suspense", **group}, since=at(-60),
    )  # fmt: skip
    return breach, seq, change, ENCODER.encode(made)


def test_an_end_that_alerts_could_not_place_is_told_again_under_the_one_name(
    postgres: str,
) -> None:
    with database_at(postgres, MIGRATION.down_revision) as url:
        told = [(BEFORE, 1, "firing"), (ODD, 2, "resolved")]
        execute_many(url, TRANSITION, [transition("till,eu:1", *one) for one in told])
        execute_many(url, BREACH, [(BEFORE, True), (ODD, False)])
        execute_many(url, STANDING, [(r"source:till\,eu\:1", "", 1, 2, None, None)])
        execute(url, IN_ALERTS)
        migrate(url, MIGRATION.revision)
        kept = fetch(url, "SELECT breach, seq, event->>'breach' FROM kpi.transitions ORDER BY seq")
        assert kept == [(ODD, 1, ODD), (ODD, 2, ODD)]
        assert fetch(url, "SELECT breach, open FROM kpi.breaches") == [(ODD, False)]
        known = "SELECT e.breach, t.signal->>'id' FROM alerts.episodes AS e"
        assert fetch(url, f"{known} JOIN alerts.transitions AS t USING (alert)") == [(ODD, ODD)]
        figures = fetch(url, "SELECT breach FROM alerts.figures ORDER BY 1")
        assert figures == [(ODD,), (ODD.replace("/1", "/2"),)]
        [(topic, key, value)] = fetch(url, "SELECT topic, key, value FROM kpi.outbox")
        again = BREACH_DECODER.decode(value)
        assert (topic, key) == ("breaches.v1", r"w|suspense|source:till\,eu\:1")
        assert (again.workspace, again.data.breach, again.data.seq) == ("w", ODD, 2)
        execute(url, "DELETE FROM kpi.outbox")
        migrate_down(url, MIGRATION.down_revision)
        migrate(url, MIGRATION.revision)
        assert fetch(url, "SELECT breach, seq FROM kpi.transitions ORDER BY 2") == [
            (ODD, 1),
            (ODD, 2),
        ]
        assert fetch(url, "SELECT count(*) FROM kpi.outbox") == [(0,)]


def test_of_an_episode_under_both_names_the_newer_is_kept(postgres: str) -> None:
    """Counted anew from 1 under the name of today, so that both have the same numbers."""
    newer = f"""
    INSERT INTO alerts.episodes SELECT alert, 2, workspace, '{ODD}', 1, 'firing', 'critical', 0,
      now(), NULL, now() FROM alerts.episodes;
    INSERT INTO alerts.transitions (alert, episode, seq, signal)
    SELECT alert, 2, 1, '{{}}' FROM alerts.alerts;
    INSERT INTO alerts.group_members SELECT 1, alert, episode, true FROM alerts.episodes;
    INSERT INTO alerts.told SELECT 1, 'c', alert, episode, 1, severity, true FROM alerts.episodes
    """
    with database_at(postgres, MIGRATION.down_revision) as url:
        told = [
            (BEFORE, 1, "firing"), (BEFORE, 2, "corrected"), (ODD, 1, "firing"),
            (ODD, 2, "resolved"),
        ]  # fmt: skip
        execute_many(url, TRANSITION, [transition("till,eu:1", *one) for one in told])
        execute(url, f"{IN_ALERTS};{newer}")
        migrate(url, MIGRATION.revision)
        kept = fetch(url, "SELECT breach, seq, transition FROM kpi.transitions ORDER BY seq")
        assert kept == [(ODD, 1, "firing"), (ODD, 2, "resolved")]
        known = "SELECT episode, breach, severity FROM alerts.episodes"
        assert fetch(url, known) == [(2, ODD, "critical")]
        for table in ("transitions", "group_members", "told"):
            assert fetch(url, f"SELECT episode FROM alerts.{table}") == [(2,)]


def test_standings_that_a_rule_of_the_same_name_took_along_come_back(postgres: str) -> None:
    """Of `ads` they went away, of `new` the evaluator had begun to count anew."""
    with database_at(postgres, MIGRATION.down_revision) as url:
        told = [("ads", "firing", 1), ("ads", "resolved", 2), ("new", "firing", 1)]
        rows = [transition(name, f"suspense/source:{name}/4", n, one) for name, one, n in told]
        execute_many(url, TRANSITION, rows)
        taken = ("source:ads", "c1", 4, 2, None, None), ("source:new", "", 0, 0, None, None)
        mine = ("line:L1", "c1", 1, 1, "info", 5)
        execute_many(url, STANDING, [*taken, mine])
        migrate(url, MIGRATION.revision)
        found = "SELECT group_key, campaign, episode, seq, severity, since_ms FROM kpi.standings"
        assert fetch(url, f"{found} ORDER BY group_key") == [
            mine,
            ("source:ads", "", 4, 2, None, None),
            ("source:new", "", 4, 1, "warning", int(at(-60).timestamp() * 1000)),
        ]


def test_the_catalogue_holds_of_suspense_what_budget_has_told(postgres: str) -> None:
    with database_at(postgres, MIGRATION.down_revision) as url:
        body = [msgspec.json.encode({"items": number}) for number in range(3)]
        execute_many(url, TOLD, [("anew", 1, body[1]), ("ahead", 9, body[1])])
        kept = [("anew", 6, body[0]), ("ahead", 8, body[2]), ("gone", 3, body[0])]
        execute_many(url, KEPT, kept)
        migrate(url, MIGRATION.revision)
        found = fetch(url, "SELECT id, version, object->>'items' FROM kpi.catalog ORDER BY id")
        assert found == [("ahead", 8, "2"), ("anew", 1, "1")]

"""What is open when alerts forgets its tables of words is told by them as before."""

import importlib
from typing import Any

import msgspec

from alerts.incoming.signal import Signal
from cli.migrations.migrate import migrate, migrate_down
from shared.events import BREACH_DECODER
from tests.integration.migrations.landed import database, database_at, execute_many, fetch
from tests.integration.migrations.landings import SECOND
from tests.unit.alerts.builders import encode, make_breach, make_signal
from tests.unit.alerts.rendering.rendered import Read, render, view

MIGRATION = importlib.import_module("cli.migrations.versions.0028_words_of_alerts")
BARE: dict[str, Any] = {"unit": None, "numbers_units": {}, "titles": {}, "sentences": {}}
NEWEST = """
SELECT t.signal::text FROM alerts.transitions t JOIN alerts.episodes e USING (alert, episode, seq)
WHERE e.state NOT IN ('resolved', 'withdrawn') ORDER BY e.breach
"""
EPISODE = """
INSERT INTO alerts.episodes (alert, episode, workspace, breach, seq, state, severity, restated_at,
  starts_at, decided_at)
VALUES ($1, 1, 'w', $1::bigint::text, 2, $2, 'warning', 0, now(), now())
"""
MEMBER = "INSERT INTO alerts.group_members (group_id, alert, episode, active) VALUES (1, $1, 1, $2)"
TRANSITION = """
INSERT INTO alerts.transitions (alert, episode, seq, signal)
VALUES ($1, 1, $2, convert_from($3, 'UTF8')::jsonb)
"""


def told(url: str, locale: str) -> list[Read]:
    """What is open, told anew."""
    signals = [msgspec.json.decode(text, type=Signal) for (text,) in fetch(url, NEWEST)]
    views = [msgspec.structs.replace(view(), signal=signal) for signal in signals]
    return [render(one, locale=locale)[0] for one in views]


def test_what_a_landing_left_open_is_told_in_its_words(postgres: str) -> None:
    with database(postgres, SECOND.content()) as url:
        migrate(url)
        english, chinese = told(url, "en"), told(url, "zh-CN")
    titles = [one.title.partition(": ")[2].replace("\u00a0", " ") for one in english]
    assert [one.partition(" spent")[0] for one in titles] == [
        "Spending too fast: 225.38% of plan",
        "CNY 5.00",
        "CNY 3.00",
        "CNY 20.00",
        "CNY 1.75",
        "Over budget: 103.25% used",
        "Over budget: 103.25% used",
    ]
    assert [one.title.partition("：")[2].partition(" 未归属")[0] for one in chinese] == [
        "花费过快，实际是计划的 225.38%",
        "花费 ¥5.00",
        "花费 ¥3.00",
        "花费 ¥20.00",
        "花费 ¥1.75",
        "预算超支，已用 103.25%",
        "预算超支，已用 103.25%",
    ]
    for line in (
        "- Spend against plan: 225.38%\n- Actual spend: CNY\u00a0",
        "- Limit: at or above 150% of plan is critical\n",
    ):
        assert line in english[0].text
    assert "- 触发条件：达到 24小时 即为警告\n" in chinese[1].text
    assert "- 建议操作：补充映射" in chinese[1].text


def test_words_are_for_what_is_open_or_not_told_yet_and_for_its_newest_change(
    postgres: str,
) -> None:
    with database_at(postgres, MIGRATION.down_revision) as url:
        states = {1: "firing", 2: "resolved", 3: "resolved"}
        execute_many(url, EPISODE, list(states.items()))
        execute_many(url, MEMBER, [(1, True), (2, True), (3, False)])
        old = msgspec.json.encode(make_signal(**BARE))
        execute_many(url, TRANSITION, [(one, seq, old) for one in states for seq in (1, 2)])
        migrate(url, MIGRATION.revision)
        found = "SELECT alert, seq FROM alerts.transitions WHERE signal#>'{figures,titles}' <> '{}'"
        assert fetch(url, f"{found} ORDER BY 1") == [(1, 2), (2, 2)]
        migrate_down(url, MIGRATION.down_revision)
        migrate(url, MIGRATION.revision)
        assert len(fetch(url, found)) == 2


def test_a_breach_that_was_not_sent_yet_gets_its_words(postgres: str) -> None:
    with database_at(postgres, MIGRATION.down_revision) as url:
        sent = [make_breach(**BARE, kpi=kpi) for kpi in ("budget.used_ratio", "margin")]
        rows = [("breaches.v1", encode(one)) for one in sent]
        put = "INSERT INTO kpi.outbox (topic, key, value) VALUES ($1, 'k', $2)"
        execute_many(url, put, [*rows, ("other.v1", b"\x00")])
        migrate(url, MIGRATION.revision)
        values = [value for (value,) in fetch(url, "SELECT value FROM kpi.outbox ORDER BY id")]
    told, unknown = (BREACH_DECODER.decode(one).data for one in values[:2])
    assert told == msgspec.structs.replace(
        sent[0],
        unit="percent",
        numbers_units=told.numbers_units,
        titles=told.titles,
        sentences=told.sentences,
    )
    assert told.sentences["en"]["over"] == "Over budget: {value} used"
    assert told.titles["zh-CN"]["budget.used_ratio"] == "预算使用率"
    assert told.numbers_units["actual"] == "money"
    assert (unknown, values[2]) == (sent[1], b"\x00")

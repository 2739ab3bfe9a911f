"""The message in README.md is the one that people get."""

from datetime import UTC, datetime
from typing import Any

from shared.events import BreachSource
from tests.root import ROOT
from tests.unit.alerts.rendering.rendered import render, view

README = ROOT / "README.md"

MADE = datetime(2025, 12, 1, 7, 18, tzinfo=UTC)
SPRING: dict[str, Any] = {
    "event_time": MADE,
    "starts_at": MADE,
    "group": {"line": "search"},
    "value": "5.365170",
    "numbers": {
        "actual": "700.00",
        "allocated": "1000.00",
        "committed": "0.00",
        "corrections": "0.00",
        "forecast_end": "5365.17",
        "pacing_ratio": "5.365170",
        "planned_to_date": "130.47",
        "remaining": "300.00",
        "used_ratio": "0.700000",
    },
    "sources": [BreachSource(source="budget/search", complete_through=None)],
    "names": {"campaign": "Spring sale", "line": "Search ads", "rule": "Spending too fast"},
    "labels": {"campaign": "spring", "line": "search", "rule": "pacing-high"},
    "annotations": {"lever": "bid or daily budget", "runbook": None, "bucket": None},
    "time_zone": "UTC",
}


def test_the_message_in_the_readme_is_what_is_rendered() -> None:
    """A line that ends in "…" is shown in part."""
    text = README.read_text(encoding="utf-8")
    shown = next(block for block in text.split("```") if block.startswith("\n🔴")).strip()
    message = render(view(**SPRING), locale="en", now=MADE)[0]
    assert f"`{message.subject}`" in text
    for line, said in zip(shown.split("\n"), message.plain.split("\n"), strict=True):
        assert line == said or (line.endswith("…") and said.startswith(line.removesuffix("…")))

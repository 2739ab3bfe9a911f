"""What the demo's last lines say of its steps (contracts.md section 6: `--json` everywhere)."""

import json

import pytest

from cli.demo.run import STEPS, emit_steps
from cli.demo.scenario import BUILT_STEPS, SEARCH_DAYS, moments

FAULTS = {step: ["told twice"] if step == 4 else [] for step in BUILT_STEPS}


def test_the_table_ends_with_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    emit_steps(FAULTS, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(STEPS) + 1
    assert lines[0].startswith("step 1 ok: ")
    assert lines[4].startswith("step 5 not built: ")
    assert lines[1].startswith("step 2 ok: ")
    assert lines[3].startswith("step 4 FAIL: ")
    assert lines[-1] == "steps ok=6 failed=1 not_built=5"


def test_as_json_it_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    emit_steps(FAULTS, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["failed"], told["not_built"]) == (6, 1, 5)
    assert told["steps"][3]["faults"] == ["told twice"]


def test_a_day_says_its_figures_before_it_says_that_it_is_complete() -> None:
    """A message of the figures cannot know the sources' word, which comes behind them; no title may
    stand above it as if it did."""
    days = [one for one in moments() if "complete" in one.title]
    assert len(days) == len(SEARCH_DAYS)
    for day in days:
        words = ["complete_through" in event["data"] for event in day.events]
        assert words == sorted(words)
        assert day.title.index("figures") < day.title.index("complete")

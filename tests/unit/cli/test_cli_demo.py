"""What the demo's last lines say of its steps (contracts.md section 6: `--json` everywhere)."""

import json

import pytest

from cli.demo.run import STEPS, emit_steps
from cli.demo.scenario import BUILT_STEPS

FAULTS = {step: ["told twice"] if step == 4 else [] for step in BUILT_STEPS}


def test_the_table_ends_with_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    emit_steps(FAULTS, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(STEPS) + 1
    assert lines[0].startswith("step 1 not built: ")
    assert lines[1].startswith("step 2 ok: ")
    assert lines[3].startswith("step 4 FAIL: ")
    assert lines[-1] == "steps ok=4 failed=1 not_built=7"


def test_as_json_it_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    emit_steps(FAULTS, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["failed"], told["not_built"]) == (4, 1, 7)
    assert told["steps"][3]["faults"] == ["told twice"]

"""What `load --wait` tells of a file's measures, before what it tells of its money."""

import json
from pathlib import Path

import pytest

from cli.commands.load.load import load
from cli.commands.load.requests import wait_for_counts
from cli.errors import CommandError, Exit
from tests.unit.cli.load.load_services import AS_OF, OTHER, ROW, Services, options, written

MONEY = "inserted=2 updated=0 unchanged=0 rejected=0 suspense=0 amount=0.00 currency="


def _counted(services: Services, **measures: int) -> None:
    services.reply = {"metrics_rows": 2}
    services.imported = {"rows": 2, "inserted": 2}
    services.measures = {"rows": 2, **measures}


def test_measures_are_told_above_the_two_lines_that_stay_as_they_are(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    _counted(services, unchanged=1, outdated=1)
    assert load(written(tmp_path, ROW, OTHER), options(state, wait=True)) is Exit.OK

    assert capsys.readouterr().out.splitlines() == [
        "measures inserted=0 updated=0 unchanged=1 outdated=1 rejected=0 suspense=0",
        "accepted=2 rejected=0",
        MONEY,
    ]


def test_json_has_the_measures_apart_from_the_money(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    _counted(services, updated=1, suspense=1)
    load(written(tmp_path, ROW, OTHER), options(state, wait=True, as_json=True))
    said = json.loads(capsys.readouterr().out)

    assert said["measures"] == {
        "inserted": 0, "updated": 1, "unchanged": 0, "outdated": 0, "rejected": 0, "suspense": 1,
    }  # fmt: skip
    assert (said["inserted"], said["updated"]) == (2, 0)


def test_refused_measures_change_the_exit_code_and_say_where_to_look(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    _counted(services, inserted=1, rejected=1)
    found = load(written(tmp_path, ROW, OTHER), options(state, wait=True))
    told = capsys.readouterr()

    assert found is Exit.REJECTIONS
    assert told.out.splitlines()[-1] == MONEY
    assert "the measures of 1 accepted rows were refused; why: GET " in told.err


def test_a_source_whose_measures_were_refused_is_not_settled(
    tmp_path: Path, state: Path, services: Services
) -> None:
    _counted(services, inserted=1, rejected=1)
    asked = options(state, complete=True, as_of=AS_OF, wait=True)
    assert load(written(tmp_path, ROW, OTHER), asked) is Exit.REJECTIONS

    assert [(q["complete"], q.get("unsettled")) for q in services.queries] == [
        ("false", None), ("true", "1"),
    ]  # fmt: skip


def test_a_row_refused_for_its_money_and_for_its_measures_is_one_row(
    tmp_path: Path, state: Path, services: Services
) -> None:
    _counted(services, inserted=1, rejected=1)
    services.imported = {"rows": 2, "inserted": 1, "rejected": 1}
    load(written(tmp_path, ROW, OTHER), options(state, complete=True, as_of=AS_OF, wait=True))

    assert services.queries[-1]["unsettled"] == "1"


def test_a_file_without_measures_tells_none(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    _counted(services)
    services.reply = {"metrics_rows": 0}
    load(written(tmp_path, ROW, OTHER), options(state, wait=True))

    assert capsys.readouterr().out.splitlines() == ["accepted=2 rejected=0", MONEY]


def test_a_file_of_measures_alone_does_not_ask_the_ledger(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    """Budget has counted nothing of it and would answer 404 for ever."""
    _counted(services, inserted=2)
    services.reply = {"metrics_rows": 2, "spend_rows": 0}
    services.imported = {}

    assert load(written(tmp_path, ROW, OTHER), options(state, wait=True)) is Exit.OK
    assert capsys.readouterr().out.splitlines() == [
        "measures inserted=2 updated=0 unchanged=0 outdated=0 rejected=0 suspense=0",
        "accepted=2 rejected=0",
        MONEY.replace("inserted=2", "inserted=0"),
    ]


def test_measures_that_nobody_counts_end_the_wait_by_name() -> None:
    with pytest.raises(CommandError, match="kpi-monitor has counted 1 of 2 rows") as caught:
        wait_for_counts(
            lambda: {"rows": 1}, 2, who="kpi-monitor", stalled_s=0.0, sleep=lambda _: None
        )
    assert caught.value.exit_code is Exit.NOT_READY

"""What `load` tells of a source, and of rows that are not wrong but not right either."""

import json
import os
import threading
from pathlib import Path

import pytest

from cli.commands.load.load import load
from cli.errors import CommandError, Exit
from tests.unit.cli.load.load_services import AS_OF, HEAD, OTHER, ROW, Services, options, written


def test_several_parts_are_told_complete_when_all_of_them_are_there(
    tmp_path: Path, state: Path, services: Services
) -> None:
    rows = [f"2025-11-0{day},150,349,USD,100,3,1.50" for day in range(1, 6)]
    found = load(written(tmp_path, *rows), options(state, batch=2, complete=True, as_of=AS_OF))

    assert found is Exit.OK
    assert services.bodies == [rows[:2], rows[2:4], rows[4:], []]
    assert [query["complete"] for query in services.queries] == ["false"] * 3 + ["true"]
    last = services.queries[-1]
    assert (last["source"], last["unsettled"], last["revision"]) == (
        "microsoft-ads/150", "0", services.queries[0]["revision"],
    )  # fmt: skip


def test_what_one_part_had_refused_is_said_when_the_source_is_told_complete(
    tmp_path: Path, state: Path, services: Services
) -> None:
    rows = [ROW, f"{ROW[:-4]}9.00", OTHER, f"{ROW[:-4]}8.00", OTHER]
    load(written(tmp_path, *rows), options(state, batch=1, complete=True, as_of=AS_OF))
    load(written(tmp_path, *rows), options(state, batch=1, complete_anyway=True, as_of=AS_OF))
    closing = [query for query in services.queries if query["complete"] != "false"]

    # Two rows contradict the first one, one is equal to the third.
    assert [(q["complete"], q["unsettled"]) for q in closing] == [("true", "3"), ("anyway", "3")]


def test_what_the_ledger_refused_is_not_settled_either(
    tmp_path: Path, state: Path, services: Services
) -> None:
    services.imported = {"rows": 2, "inserted": 1, "rejected": 1}
    asked = options(state, complete=True, as_of=AS_OF, wait=True)
    found = load(written(tmp_path, ROW, OTHER), asked)

    assert found is Exit.REJECTIONS
    assert services.bodies == [[ROW, OTHER], []]
    assert [(q["complete"], q.get("unsettled")) for q in services.queries] == [
        ("false", None), ("true", "1"),
    ]  # fmt: skip


def test_why_a_source_is_not_told_complete_names_the_codes_of_all_parts(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    beat = {"source": "microsoft-ads/150", "code": "rows_refused", "detail": "2 rows"}
    services.reply = {"not_complete": [beat]}
    rows = [ROW, f"{ROW[:-4]}9.00", OTHER, OTHER]
    asked = options(state, batch=1, complete=True, as_of=AS_OF, as_json=True)
    assert load(written(tmp_path, *rows), asked) is Exit.REJECTIONS
    said = json.loads(capsys.readouterr().out)["not_complete"][-1]["detail"]

    assert said.startswith("1 of 4 rows was refused (revision_conflict 1); 1 row was equal")


def test_a_part_says_nothing_complete_when_the_file_names_a_next_page(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "page.json"
    names = ("TimePeriod", "AccountId", "CampaignId", "CurrencyCode", "Spend")
    row = dict(zip(names, ("2025-11-01", "150", "349", "USD", "1.50"), strict=True))
    path.write_text(json.dumps({"rows": [row], "nextPageToken": "abc"}), encoding="utf-8")
    assert load(path, options(state, complete=True, as_of=AS_OF)) is Exit.OK

    assert [query["complete"] for query in services.queries] == ["false", "true"]
    assert "names a next one (nextPageToken)" in capsys.readouterr().err


def test_equal_rows_are_named_and_change_the_exit_code(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "rows 1 and 2 are equal: counted once, is a column missing?"
    one = {"row": 2, "line": 3, "first": 1, "detail": words}
    services.reply = {"equal": [one], "equal_rows": 1}
    found = load(written(tmp_path, ROW, ROW), options(state))
    told = capsys.readouterr()

    assert (found, told.out) == (Exit.REJECTIONS, "accepted=2 rejected=0\n")
    assert f"row 2, line 3: {words}" in told.err


def test_rows_that_repeat_one_of_an_earlier_part_are_named_too(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    found = load(written(tmp_path, ROW, OTHER, ROW), options(state, batch=1))

    assert found is Exit.REJECTIONS
    assert "row 3, line 4: rows 1 and 3 are equal: counted once" in capsys.readouterr().err


def test_the_reading_that_the_whole_file_proves_goes_with_every_part(
    tmp_path: Path, state: Path, services: Services
) -> None:
    rows = ['2025-11-01,150,349,USD,100,3,"1,234"', "2025-11-02,150,349,USD,100,3,0.50"]
    assert load(written(tmp_path, *rows), options(state, batch=1)) is Exit.OK

    assert [query["decimal"] for query in services.queries] == [".", "."]


def test_a_file_refused_whole_is_told_not_complete_as_well(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [ROW, ROW.replace("1.50", '"1.234,50"')]
    asked = options(state, complete=True, as_of=AS_OF, as_json=True)
    with pytest.raises(CommandError, match="no source is told complete") as caught:
        load(written(tmp_path, *rows), asked)
    said = json.loads(capsys.readouterr().out)

    assert (caught.value.exit_code, services.bodies) == (Exit.REJECTIONS, [])
    assert said["reasons"][0]["code"] == "decimal_contradictory"
    assert said["not_complete"][0]["code"] == "rows_refused"


def test_an_empty_report_is_sent_for_what_it_says_of_its_source(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "microsoft-ads/150"
    asked = options(state, complete=True, as_of=AS_OF, source=source)

    assert load(written(tmp_path), asked) is Exit.OK
    assert capsys.readouterr().out == "accepted=0 rejected=0\n"
    (query,) = services.queries
    assert (query["complete"], query["source"], services.bodies) == ("true", source, [[]])


def test_a_source_without_settings_is_named_with_the_remedy(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    services.reply = {"unset_sources": ["microsoft-ads/150"]}
    assert load(written(tmp_path, ROW), options(state)) is Exit.OK
    told = capsys.readouterr().err

    assert "microsoft-ads/150 has no settings: its days are read as days of UTC (default)" in told
    assert "PUT /v1/sources/microsoft-ads/150" in told


def test_halves_of_rows_that_belong_to_another_report_are_told(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    services.reply = {"left_out": {"not_measures_report": 2}}
    assert load(written(tmp_path, ROW, OTHER), options(state)) is Exit.OK
    assert "the measures of 2 rows belong to another report" in capsys.readouterr().err


def test_what_an_earlier_load_had_otherwise_or_more_is_told(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = {"entity": {"account": "150", "campaign": "350"}, "period": "2025-11-01"}
    services.imported = {"rows": 2, "unchanged": 1, "outdated": 1, "missing": [gone]}
    assert load(written(tmp_path, ROW, OTHER), options(state, wait=True)) is Exit.OK
    told = capsys.readouterr()

    assert told.out.splitlines()[-1] == (
        "inserted=0 updated=0 unchanged=1 rejected=0 suspense=0 amount=0.00 currency= outdated=1"
    )
    assert "missing: entity=account:150,campaign:350 period=2025-11-01" in told.err


def test_a_pipe_is_read_like_a_file(tmp_path: Path, state: Path, services: Services) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(f"{HEAD}\n{ROW}\n", "utf-8"))
    writer.start()
    found = load(pipe, options(state))
    writer.join()

    assert (found, services.bodies) == (Exit.OK, [[ROW]])

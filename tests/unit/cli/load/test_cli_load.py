"""What `load` decides and tells: parts, refusals, dry runs. A small HTTP server takes its rows."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from cli.commands.load import load as loading
from cli.commands.load.load import load
from cli.commands.load.outcome import SHOWN_REJECTIONS_MAX
from cli.commands.load.requests import post
from cli.errors import CommandError, Exit
from tests.unit.cli.load.load_services import AS_OF, OTHER, ROW, Services, options, written


def test_complete_without_any_time_is_a_usage_error_and_sends_nothing(
    tmp_path: Path, state: Path, services: Services
) -> None:
    with pytest.raises(CommandError, match="--complete needs --as-of") as caught:
        load(written(tmp_path, ROW), options(state, complete=True))

    assert (caught.value.exit_code, services.bodies) == (Exit.USAGE, [])


def test_complete_takes_the_time_the_file_states(
    tmp_path: Path, state: Path, services: Services
) -> None:
    path = written(tmp_path, ROW)
    stated = '"Last Completed Available Hour: 11/3/2025 9:00:00 PM (GMT)"\n'
    path.write_text(stated + path.read_text("utf-8"), encoding="utf-8")

    assert load(path, options(state, complete=True)) is Exit.OK
    (query,) = services.queries
    assert (query["complete"], query["as_of"]) == ("true", "2025-11-03T21:00:00+00:00")


def test_each_refused_row_is_told_with_its_place_code_and_detail(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = {"row": 2, "line": 3, "code": "future_time", "detail": "it is not that time yet"}
    services.reply = {"accepted": 1, "spend_rows": 1, "rejected": [refusal]}
    found = load(written(tmp_path, ROW, OTHER), options(state))
    told = capsys.readouterr()

    assert found is Exit.REJECTIONS
    assert told.out == "accepted=1 rejected=1\n"
    assert "row 2, line 3: future_time: it is not that time yet" in told.err


def test_many_refused_rows_are_told_up_to_a_bound(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{ROW[:-4]}lots"] * 25
    load(written(tmp_path, *rows), options(tmp_path / "nothing", dry_run=True))
    told = capsys.readouterr().err

    assert told.count("number_unreadable") == SHOWN_REJECTIONS_MAX
    assert "and 5 more; --json shows up to 10,000" in told


def test_what_the_ledger_refuses_later_is_told_with_where_to_look(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    services.imported = {"rows": 2, "inserted": 1, "rejected": 1}
    source = "microsoft-ads/150"
    found = load(written(tmp_path, ROW, OTHER), options(state, wait=True, source=source))
    told = capsys.readouterr()

    assert found is Exit.REJECTIONS
    assert "rejected=1" in told.out.splitlines()[-1]
    assert f"the ledger refused 1 accepted rows; why: GET {services.url}/v1/rejections" in told.err
    assert f"?source={source}" in told.err


def test_the_last_line_tells_the_amount_of_each_currency(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    cny, usd = {"amount": "5.00", "currency": "CNY"}, {"amount": "1.50", "currency": "USD"}
    for amounts, told, one in (
        ([], "amount=0.00 currency=", {"amount": "0.00", "currency": ""}),
        ([usd], "amount=1.50 currency=USD", usd),
        ([cny, usd], "amount=5.00,1.50 currency=CNY,USD", {"amount": None, "currency": None}),
    ):
        services.imported = {"rows": 2, "inserted": 2, "amounts": amounts}
        assert load(written(tmp_path, ROW, OTHER), options(state, wait=True)) is Exit.OK
        assert capsys.readouterr().out.splitlines()[-1] == (
            f"inserted=2 updated=0 unchanged=0 rejected=0 suspense=0 {told}"
        )
        load(written(tmp_path, ROW, OTHER), options(state, wait=True, as_json=True))
        said = json.loads(capsys.readouterr().out)
        assert {name: said[name] for name in one} == one


def test_a_heartbeat_that_was_refused_is_told_and_changes_the_exit_code(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    beat = {"source": "microsoft-ads/150", "code": "source_quarantined", "detail": "not believed"}
    services.reply = {"not_complete": [beat]}
    found = load(written(tmp_path, ROW), options(state, complete=True, as_of=AS_OF))

    assert found is Exit.REJECTIONS
    assert "microsoft-ads/150 is not told complete: source_quarantined" in capsys.readouterr().err


def test_a_row_that_contradicts_another_part_is_refused_here(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [ROW, OTHER, f"{ROW[:-4]}9.00", ROW, f"{ROW[:-4]}8.00", OTHER]
    found = load(written(tmp_path, *rows), options(state, batch=2))
    told = capsys.readouterr()

    assert found is Exit.REJECTIONS
    assert told.out == "accepted=4 rejected=2\n"
    assert "row 3, line 4: revision_conflict: rows 1 and 3 state different figures" in told.err
    assert "row 5, line 6: revision_conflict: rows 1 and 5 state different figures" in told.err
    assert services.bodies == [[ROW, OTHER], [ROW], [OTHER]]
    assert [query["first_row"] for query in services.queries] == ["1", "4", "6"]


def test_within_one_part_the_service_judges(
    tmp_path: Path, state: Path, services: Services
) -> None:
    rows = [OTHER, ROW, f"{ROW[:-4]}9.00", ROW]
    load(written(tmp_path, *rows), options(state, batch=3))

    assert services.bodies == [rows[:3], rows[3:]]


def test_a_file_of_contradictions_is_refused_whole_before_anything_is_sent(
    tmp_path: Path, state: Path, services: Services
) -> None:
    rows = [f"{ROW[:-4]}{number}.00" for number in range(loading.LEFT_OUT_MAX + 3)]
    with pytest.raises(CommandError, match="more than 1000 rows contradict") as caught:
        load(written(tmp_path, *rows), options(state, batch=1))

    assert (caught.value.exit_code, services.bodies) == (Exit.REJECTIONS, [])


def test_a_dry_run_asks_the_service_and_says_that_nothing_was_sent(
    tmp_path: Path, state: Path, services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(written(tmp_path, ROW), options(state, dry_run=True, wait=True)) is Exit.OK
    told = capsys.readouterr()

    assert [query["dry_run"] for query in services.queries] == ["true"]
    assert told.out == "accepted=1 rejected=0\n"
    assert "nothing was sent" in told.err


DRY = [
    ("a day to come", "2999-01-01,150,349,USD,1,1,1", "future_time"),
    ("a day long ago", "1999-01-01,150,349,USD,1,1,1", "time_out_of_range"),
    ("a contradiction", f"{ROW[:-4]}9.00", "revision_conflict"),
    ("no currency", ROW.replace("USD", "XXX"), "currency_invalid"),
]


@pytest.mark.parametrize(("reason", "row", "code"), DRY, ids=[reason for reason, _, _ in DRY])
def test_without_an_installation_a_dry_run_judges_by_the_services_own_checks(
    tmp_path: Path, reason: str, row: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, ROW, row)
    found = load(path, options(tmp_path / "nothing", dry_run=True))
    told = capsys.readouterr()

    assert (found, told.out) == (Exit.REJECTIONS, "accepted=1 rejected=1\n"), reason
    assert f"row 2, line 3: {code}: " in told.err
    assert "judged by the file alone" in told.err
    assert "nothing was sent" in told.err


def test_without_an_installation_a_report_of_tomorrow_is_refused_whole(tmp_path: Path) -> None:
    late = options(tmp_path / "x", dry_run=True, as_of=datetime(2999, 1, 1, tzinfo=UTC))
    with pytest.raises(CommandError, match="future_time") as caught:
        load(written(tmp_path, ROW), late)

    assert caught.value.exit_code is Exit.REJECTIONS


@pytest.mark.parametrize("source", ["a b", "a|b", "", "x" * 201])
def test_a_source_that_can_have_no_name_like_that_is_a_usage_error(
    tmp_path: Path, state: Path, services: Services, source: str
) -> None:
    with pytest.raises(CommandError, match="no source is called") as refused:
        load(written(tmp_path, ROW), options(state, source=source))
    assert refused.value.exit_code is Exit.USAGE
    assert services.bodies == []


def test_what_a_service_refuses_is_told_in_its_words_and_not_as_json() -> None:
    detail = "currency: send a currency's three letters, such as CNY; " * 9
    refusal = {"code": "invalid_request", "detail": detail, "errors": []}
    transport = httpx.MockTransport(lambda _: httpx.Response(422, json=refusal))
    with httpx.Client(transport=transport) as client, pytest.raises(CommandError) as refused:
        post(client, "http://ingest")

    assert str(refused.value) == f"nothing of this part was loaded: invalid_request: {detail}"

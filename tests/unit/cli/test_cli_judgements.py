"""What the commands decide, without a process, a broker or a database."""

import pytest

from cli.commands.check import CheckResult, exit_of, judge_ledger, judge_offsets
from cli.errors import Exit
from cli.kafka.offsets import PartitionStanding
from cli.stack.replica import restart_wait_s


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(1, 1.0), (2, 2.0), (3, 4.0), (5, 16.0), (6, 30.0), (10_000, 30.0)],
)
def test_a_service_that_keeps_dying_is_started_ever_more_slowly(
    failures: int, seconds: float
) -> None:
    assert restart_wait_s(failures) == seconds


@pytest.mark.parametrize(
    ("committed", "lag", "is_gap", "reason"),
    [
        (10, 10, False, "the oldest record the log has is the next one"),
        (20, 0, False, "everything is read"),
        (9, 11, True, "the log lost the record to go on with"),
        (21, 0, True, "the log is shorter than what was read: it is another log"),
    ],
)
def test_an_offset_is_a_gap_when_the_log_cannot_go_on_there(
    committed: int, lag: int, is_gap: bool, reason: str
) -> None:
    standing = PartitionStanding("budget", "spend.v1", 3, committed, begin=10, end=20)
    assert (standing.lag, standing.is_gap) == (lag, is_gap), reason


def test_a_gap_is_told_with_its_place_and_the_others_only_in_sum() -> None:
    good = PartitionStanding("budget", "spend.v1", 0, 5, 0, 7)
    gap = PartitionStanding("budget", "spend.v1", 1, 3, 4, 9)
    other = PartitionStanding("kpi", "metrics.v1", 0, 1, 0, 1)
    assert [finding.line() for finding in judge_offsets([good, gap, other])] == [
        "offsets budget BROKEN partitions=2 lag=8 spend.v1/1 committed=3 log=4..9",
        "offsets kpi holds partitions=1 lag=0",
    ]


def test_there_is_a_line_for_offsets_even_before_anything_was_read() -> None:
    [finding] = judge_offsets([])
    assert finding.line() == "offsets holds no group has committed yet"
    assert finding.fields()["holds"] is True


def test_a_broken_ledger_names_the_workspace_and_the_check_that_failed() -> None:
    figures = {"accounts": 3, "entries": 40, "drift": "0"}
    whole = {"holds": True, **figures, "checks": {"drift": True, "days": True}}
    broken = {"holds": False, **figures, "checks": {"drift": True, "days": False}}
    found = judge_ledger({"default": whole, "acme": whole})
    assert found.line() == "ledger holds accounts=6 entries=80 drift=0"
    assert exit_of([found]) == Exit.OK
    found = judge_ledger({"default": whole, "acme": broken})
    assert found.line() == "ledger BROKEN accounts=6 entries=80 drift=0 acme: days"
    assert exit_of([CheckResult("fine", True, ""), found]) == Exit.BROKEN

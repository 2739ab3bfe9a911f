"""How complete a source was when it told something: by partition, in the order of the records."""

import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from budget.ledger.rules import IN_TIME
from budget.posting import lateness
from budget.posting.records import Beat
from shared.database.progress import Heartbeat
from shared.kafka.consumer import Received

END = dt.datetime(2025, 11, 3, 10, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
SOURCE = ("default", "ads/1")


@dataclass(frozen=True)
class Period:
    end: dt.datetime = END


@dataclass(frozen=True)
class Route:
    source: str
    workspace: str = "default"
    is_fact: bool = False
    period: Period = Period()


def posting(index: int, *, source: str = "ads/1", partition: int = 0) -> Any:
    event = SimpleNamespace(workspace="default", source=source)
    received = Received("spend.v1", partition, index, None, b"")
    return SimpleNamespace(index=index, event=event, received=received, route=Route(source))


def beat(index: int, minutes: int, *, source: str = "ads/1", partition: int = 0) -> Beat:
    complete = END + minutes * MINUTE
    return Beat(index, Heartbeat("default", source, "spend.v1", partition, complete))


@pytest.mark.parametrize(
    ("beats", "stored", "minutes", "reason"),
    [
        ([], {}, None, "nothing is complete"),
        ([beat(0, 0)], {}, 0, "after the heartbeat of its poll"),
        ([beat(9, 0)], {}, None, "before it"),
        ([beat(0, -1)], {}, None, "the heartbeat does not reach the period's end"),
        ([beat(0, 0, partition=1)], {}, None, "in another partition"),
        ([beat(0, 0, source="ads/2")], {}, None, "of another source"),
        ([], {(*SOURCE, 0): END}, 0, "complete before this poll"),
        ([], {(*SOURCE, 1): END}, None, "complete before, in another partition"),
        ([beat(0, 7), beat(1, 3)], {(*SOURCE, 0): END}, 7, "the greatest wins"),
        ([beat(0, 1), beat(9, 8)], {}, 1, "what comes after it does not count"),
    ],
)
def test_a_statement_is_late_after_the_heartbeat_that_covers_its_period(
    beats: list[Beat], stored: dict[Any, dt.datetime], minutes: int | None, reason: str
) -> None:
    one = posting(5)
    ends = lateness.first_ends([one])
    assert ends == {SOURCE: END}
    complete = lateness.at_postings([one], beats, ends, stored).get(5)
    expected = None if minutes is None else END + minutes * MINUTE
    assert complete == expected, reason


def test_the_mark_is_the_completeness_and_nothing_while_the_period_runs() -> None:
    assert lateness.mark(END, None) == IN_TIME
    assert lateness.mark(END, END - MINUTE) == IN_TIME
    assert lateness.mark(END, END) == int(END.timestamp()) * 1000

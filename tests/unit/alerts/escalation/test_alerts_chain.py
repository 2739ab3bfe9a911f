"""An escalation as an episode keeps it: whom its steps call, as the file is and as it was."""

from datetime import timedelta

import pytest

from alerts.configuration.tree import Configuration, parse_configuration
from alerts.escalation.chain import Chain, called_by, take
from alerts.routing import snapshot
from alerts.routing.grouping import Intervals
from alerts.routing.rules import group_of
from tests.unit.alerts.builders import at

TEXT = """\
route:
  receiver: ops
  group_interval: 2m
  escalation: search
  digest: {times: ["09:00"]}
receivers: [{name: ops}, {name: other}]
people: [{name: ann}, {name: bo}, {name: cy}]
schedules:
  - name: turns
    location: Asia/Shanghai
    rotations: [{people: [ann, bo], every: 1d, handoff: "2025-11-03T09:00"}]
  - name: nobody
    location: Asia/Shanghai
    rotations:
      - {people: [cy], every: 1d, handoff: "2025-11-03T09:00", active_time_intervals: [past]}
time_intervals: [{name: past, time_intervals: [{years: ["2000"]}]}]
escalations: [{name: search, steps: [{after: 15m, to: [turns, nobody, bo]}]}]
"""
DAY = 24 * 60


def parse(text: str) -> Configuration:
    return parse_configuration("default", "default.yml", text, {})


def chain(configuration: Configuration) -> Chain | None:
    group = group_of(configuration.route, {}, at(0))
    return take(configuration, snapshot.take(configuration, group))


def test_it_keeps_whom_its_steps_may_call_and_who_was_told() -> None:
    found = chain(parse(TEXT))
    assert found is not None
    assert sorted(found.receivers) == ["ann", "bo", "cy", "ops"]
    assert (sorted(found.schedules), found.told) == (["nobody", "turns"], ("ops",))


def test_its_groups_speak_at_any_time_of_the_day() -> None:
    found = chain(parse(TEXT))
    assert found is not None
    assert found.intervals == Intervals(
        timedelta(0), timedelta(minutes=2), timedelta(hours=4), digest=None
    )


def test_what_the_file_has_lost_begins_no_more() -> None:
    before = parse(TEXT)
    kept = snapshot.take(before, group_of(before.route, {}, at(0)))
    after = parse(TEXT.replace("search", "other"))
    assert take(after, kept) is None


@pytest.mark.parametrize(
    ("names", "minute", "called"),
    [
        (("turns",), 0, ["ann"]),
        (("turns",), DAY, ["bo"]),
        (("turns", "nobody", "bo"), 0, ["ann", "bo"]),
        (("turns", "bo"), DAY, ["bo"]),
        (("nobody",), 0, []),
        (("a stranger",), 0, []),
    ],
    ids=["who is on call", "a day later", "nobody is none", "once", "nobody", "unknown"],
)
def test_who_is_called(names: tuple[str, ...], minute: float, called: list[str]) -> None:
    configuration = parse(TEXT)
    found = chain(configuration)
    assert found is not None
    for known in (configuration, None):
        assert [one.name for one in called_by(found, names, known, at(minute))] == called


def test_the_file_as_it_is_now_goes_first() -> None:
    found = chain(parse(TEXT))
    assert found is not None
    swapped = parse(TEXT.replace("[ann, bo], every", "[cy], every"))
    assert [one.name for one in called_by(found, ("turns",), swapped, at(0))] == ["cy"]
    without = parse("route: {receiver: ops}\nreceivers: [{name: ops}]\n")
    assert [one.name for one in called_by(found, ("turns",), without, at(0))] == ["ann"]

"""Schedules in the file; errors name their line."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.configuration.intervals import TimeInterval
from alerts.configuration.oncall.schedules import Override, Rotation, read_local
from alerts.configuration.tree import Configuration, parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from alerts.routing.rules import match_routes, receiver_of
from tests.unit.alerts.builders import ENVIRONMENT

TEXT = """\
route:
  receiver: ops
  routes:
    - {matchers: [team="search"], receiver: oncall-search}
    - {matchers: [team="office"], receiver: office}
receivers:
  - {name: ops, email_configs: [{to: [ops@example.com]}]}
people:
  - {name: ann, email_configs: [{to: [ann@example.com]}]}
  - {name: bo, email_configs: [{to: [bo@example.com]}]}
time_intervals:
  - name: day
    time_intervals: [{times: [{start_time: "09:00", end_time: "18:00"}], location: Europe/Berlin}]
schedules:
  - name: oncall-search
    location: Europe/Berlin
    rotations:
      - {people: [ann, bo], every: 1w, handoff: "2026-01-05T09:00"}
    overrides:
      - {person: bo, from: "2026-01-06T09:00", to: "2026-01-06T12:00"}
  - name: office
    location: Europe/Berlin
    rotations:
      - people: [bo]
        every: 1d
        handoff: 2026-01-05T00:00
        active_time_intervals: [day]
"""


def parse(text: str) -> Configuration:
    return parse_configuration("default", "default.yml", text, ENVIRONMENT)


def test_a_schedule_is_read_by_the_clock_of_its_zone() -> None:
    found = parse(TEXT).schedules
    assert found["oncall-search"].rotations == (
        Rotation(("ann", "bo"), timedelta(weeks=1), read_local("2026-01-05T09:00")),
    )
    eight = datetime(2026, 1, 6, 8, tzinfo=UTC)
    assert found["oncall-search"].overrides == (Override("bo", eight, eight.replace(hour=11)),)
    (office,) = found["office"].rotations
    assert office.times == (TimeInterval(times=((540, 1080),), location="Europe/Berlin"),)


@pytest.mark.parametrize(
    ("labels", "hour", "receiver", "why"),
    [
        ({"team": "search"}, 7, "ann", "whose turn it is"),
        ({"team": "search"}, 8, "bo", "who stands in"),
        ({"team": "office"}, 8, "bo", "09:00 in Berlin"),
        ({"team": "office"}, 7, "ops", "nobody is on call: the receiver of the route above"),
        ({}, 8, "ops", "a receiver is itself"),
    ],
)
def test_a_route_to_a_schedule_leads_to_who_is_on_call(
    labels: dict[str, str], hour: int, receiver: str, why: str
) -> None:
    (route,) = match_routes(parse(TEXT).route, labels)
    assert receiver_of(route, labels, datetime(2026, 1, 6, hour, tzinfo=UTC)) == receiver, why


@pytest.mark.parametrize(
    ("old", "new", "line", "detail"),
    [
        ("name: office\n", "name: ops\n", 21, "'ops' is the name of something else already"),
        ("name: office\n", "name: a/b\n", 21, "a schedule's name is 1 to 64 letters"),
        ("people: [bo]", "people: [ops]", 24, "people has no 'ops': the file has ann, bo"),
        ("person: bo", "person: cy", 20, "people has no 'cy'"),
        ("every: 1d", "every: 30m", 25, "a turn is at least 1h"),
        ("every: 1d", "every: often", 25, "'often' is no duration"),
        ("T00:00", "T00:00Z", 26, "is no local time such as 2026-01-05T09:00"),
        ("[day]", "[night]", 27, "time_intervals has no 'night'"),
        ("06T12:00", "06T09:00", 20, "it ends before it begins"),
        ("location: Europe/Berlin\n    rotations", "location: Mars\n    rotations", 16, "'Mars'"),
        ("receiver: ops", "receiver: office", 2, "'office' is a schedule: the first route names"),
        ("receiver: office", "receiver: offce", 5, "the file has ops, ann, bo, oncall-search, off"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(
    old: str, new: str, line: int, detail: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(TEXT.replace(old, new, 1))
    assert detail in caught.value.detail
    assert caught.value.line == line


def test_somebody_on_call_without_a_channel_is_doubtful() -> None:
    text = TEXT.replace("{name: bo, email_configs: [{to: [bo@example.com]}]}", "{name: bo}")
    (doubt,) = parse(text).doubts
    assert "default.yml:10: receiver 'bo' has no channel" in doubt

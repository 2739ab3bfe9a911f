"""Escalations in the file; errors name their line."""

from datetime import timedelta

import pytest

from alerts.configuration.oncall.escalations import Escalation, EscalationStep
from alerts.configuration.tree import Configuration, parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from tests.unit.alerts.builders import ENVIRONMENT

TEXT = """\
route:
  receiver: ops
  escalation: search
  routes:
    - matchers: [team="search"]
      routes: [{matchers: [line="L1"], escalation: other}]
receivers:
  - {name: ops, email_configs: [{to: [ops@example.com]}]}
people:
  - {name: ann, email_configs: [{to: [ann@example.com]}]}
schedules:
  - name: turns
    location: UTC
    rotations: [{people: [ann], every: 1w, handoff: 2026-01-05T09:00}]
escalations:
  - name: search
    steps:
      - {after: 15m, to: [turns, ann]}
      - {after: 30m, to: [ops], severity: critical}
    repeat: 2
    remind_acknowledged_after: 4h
    unacknowledge_after: 20m
  - name: other
    steps: [{after: 1h, to: [ops]}]
"""


def parse(text: str) -> Configuration:
    return parse_configuration("default", "default.yml", text, ENVIRONMENT)


def test_an_escalation_is_read_and_routes_below_have_it_too() -> None:
    found = parse(TEXT)
    assert found.escalations["search"] == Escalation(
        "search",
        (
            EscalationStep(timedelta(minutes=15), ("turns", "ann")),
            EscalationStep(timedelta(minutes=30), ("ops",), "critical"),
        ),
        repeat=2,
        remind_after=timedelta(hours=4),
        unacknowledge_after=timedelta(minutes=20),
    )
    search = found.route.routes[0]
    assert (found.route.escalation, search.escalation) == ("search", "search")
    assert search.routes[0].escalation == "other"


@pytest.mark.parametrize(
    ("old", "new", "line", "detail"),
    [
        ("escalation: search", "escalation: none", 3, "escalations has no 'none'"),
        ("name: other", "name: search", 23, "the escalation 'search' is defined twice"),
        ("[turns, ann]", "[turns, bo]", 18, "'bo' is no receiver, person or schedule of the file"),
        ("after: 30m", "after: 15m", 19, "a step is later than the one before it"),
        ("after: 1h", "after: 0s", 24, "this must be longer than 0s"),
        ("repeat: 2", "repeat: 6", 20, "it begins again 0 to 5 times"),
        ("    remind_acknowledged_after: 4h\n", "", 21, "set remind_acknowledged_after too"),
        ("severity: critical", "severity: bad", 19, "is not one of info, warning, critical"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(
    old: str, new: str, line: int, detail: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(TEXT.replace(old, new, 1))
    assert detail in caught.value.detail
    assert caught.value.line == line

"""The guide of turns and escalations shows a file that can be used."""

import re

import yaml

from alerts.configuration.tree import parse_configuration
from tests.root import ROOT

GUIDE = ROOT / "docs" / "guide" / "oncall.md"
YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)


def test_what_it_shows_is_one_file_without_a_doubt() -> None:
    turns, escalation = YAML.findall(GUIDE.read_text(encoding="utf-8"))
    assert parse_configuration("default", "oncall.md", turns, {}).doubts == ()
    whole = yaml.safe_dump({**yaml.safe_load(turns), **yaml.safe_load(escalation)})
    found = parse_configuration("default", "oncall.md", whole, {})
    assert (found.doubts, list(found.escalations)) == ((), ["search"])
    assert found.route.routes[0].named == "oncall-search"

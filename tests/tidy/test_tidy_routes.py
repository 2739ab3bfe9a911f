"""No two routes of a service fit one request, so their order in the code means nothing."""

import json
import re
from collections.abc import Iterable
from itertools import permutations

import pytest

from tests.root import ROOT
from tests.tidy.tidy_sources import python_files, refuse

API = ROOT / "docs" / "api"
SLASHES = ("{source}",)
"""Parameters that hold slashes."""
_REFUSAL = re.compile(r"(?:Invalid|NotFound|Conflict)Error\(\s*f?\"([^\"]+)\"")
_PARAMETER = re.compile(r"\{[^}]*\}")


def overlapping(routes: Iterable[tuple[str, str]]) -> list[str]:
    """(method, path) of which one takes what another is asked for."""
    found = []
    for (method, path), (other, example) in permutations(routes, 2):
        asked = _PARAMETER.sub("anything", example)
        if method == other and _fits(path).fullmatch(asked):
            found.append(f"{method} {path} takes {example}")
    return found


def _fits(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]*\})", path)
    return re.compile(
        "".join(
            (".+" if part in SLASHES else "[^/]+") if _PARAMETER.match(part) else re.escape(part)
            for part in parts
        )
    )


@pytest.mark.parametrize("service", sorted(path.stem for path in API.glob("*.json")))
def test_no_two_routes_of_a_service_fit_one_request(service: str) -> None:
    paths = json.loads((API / f"{service}.json").read_text())["paths"]
    routes = [(method, path) for path, methods in paths.items() for method in methods]
    refuse(overlapping(routes), "routes are found by what they are, not by their order")


def test_a_fixed_word_where_another_route_has_a_parameter_is_found() -> None:
    rules = [("get", "/rules/{rule}"), ("get", "/rules/test"), ("post", "/rules/test")]
    assert overlapping(rules) == ["get /rules/{rule} takes /rules/test"]
    assert overlapping([("get", "/sources/{source}"), ("get", "/sources/{source}/state")])


def test_every_code_that_kpi_monitor_refuses_with_stands_at_a_route() -> None:
    listed = (API / "kpi-monitor.json").read_text()
    raised = {
        code
        for path in python_files("services/kpi-monitor")
        for code in _REFUSAL.findall(path.read_text())
    }
    assert len(raised) > 20
    refuse(sorted(code for code in raised if code not in listed), "a code is in the API document")

"""M4: routing to the persons concerned; M7: one alert to several teams."""

from alerts.configuration.tree import Route, parse_configuration
from alerts.routing.rules import (
    fingerprint,
    group_of,
    match_routes,
)
from tests.unit.alerts.builders import START, make_signal

TREE = """\
route:
  receiver: ops
  group_by: [campaign]
  routes:
    - {matchers: ['severity="critical"'], receiver: boss, continue: true}
    - matchers: ['team="search"']
      receiver: search
      group_by: [campaign, line]
      routes:
        - {matchers: ['line=~"L0[12]"'], receiver: social}
    - {matchers: ['team=~"search|social"'], receiver: never}
receivers: [{name: ops}, {name: boss}, {name: search}, {name: social}, {name: never}]
"""


def tree() -> Route:
    return parse_configuration("default", "f", TREE, {}).route


def receivers(**labels: str) -> list[str]:
    return [route.receiver for route in match_routes(tree(), labels)]


def test_what_matches_no_child_stays_with_the_parent() -> None:
    assert receivers(team="mail") == ["ops"]


def test_the_first_matching_child_takes_the_alert() -> None:
    assert receivers(team="search", line="L03") == ["search"]


def test_the_deepest_matching_route_takes_it() -> None:
    assert receivers(team="search", line="L02") == ["social"]


def test_continue_lets_later_siblings_have_it_too() -> None:
    assert receivers(team="search", line="L03", severity="critical") == ["boss", "search"]


def test_a_change_of_level_is_the_same_alert_but_routes_see_it() -> None:
    warning, critical = make_signal(severity="warning"), make_signal(severity="critical")
    same = [fingerprint(one.labels) for one in (warning, critical)]
    assert same[0] == same[1]
    assert warning.routing_labels["severity"] == "warning"
    assert critical.routing_labels["severity"] == "critical"


def test_annotations_and_numbers_never_identify_an_alert() -> None:
    other = make_signal(value="9", annotations={"lever": "other"}, rule_version=7)
    assert other.labels == make_signal().labels


def test_a_group_is_named_by_its_route_its_labels_and_its_receiver() -> None:
    labels = {"campaign": "d11", "line": "L03", "team": "search"}
    group = group_of(match_routes(tree(), labels)[0], labels, START)
    assert group.key == '{}/{team="search"}:{campaign="d11", line="L03"}'
    assert (group.receiver, group.labels) == ("search", {"campaign": "d11", "line": "L03"})


def test_alerts_without_a_grouping_label_share_a_group() -> None:
    assert group_of(tree(), {"line": "L01"}, START) == group_of(tree(), {"line": "L02"}, START)


def test_all_labels_but_severity_group_when_asked() -> None:
    text = "route: {receiver: a, group_by: ['...']}\nreceivers: [{name: a}]\n"
    route = parse_configuration("default", "f", text, {}).route
    labels = {"line": "L1", "severity": "info"}
    assert group_of(route, labels, START).labels == {"line": "L1"}
    assert group_of(route, labels, START, changes_level=False).labels == labels

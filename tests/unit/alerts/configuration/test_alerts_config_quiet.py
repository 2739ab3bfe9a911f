"""Inhibition and times in the file, in Alertmanager's words; errors name their line."""

import pytest

from alerts.configuration.digest import Digest, SummaryReport
from alerts.configuration.intervals import TimeInterval
from alerts.configuration.tree import Configuration, parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from tests.unit.alerts.builders import CONFIGURATION, ENVIRONMENT

QUIET = CONFIGURATION.replace(
    "receivers:",
    """  routes:
    - {receiver: ops, matchers: [a="b"], mute_time_intervals: [night], active_time_intervals: [day]}
inhibit_rules:
  - source_matchers: [severity="critical"]
    target_match: {severity: warning}
    target_match_re: {line: L.*}
    equal: [campaign]
time_intervals:
  - {name: day, time_intervals: [{weekdays: ['monday:friday'], location: Asia/Shanghai}]}
mute_time_intervals:
  - {name: night, time_intervals: [{times: [{start_time: "22:00", end_time: "24:00"}]}]}
receivers:""",
    1,
)


def test_quiet_is_read_in_alertmanagers_words() -> None:
    found = parse(QUIET)
    assert found.route.routes[0].mute_times == ("night",)
    assert found.route.routes[0].active_times == ("day",)
    assert found.times == {
        "day": (TimeInterval(weekdays=((1, 5),), location="Asia/Shanghai"),),
        "night": (TimeInterval(times=((1320, 1440),)),),
    }
    (rule,) = found.inhibit_rules
    assert list(map(str, rule.source)) == ['severity="critical"']
    assert list(map(str, rule.target)) == ['severity="warning"', 'line=~"L.*"']
    assert rule.equal == ("campaign",)


PEOPLE = CONFIGURATION.replace(
    "receivers:",
    """  routes: [{matchers: [severity="critical"], to_owner: true}]
people:
  - name: wang.lei
    email_configs: [{to: [wang.lei@example.com]}]
    mute_time_intervals: [night]
time_intervals: [{name: night, time_intervals: [{}]}]
receivers:""",
    1,
)


def test_people_are_receivers_by_their_own_names() -> None:
    found = parse(PEOPLE)
    assert found.route.routes[0].owners == {"wang.lei"}
    assert found.route.owners == frozenset()
    assert found.receivers["wang.lei"].mute_times == ("night",)
    assert [one.name for one in found.people] == ["wang.lei"]


@pytest.mark.parametrize(
    ("old", "new", "line", "detail"),
    [
        ("name: wang.lei", "name: ops", 9, "receiver 'ops' is defined twice"),
        ("[night]", "[noon]", 11, "time_intervals has no 'noon'"),
    ],
)
def test_people_that_cannot_be_meant_are_refused_with_their_line(
    old: str, new: str, line: int, detail: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(PEOPLE.replace(old, new, 1))
    assert detail in caught.value.detail
    assert caught.value.line == line


MENTIONS = (
    CONFIGURATION.replace("    locale: zh-CN", "    mention_owners: true", 1)
    + """\
people:
  - {name: wang.lei, mentions: {dingtalk: "13800000000", slack: U012ABCDEF}}
"""
)


def test_what_providers_call_people_is_read() -> None:
    found = parse(MENTIONS)
    assert found.receivers["ops"].mention_owners
    assert found.handles == {"wang.lei": {"dingtalk": "13800000000", "slack": "U012ABCDEF"}}


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        ('"13800000000"', "li", "'li' is no mobile number"),
        ("slack:", "email:", "nobody is mentioned by 'email'; known here: dingtalk"),
    ],
)
def test_what_no_provider_calls_anybody_is_refused_with_its_line(
    old: str, new: str, detail: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(MENTIONS.replace(old, new, 1))
    assert detail in caught.value.detail
    assert caught.value.line == len(MENTIONS.splitlines())


DIGEST = CONFIGURATION.replace(
    "receivers:",
    """  routes:
    - receiver: ops
      digest: {times: ["18:00", "09:00"], weekdays: ['monday:friday'], location: Asia/Shanghai}
receivers:""",
    1,
)


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        ("weekdays: ['monday:friday']", "days_of_month: ['30:-3']", "no month has such a day"),
        ("weekdays: [", "days_of_month: ['1'], weekdays: [", "say one"),
        ("Shanghai}", "Shanghai, empty: send}", "write group_by: []"),
        (
            "receivers:",
            "reports: [{name: w, receiver: nobody, times: ['09:00']}]\nreceivers:",
            "receiver 'nobody' is not defined",
        ),
        (
            "receivers:",
            "reports: [{name: w, receiver: ops, times: ['9']}]\nreceivers:",
            "'9' is no time of day",
        ),
    ],
)
def test_a_digest_that_could_never_speak_or_to_nobody_is_refused(
    old: str, new: str, detail: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(DIGEST.replace(old, new, 1))
    assert detail in caught.value.detail


def test_a_report_is_a_digest_with_a_name_and_a_receiver() -> None:
    text = "reports:\n  - {name: month, receiver: ops, times: ['09:00'], days_of_month: ['1']}\n"
    found = parse(DIGEST.replace("receivers:", f"{text}receivers:", 1)).reports
    assert found == {
        "month": SummaryReport("month", "ops", Digest((540,), days_of_month=((1, 1),)))
    }


def test_a_digest_is_times_of_the_day_in_a_zone() -> None:
    route = parse(DIGEST).route
    assert route.digest is None
    assert route.routes[0].digest == Digest((540, 1080), ((1, 5),), "Asia/Shanghai")
    assert route.routes[0].digest.written == {
        "times": ["09:00", "18:00"],
        "weekdays": ["monday:friday"],
        "days_of_month": [],
        "location": "Asia/Shanghai",
        "empty": "skip",
    }


@pytest.mark.parametrize(
    ("old", "new", "detail"),
    [
        ("09:00", "9", "'9' is no time of day such as 09:30"),
        ("09:00", "24:00", "write that"),
        ("Asia/Shanghai", "Beijing", "'Beijing' is no time zone"),
        ("digest: {times", "digest: {time", "time"),
    ],
)
def test_a_digest_that_cannot_be_read_is_refused_with_its_line(
    old: str, new: str, detail: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(DIGEST.replace(old, new, 1))
    assert detail in caught.value.detail
    assert caught.value.line == 9


@pytest.mark.parametrize(
    ("old", "new", "line", "detail"),
    [
        ("[night]", "[noon]", 8, "time_intervals has no 'noon'"),
        ("name: day", "name: night", 17, "'night' are defined twice"),
        ("24:00", "21:00", 17, "it ends before it starts: write two, one until 24:00"),
        ("monday:friday", "mon:fri", 15, "'mon' is not known here"),
        ("Asia/Shanghai", "Shanghai", 15, "'Shanghai' is no time zone"),
        ("L.*", "'L('", 12, "L("),
        ("[severity=", "[severity==", 10, "two signs of equality"),
    ],
)
def test_quiet_that_cannot_be_read_is_refused_with_its_line(
    old: str, new: str, line: int, detail: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(QUIET.replace(old, new, 1))
    assert detail in caught.value.detail
    assert caught.value.line == line


def parse(text: str) -> Configuration:
    return parse_configuration("default", "default.yml", text, ENVIRONMENT)

"""alerts.d: what is refused, where, and what is inherited."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from alerts.configuration.configurations import Configurations, read_files, without_comments
from alerts.configuration.matchers import parse_matcher
from alerts.configuration.tree import parse_configuration
from alerts.configuration.yaml_reader import ConfigError
from alerts.settings import AlertsSettings
from tests.root import ROOT
from tests.unit.alerts.builders import CONFIGURATION, ENVIRONMENT


def parse(text: str, environment: dict[str, str] | None = None) -> object:
    return parse_configuration("default", "default.yml", text, environment or ENVIRONMENT)


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW", "en"])
def test_a_receiver_says_its_language(locale: str) -> None:
    text = CONFIGURATION.replace("locale: zh-CN", f"locale: {locale}")
    found = parse_configuration("default", "default.yml", text, ENVIRONMENT)
    assert found.receivers["ops"].locale == locale


def test_the_example_of_the_contract_is_read() -> None:
    found = parse_configuration("default", "default.yml", CONFIGURATION, ENVIRONMENT)
    ops = found.receivers["ops"]
    assert (ops.locale, ops.send_resolved) == ("zh-CN", True)
    assert [channel.name for channel in ops.channels] == [
        "dingtalk:OPS_DINGTALK_URL",
        "email:ops@example.com",
    ]
    assert [one.target for one in ops.channels] == [
        {
            "kind": "dingtalk",
            "url_env": "OPS_DINGTALK_URL",
            "secret_env": "OPS_DINGTALK_SECRET",
        },
        {
            "kind": "email",
            "to": "ops@example.com",
            "sender": "Paceline <paceline@example.com>",
        },
    ]
    assert found.route.repeat_interval == timedelta(days=30)


def test_each_mailbox_of_a_list_is_a_channel_of_its_own() -> None:
    lists = "[ops@example.com, Boss@Example.com, boss@example.com]"
    text = CONFIGURATION.replace("[ops@example.com]", lists)
    ops = parse_configuration("default", "default.yml", text, ENVIRONMENT).receivers["ops"]
    mails = [(one.name, one.target["to"]) for one in ops.channels if one.kind == "email"]
    assert mails == [
        ("email:boss@example.com", "Boss@Example.com"),
        ("email:ops@example.com", "ops@example.com"),
    ]


def test_a_mailbox_of_two_lists_is_named_twice() -> None:
    again = CONFIGURATION + "      - {to: [boss@example.com, OPS@example.com]}\n"
    with pytest.raises(ConfigError, match="the same destination is named twice"):
        parse(again)


def test_one_robot_has_one_budget_whose_name_tells_neither_its_address_nor_its_workspaces() -> None:
    """By two variables it was sent to twice as often as it takes, and blocked who sent."""
    url = ENVIRONMENT["OPS_DINGTALK_URL"]
    environment = ENVIRONMENT | {"AGAIN": url, "NEW": f"{url}-rotated"}
    robots = "\n".join(f"      - {{url_env: {name}}}" for name in ("AGAIN", "NEW"))
    text = CONFIGURATION.replace("    email_configs", f"{robots}\n    email_configs")
    found = [
        parse_configuration(workspace, "a.yml", text, environment).budgets
        for workspace in ("default", "other")
    ]
    first, again, new = (
        found[0][f"dingtalk:{name}"] for name in ("OPS_DINGTALK_URL", "AGAIN", "NEW")
    )
    assert first == again != new
    assert first != found[1]["dingtalk:AGAIN"]
    assert "T0" not in first
    assert found[0]["email:ops@example.com"] == "email:ops@example.com"


def test_a_folder_without_a_file_is_told_from_one_that_is_not_there(tmp_path: Path) -> None:
    for folder, said in (
        (tmp_path, "holds no <workspace>.yml"),
        (tmp_path / "x", "does not exist"),
    ):
        with pytest.raises(ConfigError, match=re.escape(f"{folder} {said}: PACELINE_ALERTS_DIR")):
            Configurations(folder, ENVIRONMENT)


def test_the_file_that_is_shipped_is_valid() -> None:
    shipped = ROOT / "deploy" / "alerts.d"
    found = Configurations(shipped, ENVIRONMENT)
    assert found.workspaces() == ["default"]


def test_children_inherit_what_they_do_not_say() -> None:
    text = CONFIGURATION.replace(
        "receivers:",
        "  routes:\n    - matchers: ['team=\"search\"']\n      group_wait: 5s\nreceivers:",
    )
    child = parse_configuration("default", "f", text, ENVIRONMENT).route.routes[0]
    assert child.receiver == "ops"
    assert child.group_by == ("campaign", "line")
    assert (child.group_wait, child.group_interval) == (timedelta(seconds=5), timedelta(seconds=1))


def test_intervals_default_to_alertmanagers() -> None:
    text = "route: {receiver: a}\nreceivers: [{name: a}]\n"
    route = parse_configuration("default", "f", text, {}).route
    assert [route.group_wait, route.group_interval, route.repeat_interval] == [
        timedelta(seconds=30),
        timedelta(minutes=5),
        timedelta(hours=4),
    ]


BAD = [
    ("an unknown key", "  group_wait: 0s", "  group_weight: 0s", 4, "unknown key 'group_weight'"),
    ("a key of another level", "    locale: zh-CN", "    group_by: [a]", 9, "unknown key"),
    ("no duration", "  group_wait: 0s", "  group_wait: soon", 4, "is no duration"),
    ("a zero interval", "  group_interval: 1s", "  group_interval: 0s", 5, "longer than 0s"),
    ("a number without unit", "  group_wait: 0s", "  group_wait: 30", 4, "is no duration"),
    (
        "an unknown receiver",
        "  receiver: ops",
        "  receiver: opps",
        2,
        "'opps' is not defined: the file has ops",
    ),
    ("an unknown locale", "zh-CN", "zh_CN", 9, "locale 'zh_CN'"),
    ("a missing variable", "OPS_DINGTALK_URL", "NO_SUCH", 11, "NO_SUCH is not set"),
    (
        "a secret that is no address",
        "url_env: OPS_DINGTALK_URL",
        "url_env: OPS_DINGTALK_SECRET",
        11,
        "does not hold a web address",
    ),
    ("no mail address", "[ops@example.com]", "[ops]", 13, "'ops' is no mail address"),
    ("a wrong mail address", "[ops@", "[a..b@", 13, "'a..b@example.com' is no mail address"),
    ("a mail address among others", "[ops@", "\n  [a@b.c,\n  müller@", 15, "is no mail address"),
    ("a sender without an address", "Paceline <paceline@example.com>", "Bot", 13, "'Bot' is no"),
    ("a name that needs quotes", "Paceline <paceline@example.com>", "'P, Q <a@b.c>'", 13, "quotes"),
    ("a key written twice", "    locale: zh-CN", "    name: other", 9, "written twice"),
    (
        "a matcher with two signs of equality",
        "receivers:",
        "  routes: [{matchers: ['brand==\"acme\"']}]\nreceivers:",
        7,
        'write brand="acme"',
    ),
    ("a root with matchers", "  group_wait: 0s", "  matchers: ['a=b']", 4, "takes every alert"),
    ("no YAML", "receivers:", "receivers: [", 0, ""),
]


@pytest.mark.parametrize(("case", "old", "new", "line", "detail"), BAD, ids=[c[0] for c in BAD])
def test_a_wrong_file_is_refused_with_its_line(
    case: str, old: str, new: str, line: int, detail: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(CONFIGURATION.replace(old, new, 1))
    assert caught.value.file == "default.yml"
    assert line in (0, caught.value.line)
    assert detail in caught.value.detail


def test_an_error_never_shows_the_value_of_a_variable() -> None:
    environment = {**ENVIRONMENT, "OPS_DINGTALK_URL": "SECRET-TOKEN"}
    with pytest.raises(ConfigError) as caught:
        parse(CONFIGURATION, environment)
    assert "SECRET-TOKEN" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "detail"),
    [
        ("OPS_DINGTALK_URL", "http://127.0.0.1:99999/SECRET", "host or port is malformed"),
        ("OPS_DINGTALK_URL", "https://", "host or port is malformed"),
        ("OPS_DINGTALK_URL", "https://x.com/SECRET\n", "OPS_DINGTALK_URL holds a line break"),
        ("OPS_DINGTALK_SECRET", "SECRET\n", "OPS_DINGTALK_SECRET holds a line break"),
        ("OPS_DINGTALK_SECRET", "SECRET\udc80", "OPS_DINGTALK_SECRET holds"),
    ],
)
def test_a_variable_that_cannot_be_used_is_refused_without_its_value(
    name: str, value: str, detail: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(CONFIGURATION, {**ENVIRONMENT, name: value})
    assert caught.value.line == 11
    assert detail in caught.value.detail
    assert "SECRET" not in caught.value.detail.replace(name, "")


def test_a_claim_outlasts_its_send() -> None:
    assert AlertsSettings(claim_s=0.3, send_timeout_s=0.25).claim_s == 0.3
    with pytest.raises(ValueError, match="claim_s must be longer than send_timeout_s"):
        AlertsSettings(claim_s=15.0, send_timeout_s=15.0)


@pytest.mark.parametrize(
    ("text", "labels", "matches"),
    [
        ('team="search"', {"team": "search"}, True),
        ("team=search", {"team": "social"}, False),
        ('team!="search"', {}, True),
        ('campaign=~"double11.*"', {"campaign": "double11-2025"}, True),
        ('campaign=~"double11"', {"campaign": "double11-2025"}, False),
        ('line!~"L0[1-3]"', {"line": "L02"}, False),
        ('team=""', {}, True),
        ('name="a \\"b\\""', {"name": 'a "b"'}, True),
    ],
)
def test_matchers_are_anchored_and_see_absent_labels_as_empty(
    text: str, labels: dict[str, str], matches: bool
) -> None:
    matcher = parse_matcher(text)
    assert matcher.matches(labels) is matches
    assert parse_matcher(str(matcher)) == matcher


def test_settings_that_contradict_each_other_are_refused_without_their_secrets() -> None:
    with pytest.raises(ValueError, match="claim_s") as caught:
        AlertsSettings(smtp_password="hunter2", claim_s=1.0)
    assert "hunter2" not in str(caught.value)


DOUBTFUL = """\
route:
  receiver: ops
  group_by: [alertname, severity]
  routes:
    - matchers: ['alertname="Spend"']
      receiver: boss
    - matchers: ['severity=~"page|ticket"', 'team="search"']
      receiver: boss
    - matchers: ['a>="5"']
      receiver: boss
receivers:
  - name: boss
    email_configs: [{to: [boss@example.com]}]
  - name: ops
  - name: spare
"""


def test_what_is_allowed_and_hardly_meant_is_named_with_its_line() -> None:
    doubts = parse_configuration("default", "default.yml", DOUBTFUL, {}).doubts
    assert [one.partition(": ")[0] for one in doubts] == [
        "default.yml:3",
        "default.yml:7",
        "default.yml:9",
        "default.yml:14",
    ]
    assert "not grouped by severity" in doubts[0]
    assert "info, warning, critical" in doubts[1]
    assert "no breach can have a label named 'a>'" in doubts[2]
    assert "receiver 'ops' has no channel" in doubts[3]
    assert parse_configuration("default", "f", CONFIGURATION, ENVIRONMENT).doubts == ()


def test_a_stored_text_has_no_comments_and_each_thing_in_its_line() -> None:
    text = "# T0P\nroute: # T0P\n  receiver: 'a # b'\n\nreceivers: [{name: 'a # b'}] # T0P\n# T0P"
    kept = without_comments(text)
    assert "T0P" not in kept
    assert yaml.safe_load(kept) == yaml.safe_load(text)
    assert [line for line in kept.split("\n") if line] == [
        "route:",
        "  receiver: 'a # b'",
        "receivers: [{name: 'a # b'}]",
    ]
    assert kept.split("\n")[4].startswith("receivers")


def test_all_files_are_read_and_all_that_is_wrong_is_found(tmp_path: Path) -> None:
    (tmp_path / "default.yml").write_text(DOUBTFUL, encoding="utf-8")
    (tmp_path / "bad.yml").write_text("route: {}\nroutes: []\n", encoding="utf-8")
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "other.yml").write_bytes(b"\xff")
    found, bad = read_files(tmp_path, {})
    assert [len(file.configuration.doubts) for file in found.values()] == [4]
    assert [str(error).partition(": ")[0] for error in bad] == [
        "bad.yml:2",
        "folder.yml cannot be read",
        "other.yml:1",
    ]
    for folder, said in (("empty", "holds no"), ("nowhere", "does not exist")):
        (tmp_path / "empty").mkdir(exist_ok=True)
        found, [error] = read_files(tmp_path / folder, {})
        assert found == {}
        assert said in str(error)
        assert "PACELINE_ALERTS_DIR" in str(error)


def test_a_doubt_is_logged_once_for_a_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "default.yml"
    path.write_text(DOUBTFUL, encoding="utf-8")
    found = Configurations(tmp_path, {})
    found.say_doubts()
    path.write_text(f"{DOUBTFUL}# a comment\n", encoding="utf-8")
    found.read()
    found.say_doubts()
    assert "".join(capsys.readouterr()).count("receiver 'ops' has no channel") == 1

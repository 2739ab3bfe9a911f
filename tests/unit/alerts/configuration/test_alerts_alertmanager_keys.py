"""A file as people of Alertmanager write it is taken as it is (alertmanager.md section 1)."""

from datetime import timedelta

import pytest
import yaml

from alerts.alertmanager.projection import projection
from alerts.channels.webhook import HIDDEN, WebhookView
from alerts.configuration.tree import Configuration, parse_configuration
from alerts.configuration.yaml_reader import ConfigError

THEIRS = """\
global:
  resolve_timeout: 90s
route:
  receiver: default
  group_by: []
  group_wait: 1ms
  group_interval: 1h
  routes:
    - {receiver: pager, group_by: [alertname], matchers: ['foo🙂=bar', severity="page"]}
    - {receiver: pager, group_by: ['Σ', severity], continue: true}
receivers:
  - name: default
    webhook_configs:
      - {url: 'http://127.0.0.1:5001/a', timeout: 10s}
      - {url: 'http://127.0.0.1:5001/b', send_resolved: false}
  - name: pager
inhibit_rules:
  - {source_match: {severity: critical}, target_match: {severity: warning}, equal: [alertname]}
  -
"""


def parse(text: str = THEIRS) -> Configuration:
    return parse_configuration("default", "default.yml", text, {})


def test_what_is_missing_is_as_alertmanager_has_it() -> None:
    found = parse("route: {receiver: default}\nreceivers: [{name: default}]\n")
    route = found.route
    assert (route.group_wait, route.group_interval, route.repeat_interval) == (
        timedelta(seconds=30),
        timedelta(minutes=5),
        timedelta(hours=4),
    )
    assert found.resolve_timeout == timedelta(minutes=5)


def test_it_means_what_alertmanager_means() -> None:
    found = parse()
    assert found.resolve_timeout == timedelta(seconds=90)
    assert found.route.group_by == ()
    assert found.route.group_wait == timedelta(milliseconds=1)
    assert found.route.group_interval == timedelta(hours=1)
    first, second = found.route.routes
    assert [str(one) for one in first.matchers] == ['"foo🙂"="bar"', 'severity="page"']
    assert second.group_by == ("Σ", "severity")
    one, other = found.receivers["default"].channels
    assert one.name != other.name, "each has a log of its own"
    assert (one.send_resolved, other.send_resolved) == (None, False)
    assert "5001" not in one.name
    assert found.receivers["pager"].channels == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("90s", "0s", "longer than 0s"),
        ("90s", "soon", "no duration"),
        ("url: 'http://127.0.0.1:5001/a', ", "", "either url_env"),
        ("timeout: 10s", "timeout: soon", "no duration"),
        ("timeout: 10s", "allow_private: false", "private address"),
        ("http://127.0.0.1:5001/a", "ftp://x/secret", "begins with neither"),
        ("global:\n  resolve", "global:\n  smtp_resolve", "unknown key"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        parse(THEIRS.replace(old, new, 1))
    assert "secret" not in str(caught.value)


def test_an_address_of_the_file_is_not_shown() -> None:
    entry = parse().documents[0].webhook_configs[0]
    fields = {name: getattr(entry, name) for name in WebhookView.model_fields}
    shown = WebhookView.model_validate(fields)
    assert (shown.url, shown.url_env, shown.allow_private) == (HIDDEN, "", True)


def test_clients_get_alertmanagers_keys_alone() -> None:
    text = projection(parse())
    assert "5001" not in text
    found = yaml.safe_load(text)
    assert found["global"] == {"resolve_timeout": "1m30s"}
    assert found["receivers"] == [{"name": "default"}, {"name": "pager"}]
    assert found["inhibit_rules"] == [
        {
            "source_matchers": ['severity="critical"'],
            "target_matchers": ['severity="warning"'],
            "equal": ["alertname"],
        }
    ]
    first, second = found["route"]["routes"]
    assert first["matchers"] == ['"foo🙂"="bar"', 'severity="page"']
    assert second["continue"] is True
    again = parse(text)
    assert again.route == parse().route
    assert again.inhibit_rules == parse().inhibit_rules

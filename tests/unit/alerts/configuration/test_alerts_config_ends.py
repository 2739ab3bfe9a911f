"""Entries that want no ends, of each kind of channel."""

import pytest
from msgspec.structs import replace

from alerts.channels.destinations import Endpoint
from alerts.channels.table import CHANNELS
from alerts.configuration.tree import parse_configuration
from tests.unit.alerts.builders import ENVIRONMENT

KINDS = {
    "dingtalk": "{url_env: OPS_DINGTALK_URL}",
    "wecom": "{url_env: OPS_DINGTALK_URL}",
    "feishu": "{url_env: OPS_DINGTALK_URL}",
    "teams": "{url_env: OPS_DINGTALK_URL}",
    "slack": "{url_env: OPS_DINGTALK_URL}",
    "discord": "{url_env: OPS_DINGTALK_URL}",
    "telegram": "{token_env: OPS_TOKEN, chat_id: -100}",
    "email": "{to: [ops@example.com]}",
    "webhook": "{url_env: OPS_DINGTALK_URL}",
    "apprise": "{url_env: OPS_APPRISE_URL}",
}


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("kind", CHANNELS)
def test_an_entry_of_any_kind_may_want_no_ends_and_is_the_same_channel(kind: str) -> None:
    environment = {
        **ENVIRONMENT,
        "OPS_TOKEN": f"123456789:{35 * 'A'}",
        "OPS_APPRISE_URL": "json://a.example",
    }

    def channel(entry: str) -> Endpoint:
        text = f"route: {{receiver: ops}}\nreceivers: [{{name: ops, {kind}_configs: [{entry}]}}]\n"
        (found,) = parse_configuration("w", "w.yml", text, environment).receivers["ops"].channels
        return found

    usual = channel(KINDS[kind])
    without = channel(KINDS[kind].replace("}", ", send_resolved: false}"))
    assert (usual.send_resolved, without.send_resolved) == (None, False)
    assert replace(without, send_resolved=None) == usual
    assert "send_resolved" not in usual.target

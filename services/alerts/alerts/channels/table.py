"""The channels, by kind."""

from collections.abc import Mapping

from alerts.channels.apprise.channel import Apprise
from alerts.channels.contract import Channel
from alerts.channels.dingtalk import DingTalk
from alerts.channels.discord.channel import Discord
from alerts.channels.email.channel import Email
from alerts.channels.feishu import Feishu
from alerts.channels.slack.channel import Slack
from alerts.channels.teams import Teams
from alerts.channels.telegram.channel import Telegram
from alerts.channels.webhook import Webhook
from alerts.channels.wecom import WeCom

ALL: tuple[Channel, ...] = (
    Apprise(),
    DingTalk(),
    Discord(),
    Email(),
    Feishu(),
    Slack(),
    Teams(),
    Telegram(),
    Webhook(),
    WeCom(),
)
CHANNELS: Mapping[str, Channel] = {channel.kind: channel for channel in ALL}

"""The channels, by kind."""

from collections.abc import Mapping

from alerts.channels.contract import Channel
from alerts.channels.dingtalk import DingTalk
from alerts.channels.email.channel import Email

ALL: tuple[Channel, ...] = (DingTalk(), Email())
CHANNELS: Mapping[str, Channel] = {channel.kind: channel for channel in ALL}

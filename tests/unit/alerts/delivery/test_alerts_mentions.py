"""Owners mentioned in the provider's own terms, beside those of the entry."""

import pytest

from alerts.channels.mentions import handles_of, with_mentions
from alerts.channels.table import CHANNELS

TARGETS = {
    "dingtalk": ({"url_env": "U", "at_mobiles": ["13900000000"]}, "13800000000"),
    "wecom": ({"url_env": "U", "mentioned": ["ann"]}, "lei"),
    "feishu": ({"url_env": "U", "at_user_ids": ["ou_1"]}, "ou_2"),
    "slack": ({"url_env": "U", "mentions": ["U0ANNANNA"]}, "U0LEILEIL"),
    "discord": ({"url_env": "U", "mentions": ["11111111111111111"]}, "22222222222222222"),
    "telegram": ({"token_env": "T", "chat_id": "-100123", "mentions": ["@ann_lee"]}, "@wang_lei"),
    "teams": ({"url_env": "U", "mentions": {"Ann": "ann@example.com"}}, "lei@example.com"),
}


def test_every_chat_that_can_mention_is_tried() -> None:
    assert set(TARGETS) == {kind for kind, one in CHANNELS.items() if one.mentions}


@pytest.mark.parametrize("kind", TARGETS)
def test_the_owner_comes_beside_whom_the_entry_mentions(kind: str) -> None:
    channel, (target, handle) = CHANNELS[kind], TARGETS[kind]
    assert channel.mentions is not None
    before = target[channel.mentions]
    found = with_mentions(channel, target, {"wang.lei": handle})[channel.mentions]
    if isinstance(before, dict):
        assert found == {**before, "wang.lei": handle}
    else:
        assert found == [*before, handle]
    # Who is mentioned anyway is not mentioned twice.
    again = with_mentions(channel, {**target, channel.mentions: found}, {"wang.lei": handle})
    assert again[channel.mentions] == found


def test_nobody_is_mentioned_where_nobody_can_be() -> None:
    target = {"url_env": "U"}
    assert with_mentions(CHANNELS["webhook"], target, {"wang.lei": "x"}) is target


def test_a_name_that_the_provider_cannot_know_is_an_error() -> None:
    with pytest.raises(ValueError, match="no mobile number"):
        with_mentions(CHANNELS["dingtalk"], {"url_env": "U"}, {"wang.lei": "lei"})


def test_of_many_owners_the_first_few_are_mentioned() -> None:
    handles = {f"p{n}": {"slack": f"U{n}"} for n in range(9)}
    assert list(handles_of(["nobody", *handles], "slack", handles)) == ["p0", "p1", "p2", "p3"]

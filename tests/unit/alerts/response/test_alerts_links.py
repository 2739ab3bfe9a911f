"""A link names one alert and receiver, is of nobody else's making, and is over after a while."""

from datetime import timedelta

import pytest

from alerts.channels.email.channel import Email, page_of
from alerts.channels.table import CHANNELS
from alerts.rendering.render import Heading, Renderer
from alerts.response.links import (
    Link,
    LinkExpiredError,
    LinkInvalidError,
    Links,
    without_links,
)
from tests.unit.alerts.builders import at
from tests.unit.alerts.rendering.rendered import view
from tests.unit.alerts.response.pages import BASE, LINKS, token_of


def test_a_link_names_workspace_alert_and_receiver_and_is_short() -> None:
    address = LINKS.address("default", 17, "ops", at(0))
    assert address.startswith(f"{BASE}/respond/")
    assert len(address) < 130
    link = LINKS.read(token_of(address), at(60))
    expires_at = int((at(0) + timedelta(days=7)).timestamp())
    assert link == Link("default", 17, "ops", expires_at)


@pytest.mark.parametrize("place", [0, 5, 20, -1, -12])
def test_a_link_that_was_changed_is_none(place: int) -> None:
    token = list(token_of(LINKS.address("default", 17, "ops", at(0))))
    token[place] = "A" if token[place] != "A" else "Q"
    with pytest.raises(LinkInvalidError):
        LINKS.read("".join(token), at(0))


@pytest.mark.parametrize("token", ["", ".", "a.b", "é.é", "x" * 5000, "WzFd.WzFd"])
def test_what_is_no_link_is_refused(token: str) -> None:
    with pytest.raises(LinkInvalidError):
        LINKS.read(token, at(0))


def test_the_key_of_another_installation_makes_no_link() -> None:
    other = Links(BASE, b"y" * 32, timedelta(days=7))
    with pytest.raises(LinkInvalidError):
        LINKS.read(token_of(other.address("default", 17, "ops", at(0))), at(0))


def test_a_link_is_over_after_its_days() -> None:
    token = token_of(LINKS.address("default", 17, "ops", at(0)))
    LINKS.read(token, at(7 * 24 * 60 - 1))
    with pytest.raises(LinkExpiredError):
        LINKS.read(token, at(7 * 24 * 60))


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Links(BASE, b"short", timedelta(days=1))


@pytest.mark.parametrize(
    ("locale", "label"), [("en", "Answer to it"), ("zh-CN", "回应"), ("zh-TW", "回應")]
)
def test_an_open_alert_that_is_told_has_a_link_of_its_own(locale: str, label: str) -> None:
    heading = Heading(receiver="ops", locale=locale, workspace="default")
    for channel in CHANNELS.values():
        views = [view("firing"), view("unchanged", 2), view("resolved", 3, ends_at=at(9))]
        [found] = Renderer(LINKS).render(views, heading, channel, at(0))
        shown = [
            [(one.label, one.link) for one in block.facts if "/respond/" in one.text]
            for block in found.message.blocks
        ]
        assert shown == [[(label, True)], []]
        address = found.message.blocks[0].alert.respond
        assert LINKS.read(token_of(address), at(0)).alert == 1
        text = channel.compose(found.message, channel.limits.text_max).text
        assert token_of(address) in text


ADDRESS = "https://wiki.example.com/pacing"
SHOWN = {
    "dingtalk": "[{}]({})",
    "wecom": "[{}]({})",
    "feishu": "[{}]({})",
    "teams": "[{}]({})",
    "discord": "[{}]({})",
    "slack": "<{1}|{0}>",
    "telegram": '<a href="{1}">{0}</a>',
    "apprise": "{1}",
    "email": "{1}",
}
"""What a medium makes of words and an address; plain text keeps the address."""


@pytest.mark.parametrize("kind", sorted(SHOWN))
@pytest.mark.parametrize(
    ("locale", "label", "words"),
    [
        ("en", "Answer to it: ", "acknowledge, remind me later, comment"),
        ("zh-CN", "回应：", "确认、暂缓或备注"),
        ("zh-TW", "回應：", "確認、延後提醒或備註"),
    ],
)
def test_a_link_to_answer_by_is_read_as_words_and_that_of_a_runbook_as_its_address(
    kind: str, locale: str, label: str, words: str
) -> None:
    heading = Heading(receiver="ops", locale=locale, workspace="default")
    channel = CHANNELS[kind]
    runbook = {"lever": None, "runbook": ADDRESS, "bucket": None}
    views = [view("firing", annotations=runbook)]
    [found] = Renderer(LINKS).render(views, heading, channel, at(0))
    text = channel.compose(found.message, channel.limits.text_max).text
    address = found.message.blocks[0].alert.respond
    assert label + SHOWN[kind].format(words, address) in text
    assert ADDRESS in text
    token = token_of(address)
    assert text.count(token) == 1, "read once, where it leads"
    assert "wiki" in text.replace(ADDRESS, "") or kind in ("apprise", "email")
    html = page_of(found.message, channel.compose(found.message, channel.limits.text_max))
    assert f'<a href="{address}">{words}</a>' in html
    assert f'<a href="{ADDRESS}">{ADDRESS}</a>' in html


def test_every_medium_for_people_has_its_form_of_a_link() -> None:
    assert SHOWN.keys() == CHANNELS.keys() - {"webhook"}


def test_without_an_address_there_are_no_links() -> None:
    heading = Heading(receiver="ops", locale="en", workspace="default")
    [found] = Renderer().render([view("firing")], heading, Email(), at(0))
    assert "/respond/" not in str(found.message)


@pytest.mark.parametrize("kind", sorted(CHANNELS))
@pytest.mark.parametrize("receiver", ["ops", "值班 _night_ *shift*", "a>>?>?>?b~~~"])
def test_the_record_shows_no_link_that_could_be_followed(kind: str, receiver: str) -> None:
    heading = Heading(receiver=receiver, locale="en", workspace="default")
    channel = CHANNELS[kind]
    [found] = Renderer(LINKS).render([view("firing")], heading, channel, at(0))
    address = found.message.blocks[0].alert.respond
    text = channel.compose(found.message, channel.limits.text_max).text
    shown = without_links(text)
    signature = token_of(address).partition(".")[2]
    assert signature in text.replace("\\", "").replace("\u2060", "")
    assert signature[:8] not in shown.replace("\\", "").replace("\u2060", "")
    assert "/respond/…" in shown
    assert "wang" in shown
    assert "pacing-high" in shown

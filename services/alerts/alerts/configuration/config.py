"""alerts.d/<workspace>.yml: the route tree and the receivers (contracts.md section 5).

Secrets are never in the file: `url_env` and `secret_env` name environment variables, which must
exist when the file is loaded. Everything here is frozen; a reload builds a new Configuration.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import chain
from typing import Literal

import yaml
from msgspec import Struct

from alerts.channels.addresses import mail_address, mail_sender, web_address
from alerts.channels.targets import Channel, DingTalkTarget, EmailTarget, mailbox_id
from alerts.configuration.matchers import Matcher, impossible, parse_matchers
from alerts.configuration.yaml_reader import ConfigError, YamlReader
from shared.durations import parse_duration

Locale = Literal["zh-CN", "en"]
LOCALES: tuple[Locale, ...] = ("zh-CN", "en")
GROUP_WAIT = timedelta(seconds=30)
GROUP_INTERVAL = timedelta(minutes=5)
REPEAT_INTERVAL = timedelta(hours=4)
DEPTH_MAX = 16
ALL_LABELS = "..."

_FILE = frozenset({"route", "receivers"})
_ROUTE = frozenset(
    {
        "receiver",
        "group_by",
        "group_wait",
        "group_interval",
        "repeat_interval",
        "matchers",
        "continue",
        "routes",
    }
)
_RECEIVER = frozenset({"name", "locale", "send_resolved", "dingtalk_configs", "email_configs"})
_DINGTALK = frozenset({"url_env", "secret_env", "at_mobiles"})
_EMAIL = frozenset({"to", "from"})
_MOBILE = re.compile(r"\+?[\d-]{5,20}")


class Receiver(Struct, frozen=True):
    name: str
    locale: Locale
    send_resolved: bool
    channels: tuple[Channel, ...]


class Route(Struct, frozen=True):
    """A node of the tree with everything inherited already filled in."""

    receiver: str
    group_by: tuple[str, ...]
    group_wait: timedelta
    group_interval: timedelta
    repeat_interval: timedelta
    matchers: tuple[Matcher, ...] = ()
    proceed: bool = False
    routes: tuple["Route", ...] = ()
    key: str = "{}"


class Configuration(Struct, frozen=True):
    """One workspace's file, checked."""

    workspace: str
    route: Route
    receivers: dict[str, Receiver]
    doubts: tuple[str, ...] = ()
    """What is allowed and probably not meant, with file and line."""


def parse_configuration(
    workspace: str, file: str, text: str, environment: Mapping[str, str]
) -> Configuration:
    """The file's content → Configuration. Raises ConfigError with file and line."""
    return _Parser(file, text, environment).configuration(workspace)


class _Parser:
    def __init__(self, file: str, text: str, environment: Mapping[str, str]) -> None:
        self._reader = YamlReader(file, text)
        self._environment = environment
        self._doubts: dict[str, ConfigError] = {}
        self._places: dict[str, yaml.Node] = {}
        """Where each receiver is defined."""

    def configuration(self, workspace: str) -> Configuration:
        found = self._reader.mapping(self._reader.root(), _FILE, required=("route", "receivers"))
        receivers: dict[str, Receiver] = {}
        for node in self._reader.items(found["receivers"]):
            receiver = self._receiver(node)
            if receiver.name in receivers:
                raise self._reader.fail(node, f"receiver {receiver.name!r} is defined twice")
            receivers[receiver.name] = receiver
            self._places[receiver.name] = node
        route = self._route(found["route"], None, receivers, 0)
        doubts = sorted(self._doubts.values(), key=lambda one: one.line)
        return Configuration(workspace, route, receivers, tuple(map(str, doubts)))

    def _doubt(self, node: yaml.Node, detail: str) -> None:
        self._doubts.setdefault(detail, self._reader.fail(node, detail))

    def _route(
        self,
        node: yaml.Node,
        parent: Route | None,
        receivers: Mapping[str, Receiver],
        depth: int,
    ) -> Route:
        reader = self._reader
        if depth > DEPTH_MAX:
            raise reader.fail(node, f"routes are nested deeper than {DEPTH_MAX}")
        found = reader.mapping(node, _ROUTE, required=() if parent else ("receiver",))
        for name in ("matchers", "continue"):
            if parent is None and name in found:
                raise reader.fail(found[name], f"the first route takes every alert: no {name}")
        receiver = parent.receiver if parent else ""
        if "receiver" in found:
            receiver = reader.text(found["receiver"])
            if receiver not in receivers:
                raise reader.fail(found["receiver"], f"receiver {receiver!r} is not defined")
        if not receivers[receiver].channels:
            self._doubt(
                self._places[receiver],
                f"receiver {receiver!r} has no channel, so nobody is told: "
                "add dingtalk_configs or email_configs",
            )
        matchers = self._matchers(found.get("matchers"))
        route = Route(
            receiver=receiver,
            group_by=self._group_by(found.get("group_by"), parent),
            group_wait=self._duration(
                found.get("group_wait"), parent.group_wait if parent else GROUP_WAIT, zero=True
            ),
            group_interval=self._duration(
                found.get("group_interval"), parent.group_interval if parent else GROUP_INTERVAL
            ),
            repeat_interval=self._duration(
                found.get("repeat_interval"),
                parent.repeat_interval if parent else REPEAT_INTERVAL,
            ),
            matchers=matchers,
            proceed="continue" in found and reader.flag(found["continue"]),
            key=_route_key(parent, matchers),
        )
        children = reader.items(found["routes"]) if "routes" in found else ()
        routes = tuple(self._route(child, route, receivers, depth + 1) for child in children)
        return Route(
            **{**{f: getattr(route, f) for f in route.__struct_fields__}, "routes": routes}
        )

    def _matchers(self, node: yaml.Node | None) -> tuple[Matcher, ...]:
        found: list[Matcher] = []
        for item in self._list(node):
            for matcher in self._reader.parsed(item, parse_matchers):
                found.append(matcher)
                if reason := impossible(matcher):
                    self._doubt(item, f"{matcher}: {reason}")
        return tuple(found)

    def _group_by(self, node: yaml.Node | None, parent: Route | None) -> tuple[str, ...]:
        if node is None:
            return parent.group_by if parent else ()
        names = self._reader.texts(node)
        if ALL_LABELS in names and len(names) > 1:
            raise self._reader.fail(node, "'...' means all labels and stands alone")
        if "severity" in names:
            # The level changes while an alert is open; its group must not change with it.
            raise self._reader.fail(node, "alerts are not grouped by severity: it changes")
        return names

    def _duration(
        self, node: yaml.Node | None, inherited: timedelta, *, zero: bool = False
    ) -> timedelta:
        if node is None:
            return inherited
        found = self._reader.parsed(node, parse_duration)
        if not found and not zero:
            raise self._reader.fail(node, "this interval must be longer than 0s")
        return found

    def _receiver(self, node: yaml.Node) -> Receiver:
        reader = self._reader
        found = reader.mapping(node, _RECEIVER, required=("name",))
        locale: Locale = "zh-CN"
        if "locale" in found:
            locale = reader.parsed(found["locale"], _locale)
        channels = [
            *map(self._dingtalk, self._list(found.get("dingtalk_configs"))),
            *chain.from_iterable(map(self._email, self._list(found.get("email_configs")))),
        ]
        if len({channel.id for channel in channels}) < len(channels):
            raise reader.fail(node, "the same destination is named twice in one receiver")
        return Receiver(
            name=reader.text(found["name"]),
            locale=locale,
            send_resolved="send_resolved" not in found or reader.flag(found["send_resolved"]),
            channels=tuple(channels),
        )

    def _list(self, node: yaml.Node | None) -> list[yaml.Node]:
        return [] if node is None else self._reader.items(node)

    def _dingtalk(self, node: yaml.Node) -> Channel:
        found = self._reader.mapping(node, _DINGTALK, required=("url_env",))
        url_env = self._variable(found["url_env"])
        try:
            web_address(self._environment[url_env])
        except ValueError as error:
            raise self._reader.fail(
                found["url_env"],
                f"environment variable {url_env} does not hold a web address: {error}",
            ) from None
        secret_env = self._variable(found["secret_env"]) if "secret_env" in found else None
        mobiles = self._reader.texts(found["at_mobiles"]) if "at_mobiles" in found else ()
        for mobile in mobiles:
            if not _MOBILE.fullmatch(mobile):
                raise self._reader.fail(found["at_mobiles"], f"{mobile!r} is no mobile number")
        target = DingTalkTarget(url_env, secret_env, mobiles)
        return Channel(f"dingtalk:{url_env}", "dingtalk", target)

    def _variable(self, node: yaml.Node) -> str:
        name = self._reader.text(node)
        value = self._environment.get(name)
        if not value:
            raise self._reader.fail(node, f"environment variable {name} is not set")
        if not value.isprintable():
            # A line break at the end of a secret, mostly; no signature would ever be right.
            raise self._reader.fail(node, f"environment variable {name} holds a line break or such")
        return name

    def _email(self, node: yaml.Node) -> list[Channel]:
        """A channel for each mailbox of the list."""
        found = self._reader.mapping(node, _EMAIL, required=("to",))
        reader = self._reader
        mailboxes: dict[str, str] = {}
        for one in reader.items(found["to"]):
            address = reader.parsed(one, mail_address)
            mailboxes.setdefault(mailbox_id(address), address)
        if not mailboxes:
            raise reader.fail(found["to"], "names no recipient")
        sender = ""
        if "from" in found:
            reader.parsed(found["from"], mail_sender)
            sender = reader.text(found["from"])
        return [
            Channel(id_, "email", EmailTarget(address, sender))
            for id_, address in sorted(mailboxes.items())
        ]


def _route_key(parent: Route | None, matchers: tuple[Matcher, ...]) -> str:
    """`{}/{team="search"}`: the path of matchers, as Alertmanager writes it."""
    if parent is None:
        return "{}"
    return f"{parent.key}/{{{','.join(sorted(map(str, matchers)))}}}"


def _locale(text: str) -> Locale:
    for locale in LOCALES:
        if text == locale:
            return locale
    raise ValueError(f"locale {text!r} is not one of {', '.join(LOCALES)}")

"""What a file means: the route tree and the receivers, checked (contracts.md section 5).

The variables that it names must exist when it is read. Everything here is frozen; a reload builds
a new Configuration.
"""

from collections.abc import Container, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from alerts.channels.contract import EntryError
from alerts.channels.destinations import NOBODY, Endpoint
from alerts.channels.table import CHANNELS
from alerts.configuration.digest import Digest
from alerts.configuration.document import (
    Document,
    Locale,
    ReceiverDocument,
    RouteDocument,
    entries,
)
from alerts.configuration.inhibition import InhibitRule
from alerts.configuration.intervals import TimeInterval
from alerts.configuration.matchers import Matcher
from alerts.configuration.quiet import (
    read_digest,
    read_inhibit_rules,
    read_matchers,
    read_times,
)
from alerts.configuration.yaml_reader import PlaceError, YamlFile
from shared.durations import parse_duration

GROUP_WAIT = timedelta(seconds=30)
GROUP_INTERVAL = timedelta(minutes=5)
REPEAT_INTERVAL = timedelta(hours=4)
RESOLVE_TIMEOUT = timedelta(minutes=5)
DEPTH_MAX = 16
ALL_LABELS = "..."
NAME_CHARACTERS_MAX = 300


class Receiver(Struct, frozen=True):
    name: str
    locale: Locale
    send_resolved: bool
    channels: tuple[Endpoint, ...]

    def channel(self, name: str) -> Endpoint | None:
        """The channel of that name, or the one that had it before it was given another."""
        by_name = {one.address: one for one in self.channels}
        by_name |= {one.name: one for one in self.channels}
        return by_name.get(name)


class Route(Struct, frozen=True):
    """A node of the tree with everything inherited already filled in."""

    receiver: str
    group_by: tuple[str, ...]
    group_wait: timedelta
    group_interval: timedelta
    repeat_interval: timedelta
    matchers: tuple[Matcher, ...] = ()
    proceed: bool = False
    mute_times: tuple[str, ...] = ()
    active_times: tuple[str, ...] = ()
    digest: Digest | None = None
    routes: tuple["Route", ...] = ()
    key: str = "{}"


ROOT = Route("", (), GROUP_WAIT, GROUP_INTERVAL, REPEAT_INTERVAL)
"""What the first route inherits."""


class Configuration(Struct, frozen=True):
    """One workspace's file, checked. `documents` are the receivers as the file writes them."""

    workspace: str
    route: Route
    receivers: dict[str, Receiver]
    documents: tuple[ReceiverDocument, ...] = ()
    budgets: Mapping[str, str] = field(default_factory=dict)
    """`Endpoint.budget` of each channel, by its name and by its address, which was or will be the
    name it has in an older or newer file."""
    inhibit_rules: tuple[InhibitRule, ...] = ()
    times: Mapping[str, tuple[TimeInterval, ...]] = field(default_factory=dict)
    resolve_timeout: timedelta = RESOLVE_TIMEOUT
    doubts: tuple[str, ...] = ()
    """What is allowed and probably not meant, with file and line."""


def parse_configuration(
    workspace: str, file: str, text: str, environment: Mapping[str, str]
) -> Configuration:
    """The file's content → Configuration. Raises ConfigError with file and line."""
    found = YamlFile(file, text)
    document = found.read(Document)
    doubts: dict[str, str] = {}
    """By what is doubtful, the path where it is first."""
    try:
        receivers = _receivers(document, environment)
        times = read_times(document)
        inhibit_rules = read_inhibit_rules(document, doubts)
        route = _Routes(receivers, times, doubts).first(document.route)
        resolve_timeout = _resolve_timeout(document.general.resolve_timeout)
    except PlaceError as error:
        raise found.fail(error.path, str(error)) from error
    said = sorted(
        (found.fail(path, detail) for detail, path in doubts.items()), key=lambda one: one.line
    )
    return Configuration(
        workspace=workspace,
        route=route,
        receivers=receivers,
        documents=document.receivers,
        budgets=_budgets(workspace, receivers, environment),
        inhibit_rules=inhibit_rules,
        times=times,
        resolve_timeout=resolve_timeout,
        doubts=tuple(map(str, said)),
    )


def _resolve_timeout(text: str) -> timedelta:
    path = ".global.resolve_timeout"
    try:
        found = parse_duration(text)
    except ValueError as error:
        raise PlaceError(path, str(error)) from error
    if not found:
        raise PlaceError(path, "this timeout must be longer than 0s")
    return found


def _budgets(
    workspace: str, receivers: Mapping[str, Receiver], environment: Mapping[str, str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for receiver in receivers.values():
        for channel in receiver.channels:
            key = channel.budget(workspace, environment)
            found |= {channel.address: key, channel.name: key}
    return found


def _receivers(document: Document, environment: Mapping[str, str]) -> dict[str, Receiver]:
    """Receivers by name. A name is one destination in the whole file."""
    receivers: dict[str, Receiver] = {}
    addresses: dict[str, str] = {}
    for place, one in enumerate(document.receivers):
        path = f".receivers[{place}]"
        if one.name in receivers:
            raise PlaceError(path, f"receiver {one.name!r} is defined twice")
        channels: list[Endpoint] = []
        for entry_path, found in _destinations(one, path, environment):
            if any(found.address == other.address for other in channels):
                raise PlaceError(path, "the same destination is named twice in one receiver")
            if addresses.setdefault(found.name, found.address) != found.address:
                raise PlaceError(entry_path, f"another channel has the name {found.name!r} already")
            channels.append(found)
        receivers[one.name] = Receiver(one.name, one.locale, one.send_resolved, tuple(channels))
    return receivers


def _destinations(
    receiver: ReceiverDocument, path: str, environment: Mapping[str, str]
) -> Iterator[tuple[str, Endpoint]]:
    """Of one receiver, with the paths of their entries."""
    for kind, own, entry in entries(receiver):
        entry_path = path + own
        try:
            for found in CHANNELS[kind].destinations(entry, environment):
                if found.name == NOBODY.name or len(found.name) > NAME_CHARACTERS_MAX:
                    raise EntryError("name", f"{found.name[:40]!r} is no name for a channel")
                # Of the channels whose entries say it, each by itself.
                wanted: bool | None = getattr(entry, "send_resolved", None)
                yield entry_path, replace(found, send_resolved=wanted)
        except EntryError as error:
            raise PlaceError(f"{entry_path}.{error.key}", str(error)) from error


class _Routes:
    """Walks the tree from its root."""

    def __init__(
        self, receivers: Mapping[str, Receiver], times: Container[str], doubts: dict[str, str]
    ) -> None:
        self._receivers = receivers
        self._places = {name: f".receivers[{place}]" for place, name in enumerate(receivers)}
        self._times = times
        self._doubts = doubts

    def first(self, node: RouteDocument) -> Route:
        """The whole tree."""
        path = ".route"
        if node.receiver is None:
            raise PlaceError(path, "'receiver' is missing")
        for name, value in (
            ("matchers", node.matchers),
            ("continue", node.proceed),
            ("mute_time_intervals", node.mute_time_intervals or None),
            ("active_time_intervals", node.active_time_intervals or None),
        ):
            if value is not None:
                raise PlaceError(f"{path}.{name}", f"the first route takes every alert: no {name}")
        return self._route(node, path, ROOT, 0)

    def _route(self, node: RouteDocument, path: str, parent: Route, depth: int) -> Route:
        if depth > DEPTH_MAX:
            raise PlaceError(path, f"routes are nested deeper than {DEPTH_MAX}")
        receiver = node.receiver or parent.receiver
        if receiver not in self._receivers:
            known = f"the file has {', '.join(self._receivers) or 'none'}"
            raise PlaceError(f"{path}.receiver", f"receiver {receiver!r} is not defined: {known}")
        if not self._receivers[receiver].channels:
            self._doubt(
                self._places[receiver],
                f"receiver {receiver!r} has no channel, so nobody is told: "
                f"add {' or '.join(f'{kind}_configs' for kind in CHANNELS)}",
            )
        matchers = read_matchers(node.matchers or (), f"{path}.matchers", self._doubts)
        wait, interval, repeat = (
            self._interval(node, name, path, parent)
            for name in ("group_wait", "group_interval", "repeat_interval")
        )
        route = Route(
            receiver=receiver,
            group_by=self._group_by(node, path, parent),
            group_wait=wait,
            group_interval=interval,
            repeat_interval=repeat,
            matchers=matchers,
            proceed=bool(node.proceed),
            mute_times=self._known(node.mute_time_intervals, f"{path}.mute_time_intervals"),
            digest=read_digest(node.digest, f"{path}.digest"),
            active_times=self._known(node.active_time_intervals, f"{path}.active_time_intervals"),
            key=_route_key(parent, matchers) if depth else ROOT.key,
        )
        routes = tuple(
            self._route(child, f"{path}.routes[{place}]", route, depth + 1)
            for place, child in enumerate(node.routes)
        )
        return replace(route, routes=routes)

    def _known(self, names: tuple[str, ...], path: str) -> tuple[str, ...]:
        for place, name in enumerate(names):
            if name not in self._times:
                raise PlaceError(f"{path}[{place}]", f"time_intervals has no {name!r}")
        return names

    def _group_by(self, node: RouteDocument, path: str, parent: Route) -> tuple[str, ...]:
        names = node.group_by
        if names is None:
            return parent.group_by
        if ALL_LABELS in names and len(names) > 1:
            raise PlaceError(f"{path}.group_by", "'...' means all labels and stands alone")
        if "severity" in names:
            self._doubt(
                f"{path}.group_by",
                "breaches are not grouped by severity, which changes while they are open: only "
                "alerts of other senders are",
            )
        return names

    def _interval(self, node: RouteDocument, name: str, path: str, parent: Route) -> timedelta:
        text = getattr(node, name)
        if text is None:
            inherited: timedelta = getattr(parent, name)
            return inherited
        try:
            found = parse_duration(text)
        except ValueError as error:
            raise PlaceError(f"{path}.{name}", str(error)) from error
        if not found and name != "group_wait":
            raise PlaceError(f"{path}.{name}", "this interval must be longer than 0s")
        return found

    def _doubt(self, path: str, detail: str) -> None:
        self._doubts.setdefault(detail, path)


def _route_key(parent: Route, matchers: tuple[Matcher, ...]) -> str:
    """`{}/{team="search"}`: the path of matchers, as Alertmanager writes it."""
    return f"{parent.key}/{{{','.join(sorted(map(str, matchers)))}}}"

"""What a file means: the route tree and the receivers, checked (contracts.md section 5).

The variables that it names must exist when it is read. Everything here is frozen; a reload builds
a new Configuration.
"""

from collections.abc import Container, Iterator, Mapping
from datetime import timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from alerts.channels.mentions import Handles
from alerts.channels.table import CHANNELS
from alerts.configuration.digest import Digest, SummaryReport
from alerts.configuration.document import (
    Document,
    ReceiverDocument,
    RouteDocument,
)
from alerts.configuration.flapping import Flapping
from alerts.configuration.inhibition import InhibitRule
from alerts.configuration.intervals import TimeInterval
from alerts.configuration.limits import SendLimits, read_limits
from alerts.configuration.matchers import Matcher
from alerts.configuration.oncall.escalations import Escalation, read_escalations
from alerts.configuration.oncall.reading import read_schedules
from alerts.configuration.oncall.schedules import Schedule
from alerts.configuration.quiet import (
    read_digest,
    read_duration,
    read_flapping,
    read_inhibit_rules,
    read_matchers,
    read_reports,
    read_times,
)
from alerts.configuration.receivers import (
    Receiver,
    budgets_of,
    known_times,
    places_of,
    read_handles,
    read_receivers,
)
from alerts.configuration.yaml_reader import PlaceError, YamlFile
from shared.durations import parse_duration

GROUP_WAIT = timedelta(seconds=30)
GROUP_INTERVAL = timedelta(minutes=5)
REPEAT_INTERVAL = timedelta(hours=4)
RESOLVE_TIMEOUT = timedelta(minutes=5)
DEPTH_MAX = 16
ALL_LABELS = "..."


class Route(Struct, frozen=True):
    """A node of the tree with everything inherited already filled in. `owners` are the people who
    get what is theirs in place of the receiver, `schedule` says who does, if anybody is on call."""

    receiver: str
    group_by: tuple[str, ...]
    group_wait: timedelta
    group_interval: timedelta
    repeat_interval: timedelta
    matchers: tuple[Matcher, ...] = ()
    proceed: bool = False
    owners: frozenset[str] = frozenset()
    schedule: Schedule | None = None
    mute_times: tuple[str, ...] = ()
    active_times: tuple[str, ...] = ()
    digest: Digest | None = None
    escalation: str | None = None
    routes: tuple["Route", ...] = ()
    key: str = "{}"

    @property
    def named(self) -> str:
        """The receiver, or the schedule, that the file names."""
        return self.schedule.name if self.schedule else self.receiver

    def walk(self) -> Iterator["Route"]:
        """It and all below it."""
        yield self
        for child in self.routes:
            yield from child.walk()


ROOT = Route("", (), GROUP_WAIT, GROUP_INTERVAL, REPEAT_INTERVAL)
"""What the first route inherits."""


class Configuration(Struct, frozen=True):
    """One workspace's file, checked. `documents` are the receivers, and `people`
    the persons among them, as the file writes them."""

    workspace: str
    route: Route
    receivers: dict[str, Receiver]
    documents: tuple[ReceiverDocument, ...] = ()
    people: tuple[ReceiverDocument, ...] = ()
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    handles: Handles = field(default_factory=dict)
    escalations: Mapping[str, Escalation] = field(default_factory=dict)
    budgets: Mapping[str, str] = field(default_factory=dict)
    """`Endpoint.budget` of each channel, by its name and by its address, which was or will be the
    name it has in an older or newer file."""
    limits: Mapping[str, SendLimits] = field(default_factory=dict)
    """By `Endpoint.budget`, of the channels to which the file gives any."""
    reports: Mapping[str, SummaryReport] = field(default_factory=dict)
    inhibit_rules: tuple[InhibitRule, ...] = ()
    times: Mapping[str, tuple[TimeInterval, ...]] = field(default_factory=dict)
    resolve_timeout: timedelta = RESOLVE_TIMEOUT
    flapping: Flapping | None = None
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
        times = read_times(document)
        receivers = read_receivers(document, times, environment)
        budgets = budgets_of(workspace, receivers, environment)
        limits = read_limits(document, budgets)
        reports = read_reports(document, receivers)
        schedules = read_schedules(document, times, receivers)
        handles = read_handles(document, receivers)
        escalations = read_escalations(document, {*receivers, *schedules})
        inhibit_rules = read_inhibit_rules(document, doubts)
        routes = _Routes(
            document,
            receivers,
            schedules=schedules,
            escalations=escalations,
            times=times,
            doubts=doubts,
        )
        route = routes.first(document.route)
        general = document.general
        resolve_timeout = read_duration(general.resolve_timeout, ".global.resolve_timeout")
        flapping = read_flapping(general.flapping, ".global.flapping")
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
        people=document.people,
        schedules=schedules,
        handles=handles,
        escalations=escalations,
        budgets=budgets,
        limits=limits,
        reports=reports,
        inhibit_rules=inhibit_rules,
        times=times,
        resolve_timeout=resolve_timeout,
        flapping=flapping,
        doubts=tuple(map(str, said)),
    )


class _Routes:
    """Walks the tree from its root."""

    def __init__(
        self,
        document: Document,
        receivers: Mapping[str, Receiver],
        *,
        schedules: Mapping[str, Schedule],
        escalations: Container[str],
        times: Container[str],
        doubts: dict[str, str],
    ) -> None:
        self._receivers = receivers
        self._schedules = schedules
        self._escalations = escalations
        self._people = frozenset(one.name for one in document.people)
        self._places = {one.name: path for path, one in places_of(document)}
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
        receiver, schedule = self._receiver(node, path, parent)
        matchers = read_matchers(node.matchers or (), f"{path}.matchers", self._doubts)
        wait, interval, repeat = (
            self._interval(node, name, path, parent)
            for name in ("group_wait", "group_interval", "repeat_interval")
        )
        if node.escalation is not None and node.escalation not in self._escalations:
            raise PlaceError(f"{path}.escalation", f"escalations has no {node.escalation!r}")
        digest = read_digest(node.digest, f"{path}.digest")
        group_by = self._group_by(node, path, parent)
        if digest and digest.empty == "send" and (group_by or node.to_owner or schedule):
            raise PlaceError(
                f"{path}.digest.empty",
                "only a digest that is one message for one receiver is sent empty: "
                "write group_by: [], without to_owner and without a schedule",
            )
        route = Route(
            receiver=receiver,
            schedule=schedule,
            group_by=group_by,
            group_wait=wait,
            group_interval=interval,
            repeat_interval=repeat,
            matchers=matchers,
            proceed=bool(node.proceed),
            owners=self._people if node.to_owner else frozenset(),
            mute_times=known_times(
                node.mute_time_intervals, self._times, f"{path}.mute_time_intervals"
            ),
            escalation=node.escalation or parent.escalation,
            digest=digest,
            active_times=known_times(
                node.active_time_intervals, self._times, f"{path}.active_time_intervals"
            ),
            key=_route_key(parent, matchers) if depth else ROOT.key,
        )
        routes = tuple(
            self._route(child, f"{path}.routes[{place}]", route, depth + 1)
            for place, child in enumerate(node.routes)
        )
        return replace(route, routes=routes)

    def _receiver(
        self, node: RouteDocument, path: str, parent: Route
    ) -> tuple[str, Schedule | None]:
        """The receiver, or a schedule and who hears when nobody is on call."""
        name = node.receiver or parent.named
        schedule = self._schedules.get(name)
        if schedule is not None and not parent.receiver:
            raise PlaceError(
                f"{path}.receiver",
                f"{name!r} is a schedule: the first route names a receiver, for when nobody is "
                "on call; name the schedule in a route below it",
            )
        if schedule is None and name not in self._receivers:
            known = ", ".join([*self._receivers, *self._schedules]) or "none"
            raise PlaceError(
                f"{path}.receiver", f"receiver {name!r} is not defined: the file has {known}"
            )
        receiver = parent.receiver if schedule else name
        for one in sorted(schedule.people if schedule else [receiver]):
            if not self._receivers[one].channels:
                self._doubt(
                    self._places[one],
                    f"receiver {one!r} has no channel, so nobody is told: "
                    f"add {' or '.join(f'{kind}_configs' for kind in CHANNELS)}",
                )
        return receiver, schedule

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

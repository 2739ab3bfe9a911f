"""What keeps an alert from being told, and what does so now. Pure.

Asked of each open alert in Alertmanager's order: inhibited, active times, mute times, silences
(alerting.md 2.4). The end of what was told passes through all of it: nobody asks then.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from alerts.configuration.flapping import Spell
from alerts.configuration.intervals import TimeInterval, any_holds, next_change
from alerts.configuration.matchers import SEVERITIES
from alerts.quiet.inhibitor import Inhibitor
from alerts.quiet.silences import Silence


class MuteReason(StrEnum):
    INHIBITED = "inhibited"
    INACTIVE = "outside active times"
    MUTE_TIME = "mute time"
    SILENCED = "silenced"
    SNOOZED = "snoozed"
    FLAPPING = "flapping"
    UNSUBSCRIBED = "unsubscribed"


class Mute(Struct, frozen=True):
    """`by`: fingerprints of the alerts, names of the times, ids of the silences, who snoozed it, or
    how often it opened; `until`: when that ends, if time ends it."""

    reason: MuteReason
    by: tuple[str, ...]
    until: datetime | None = None


def flapping_mute(
    spell: Spell | None, episode: int, severity: str, told: Mapping[int, str]
) -> Mute | None:
    """Why a group is not told now of an open episode of an alert that flaps. The first one that it
    is told (`told`, with how severe) since that began says so; another one waits until the alert is
    settled, unless it is more severe. What was told goes on, and so does its end."""
    if spell is None or not told or episode in told:
        return None
    if max(map(SEVERITIES.index, told.values())) < SEVERITIES.index(severity):
        return None
    by = f"opened {spell.openings} times since {spell.since:%Y-%m-%dT%H:%M:%SZ}"
    return Mute(MuteReason.FLAPPING, (by,), spell.until)


class RouteTimes(Struct, frozen=True):
    """Names of the times outside of which, and within which, a route is silent."""

    active: tuple[str, ...] = ()
    mute: tuple[str, ...] = ()


class Quiet:
    """All that mutes in one workspace at one instant."""

    def __init__(
        self,
        now: datetime,
        *,
        silences: Sequence[Silence] = (),
        inhibitor: Inhibitor | None = None,
        times: Mapping[str, Sequence[TimeInterval]] = {},
    ) -> None:
        self._now = now
        self._silences = [one for one in silences if one.state(now) == "active"]
        self._inhibitor = inhibitor or Inhibitor(())
        self._times = times

    def mute_of(
        self, fingerprint: str, labels: Mapping[str, str], route: RouteTimes
    ) -> Mute | None:
        """Why an open alert with these routing labels is not told now; None when it is."""
        if sources := self.inhibited_by(fingerprint, labels):
            return Mute(MuteReason.INHIBITED, sources)
        if (times := self._time_of(route)) is not None:
            return times
        if silences := self._silences_of(labels):
            ids = tuple(one.silence for one in silences)
            return Mute(MuteReason.SILENCED, ids, max(one.ends_at for one in silences))
        return None

    def inhibited_by(self, fingerprint: str, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Fingerprints of the alerts that stand for it."""
        return self._inhibitor.sources_of(fingerprint, labels)

    def silenced_by(self, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Ids of the silences in force that match."""
        return tuple(one.silence for one in self._silences_of(labels))

    def muted_by(self, route: RouteTimes) -> tuple[str, ...]:
        """Names of the times that make a route silent now."""
        found = self._time_of(route)
        return found.by if found else ()

    def _silences_of(self, labels: Mapping[str, str]) -> list[Silence]:
        return [one for one in self._silences if one.matches(labels)]

    def _time_of(self, route: RouteTimes) -> Mute | None:
        active = self._intervals(route.active)
        if active and not any_holds(active, self._now):
            return Mute(MuteReason.INACTIVE, route.active, next_change(active, self._now))
        names = tuple(one for one in route.mute if any_holds(self._times.get(one, ()), self._now))
        if not names:
            return None
        until = next_change(self._intervals(route.mute), self._now)
        return Mute(MuteReason.MUTE_TIME, names, until)

    def _intervals(self, names: Sequence[str]) -> list[TimeInterval]:
        return [one for name in names for one in self._times.get(name, ())]

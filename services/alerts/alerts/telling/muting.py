"""Which members of the groups at hand are muted, and why: asked once a round and workspace."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from alerts.configuration.flapping import Flapping, Spell
from alerts.configuration.tree import Configuration
from alerts.quiet import store_flapping
from alerts.quiet.load import load_quiet
from alerts.quiet.mute import Quiet, RouteTimes, flapping_mute
from alerts.routing.snapshot import times_of
from alerts.telling.plan import Member
from alerts.telling.store import DueGroup
from shared.database.pool import Conn


async def with_mutes(
    conn: Conn,
    in_use: Mapping[str, Configuration],
    groups: Sequence[DueGroup],
    members: Mapping[int, Sequence[Member]],
    now: datetime,
) -> dict[int, list[Member]]:
    """The members by group, those that are open with what mutes them now."""
    asked_of: dict[str, list[Mapping[str, str]]] = {}
    for group in groups:
        open_ones = (one.episode for one in members[group.group_id] if one.episode.open)
        labels = asked_of.setdefault(group.workspace, [])
        labels += (one.routing_labels for one in open_ones)
    quiet = {
        workspace: await load_quiet(conn, workspace, in_use.get(workspace), now, labels)
        for workspace, labels in sorted(asked_of.items())
    }
    spells = await _find_spells(conn, in_use, groups, members, now)
    first = {alert: one.episode for alert, one in spells.items()}
    told = await store_flapping.find_told(conn, list(members), first) if spells else {}
    found: dict[int, list[Member]] = {}
    for group in groups:
        times = times_of(in_use.get(group.workspace), group.snapshot)
        of_workspace = quiet[group.workspace]
        # At its times a route says how things stand, however often they changed.
        often = {} if group.snapshot.intervals.digest else spells
        found[group.group_id] = [
            with_flapping(
                _with_mute(member, of_workspace, times, now),
                often.get(member.key.alert),
                told.get((group.group_id, member.key.alert), {}),
            )
            for member in members[group.group_id]
        ]
    return found


def _with_mute(member: Member, quiet: Quiet, times: RouteTimes, now: datetime) -> Member:
    if not member.episode.open:
        return member
    mute = quiet.mute_of(member.fingerprint, member.episode.routing_labels, times)
    mute = mute or member.response.mute(now, member.episode.severity)
    return member if mute is None else replace(member, mute=mute)


def with_flapping(member: Member, spell: Spell | None, told: Mapping[int, str]) -> Member:
    """A member of an alert that flaps; `told` are its episodes that its group knows since then."""
    if spell is None or member.key.episode < spell.episode:
        return member
    member = replace(member, spell=spell)
    if not member.episode.open or member.mute is not None:
        return member
    mute = flapping_mute(spell, member.key.episode, member.episode.severity, told)
    return replace(member, mute=mute)


async def _find_spells(
    conn: Conn,
    in_use: Mapping[str, Configuration],
    groups: Sequence[DueGroup],
    members: Mapping[int, Sequence[Member]],
    now: datetime,
) -> dict[int, Spell]:
    """By alert, of those that flap now."""
    judges: dict[int, Flapping] = {}
    for group in groups:
        configuration = in_use.get(group.workspace)
        if configuration is None or (judge := configuration.flapping) is None:
            continue
        # The number of an episode says how often its alert has opened.
        often = (one.key for one in members[group.group_id] if one.key.episode >= judge.times)
        judges |= {key.alert: judge for key in often}
    if not judges:
        return {}
    openings = await store_flapping.find_openings(conn, list(judges))
    found = {alert: judges[alert].spell(one, now) for alert, one in openings.items()}
    return {alert: spell for alert, spell in found.items() if spell is not None}

"""Which members of the groups at hand are muted, and why: asked once a round and workspace."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from alerts.configuration.configurations import Configurations
from alerts.quiet.load import load_quiet
from alerts.quiet.mute import Quiet, RouteTimes
from alerts.routing.snapshot import times_of
from alerts.telling.plan import Member
from alerts.telling.store import DueGroup
from shared.database.pool import Conn


async def with_mutes(
    conn: Conn,
    configurations: Configurations,
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
        workspace: await load_quiet(conn, workspace, configurations.get(workspace), now, labels)
        for workspace, labels in sorted(asked_of.items())
    }
    found: dict[int, list[Member]] = {}
    for group in groups:
        times = times_of(configurations.get(group.workspace), group.snapshot)
        of_workspace = quiet[group.workspace]
        found[group.group_id] = [
            _with_mute(member, of_workspace, times, now) for member in members[group.group_id]
        ]
    return found


def _with_mute(member: Member, quiet: Quiet, times: RouteTimes, now: datetime) -> Member:
    if not member.episode.open:
        return member
    mute = quiet.mute_of(member.fingerprint, member.episode.routing_labels, times)
    mute = mute or member.response.mute(now, member.episode.severity)
    return member if mute is None else replace(member, mute=mute)

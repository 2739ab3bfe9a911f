"""Which members of the groups at hand are muted, and why: asked once a round and workspace."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from alerts.configuration.configurations import Configurations
from alerts.quiet.load import load_quiet
from alerts.quiet.mute import Quiet
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
    quiet = {
        workspace: await load_quiet(conn, workspace, configurations.get(workspace), now)
        for workspace in sorted({group.workspace for group in groups})
    }
    return {
        group.group_id: [
            _with_mute(member, quiet[group.workspace], group) for member in members[group.group_id]
        ]
        for group in groups
    }


def _with_mute(member: Member, quiet: Quiet, group: DueGroup) -> Member:
    if not member.episode.open:
        return member
    labels = member.episode.routing_labels
    mute = quiet.mute_of(member.fingerprint, labels, group.snapshot.times)
    return member if mute is None else replace(member, mute=mute)

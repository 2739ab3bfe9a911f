"""An alert that is told for the first time by a route with an escalation begins it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.configuration.tree import Configuration
from alerts.episodes.rules import Key
from alerts.escalation import chain
from alerts.escalation.rules import begin
from alerts.escalation.store import StartedChain
from alerts.telling.plan import Member
from alerts.telling.store import DueGroup


def started(
    group: DueGroup,
    configuration: Configuration,
    members: Sequence[Member],
    fresh: Iterable[Key],
    now: datetime,
) -> list[StartedChain]:
    """Those of the members `fresh`, as the file has it now."""
    found = chain.take(configuration, group.snapshot)
    if found is None:
        return []
    severities = {one.key: one.episode.severity for one in members}
    name, workspace = found.escalation.name, group.workspace
    progress = {key: begin(found.escalation, severities[key], now) for key in fresh}
    return [
        StartedChain(*key, name, workspace, found, one, one.next_at)
        for key, one in progress.items()
    ]

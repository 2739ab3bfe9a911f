"""What mutes in a workspace now, of its silences, its configuration and its open alerts."""

from collections.abc import Iterable
from datetime import datetime

from alerts.configuration.tree import Configuration
from alerts.quiet import store
from alerts.quiet.inhibitor import Inhibitor, Labels, source_patterns
from alerts.quiet.mute import Quiet
from shared.database.pool import Conn


async def load_quiet(
    conn: Conn,
    workspace: str,
    configuration: Configuration | None,
    now: datetime,
    asked_of: Iterable[Labels] | None = None,
) -> Quiet:
    """Without a configuration its silences alone. `asked_of`: the routing labels of the alerts that
    it will be asked of; by default it may be of any, which reads more."""
    silences = await store.find_in_force(conn, workspace, now)
    if configuration is None:
        return Quiet(now, silences=silences)
    rules = configuration.inhibit_rules
    patterns = source_patterns(rules, asked_of)
    sources = await store.find_sources(conn, workspace, patterns) if patterns else []
    return Quiet(
        now,
        silences=silences,
        inhibitor=Inhibitor(rules, sources),
        times=configuration.times,
    )

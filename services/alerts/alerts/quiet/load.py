"""What mutes in a workspace now, of its silences, its configuration and its open alerts."""

from datetime import datetime

from alerts.configuration.tree import Configuration
from alerts.quiet import store
from alerts.quiet.inhibitor import Inhibitor
from alerts.quiet.mute import Quiet
from shared.database.pool import Conn


async def load_quiet(
    conn: Conn, workspace: str, configuration: Configuration | None, now: datetime
) -> Quiet:
    """Without a configuration its silences alone."""
    silences = await store.find_in_force(conn, workspace, now)
    if configuration is None:
        return Quiet(now, silences=silences)
    rules = configuration.inhibit_rules
    sources = await store.find_sources(conn, workspace, rules) if rules else []
    return Quiet(
        now,
        silences=silences,
        inhibitor=Inhibitor(rules, sources),
        times=configuration.times,
    )

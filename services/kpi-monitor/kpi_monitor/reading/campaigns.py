"""A campaign as people ask about it: its windows, and when records of it were lost."""

from collections.abc import Iterable, Sequence

from kpi_monitor import SCHEMA
from kpi_monitor.judging import store as judging
from kpi_monitor.reading import views
from kpi_monitor.rules.feeds import FeedState
from kpi_monitor.rules.unit import Unit
from kpi_monitor.windows import Windows, from_ms
from shared.database.pool import Conn
from shared.http.caller import Caller
from shared.kafka.gaps import Gap, gaps_between


async def gaps_within(conn: Conn, feeds: Iterable[FeedState], low: int, high: int) -> Sequence[Gap]:
    """What is told of a period comes after it: a gap later than the range may concern it."""
    until = high + views.longest_grain(feeds)
    return await gaps_between(conn, SCHEMA, from_ms(low), from_ms(until))


def require_in_reach(caller: Caller, campaign: str) -> None:
    """Raises NotFoundError `campaign_unknown`: what is out of reach is as if it were not there."""
    if not caller.reach.covers(campaign):
        raise caller.reach.unknown("campaign", campaign)


async def campaign_windows(caller: Caller, campaign: str, size: int) -> tuple[Unit, Windows]:
    """A campaign with its windows of `size` ms. Raises NotFoundError `campaign_unknown`."""
    require_in_reach(caller, campaign)
    unit = await judging.get_unit(caller.conn, caller.workspace, campaign)
    if unit.zone is None:
        raise caller.reach.unknown("campaign", campaign)
    return unit, Windows(size, unit.zone)

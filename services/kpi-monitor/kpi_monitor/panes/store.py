"""SQL of panes: sums per period, their series, and who feeds them."""

from collections.abc import Iterable, Mapping

from kpi_monitor.records.record import Period
from shared.database.pool import Conn, columns, integers

Feed = tuple[str, str, str, str, str, int]
"""(workspace, campaign, line, measure, source, grain)."""
ADD_SERIES = """
INSERT INTO kpi.series (workspace, campaign, line, measure)
SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS u
ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING
"""
# The source as an expression keeps the look-up on the primary key: before the first ANALYZE the
# index on (workspace, source) looks as good, and reads all feeds of the source for each row.
FEEDS = """
SELECT u.n, s.series
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
  WITH ORDINALITY AS u(workspace, campaign, line, measure, source, grain_ms, n)
JOIN kpi.feeds f ON f.workspace = u.workspace AND f.campaign = u.campaign AND f.line = u.line
  AND f.measure = u.measure AND f.grain_ms = u.grain_ms AND f.source || '' = u.source
JOIN kpi.series s ON s.workspace = u.workspace AND s.campaign = u.campaign AND s.line = u.line
  AND s.measure = u.measure
"""
ADD_FEEDS = """
INSERT INTO kpi.feeds (workspace, campaign, line, measure, source, grain_ms)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
ON CONFLICT DO NOTHING
"""
# The few periods of a batch are passed once.
ADD_PANES = """
INSERT INTO kpi.panes AS p (series, start_ms, end_ms, known_ms, amount)
SELECT u.series, ($4::bigint[])[u.period], ($5::bigint[])[u.period], ($6::bigint[])[u.period],
  u.amount
FROM unnest($1::text::bigint[], $2::text::int[], $3::text::numeric[]) AS u(series, period, amount)
ON CONFLICT (series, start_ms, end_ms, known_ms) DO UPDATE SET amount = p.amount + excluded.amount
"""


async def find_feeds(conn: Conn, feeds: Iterable[Feed]) -> dict[Feed, int]:
    """The numbers of the series of those feeds that are stored."""
    asked = list(feeds)
    rows = await conn.fetch(FEEDS, *columns(asked, 6))
    return {asked[row[0] - 1]: row[1] for row in rows}


async def add_feeds(conn: Conn, feeds: Iterable[Feed]) -> None:
    """Stores who feeds what, with a number for each series that has none."""
    arrays = columns(sorted(feeds), 6)
    await conn.execute(ADD_SERIES, *arrays[:4])
    await conn.execute(ADD_FEEDS, *arrays)


async def add_panes(conn: Conn, sums: Mapping[Period, Mapping[int, int]]) -> None:
    """Adds amounts by series number, in the order of the periods and of these numbers."""
    series: list[int] = []
    places: list[int] = []
    amounts: list[int] = []
    periods = sorted(period for period, mine in sums.items() if mine)
    for place, period in enumerate(periods, start=1):
        mine = sums[period]
        numbers = sorted(mine)
        series += numbers
        places += [place] * len(numbers)
        amounts += [mine[number] for number in numbers]
    if series:
        arrays = integers(series), integers(places), integers(amounts)
        await conn.execute(ADD_PANES, *arrays, *columns(periods, 3))

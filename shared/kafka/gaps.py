"""Accepted gaps in the log: for when what a service shows may be incomplete."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.database.pool import Conn

GAPS = """
SELECT lost_from, lost_to, reason FROM {schema}.offset_gaps
WHERE from_offset <> to_offset AND coalesce(lost_from, '-infinity') < $2 AND lost_to > $1
ORDER BY lost_from NULLS FIRST, lost_to LIMIT 100
"""


class Gap(NamedTuple):
    """Records received in [start, end) were lost; `start` None: nobody knows since when."""

    start: datetime | None
    end: datetime
    reason: str


async def gaps_between(conn: Conn, schema: str, start: datetime, end: datetime) -> Sequence[Gap]:
    """The gaps a person accepted for this schema's groups that overlap [start, end), at most 100.

    They are in time of receipt, the only time of a record nobody has read; spend and metrics come
    within minutes of it, except for what a source restates later.
    """
    rows = await conn.fetch(GAPS.format(schema=schema), start, end)
    return [Gap(row["lost_from"], row["lost_to"], row["reason"]) for row in rows]

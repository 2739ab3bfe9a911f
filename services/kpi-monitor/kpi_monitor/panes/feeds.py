"""What this process knows to be stored of feeds, so that hot batches ask for it once."""

from collections.abc import Mapping

from kpi_monitor.panes import store
from kpi_monitor.panes.store import Feed
from kpi_monitor.records.measures import Measures
from kpi_monitor.records.record import Fed, Period
from shared.database.pool import Conn
from shared.generations import Generations

LINES_MAX = 200_000
"""Lines whose series are remembered, some 900 bytes each; for others a poll asks once."""
Line = tuple[Fed, int]
"""What a source feeds, and the grain (ms) in which it does."""
Numbers = Mapping[str, int]
"""Series numbers by measure."""
NONE: Numbers = {}


class Feeds:
    """Feeds that are surely stored, with the numbers of their series."""

    def __init__(self, lines_max: int = LINES_MAX) -> None:
        self._lines: Generations[Line, Numbers] = Generations(lines_max)
        self.added: set[Feed] = set()
        """What the last call of `number` has stored: lines with something new to judge."""

    async def number(
        self, conn: Conn, panes: Mapping[Period, Mapping[Fed, Measures]]
    ) -> dict[Period, dict[int, int]]:
        """The sums by series number; feeds and series that are not there yet are stored."""
        self.added = set()
        numbers: dict[Line, Numbers] = {}
        unknown: set[Feed] = set()
        for (start, end, _), lines in panes.items():
            for fed, amounts in lines.items():
                line = fed, end - start
                known = numbers[line] = self._lines.get(line) or NONE
                if not amounts.keys() <= known.keys():
                    unknown |= {_feed(line, name) for name in amounts.keys() - known.keys()}
        if unknown:
            await self._find(conn, unknown, numbers)
        return {
            period: _sums(lines, period[1] - period[0], numbers) for period, lines in panes.items()
        }

    async def _find(self, conn: Conn, unknown: set[Feed], numbers: dict[Line, Numbers]) -> None:
        """Completes `numbers`. Only what was stored before this transaction is remembered."""
        stored = await store.find_feeds(conn, unknown)
        for line, found in _by_line(stored).items():
            numbers[line] = {**numbers[line], **found}
            self._lines.put(line, numbers[line])
        self.added = unknown - stored.keys()
        if self.added:
            await store.add_feeds(conn, self.added)
            found_now = await store.find_feeds(conn, self.added)
            for line, found in _by_line(found_now).items():
                numbers[line] = {**numbers[line], **found}


def _feed(line: Line, measure: str) -> Feed:
    (workspace, campaign, name, source), grain = line
    return workspace, campaign, name, measure, source, grain


def _by_line(found: Mapping[Feed, int]) -> dict[Line, dict[str, int]]:
    lines: dict[Line, dict[str, int]] = {}
    for (workspace, campaign, name, measure, source, grain), number in found.items():
        lines.setdefault(((workspace, campaign, name, source), grain), {})[measure] = number
    return lines


def _sums(
    lines: Mapping[Fed, Measures], grain: int, numbers: Mapping[Line, Numbers]
) -> dict[int, int]:
    sums: dict[int, int] = {}
    for fed, amounts in lines.items():
        known = numbers[fed, grain]
        for measure, amount in amounts.items():
            number = known[measure]
            sums[number] = sums.get(number, 0) + amount
    return sums

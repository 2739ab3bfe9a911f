"""What this process knows to be stored, so that hot batches ask for it once.

Everything here may be forgotten at any time; nothing is remembered before it is committed.
"""

from collections.abc import Mapping

from kpi_monitor.records import store as store_metrics
from kpi_monitor.records.shapes import ReportShape
from kpi_monitor.records.store import ReportKey
from shared.database.pool import Conn
from shared.generations import Generations

REPORTS_MAX = 200_000
"""Reports whose shape is remembered, some 400 bytes each."""


class Reports:
    """The shape each report keeps; a row once committed never changes."""

    def __init__(self) -> None:
        self._stored: Generations[ReportKey, ReportShape] = Generations(REPORTS_MAX)

    async def shapes(
        self, conn: Conn, seen: dict[ReportKey, tuple[str, str]]
    ) -> Mapping[ReportKey, ReportShape]:
        """The stored shape of each report in `seen`, which becomes its shape if it has none."""
        known = {key: shape for key in seen if (shape := self._stored.get(key)) is not None}
        asked = {key: shape for key, shape in seen.items() if key not in known}
        if not asked:
            return known
        new, found = await store_metrics.add_reports(conn, asked)
        self._stored.put_all((key, shape) for key, shape in found.items() if key not in new)
        return known | found

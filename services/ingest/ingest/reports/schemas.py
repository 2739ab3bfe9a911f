"""HTTP bodies of reports (contracts.md section 2)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class RowRejected(BaseModel):
    """`row` counts data rows from 1, `line` is where it ends in the file (0 in JSON)."""

    row: int
    line: int
    code: str
    detail: str


class RowEqual(BaseModel):
    """A row that states what the row `first` of the load states: it is counted once."""

    row: int
    line: int
    first: int
    detail: str


class NotComplete(BaseModel):
    """A source that is not told complete, and why: `rows_refused` names how many rows and for what,
    `pages_missing` that the last page names a next one.

    Where no row and no `source` names one, it is the platform's name.
    """

    source: str
    code: str
    detail: str


class ReportReply(BaseModel):
    """`spend_rows`: accepted rows that carry money, which budget counts under `import`;
    `metrics_rows`: those that carry measures, which kpi-monitor counts under it.

    `not_complete`: sources whose `complete=true` was refused, for example `source_quarantined`,
    `rows_refused`, or `as_of_missing`: a heartbeat needs its time.
    `equal`: the first 1,000 of `equal_rows` rows that repeat another one.
    `left_out`: rows of which the money (`not_money_report`) or the measures
    (`not_measures_report`) belong to another report of the source, and did not count.
    `sources`: those of the accepted rows; `unset_sources`: those whose time zone nobody has set, so
    that their days are read in the platform's zone, mostly UTC.
    """

    model_config = ConfigDict(populate_by_name=True)
    import_id: Annotated[str, Field(alias="import")]
    rows: int
    accepted: int
    spend_rows: int
    metrics_rows: int = 0
    rejected: list[RowRejected]
    not_complete: list[NotComplete]
    equal: list[RowEqual] = []
    equal_rows: int = 0
    left_out: dict[str, int] = {}
    sources: list[str] = []
    unset_sources: list[str] = []

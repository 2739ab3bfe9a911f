"""What the routes of imports answer (contracts.md section 3)."""

from pydantic import BaseModel, ConfigDict, Field

from budget.fields import MoneyView


class MissingRow(BaseModel):
    """A row that an earlier import had: its period, whom it is about, and what stands for it."""

    period: str
    entity: dict[str, str] | None
    campaign: str | None
    line: str | None
    dims: dict[str, str] | None
    amount: MoneyView


class ImportView(BaseModel):
    """Counts of rows; `amount` is null when the rows are in several currencies, or none."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(alias="import")
    rows: int
    inserted: int
    updated: int
    unchanged: int
    outdated: int
    rejected: int
    suspense: int
    amount: MoneyView | None
    amounts: list[MoneyView]
    missing: list[MissingRow]
    missing_count: int

"""What is answered of an import's measures."""

from pydantic import BaseModel, ConfigDict, Field


class MeasuresImportView(BaseModel):
    """What became of the measures of an import: counts of rows, which together are `rows`."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(alias="import")
    rows: int
    inserted: int
    updated: int
    unchanged: int
    outdated: int
    rejected: int
    suspense: int

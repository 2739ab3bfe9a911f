"""HTTP bodies of exceptions (contracts.md section 3)."""

from pydantic import BaseModel

from budget.approval.schemas import Decided


class MovedCount(BaseModel):
    entries: int


class ExceptionDecided(Decided):
    moved: MovedCount

"""HTTP bodies of exceptions (contracts.md section 3)."""

from budget.approval.schemas import Decided, MovedCount


class ExceptionDecided(Decided):
    moved: MovedCount

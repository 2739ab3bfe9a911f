"""What the routes of invariants answer (contracts.md section 3)."""

from datetime import datetime

from pydantic import BaseModel


class InvariantsView(BaseModel):
    """`drift`: by how much accounts differ from their entries; `checks` by name. All of it was true
    at `as_of`; `took_ms` milliseconds were needed to see it."""

    holds: bool
    accounts: int
    entries: int
    drift: str
    checks: dict[str, bool]
    as_of: datetime
    took_ms: int

"""What the routes of the audit answer (contracts.md section 3)."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class AuditView(BaseModel):
    """`hash` is the hex SHA-256 of `previous` and this row."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    detail: dict[str, Any]
    previous: str
    hash: str


class ChainView(BaseModel):
    """Whether each row follows from the one before."""

    holds: bool
    rows: int
    head: str
    broken_at: int | None

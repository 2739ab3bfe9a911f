"""HTTP bodies of rejections (contracts.md section 2)."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class RejectionView(BaseModel):
    """`topic`, `partition`, `offset` are set when the event was set aside after its 202.

    `counted`: figures of the source wait for it, or did until `settled_at`, when it was stated
    again or confirmed by the person `settled_by`.
    """

    rejection: int
    source: str | None
    id: str | None
    code: str
    detail: str
    topic: str | None
    partition: int | None
    offset: int | None
    event: Any
    rejected_at: datetime
    counted: bool
    settled_at: datetime | None
    settled_by: str | None

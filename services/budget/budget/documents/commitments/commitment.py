"""A commitment: an order that binds money of a line until it is invoiced, settled or cancelled.

Pure. What of it still binds is its amount less what was invoiced, never less than nothing; once
somebody has ended it, nothing. So what a line is bound to depends on no order of what happened.
"""

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict, replace

from shared.errors import ConflictError
from shared.money import format_micros

CommitmentStatus = Literal["open", "partly_invoiced", "settled", "cancelled"]
CommitmentEnd = Literal["settled", "cancelled"]


class Commitment(Struct, frozen=True):
    """An order as stored: micros ordered and invoiced; `ended`: how a person ended it."""

    campaign: str
    commitment: str
    line: str
    supplier: str
    text: str | None
    currency: str
    amount: int
    invoiced: int
    due_on: date | None
    ended: CommitmentEnd | None
    created_by: str
    created_at: datetime

    @property
    def name(self) -> str:
        """What the audit calls it."""
        return f"commitment/{self.campaign}/{self.commitment}"

    @property
    def left(self) -> int:
        """Micros that it still binds."""
        return 0 if self.ended else max(0, self.amount - self.invoiced)

    @property
    def status(self) -> CommitmentStatus:
        """What is invoiced in full is settled without anybody saying so."""
        if self.ended:
            return self.ended
        if self.invoiced >= self.amount:
            return "settled"
        return "partly_invoiced" if self.invoiced else "open"

    @property
    def view(self) -> dict[str, Any]:
        """As HTTP says it."""
        shown = asdict(self)
        del shown["ended"]
        amounts = {name: format_micros(shown[name]) for name in ("amount", "invoiced")}
        return shown | amounts | {"left": format_micros(self.left), "status": self.status}

    def with_invoiced(self, amount: int) -> "Commitment":
        """So many micros of it are invoiced more. Also of one that has ended: an invoice that comes
        is spent, whatever was thought to be left."""
        return replace(self, invoiced=self.invoiced + amount)

    def end(self, how: CommitmentEnd) -> "Commitment":
        """Raises ConflictError `commitment_ended`; `commitment_invoiced` for a cancelled one of
        which something was invoiced, and `not_invoiced` for a settled one of which nothing was."""
        if self.status in ("settled", "cancelled"):
            raise ConflictError("commitment_ended", f"it is {self.status}: it binds nothing more")
        if how == "cancelled" and self.invoiced:
            detail = f"{format_micros(self.invoiced)} of it are invoiced: settle it"
            raise ConflictError("commitment_invoiced", detail)
        if how == "settled" and not self.invoiced:
            raise ConflictError("not_invoiced", "nothing of it is invoiced: cancel it")
        return replace(self, ended=how)

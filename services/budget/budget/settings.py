"""Settings of the budget service, beside the common ones."""

from pydantic import Field

from shared.settings import CommonSettings


class BudgetSettings(CommonSettings):
    """`PACELINE_*`; units are the last word of a name."""

    service: str = "budget"
    port: int = 8002
    pacing_tick_s: int = Field(300, ge=1)
    """A running line is told again at each multiple of this, even if nothing was spent."""
    seal_lines_max: int = Field(500, ge=1, le=10_000)
    """Lines sealed in one relay tick: bounds how long the accounts' rows stay locked."""
    approval_due_hours: int = Field(48, ge=1)
    """How long the departments have to decide on a submitted plan (A15)."""

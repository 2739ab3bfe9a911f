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
    """How long people have to decide on what is submitted (A15), where no policy says otherwise."""
    imports_keep_days: int = Field(400, ge=1)
    """Counters of an import, since they last changed. What it posted stays."""
    import_rows_keep_days: int = Field(60, ge=1)
    """Which facts a file stated, one row each: longer than platforms restate a day. After that
    nobody is told what of it stands, or what a later file lacks."""
    invariants_timeout_s: float = Field(300.0, gt=0, le=3600)
    """How long one look at the whole ledger of a workspace may take."""
    invariants_every_s: float = Field(900.0, ge=1)
    """How often each ledger is looked at without anybody asking, for its gauges and their alert;
    one that takes long rests for nine times as long."""
    suspense_every_s: float = Field(60.0, ge=0)
    """A source whose suspense changes is told to kpi-monitor at most this often."""
    totals_timeout_s: float = Field(20.0, gt=0, le=3600)
    """How long adding up entries for `through` and `known_at` may take."""
    release_timeout_s: float = Field(45.0, gt=0, le=3600)
    """How long a person's change may hold up posting, of everybody: moving money by a mapping, an
    approval, a close. Below the 60 s after which a group that does not advance is not ready."""

"""kpi-monitor's settings: the common ones and its own."""

from pydantic import Field, field_validator

from shared.settings import CommonSettings


class KpiSettings(CommonSettings):
    """One kpi-monitor process. Units are the last word of a name."""

    service: str = "kpi-monitor"
    port: int = 8003

    metrics_horizon_days: int = Field(45, ge=1, le=400)
    """How long the ids of metrics deltas are remembered; older events are refused (`too_old`).

    It must exceed the retention of metrics.v1, else a replay could count an event twice.
    """
    panes_keep_days: int = Field(800, ge=60, le=36_500)
    """How long sums per period are kept for series; windows need the last 60 days at most."""
    breaches_keep_days: int = Field(400, ge=1, le=36_500)
    """How long the history of an ended breach is shown."""
    imports_keep_days: int = Field(400, ge=1)
    """Counters of an import's measures, since they last changed."""
    figures_interval_s: float = Field(60.0, ge=0)
    """Newer figures of an open breach are told at most this often, by the clock of decisions."""
    suspense_limit_s: int = Field(86_400, ge=60)
    """Money that has waited in suspense for longer is a breach to the owner of the workspace."""
    workspace_owners: str = ""
    """Who is told of what belongs to no campaign, by workspace: `default=li.na,acme=bob`."""
    evaluate_units_max: int = Field(100, ge=1, le=1000)
    """Campaigns judged in one transaction at most; how many fit a tenth of a second is learned."""

    @field_validator("workspace_owners")
    @classmethod
    def _names_owners(cls, text: str) -> str:
        owners_of(text)
        return text


def owners_of(text: str) -> dict[str, str]:
    """`default=li.na,acme=bob` → the owner by workspace. Raises ValueError for anything else."""
    owners: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        workspace, _, owner = (one.strip() for one in part.partition("="))
        if not workspace or not owner or workspace in owners:
            raise ValueError(f"{part!r} is not workspace=owner, each workspace once")
        owners[workspace] = owner
    return owners

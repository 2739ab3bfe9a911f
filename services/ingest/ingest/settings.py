"""Settings of ingest; the rest are shared (PACELINE_*)."""

from pydantic import Field

from shared.settings import CommonSettings


class IngestSettings(CommonSettings):
    """Bounds of what one request may bring, and how long cached credentials stay valid."""

    service: str = "ingest"
    port: int = 8001

    events_bytes_max: int = Field(5 * 1024 * 1024, ge=1024)
    events_max: int = Field(10_000, ge=1)
    report_bytes_max: int = Field(5 * 1024 * 1024, ge=1024)
    report_rows_max: int = Field(100_000, ge=1)
    reading_bytes_max: int = Field(256 * 1024 * 1024, ge=1024 * 1024)

    ack_timeout_s: float = Field(2.5, gt=0)
    refresh_s: float = Field(5.0, gt=0)
    keys_max_age_s: float = Field(14_400.0, gt=0)
    token_cache_s: float = Field(10.0, ge=0)
    rejections_waiting_max: int = Field(10_000, ge=1)
    rejections_keep_days: int = Field(90, ge=1)
    set_aside_wait_s: int = Field(86_400, ge=0, le=30 * 86_400)
    quarantine_rejections_max: int = Field(1000, ge=1, le=100_000)
    quarantine_window_s: int = Field(3600, ge=60, le=86_400)

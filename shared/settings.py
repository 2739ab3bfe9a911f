"""Settings all services share, read once in `__main__` from PACELINE_* and passed down."""

import sys
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.bodies.words import words_of_fault
from shared.http.api_words import addresses_of

EXIT_NOT_READY = 3
"""What the process needs is missing or wrong: starting it again would not help."""


def _addresses(text: str) -> str:
    addresses_of(text)
    return text


class CommonSettings(BaseSettings):
    """One process's settings. Units are the last word of a name; `.env.example` lists all."""

    model_config = SettingsConfigDict(env_prefix="PACELINE_", extra="ignore")

    service: str = "paceline"
    replica: str = "1"
    host: str = "127.0.0.1"
    port: int = 8000
    shared_port: int = Field(0, ge=0, le=65_535)
    services: Annotated[str, AfterValidator(_addresses)] = ""

    head_bytes_max: int = Field(65_536, ge=4096, le=1024 * 1024)
    head_timeout_s: float = Field(10.0, gt=0)
    body_timeout_s: float = Field(30.0, gt=0)
    body_bytes_per_s_min: int = Field(1024, ge=1)
    idle_timeout_s: float = Field(75.0, gt=0)
    connections_max: int = Field(1000, ge=10, le=100_000)

    database_url: str = "postgresql://paceline@127.0.0.1:5432/paceline"
    database_connections_max: int = Field(8, ge=2, le=100)
    database_timeout_s: float = Field(30.0, gt=0)

    kafka_bootstrap: str = "127.0.0.1:9092"
    topic_prefix: str = ""
    partitions: int = Field(24, ge=1, le=1000)
    delivery_timeout_s: float = Field(10.0, gt=0)
    inflight_bytes_max: int = Field(64 * 1024 * 1024, ge=1024 * 1024)
    session_timeout_s: float = Field(30.0, ge=6)
    rebalance_timeout_s: float = Field(60.0, ge=6)
    stuck_after_s: float = Field(60.0, ge=5)

    batch_events_max: int = Field(5000, ge=1, le=100_000)
    dead_letters_share_max: float = Field(0.5, gt=0, le=1)
    dead_letters_records_min: int = Field(100, ge=1, le=100_000)
    batch_wait_ms: int = Field(50, ge=1, le=5000)
    tick_ms: int = Field(50, ge=5, le=10_000)
    idle_ms: int = Field(100, ge=5, le=10_000)
    backoff_max_s: float = Field(5.0, gt=0)
    idempotency_keep_days: int = Field(30, ge=1)

    clock: Literal["system", "manual"] = "system"
    future_skew_s: float = Field(300.0, ge=0)

    jwks: str = ".paceline/keys/jwks.json"
    jwt_issuer: str = "paceline"
    jwt_audience: str | None = None
    jwks_max_age_s: float = Field(300.0, gt=0)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"

    def topic(self, name: str) -> str:
        """The topic's name on the broker; a prefix keeps several installations on one cluster."""
        return self.topic_prefix + name

    def jwks_path(self) -> Path | None:
        """The key set's file, or None when `jwks` is a URL."""
        return None if self.jwks.startswith(("http://", "https://")) else Path(self.jwks)


Kind = TypeVar("Kind", bound=CommonSettings)


def read_settings(kind: type[Kind]) -> Kind:
    """The settings of this process's environment. One that cannot be ends it, by name and with
    what it may be, before logs exist."""
    try:
        return kind()
    except ValidationError as error:
        prefix = str(kind.model_config["env_prefix"])
        # A fault of several together has no name, and its input is all of them, secrets too.
        said = [
            f"{prefix}{str(one['loc'][0]).upper()}={one['input']}: {words_of_fault(one)}"
            if one["loc"]
            else words_of_fault(one)
            for one in error.errors()
        ]
        print("; ".join(said), "(.env.example lists all settings)", file=sys.stderr)  # noqa: T201
        sys.exit(EXIT_NOT_READY)

"""HTTP bodies of API keys (contracts.md section 2)."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from ingest.bodies import StrictBody, WithoutNul
from shared.bodies.texts import PLAIN
from shared.http.instants import Instant
from shared.names import NAME

SourcePattern = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\s|]+$"), WithoutNul, PLAIN
]


CampaignName = Annotated[str, Field(pattern=f"^{NAME}$")]


class KeyBody(StrictBody):
    """`sources` are patterns; `*` stands for any text, `/` included. With `campaigns` it may send
    only events that name one of these, and no heartbeats: these speak for all campaigns of a
    source. `rate_per_s` counts events."""

    sources: Annotated[list[SourcePattern], Field(min_length=1, max_length=100)]
    campaigns: Annotated[list[CampaignName], Field(min_length=1, max_length=100)] | None = None
    name: Annotated[str, Field(max_length=200), WithoutNul, PLAIN] = ""
    rate_per_s: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    expires_at: Instant | None = None


class KeyCreated(BaseModel):
    """`key` is shown once; only its hash is stored."""

    key: str
    key_id: str
    name: str
    sources: list[str]
    campaigns: list[str] | None
    rate_per_s: int | None
    expires_at: datetime | None


class KeyView(BaseModel):
    key_id: str
    name: str
    sources: list[str]
    campaigns: list[str] | None
    rate_per_s: int | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

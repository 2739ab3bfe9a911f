"""The other door: what catalog.v1 announces of a campaign: its region, and when it runs."""

from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Struct

from alerts.incoming.reading import YEARS, UnreadableError, check_keys, decoded
from shared.bodies.words import words_of_error
from shared.events import CATALOG_DECODER, CampaignObject, object_of


class Runs(Struct, frozen=True):
    """From when to when a campaign runs."""

    start: datetime
    end: datetime

    @classmethod
    def between(cls, start: datetime | None, end: datetime | None) -> "Runs | None":
        """None where it is not known, or no time."""
        return cls(start, end) if start is not None and end is not None and start < end else None


class FoundCampaign(NamedTuple):
    """A version of a campaign, where it belongs, and when it runs as far as that is known."""

    workspace: str
    campaign: str
    version: int
    region: str | None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def read_campaign(value: bytes) -> FoundCampaign | None:
    """Decodes and checks one record of catalog.v1; None of another kind. Raises UnreadableError."""
    event = decoded(value, CATALOG_DECODER)
    item = event.data
    if item.kind != "campaign":
        return None
    try:
        campaign = object_of(item.kind, item.object)
    except msgspec.ValidationError as error:
        raise UnreadableError(words_of_error(str(error))) from error
    assert isinstance(campaign, CampaignObject)
    check_keys({"campaign": item.id}, version=item.version)
    runs = (_known(campaign.starts_at), _known(campaign.ends_at))
    return FoundCampaign(event.workspace, item.id, item.version, campaign.region, *runs)


def _known(at: datetime | None) -> datetime | None:
    """An instant that no calendar here has is none: the region counts all the same."""
    return at if at is not None and at.year in YEARS else None

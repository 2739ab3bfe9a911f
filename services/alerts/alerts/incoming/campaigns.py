"""The other door: what catalog.v1 announces of a campaign, of which alerts needs its region."""

from typing import NamedTuple

import msgspec

from alerts.incoming.reading import UnreadableError, check_keys, decoded
from shared.bodies.words import words_of_error
from shared.events import CATALOG_DECODER, CampaignObject, object_of


class FoundCampaign(NamedTuple):
    """A version of a campaign, and where it belongs."""

    workspace: str
    campaign: str
    version: int
    region: str | None


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
    return FoundCampaign(event.workspace, item.id, item.version, campaign.region)

"""Objects of catalog.v1 are what their kind says, in the services that write and that read them."""

from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest

from budget.allocation.store import LineRecord
from budget.documents.campaigns.store import CampaignRecord
from budget.documents.campaigns.views import campaign_item
from budget.documents.mappings.commands import mapping_item
from budget.documents.mappings.store import MappingRecord
from budget.documents.plans.document import line_item
from shared.events import (
    CampaignObject,
    CatalogItem,
    CatalogObject,
    LineObject,
    MappingObject,
    MeasureObject,
    PlainObject,
    object_of,
)
from shared.events.catalog import KNOWN

AT = datetime(2025, 11, 1, tzinfo=UTC)
ROW: dict[str, Any] = {
    "campaign": "double11-2025",
    "line": "L03",
    "name": "search ads",
    "owner": "wang.lei",
    "channel": "search",
    "status": "approved",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
    "starts_at": AT,
    "ends_at": AT,
    "plan_version": 2,
    "body": {"targets": [], "region": "hq"},
    "mapping": "m1",
    "source": "ads/1",
    "match": {"campaign": "993"},
    "effective_from": AT,
    "version": 7,
    "removed": False,
    "allocated": 0,
    "curve": {},
    "created_by": "li.na",
    "created_at": AT,
}


def test_every_kind_of_object_is_one_that_an_item_may_have() -> None:
    [kinds] = [one.type for one in msgspec.structs.fields(CatalogItem) if one.name == "kind"]
    assert set(get_args(kinds)) >= KNOWN
    assert len(KNOWN) == len(get_args(CatalogObject))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (campaign_item(msgspec.convert(ROW, CampaignRecord)), CampaignObject),
        (line_item(msgspec.convert(ROW, LineRecord)), LineObject),
        (mapping_item(msgspec.convert(ROW, MappingRecord)), MappingObject),
    ],
    ids=["campaign", "line", "mapping"],
)
def test_what_budget_announces_is_read_whole(item: CatalogItem, expected: type) -> None:
    sent = msgspec.json.decode(msgspec.json.encode(item), type=CatalogItem)
    found = object_of(sent.kind, sent.object)
    assert isinstance(found, expected)
    for field in msgspec.structs.fields(expected):
        assert getattr(found, field.name) == ROW.get(field.name, ROW["body"].get(field.name))


def test_fields_that_a_reader_does_not_know_and_kinds_without_fields_are_passed_over() -> None:
    known = object_of("measure", {"aggregation": "gauge", "invented": 1})
    assert known == MeasureObject(aggregation="gauge")
    assert object_of("risk", {"owner": "li.na"}) == PlainObject({"owner": "li.na"})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("line", {"campaign": "c"}),
        ("campaign", {"campaign": "c", "ends_at": "soon"}),
        ("mapping", {"source": "a", "match": "all", "campaign": "c", "line": "l"}),
        ("suspense", {"source": "a"}),
    ],
)
def test_an_object_without_what_its_kind_demands_is_refused(kind: str, body: Any) -> None:
    with pytest.raises(msgspec.ValidationError):
        object_of(kind, body)

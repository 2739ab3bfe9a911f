"""Campaigns' time zones, as PostgreSQL reads them: entries and totals take local days in SQL."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest
import pytest_asyncio

from budget.documents.campaigns.commands import create_campaign as create_campaign_of
from budget.documents.campaigns.schemas import CampaignBody
from shared.database.clock import make_clock
from shared.database.pool import transaction
from shared.errors import InvalidError
from shared.http.auth import Principal
from shared.http.caller import Caller
from shared.http.reach import Reach
from shared.zones import common_zone_names
from tests.integration.budget.budget_helpers import (
    Service,
    approve,
    campaign_body,
    create_campaign,
    running_service,
)
from tests.integration.budget.spend import at, delta

LOCAL = """
SELECT name, at, at AT TIME ZONE name AS local
FROM unnest($1::text[]) AS name, unnest($2::timestamptz[]) AS at
"""


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.empty()
        await made.set_clock(at("11-05 00:00"))
        yield made


async def test_postgresql_knows_every_accepted_zone_and_reads_it_as_python_does(
    postgres: str,
) -> None:
    months = [dt.datetime(y, m, 15, tzinfo=dt.UTC) for y in (2000, 2025) for m in range(1, 13)]
    conn = await asyncpg.connect(postgres)
    try:
        rows = await conn.fetch("SELECT name FROM pg_timezone_names")
        unknown = common_zone_names() - {row["name"] for row in rows}
        assert not unknown
        told = await conn.fetch(LOCAL, sorted(common_zone_names()), months)
    finally:
        await conn.close()
    differ = {
        row["name"]
        for row in told
        if row["at"].astimezone(ZoneInfo(row["name"])).replace(tzinfo=None) != row["local"]
    }
    assert not differ


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "posix/UTC", "Factory", "CET"])
async def test_a_zone_that_depends_on_the_machine_is_refused_by_name(
    service: Service, zone: str
) -> None:
    async with service.caller("li.na", "operator") as operator:
        refused = await operator.post("/v1/campaigns", campaign_body(time_zone=zone), 422)
    assert [one["code"] for one in refused["errors"]] == ["time_zone_unknown"]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Calcutta", "America/Argentina/Buenos_Aires"])
async def test_days_and_entries_are_told_in_any_accepted_zone(service: Service, zone: str) -> None:
    await create_campaign(service, time_zone=zone)
    await approve(service, effective_from="2025-11-01T00:00:00+08:00")
    await service.post(delta("tap", "1", at("11-03 12:00"), "1.00"))
    async with service.caller("eve", "viewer") as viewer:
        totals = await viewer.get("/v1/campaigns/c1/totals", through="2025-11-04T00:00:00+08:00")
        (entry,) = (await viewer.get("/v1/campaigns/c1/lines/L1/entries"))["items"]
    day = at("11-03 12:00").astimezone(ZoneInfo(zone)).date().isoformat()
    assert [one["date"] for one in totals["days"]] == [day]
    assert entry["period"] == day


async def test_a_database_without_a_zone_refuses_its_campaigns(service: Service) -> None:
    """Distributions leave out older names: then no list of ours tells what PostgreSQL knows."""
    body = CampaignBody.model_validate(campaign_body())
    unknown = body.model_copy(update={"time_zone": "Mars/Olympus_Mons"})
    li_na = Principal(Reach("default"), "li.na", frozenset({"operator"}))
    async with transaction(service.pool) as conn:
        caller = Caller(conn, li_na, at("11-05 00:00"), li_na.reach, make_clock("manual"))
        with pytest.raises(InvalidError) as refused:
            await create_campaign_of(caller, unknown)
        assert refused.value.code == "time_zone_unknown"
        assert (await create_campaign_of(caller, body)).time_zone == "Asia/Shanghai"

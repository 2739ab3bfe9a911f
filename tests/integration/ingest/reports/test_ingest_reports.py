"""Platform reports over HTTP: rows become events, a bad row is named, a bad file is refused."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ingest.ingest_world import World, running, settings_for, until_ready

CSV = {"Content-Type": "text/csv"}
HEAD = "TimePeriod,AccountId,CampaignId,CurrencyCode,Impressions,Clicks,Spend"
ROWS = ["2025-11-01,150,349,USD,100,3,1.50", '2025-11-02,150,349,USD,200,5,"2,000.25"']


@pytest.fixture(scope="module")
async def world(
    kafka: str, topic_prefix: str, database_url: str, tmp_path_factory: Any
) -> AsyncIterator[World]:
    keys: Path = tmp_path_factory.mktemp("keys")
    settings = settings_for(kafka, topic_prefix, database_url, keys)
    async with running(settings, keys) as made:
        await until_ready(made)
        yield made


async def report(world: World, *rows: str, query: str = "", path: str = "microsoft-ads") -> Any:
    body = "\n".join([HEAD, *rows]).encode()
    return await world.send(body, f"/v1/reports/{path}{query}", CSV)


async def events_of(world: World, topic: str, import_id: str) -> list[dict[str, Any]]:
    found = [e for events in (await world.stored(topic)).values() for e in events]
    return [event for event in found if event.get("importid") == import_id]


async def test_each_row_is_a_spend_and_a_metrics_event_of_one_import(world: World) -> None:
    reply = await report(world, *ROWS, query="?as_of=2025-11-03T00:00:00Z")
    answer = reply.json()
    spend = await events_of(world, "spend.v1", answer["import"])
    metrics = await events_of(world, "metrics.v1", answer["import"])

    assert reply.status_code == 202
    assert {k: answer[k] for k in ("rows", "accepted", "spend_rows", "rejected")} == {
        "rows": 2, "accepted": 2, "spend_rows": 2, "rejected": [],
    }  # fmt: skip
    assert sorted(e["id"] for e in spend) == [f"{answer['import']}-{n}" for n in (1, 2)]
    assert {e["source"] for e in spend + metrics} == {"microsoft-ads/150"}
    assert {e["time"] for e in spend} == {"2025-11-03T00:00:00Z"}
    assert {e["data"]["revision"] for e in spend + metrics} == {1762128000000}
    assert {(e["data"]["period"], e["data"]["amount"]) for e in spend} == {
        ("2025-11-01", "1.50"),
        ("2025-11-02", "2000.25"),
    }
    assert len(metrics) == 2


async def test_a_faulty_row_is_named_with_its_line_and_the_rest_is_loaded(world: World) -> None:
    answer = (await report(world, ROWS[0], "2025-11-02,150,349,USD,200,5,lots", ROWS[1])).json()

    assert (answer["rows"], answer["accepted"]) == (3, 2)
    (refused,) = answer["rejected"]
    assert (refused["row"], refused["line"], refused["code"]) == (2, 3, "number_unreadable")


async def test_two_rows_that_state_one_fact_otherwise_are_told_in_the_answer(world: World) -> None:
    answer = (await report(world, ROWS[0], "2025-11-01,150,349,USD,100,3,2.50", ROWS[0])).json()

    assert (answer["rows"], answer["accepted"], answer["spend_rows"]) == (3, 2, 2)
    assert answer["metrics_rows"] == 2
    (refused,) = answer["rejected"]
    assert (refused["row"], refused["line"], refused["code"]) == (2, 3, "revision_conflict")
    assert "rows 1 and 2 " in refused["detail"]
    sent = await events_of(world, "spend.v1", answer["import"])
    assert [event["data"]["amount"] for event in sent] == ["1.50", "1.50"]


async def test_a_report_with_no_good_row_is_a_422(world: World) -> None:
    reply = await report(world, "2025-11-02,150,349,USD,200,5,lots")

    assert reply.status_code == 422
    assert reply.json()["accepted"] == 0


async def test_complete_sends_the_heartbeat_behind_the_rows(world: World) -> None:
    query = "?source=microsoft-ads/complete&as_of=2025-11-03T00:00:00Z&complete=true"
    await report(world, *ROWS, query=query)

    for events in (await world.stored()).values():
        mine = [e for e in events if e["source"] == "microsoft-ads/complete"]
        assert mine[-1]["type"] == "paceline.source.v1"
        assert mine[-1]["data"]["complete_through"] == "2025-11-03T00:00:00Z"


async def heartbeats(world: World, source: str) -> set[str]:
    found = [e for events in (await world.stored()).values() for e in events]
    return {
        e["data"]["complete_through"]
        for e in found
        if e["source"] == source and e["type"] == "paceline.source.v1"
    }


THROUGH = "2025-11-03T00:00:00Z"
UNSETTLED = [
    ("a refused row", [*ROWS, "2025-11-02,150,350,USD,200,5,lots"], "",
     "1 of 3 rows was refused (number_unreadable 1)"),
    ("a contradiction", [*ROWS, "2025-11-01,150,349,USD,100,3,9.50"], "",
     "1 of 3 rows was refused (revision_conflict 1)"),
    ("an equal row", [*ROWS, ROWS[0]], "", "1 row was equal to another and counted once"),
    ("rows of other parts", ROWS, "&unsettled=2", "2 rows were refused or counted once"),
    ("no good row at all", ["2025-11-02,150,350,USD,200,5,lots"], "", "1 of 1 rows was refused"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "more", "words"), [row[1:] for row in UNSETTLED], ids=[row[0] for row in UNSETTLED]
)
async def test_a_report_that_is_not_settled_tells_nothing_complete_but_a_person_may(
    world: World, rows: list[str], more: str, words: str, request: pytest.FixtureRequest
) -> None:
    source = f"microsoft-ads/unsettled-{abs(hash(request.node.name))}"
    query = f"?source={source}&as_of={THROUGH}{more}&complete="
    answer = (await report(world, *rows, query=f"{query}true")).json()

    (why,) = answer["not_complete"]
    assert (why["source"], why["code"]) == (source, "rows_refused")
    assert words in why["detail"]
    assert await heartbeats(world, source) == set()

    confirmed = (await report(world, *rows, query=f"{query}anyway")).json()
    assert confirmed["not_complete"] == []
    assert await heartbeats(world, source) == {THROUGH}


async def test_a_report_that_names_a_next_page_tells_nothing_complete(world: World) -> None:
    source, json_type = "google-ads/paged", {"Content-Type": "application/json"}
    path = f"/v1/reports/google-ads?source={source}&as_of={THROUGH}&complete=true"
    reply = await world.send(b'{"results":[],"nextPageToken":"abc"}', path, json_type)

    assert [why["code"] for why in reply.json()["not_complete"]] == ["pages_missing"]
    assert await heartbeats(world, source) == set()


async def test_a_key_cannot_confirm_what_a_person_must(world: World) -> None:
    key = await world.make_key("microsoft-ads/*")
    body = "\n".join([HEAD, *ROWS]).encode()
    headers = {**CSV, "Authorization": f"Bearer {key}"}
    path = f"/v1/reports/microsoft-ads?as_of={THROUGH}&complete=anyway"
    reply = await world.send(body, path, headers)

    assert (reply.status_code, reply.json()["code"]) == (403, "person_missing")


async def test_an_empty_report_tells_its_source_complete(world: World) -> None:
    source = "microsoft-ads/empty"
    reply = await report(world, query=f"?source={source}&as_of={THROUGH}&complete=true")

    assert (reply.status_code, reply.json()["accepted"]) == (202, 0)
    assert reply.json()["not_complete"] == []
    assert await heartbeats(world, source) == {THROUGH}


async def test_an_empty_report_without_a_source_says_what_could_not_be_marked(
    world: World,
) -> None:
    reply = await report(world, query=f"?as_of={THROUGH}&complete=true")

    (why,) = reply.json()["not_complete"]
    assert (reply.status_code, why["code"]) == (202, "source_missing")


async def test_a_page_without_rows_is_an_empty_report(world: World) -> None:
    path = f"/v1/reports/google-ads?source=google-ads/9&as_of={THROUGH}&complete=true"
    reply = await world.send(b'{"fieldMask":"campaign.id","requestId":"x"}', path)

    assert (reply.status_code, reply.json()["rows"]) == (202, 0)
    assert await heartbeats(world, "google-ads/9") == {THROUGH}


async def test_equal_rows_are_named_in_the_answer(world: World) -> None:
    answer = (await report(world, ROWS[0], ROWS[1], ROWS[0])).json()

    assert (answer["accepted"], answer["equal_rows"]) == (3, 1)
    (one,) = answer["equal"]
    assert (one["row"], one["line"], one["first"]) == (3, 4, 1)


async def test_an_ambiguous_file_is_refused_whole_until_the_query_settles_it(world: World) -> None:
    row = '2025-11-02,150,349,USD,200,5,"1,234"'
    refused = await report(world, row, query=f"?as_of={THROUGH}&complete=true")
    sent = {
        mark: (await report(world, row, query=f"?dry_run=true&decimal={mark}")).json()["accepted"]
        for mark in (".", ",", "point", "comma")
    }

    assert (refused.status_code, refused.json()["code"]) == (422, "decimal_ambiguous")
    assert [one["code"] for one in refused.json()["errors"]] == [
        "decimal_ambiguous",
        "not_complete",
    ]
    assert sent == {".": 1, ",": 1, "point": 1, "comma": 1}
    days = await report(world, "02/03/2025,150,349,USD,200,5,1.5", query="?dates=dmy")
    spend = await events_of(world, "spend.v1", days.json()["import"])
    assert [event["data"]["period"] for event in spend] == ["2025-03-02"]


async def test_the_measures_of_a_source_have_one_report(world: World) -> None:
    source = "microsoft-ads/owned"
    settings = {"money_report": "campaign-hourly", "measures_report": "campaign-daily"}
    put = await world.client.put(
        f"/v1/sources/{source}", json=settings, headers=world.token("operator")
    )
    hourly = await report(world, "2025-11-01|10,150,349,USD,100,3,1.5", query=f"?source={source}")
    daily = await report(world, ROWS[0], query=f"?source={source}")

    assert put.json()["measures_report"] == "campaign-daily"
    assert hourly.json()["left_out"] == {"not_measures_report": 1}
    assert daily.json()["left_out"] == {"not_money_report": 1}
    spend = await events_of(world, "spend.v1", hourly.json()["import"])
    metrics = await events_of(world, "metrics.v1", daily.json()["import"])
    assert [e["data"]["amount"] for e in spend] == ["1.50"]
    assert [e["data"]["measures"]["clicks"] for e in metrics] == ["3"]
    assert await events_of(world, "metrics.v1", hourly.json()["import"]) == []


async def test_a_source_that_nobody_has_set_is_said_to_be_in_utc(world: World) -> None:
    source = "microsoft-ads/unset"
    answer = (await report(world, ROWS[0], query=f"?source={source}")).json()
    shown = await world.get(f"/v1/sources/{source}")
    kept = {name: shown[name] for name in ("time_zone", "currency", "money_report")}
    put = await world.client.put(
        f"/v1/sources/{source}", json=kept, headers=world.token("operator")
    )

    assert answer["unset_sources"] == [source]
    assert shown["time_zone"] == put.json()["time_zone"] == "UTC (default)"
    await world.client.put(
        f"/v1/sources/{source}", json={"time_zone": "UTC"}, headers=world.token("operator")
    )
    assert (await report(world, ROWS[0], query=f"?source={source}")).json()["unset_sources"] == []


async def test_complete_without_a_time_is_said_not_to_be_taken(world: World) -> None:
    answer = (await report(world, *ROWS, query="?complete=true")).json()

    assert answer["accepted"] == 2
    assert [(beat["source"], beat["code"]) for beat in answer["not_complete"]] == [
        ("microsoft-ads/150", "as_of_missing")
    ]


async def test_a_dry_run_judges_like_a_load_and_sends_nothing(world: World) -> None:
    rows = [ROWS[0], "2999-01-01,150,349,USD,1,1,1", "2025-11-01,150,349,USD,100,3,9", ROWS[1]]
    source = "microsoft-ads/dry"
    query = f"?source={source}&as_of=2025-11-03T00:00:00Z&complete=true"
    dry = (await report(world, *rows, query=f"{query}&dry_run=true")).json()

    assert [(r["row"], r["code"]) for r in dry["rejected"]] == [
        (2, "future_time"),
        (3, "revision_conflict"),
    ]
    for events in (await world.stored()).values():
        assert [event for event in events if event["source"] == source] == []
    real = (await report(world, *rows, query=query)).json()
    assert {**dry, "import": None} == {**real, "import": None}
    told = await world.rejections(2, source=source)
    assert sorted(item["id"] for item in told) == [f"{real['import']}-{n}" for n in (2, 3)]
    assert await events_of(world, "spend.v1", dry["import"]) == []


async def test_a_source_is_shown_with_what_was_just_accepted_of_it(world: World) -> None:
    for number in range(5):
        query = f"?source=microsoft-ads/n{number}&as_of=2025-11-03T00:00:00Z&complete=true"
        await report(world, *ROWS, query=query)
        shown = await world.get(f"/v1/sources/microsoft-ads/n{number}")
        listed = await world.get("/v1/sources")

        assert shown["complete_through"] == "2025-11-03T00:00:00Z"
        assert shown["last_received"] is not None
        assert shown in listed["items"]


async def test_parts_of_one_load_share_import_revision_and_numbering(world: World) -> None:
    import_id = "01JABCDEFGHJKMNPQRSTVWXYZ0"
    for row, text in enumerate(ROWS, 1):
        query = f"?import={import_id}&revision=5&first_row={row}"
        assert (await report(world, text, query=query)).json()["import"] == import_id
    spend = await events_of(world, "spend.v1", import_id)

    assert sorted(e["id"] for e in spend) == [f"{import_id}-1", f"{import_id}-2"]
    assert {e["data"]["revision"] for e in spend} == {5}


async def test_a_key_may_report_only_for_its_sources(world: World) -> None:
    key = await world.make_key("google-ads/*")
    body = "\n".join([HEAD, *ROWS]).encode()
    headers = {**CSV, "Authorization": f"Bearer {key}"}
    reply = await world.send(body, "/v1/reports/microsoft-ads", headers)

    assert reply.status_code == 422
    assert {one["code"] for one in reply.json()["rejected"]} == {"source_not_allowed"}


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        # a platform nobody described
        ("myspace-ads", "", 404, "platform_unknown"),
        # another platform's file
        ("google-ads", "", 422, "layout_unknown"),
        # a report of tomorrow
        ("microsoft-ads", "?as_of=2999-01-01T00:00:00Z", 422,
         "future_time"),
        # a time without zone
        ("microsoft-ads", "?as_of=2025-11-03T00:00:00", 422,
         "invalid_request"),
        # a currency that is none
        ("microsoft-ads", "?currency=dollar", 422, "invalid_request"),
        # the code that means no currency
        ("microsoft-ads", "?currency=XXX", 422, "invalid_request"),
        # an import id of another kind
        ("microsoft-ads", "?import=x", 422, "import_invalid"),
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_is_refused_whole_by_name(
    world: World, path: str, query: str, status: int, code: str
) -> None:
    reply = await report(world, *ROWS, path=path, query=query)

    assert (reply.status_code, reply.json()["code"]) == (status, code)


async def test_a_file_that_cannot_be_read_is_refused_with_its_line(world: World) -> None:
    reply = await report(world, ROWS[0], '"2025-11-02,150')

    assert reply.status_code == 422
    assert (reply.json()["code"], reply.json()["errors"][0]["loc"]) == ("csv_malformed", "line.3")


async def test_spreadsheets_are_another_media_type(world: World) -> None:
    reply = await world.send(
        b"PK", "/v1/reports/microsoft-ads", {"Content-Type": "application/zip"}
    )

    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_media_type")

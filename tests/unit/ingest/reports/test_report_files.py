"""Report files: the header is found, what is no data is dropped, and a reason for the rest."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.platforms.mapping import MappingFileError, load_platform, load_platforms
from ingest.reports.convert import Converted, convert
from ingest.reports.imports import Import
from ingest.reports.reading.refusals import FileRefusedError
from ingest.reports.reading.rows import Table
from ingest.reports.splitting import FilePart, split
from ingest.sources.settings import SourceSettings
from shared.events import MetricsSent, SpendSent
from tests.unit.ingest.ingest_builders import report_of, table_of

PLATFORMS = load_platforms()
GOOGLE, MICROSOFT = PLATFORMS["google-ads"], PLATFORMS["microsoft-ads"]
MOMENT = datetime(2025, 11, 5, tzinfo=UTC)
HEAD = "customer_id,date,ad_network_type,clicks,conversions,conversions_value,cost_micros,device,id"
ROW = "212,2025-11-01,SEARCH,30,6.623899,662.3899,168080000,MOBILE,993,"
MICROSOFT_EXPORT = """\
"Report Name: Campaign","","","",""
"Report Time: 11/1/2025 - 11/2/2025"
"Last Completed Available Hour: 11/3/2025 9:00:00 PM (GMT)"
"Rows: 2"

"TimePeriod","AccountId","CampaignId","CurrencyCode","DeviceType","Impressions","Clicks","Spend"
"11/1/2025","150","349","USD","Computer","1,200","33","1,234.56"
"2025-11-02","150","349","USD","Computer","10","0","0.00"
"Total","","","","","1,210","33","1,234.56"
"©2025 Microsoft Corporation. All rights reserved. "
"""


def csv(*rows: str, head: str = HEAD + ",impressions") -> Table:
    lines = [head, *(f"{row}163" if row.endswith(",") else row for row in rows)]
    return table_of("\n".join(lines), GOOGLE, 1000)


def converted(
    table: Table,
    platform: Any = GOOGLE,
    settings: Callable[[str], SourceSettings] = lambda _: SourceSettings(),
    **load: Any,
) -> Converted:
    return convert(table, platform, Import("01J", MOMENT, 7, **load), settings)


def events(*args: Any, **kwargs: Any) -> list[Any]:
    return list(converted(*args, **kwargs).decoded.events)


def test_a_row_becomes_one_event_for_its_money_and_one_for_its_measures() -> None:
    spend, metrics = events(csv(ROW))

    assert (spend.id, metrics.id) == ("01J-1", "01J-1-m")
    assert spend.source == metrics.source == "google-ads/212"
    assert spend.time == MOMENT
    assert spend.data.amount == "168.08"
    assert spend.data.currency is None
    assert metrics.data.measures == {
        "impressions": "163",
        "clicks": "30",
        "conversions": "6.623899",
        "revenue": "662.3899",
    }
    for data in (spend.data, metrics.data):
        assert data.entity == {"account": "212", "campaign": "993"}
        assert data.dims == {"device": "MOBILE", "ad_network_type": "SEARCH"}
        assert (data.mode, data.report, data.period, data.revision) == (
            "snapshot",
            "campaign-daily",
            "2025-11-01",
            7,
        )


@pytest.mark.parametrize(("spelling", "network"), [("costMicros", "adNetworkType"),
                                                   ("cost_micros", "ad_network_type")])  # fmt: skip
def test_googles_api_rows_and_its_warehouse_table_are_the_same_facts(
    spelling: str, network: str
) -> None:
    row = {
        "campaign": {"resourceName": "customers/212/campaigns/993", "id": "993"},
        "segments": {"date": "2025-11-01", "device": "MOBILE", network: "SEARCH"},
        "metrics": {
            spelling: "168080000",
            "clicks": "30",
            "impressions": "163",
            "conversions": 6.623899,
            "conversionsValue": 662.3899,
        },
    }
    body = msgspec.json.encode([{"results": [row], "fieldMask": "…"}])
    from_api = events(table_of(body, GOOGLE, 10))
    from_table = events(csv(ROW))

    assert [event.data for event in from_api] == [event.data for event in from_table]


def test_a_microsoft_export_is_read_past_preamble_totals_and_footer() -> None:
    table = table_of("\ufeff" + MICROSOFT_EXPORT, MICROSOFT, 100)
    found = events(table, MICROSOFT)

    assert [row.number for row in table.rows] == [1, 2]
    assert table.as_of == datetime(2025, 11, 3, 21, tzinfo=UTC)
    assert [event.data.period for event in found] == ["2025-11-01"] * 2 + ["2025-11-02"] * 2
    assert [e.data.amount for e in found if isinstance(e, type(found[0]))] == ["1234.56", "0.00"]
    assert found[0].data.currency == "USD"


HOURLY = "TimePeriod,AccountId,CampaignId,Impressions,Clicks,Spend\n2023-11-04|11,150,349,5,1,0.5"
RIGHTS = [
    ("both belong to the daily report", {}, [], {}),
    ("its measures alone", {"measures_report": "campaign-hourly"}, ["metrics"],
     {"not_money_report": 1}),
    ("its money, and so its measures", {"money_report": "campaign-hourly"},
     ["spend", "metrics"], {}),
    ("its money, while the measures are the daily report's",
     {"money_report": "campaign-hourly", "measures_report": "campaign-daily"}, ["spend"],
     {"not_measures_report": 1}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("view", "kinds", "left_out"), [row[1:] for row in RIGHTS], ids=[row[0] for row in RIGHTS]
)
def test_of_an_hourly_row_counts_what_its_report_has_a_right_to(
    view: dict[str, str], kinds: list[str], left_out: dict[str, int]
) -> None:
    result = converted(
        table_of(HOURLY, MICROSOFT, 10), MICROSOFT, settings=lambda _: SourceSettings(**view)
    )

    assert [type(e).__name__.removesuffix("Sent").lower() for e in result.decoded.events] == kinds
    assert [e.data.period for e in result.decoded.events] == ["2023-11-04T11"] * len(kinds)
    assert result.left_out == left_out
    refused = [(one.code, one.detail) for one in result.decoded.rejected]
    assert [code for code, _ in refused] == ([] if kinds else ["not_money_report"])
    assert all("report 'campaign-daily' carries this source's money" in why for _, why in refused)


def test_the_encodings_of_exports_are_understood() -> None:
    text = f"{HEAD},impressions\n{ROW}163\n"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        body = text.replace(",", "\t" if encoding == "utf-16" else ",").encode(encoding)
        assert len(table_of(body, GOOGLE, 10).rows) == 1


def test_blanks_around_header_names_and_blank_lines_do_no_harm() -> None:
    table = csv(ROW, "", " , , ", head=" , ".join((HEAD + ",impressions").split(",")))

    assert len(table.rows) == 1


ROW_FAULTS = [
    ("a number that is none", ROW.replace("168080000", "much"), "number_unreadable"),
    ("micros with a fraction", ROW.replace("168080000", "1.5"), "amount_too_precise"),
    ("money beyond 10^12", ROW.replace("168080000", "9" * 19), "amount_out_of_range"),
    ("a missing column", "212,2025-11-01,SEARCH", "columns_differ"),
    ("no campaign", ROW.replace(",993,", ",,"), "missing_field"),
    ("no day", ROW.replace("2025-11-01", ""), "missing_field"),
    ("a day that is none", ROW.replace("2025-11-01", "2025-13-01"), "period_invalid"),
    ("fewer than no impressions", ROW + "-10", "measure_negative"),
    ("fewer than no clicks", ROW.replace(",30,", ",-1,"), "measure_negative"),
    ("a row that says nothing", "212,2025-11-01,SEARCH,,,,,MOBILE,993,\x20", "row_empty"),
]


@pytest.mark.parametrize(("reason", "row", "code"), ROW_FAULTS, ids=[r[0] for r in ROW_FAULTS])
def test_a_faulty_row_is_set_aside_with_its_reason_and_the_others_go_on(
    reason: str, row: str, code: str
) -> None:
    result = converted(csv(ROW, row, ROW))

    assert [(found.place, found.code) for found in result.decoded.rejected] == [(1, code)], reason
    assert result.spend_rows == result.metrics_rows == {0, 2}


def test_an_empty_cell_is_no_value_and_a_row_without_spend_still_has_measures() -> None:
    (metrics,) = events(csv(ROW.replace(",168080000,", ",,").replace("6.623899", "")))

    assert "conversions" not in metrics.data.measures


def test_a_refund_and_an_adjusted_conversion_are_below_zero_by_right() -> None:
    row = ROW.replace("168080000", "-5000000").replace("6.623899", "-1").replace("662.3899", "-9")
    spend, metrics = events(csv(row))

    assert spend.data.amount == "-5.00"
    assert (metrics.data.measures["conversions"], metrics.data.measures["revenue"]) == ("-1", "-9")


@pytest.mark.parametrize("code", ["XXX", "usd", "US", "Dollar", "U5D"])
def test_a_currency_is_three_capital_letters_that_mean_one(code: str) -> None:
    table = table_of(MICROSOFT_EXPORT.replace('"USD"', f'"{code}"'), MICROSOFT, 10)
    refused = converted(table, MICROSOFT).decoded.rejected

    assert [found.code for found in refused] == ["currency_invalid"] * 2


def test_currency_is_the_rows_else_the_callers_else_the_sources() -> None:
    def sources(_: str) -> SourceSettings:
        return SourceSettings(currency="EUR")

    table = table_of(MICROSOFT_EXPORT, MICROSOFT, 10)

    assert events(table, MICROSOFT, currency="GBP", settings=sources)[0].data.currency == "USD"
    assert events(csv(ROW), currency="GBP", settings=sources)[0].data.currency == "GBP"
    assert events(csv(ROW), settings=sources)[0].data.currency == "EUR"


REFUSED = [
    ("an empty file", b"", "layout_unknown", 1),
    ("a table of something else", b"a,b\n1,2\n", "layout_unknown", 1),
    ("a quote that never closes", f'{HEAD}\n"212,'.encode(), "csv_malformed", 2),
    ("bytes of another encoding", b"a\n\xff\xff,", "encoding_unknown", 2),
    ("rows of something else in JSON", b'[{"a": 1}]', "layout_unknown", 1),
    ("JSON without rows", b'{"error": {}}', "layout_unknown", 1),
    ("JSON cut short", b'[\n{"a":', "json_malformed", 2),
]


@pytest.mark.parametrize(("reason", "body", "code", "line"), REFUSED, ids=[r[0] for r in REFUSED])
def test_a_file_that_cannot_be_understood_is_refused_whole_with_line_and_reason(
    reason: str, body: bytes, code: str, line: int
) -> None:
    with pytest.raises(FileRefusedError) as caught:
        report_of(body, GOOGLE, 10)
    assert (caught.value.code, caught.value.line) == (code, line), reason


def test_unknown_headings_are_held_against_every_layout_the_closest_first() -> None:
    first, *others = GOOGLE.lacks(["customer.id", "campaign.id", "segments.date"]).split("; ")
    assert (first, len(others)) == ("as 'api' it lacks metrics.costMicros", 2)


def test_more_rows_than_allowed_are_refused_whole() -> None:
    with pytest.raises(FileRefusedError, match="more than 1 rows"):
        table_of("\n".join([HEAD + ",impressions", ROW + "1", ROW + "1"]), GOOGLE, 1)


@given(rows=st.integers(0, 30), size=st.integers(1, 12))
def test_the_parts_of_a_file_have_all_rows_once_under_their_own_numbers(
    rows: int, size: int
) -> None:
    body = ROW.replace("SEARCH", '"SEA\nRCH"')
    text = "\n".join(
        ["title", HEAD + ",impressions", *(f"{body}{n}" for n in range(rows)), "Total,"]
    )
    whole = report_of(text, GOOGLE)
    seen = []
    for part in split(whole, size):
        assert isinstance(part, FilePart)
        table = table_of(part.body, GOOGLE, size)
        seen += [(row.number + part.first_row - 1, row.values["impressions"]) for row in table.rows]

    assert seen == [(number + 1, str(number)) for number in range(rows)]


def test_json_rows_are_split_without_losing_a_digit() -> None:
    body = (
        b'{"results":[{"campaign":{"id":1,"resourceName":"customers/2/campaigns/1"},'
        b'"segments":{"date":"2025-11-01"},'
        b'"metrics":{"costMicros":"5","conversions":0.123456}}]}'
    )
    (part,) = split(report_of(body, GOOGLE), 1)
    assert isinstance(part, FilePart)

    assert events(table_of(part.body, GOOGLE)) == events(table_of(body, GOOGLE))


def test_both_platforms_have_the_layouts_that_are_promised() -> None:
    layouts = {name: [layout.name for layout in p.layouts] for name, p in PLATFORMS.items()}

    assert layouts == {
        "google-ads": ["api", "google_ads_campaign_stats", "web interface"],
        "microsoft-ads": ["api", "microsoft_ads_campaign_performance_daily_report"],
    }


@pytest.mark.parametrize(
    ("reason", "old", "new"),
    [
        ("a field nobody knows", "money_report:", "money_reprot:"),
        ("negative spend is a refund", "unit: micro}", "unit: micro, negative: refuse}"),
        ("a unit nobody knows", "unit: micro", "unit: cents"),
        ("a report that does not exist", "money_report: campaign-daily", "money_report: x"),
        ("spend is never rounded", "unit: micro}", "unit: micro, excess: round}"),
        ("spend is money", "unit: micro}", "unit: count}"),
        ("a pattern that does not compile", "'(?i)^total'", "'(total'"),
        ("another platform's name", "platform: google-ads", "platform: meta-ads"),
        ("no YAML", "layouts:", "layouts: ]"),
    ],
)
def test_a_mapping_file_with_a_mistake_is_refused_when_it_is_loaded(
    tmp_path: Path, reason: str, old: str, new: str
) -> None:
    source = Path(load_platforms.__wrapped__.__defaults__[0]) / "google-ads.yaml"
    text = source.read_text("utf-8")
    assert old in text
    path = tmp_path / "google-ads.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(MappingFileError, match=r"google-ads\.yaml"):
        load_platform(path)


def test_a_new_platform_is_a_new_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "tencent-ads.yaml").write_text(
        """
platform: tencent-ads
name: Tencent Ads
time_zone: Asia/Shanghai
restatement_days: 1
reports: {day: daily, hour: hourly}
money_report: hourly
json_rows: [list]
layouts:
  - name: hourly
    period: {fields: [date], hour_fields: [hour]}
    entity: {campaign: {fields: [campaign_id]}}
    spend: {fields: [cost], unit: minor}
    currency: [currency]
    measures: {clicks: {fields: [valid_click_count], unit: count}}
"""
    )
    platform = load_platforms(tmp_path)["tencent-ads"]
    body = (
        b'{"list":[{"date":"2025-11-01","hour":12,"campaign_id":7,"cost":29866,'
        b'"valid_click_count":66}]}'
    )
    spend, metrics = events(
        table_of(body, platform, 10), platform, source="tencent-ads/1", currency="CNY"
    )

    assert (spend.data.amount, spend.data.period) == ("298.66", "2025-11-01T12")
    assert metrics.data.measures == {"clicks": "66"}
    assert {SpendSent.__name__, MetricsSent.__name__} == {
        type(spend).__name__,
        type(metrics).__name__,
    }

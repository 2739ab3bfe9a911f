"""Google Ads' table as its web interface saves it: the same facts as the API's rows."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from ingest.platforms.mapping import load_platforms
from ingest.reports.convert import Converted, convert
from ingest.reports.imports import Import
from ingest.reports.reading.refusals import FileRefusedError
from ingest.sources.settings import SourceSettings
from tests.unit.ingest.ingest_builders import table_of

GOOGLE = load_platforms()["google-ads"]
MOMENT = datetime(2025, 11, 5, tzinfo=UTC)
SOURCE = "google-ads/123-456-7890"
EXPORT = """\
Campaign report
"November 1, 2025 - November 2, 2025"
Campaign status,Campaign,Campaign ID,Day,Currency code,Cost,Impr.,Clicks,Conversions,Conv. value
Enabled,Double 11,9935249409,2025-11-01,USD,"1,234.56","12,345",330,6.62,"1,662.39"
Paused,Brand,9935249410,2025-11-02,USD,0.00,0,0,0.00,0.00
Total: Campaigns, --, --, --,USD,"1,234.56","12,345",330,6.62,"1,662.39"
Total: Account, --, --, --,USD,"1,234.56","12,345",330,6.62,"1,662.39"
Total: Search, --, --, --,USD,"1,234.56","12,345",330,6.62,"1,662.39"
"""


def export(text: str | bytes = EXPORT, source: str | None = SOURCE) -> Converted:
    table = table_of(text, GOOGLE, 1000)
    return convert(table, GOOGLE, Import("01J", MOMENT, 7, source), lambda _: SourceSettings())


def faults(found: Converted) -> list[tuple[str, str]]:
    return [(one.code, one.detail) for one in found.decoded.rejected]


def test_preamble_totals_and_thousands_are_read_as_what_they_are() -> None:
    found = export()
    spends = [event.data for event in found.decoded.events if event.id in ("01J-1", "01J-2")]

    assert faults(found) == []
    assert [(one.entity, one.period, one.amount, one.currency) for one in spends] == [
        ({"account": "1234567890", "campaign": "9935249409"}, "2025-11-01", "1234.56", "USD"),
        ({"account": "1234567890", "campaign": "9935249410"}, "2025-11-02", "0.00", "USD"),
    ]
    measures: Any = found.decoded.events[1].data
    assert measures.measures == {
        "impressions": "12345",
        "clicks": "330",
        "conversions": "6.62",
        "revenue": "1662.39",
    }


def test_the_export_and_the_apis_rows_are_the_same_facts() -> None:
    row = {
        "customer": {"id": "1234567890", "currencyCode": "USD"},
        "campaign": {"id": "9935249409"},
        "segments": {"date": "2025-11-01"},
        "metrics": {
            "costMicros": "1234560000",
            "impressions": "12345",
            "clicks": "330",
            "conversions": 6.62,
            "conversionsValue": 1662.39,
        },
    }
    table = table_of(msgspec.json.encode([row]), GOOGLE, 10)
    of_api = convert(table, GOOGLE, Import("01J", MOMENT, 7, SOURCE), lambda _: SourceSettings())

    assert export().decoded.events[:2] == of_api.decoded.events


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_as_csv_and_as_csv_for_excel(encoding: str) -> None:
    text = EXPORT
    if encoding == "utf-16":
        lines = EXPORT.replace('"1,', '"1;').replace('"12,', '"12;').split("\n")
        tabbed = [line if '"Nov' in line else line.replace(",", "\t") for line in lines]
        text = "\n".join(tabbed).replace("1;", "1,").replace("12;", "12,")

    assert len(export(text.encode(encoding)).decoded.events) == 4


CASES: list[tuple[str, str, str, str | None, list[str]]] = [
    ("a row that sums the days of a campaign", "2025-11-02", "", SOURCE, ["missing_field"]),
    ("a day that is none", "2025-11-02", "31.11.2025", SOURCE, ["period_invalid"]),
    ("no account anywhere", "", "", None, ["missing_field", "missing_field"]),
    ("a source that names no account", "", "", "search/main", ["missing_field"] * 2),
]


@pytest.mark.parametrize(
    ("old", "new", "source", "codes"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_a_row_that_is_no_whole_fact_is_set_aside(
    old: str, new: str, source: str | None, codes: list[str]
) -> None:
    found = faults(export(EXPORT.replace(old, new) if old else EXPORT, source))

    assert [code for code, _ in found] == codes


def test_a_customer_id_in_the_row_comes_before_the_name_of_the_source() -> None:
    lines = EXPORT.splitlines()
    lines[2] += ",Customer ID"
    lines[3] += ",999-888-7777"
    data: Any = export("\n".join(lines[:4])).decoded.events[0].data

    assert data.entity["account"] == "9998887777"


def test_an_export_by_device_keeps_its_rows_apart() -> None:
    lines = EXPORT.splitlines()[:4]
    text = "\n".join([lines[2] + ",Device", *(f"{lines[3]},{name}" for name in ("Phones", "TV"))])
    found: list[Any] = list(export(text).decoded.events)

    assert [one.data.dims for one in found[::2]] == [{"device": "Phones"}, {"device": "TV"}]


def test_a_table_without_days_is_refused_whole() -> None:
    with pytest.raises(FileRefusedError, match="Day"):
        export(EXPORT.replace(",Day,", ",Budget,"))

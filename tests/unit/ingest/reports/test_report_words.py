"""What stands around the figures: encodings, closing lines, headings, empty reports, ids."""

import gzip
import json
from typing import Any

import pytest

from ingest.faults import FaultError
from ingest.platforms.mapping import Level, load_platforms
from ingest.reports.convert import convert
from ingest.reports.ids import read_id
from ingest.reports.imports import Import
from ingest.reports.reading.refusals import FileRefusedError
from ingest.reports.splitting import empty
from ingest.sources.settings import SourceSettings
from tests.unit.ingest.ingest_builders import NOW, report_of, table_of

PLATFORMS = load_platforms()
GOOGLE, MICROSOFT = PLATFORMS["google-ads"], PLATFORMS["microsoft-ads"]
HEAD = "date,customer_id,id,device,cost_micros,clicks,impressions"
ROWS = ["2025-03-02,111,7106,MOBILE,4000000,10,500", "2025-03-03,111,7106,MOBILE,6000000,12,600"]


def outcome(body: str | bytes) -> tuple[list[str], list[str]]:
    """(amounts of the accepted rows, codes of the refused ones)."""
    decoded = convert(
        table_of(body, GOOGLE), GOOGLE, Import("01J", NOW, 7), lambda _: SourceSettings()
    ).decoded
    events: list[Any] = list(decoded.events)
    amounts = [event.data.amount for event in events if hasattr(event.data, "amount")]
    return amounts, [one.code for one in decoded.rejected]


CLOSINGS = [
    ("a grand total and sentences below a blank line",
     ["Grand Total:,,,,10000000,22,1100", "", "Figures of the last two days may still change.",
      "MRC accredited metrics are marked."], []),
    ("a total in Chinese", ["合计,,,,10000000,22,1100", "数据可能延迟。"], []),
    ("a sentence right below the rows", ["Figures of the last two days may change."], []),
    ("sentences with commas, as a spreadsheet pads them",
     ["Total,--,--,,10000000,22,1100", "Please note, figures may change,,,,,"], []),
    ("a copyright line", ["©2025 Somebody. All rights reserved."], []),
    ("a row that was cut short is no sentence", ["2025-03-04,111,71"], ["columns_differ"]),
    ("words in the middle of the rows are told",
     ["", "Here begins another table", "2025-03-04,111,7106,MOBILE,1000000,1,1"],
     ["columns_differ"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("closing", "codes"), [row[1:] for row in CLOSINGS], ids=[row[0] for row in CLOSINGS]
)
def test_closing_lines_are_known_and_what_could_be_data_is_refused_by_name(
    closing: list[str], codes: list[str]
) -> None:
    amounts, refused = outcome("\n".join([HEAD, *ROWS, *closing]))

    assert amounts[:2] == ["4.00", "6.00"]
    assert refused == codes


NAMED = "\n".join([f"{HEAD},name", *(f"{row},双十一大促·搜索广告" for row in ROWS)])


@pytest.mark.parametrize(
    ("reason", "body"),
    [
        ("an export of a Chinese platform", NAMED.encode("gb18030")),
        ("with characters beyond GB2312", NAMED.replace("大促", "大促喆堃").encode("gb18030")),
        ("as Excel saves it", NAMED.replace(",", "\t").encode("utf-16")),
        ("the other way round", ("\ufeff" + NAMED).encode("utf-16-be")),
        ("semicolons", NAMED.replace(",", ";").encode()),
        ("upright lines, as databases print them", NAMED.replace(",", "|").encode()),
        ("line ends of an old Macintosh", NAMED.replace("\n", "\r").encode()),
    ],
)
def test_files_are_read_in_the_encodings_people_have(reason: str, body: bytes) -> None:
    assert outcome(body) == (["4.00", "6.00"], []), reason


UNREADABLE = [
    ("western text", NAMED.replace("双十一大促·搜索广告", "Débit près Genève").encode("latin-1"),
     "encoding_unknown", "save the file as CSV (UTF-8)"),
    ("UTF-16 without its mark", NAMED.encode("utf-16-le"), "encoding_unknown", "byte-order mark"),
    ("a spreadsheet", b"PK\x03\x04\x14\x00", "encoding_unknown", "save the sheet as CSV"),
    ("an old spreadsheet", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "encoding_unknown",
     "a spreadsheet (XLS): save the sheet as CSV"),
    ("a packed report", gzip.compress(HEAD.encode()), "encoding_unknown",
     "packed with gzip: unpack it and send the report inside"),
    ("a report to be printed", b"%PDF-1.7\n\x80", "encoding_unknown", "a PDF: export the report"),
    ("a heading that stands twice", f"{HEAD},clicks\n{ROWS[0]},99".encode(), "headings_repeated",
     "the heading 'clicks' stands more than once"),
    ("a heading nobody reads that stands twice", f"{HEAD},x,x\n{ROWS[0]},1,2".encode(),
     "headings_repeated", "'x'"),
    ("a name that stands twice in JSON", b'{"results":[{"id":1,"id":2}]}', "json_malformed",
     "'id' stands twice"),
    ("an answer that says what went wrong", b'[{"results":[]},{"error":{"message":"no quota"}}]',
     "layout_unknown", "the platform answered with an error, ask it again: no quota"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code", "words"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE]
)
def test_a_file_refused_whole_says_the_plain_cause_and_the_remedy(
    body: bytes, code: str, words: str
) -> None:
    with pytest.raises(FileRefusedError) as caught:
        report_of(body, GOOGLE)

    assert caught.value.code == code
    assert words in caught.value.detail


EMPTY = [
    '{"fieldMask":"campaign.id","requestId":"x","queryResourceConsumption":"12"}',
    '[{"fieldMask":"campaign.id","requestId":"x"}]',
    '{"results":[],"totalResultsCount":"0"}',
    '{"results":null}',
    '[{"results":[]},{"summaryRow":{"metrics":{"clicks":"0"}}}]',
    "{}",
    "[{}]",
    "[]",
    HEAD,
    f"title\n\n{HEAD}\nTotal,--,--,,0,0,0\n",
]


@pytest.mark.parametrize("body", EMPTY)
def test_an_empty_report_is_a_report(body: str) -> None:
    assert report_of(body, GOOGLE).rows_count == 0


def test_a_last_page_without_rows_adds_none() -> None:
    row = {
        "customer": {"id": "111"},
        "campaign": {"id": "7001"},
        "segments": {"date": "2025-03-02"},
        "metrics": {"costMicros": "5000000"},
    }
    pages = [{"requestId": "x", "results": [row]}, {"fieldMask": "a", "requestId": "x"}]

    assert outcome(json.dumps(pages)) == (["5.00"], [])


@pytest.mark.parametrize(
    ("body", "next_page"),
    [
        ('{"results":[],"nextPageToken":"abc"}', "nextPageToken"),
        ('{"next_page_token":"abc","results":[]}', "next_page_token"),
        ('[{"results":[]},{"results":[],"nextPageToken":"d"}]', "nextPageToken"),
        ('[{"results":[],"nextPageToken":"abc"},{"results":[]}]', None),
        ('{"results":[],"nextPageToken":""}', None),
        ('{"results":[]}', None),
        (HEAD, None),
    ],
)  # fmt: skip
def test_a_report_whose_last_page_names_a_next_one_is_not_whole(
    body: str, next_page: str | None
) -> None:
    report = report_of(body, GOOGLE)

    assert report.next_page == next_page
    # What `load` sends last says the same of the whole file.
    assert report_of(empty(report), GOOGLE).next_page == next_page


def test_an_empty_report_of_microsoft_is_one_too() -> None:
    assert report_of('{"rows":[]}', MICROSOFT).rows_count == 0


IDS = [
    ("7001000106.0", "7001000106"),
    ("7001000106", "7001000106"),
    ('"7001000106"', "7001000106"),
    ("7.001000106e9", "7001000106"),
    ("1.20211e17", None),
    ("9007199254740993.0", None),
    ("7001000106.5", None),
    ("true", None),
    ("-7", None),
    ('"1.20211E+17"', None),
    ('"7001000106.0"', None),
    ('"Brand"', None),
]


@pytest.mark.parametrize(("written", "expected"), IDS)
def test_a_number_as_id_is_taken_when_it_is_whole_and_exact(
    written: str, expected: str | None
) -> None:
    row = '{"customer":{"id":111},"campaign":{"id":ID},"segments":{"date":"2025-03-02"},'
    row += '"metrics":{"costMicros":"5000000"}}'
    body = '{"results":[' + row.replace("ID", written) + "]}"
    decoded = convert(
        table_of(body, GOOGLE), GOOGLE, Import("01J", NOW, 7), lambda _: SourceSettings()
    ).decoded

    entities: list[Any] = [event.data.entity["campaign"] for event in decoded.events]  # type: ignore[union-attr,index]
    assert entities == ([] if expected is None else [expected])
    assert [one.code for one in decoded.rejected] == ([] if expected else ["wrong_type"])


def test_the_refusal_of_an_id_says_what_to_do() -> None:
    level = Level(fields=["id"], pattern="^([0-9]+)$")
    with pytest.raises(FaultError, match="export ids as text"):
        read_id("1.2E+17", "ad", level)


def test_a_breakdown_is_no_truth_value() -> None:
    body = json.dumps(
        [
            {
                "customer": {"id": "111"},
                "campaign": {"id": "1"},
                "segments": {"date": "2025-03-02", "device": True},
                "metrics": {"costMicros": "1"},
            }
        ]
    )
    assert outcome(body) == ([], ["wrong_type"])

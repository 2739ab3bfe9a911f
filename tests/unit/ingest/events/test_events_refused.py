"""Each fault of an event has its own code; the rest of the request is accepted (contracts.md 2)."""

from typing import Any

import msgspec
import pytest

from ingest.events.decode import Shape, decode
from ingest.faults import FaultError, check_strictly
from ingest.sources.settings import SourceSettings
from ingest.wire import ONE_DECODER
from shared.kafka.producer import RECORD_BYTES_MAX
from shared.names import SUBJECT_BYTES_MAX
from tests.unit.ingest.ingest_builders import REMOVED, heartbeat, metrics, spend, stamp

FAR = "2025-11-04T07:05:01Z"
LONG = {f"level-{number:02d}": "x" * 176 for number in range(20)}
HUGE = {f"d-{number:05d}": "x" * 190 for number in range(4_000)}

FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("a type nobody knows", spend(type="paceline.clicks.v1"), "unknown_type"),
    ("a whole-report event is not part of this version", spend(type="paceline.report.v1"),
     "unknown_type"),
    ("no type at all", spend(type=REMOVED), "missing_field"),
    ("no id", spend(id=REMOVED), "missing_field"),
    ("no data", spend(data=None), "wrong_type"),
    ("no amount", spend(data_amount=REMOVED), "missing_field"),
    ("no measures", metrics(data_measures=REMOVED), "missing_field"),
    ("an empty set of measures", metrics(data_measures={}), "wrong_type"),
    ("an id that is a number", spend(id=7), "wrong_type"),
    ("an empty id", spend(id=""), "wrong_type"),
    ("another CloudEvents version", spend(specversion="0.3"), "wrong_type"),
    ("a mode that does not exist", spend(data_mode="total"), "wrong_type"),
    ("a misspelt field would lose money", spend(data_amuont="5"), "unknown_field"),
    ("a misspelt field of a heartbeat", heartbeat(data_complete="x"), "unknown_field"),
    ("money as a JSON integer", spend(data_amount=12), "amount_not_decimal"),
    ("money as a JSON float", spend(data_amount=12.5), "amount_not_decimal"),
    ("a measure as a JSON float", metrics(data_measures={"clicks": 1.5}), "amount_not_decimal"),
    ("a measure as a boolean", metrics(data_measures={"clicks": True}), "amount_not_decimal"),
    ("money in words", spend(data_amount="twelve"), "amount_not_decimal"),
    ("a thousands separator", spend(data_amount="1,234.00"), "amount_not_decimal"),
    ("no number, but a float may be one", spend(data_amount="NaN"), "amount_not_decimal"),
    ("an exponent", spend(data_amount="1e3"), "amount_not_decimal"),
    ("digits of another script", spend(data_amount="١٢"), "amount_not_decimal"),
    ("a line break after the number", spend(data_amount="12\n"), "amount_not_decimal"),
    ("seven decimals", spend(data_amount="1.0000001"), "amount_too_precise"),
    ("10^12", spend(data_amount="1000000000000"), "amount_out_of_range"),
    ("-10^12", spend(data_amount="-1000000000000"), "amount_out_of_range"),
    ("a measure of 10^12", metrics(data_measures={"clicks": 10**12}), "amount_out_of_range"),
    ("a measure beyond 64 bits", metrics(data_measures={"clicks": 10**30}), "amount_out_of_range"),
    ("a measure of seven decimals", metrics(data_measures={"clicks": "0.0000001"}),
     "amount_too_precise"),
    ("a currency in lower case", spend(data_currency="cny"), "currency_invalid"),
    ("a currency that is a number", spend(data_currency=156), "currency_invalid"),
    ("the code that means no currency", spend(data_currency="XXX"), "currency_invalid"),
    ("no currency of measures", metrics(data_currency="XXX"), "currency_invalid"),
    ("a currency's name", spend(data_currency="yuan"), "currency_invalid"),
    ("a delta without time belongs nowhere", spend(time=REMOVED), "time_missing"),
    ("a delta of measures without time",
     metrics(time=REMOVED, data_mode=REMOVED, data_period=REMOVED, data_revision=REMOVED),
     "time_missing"),
    ("a time without zone", spend(time="2025-11-01T10:03:02"), "time_without_zone"),
    ("a heartbeat without zone", heartbeat("2025-11-01T10:00:00"), "time_without_zone"),
    ("a time that is none", spend(time="yesterday"), "wrong_type"),
    ("milliseconds as a time", spend(time=1762000000000), "wrong_type"),
    ("a year that has no UTC time", spend(time="0001-01-01T00:00:00+08:00"), "time_out_of_range"),
    ("before the year 2000", spend(time="1999-12-31T23:59:59Z"), "time_out_of_range"),
    ("five minutes and a second ahead", spend(time=FAR), "future_time"),
    ("a heartbeat ahead would freeze its source", heartbeat(FAR), "future_time"),
    ("a period that starts ahead", metrics(data_period="2025-11-05"), "future_time"),
    ("both ways to say where", spend(data_entity={"campaign": "1"}), "campaign_and_entity"),
    ("half of our ids", spend(data_line=REMOVED), "entity_missing"),
    ("neither way to say where", spend(data_line=REMOVED, data_campaign=REMOVED),
     "entity_missing"),
    ("an entity without levels", metrics(data_entity={}), "entity_missing"),
    ("an empty level", metrics(data_entity={"campaign": ""}), "wrong_type"),
    ("a name with a blank", spend(data_line="L 03"), "name_invalid"),
    ("a line break behind a name", spend(data_line="L03\n"), "name_invalid"),
    ("a line break behind a currency", spend(data_currency="CNY\n"), "currency_invalid"),
    ("a line break behind a source", spend(source="google-ads/1\n"), "wrong_type"),
    ("a line break behind a measure", metrics(data_measures={"clicks\n": 1}), "wrong_type"),
    ("digits of another width: a fact would be told twice", metrics(data_period="２025-11-01"),
     "period_invalid"),
    ("a measure that the ledger tells", metrics(data_measures={"clicks": 1, "spend": "5"}),
     "measure_reserved"),
    ("a snapshot without report", metrics(data_report=REMOVED), "snapshot_incomplete"),
    ("a snapshot without period", metrics(data_period=REMOVED), "snapshot_incomplete"),
    ("a snapshot without revision", metrics(data_revision=REMOVED), "snapshot_incomplete"),
    ("a snapshot that forgot its mode would add", metrics(data_mode="delta"),
     "snapshot_incomplete"),
    ("a negative revision", metrics(data_revision=-1), "wrong_type"),
    ("a period that is no date", metrics(data_period="2025-02-30"), "period_invalid"),
    ("a period of another shape", metrics(data_period="2025-11"), "period_invalid"),
    ("hour 24", metrics(data_period="2025-11-01T24"), "period_invalid"),
    ("another workspace", spend(workspace="other"), "workspace_mismatch"),
    ("another workspace's heartbeat", heartbeat(workspace="other"), "workspace_mismatch"),
    ("an id of 257 characters", spend(id="x" * 257), "id_too_long"),
    ("a source of 201 characters", spend(source="x" * 201), "source_too_long"),
    ("a snapshot's entity that no index holds", metrics(data_entity=LONG), "subject_too_long"),
    ("a delta's", spend(data_campaign=REMOVED, data_line=REMOVED, data_entity=LONG),
     "subject_too_long"),
    ("characters of three bytes", metrics(data_dims={"d" * 9: "双" * 200, "é": "双" * 200,
     "x": "双" * 200, "y": "双" * 80}), "subject_too_long"),
    ("an event larger than any record", spend(data_dims=HUGE), "subject_too_long"),
    ("a source with a blank", spend(source="google ads"), "wrong_type"),
    ("U+0000 in an id: PostgreSQL cannot hold it", spend(id="a\0b"), "nul_character"),
    ("U+0000 in a level", metrics(data_entity={"campaign": "\0"}), "nul_character"),
    ("U+0000 in a dimension", metrics(data_dims={"\0": "x"}), "nul_character"),
    ("U+0000 in a heartbeat's id", heartbeat(id="\0"), "nul_character"),
    ("a source's name read backwards", spend(source="a\u202eb"), "text_has_control_characters"),
    ("ESC in a heartbeat's source", heartbeat(source="a\x1b"), "text_has_control_characters"),
    ("DEL in a level", metrics(data_entity={"ad": "\x7f"}), "text_has_control_characters"),
    ("a turn in a dimension", metrics(data_dims={"a": "\u2067"}), "text_has_control_characters"),
    ("no object", 5, "wrong_type"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "event", "code"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_faulty_event_is_refused_by_its_own_code(reason: str, event: Any, code: str) -> None:
    stamped = stamp(spend(id="before"), event, spend(id="after"))

    assert stamped.accepted == 2, reason
    assert [rejection.place for rejection in stamped.rejected] == [1]
    assert stamped.rejected[0].code == code
    assert stamped.rejected[0].detail


@pytest.mark.parametrize(("reason", "event", "code"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_fault_is_found_again_when_all_names_are_known(
    reason: str, event: Any, code: str
) -> None:
    stamped = stamp(spend(), metrics(), heartbeat(), event, event)

    assert [rejection.place for rejection in stamped.rejected] == [3, 4], reason


def test_a_refusal_names_the_types_that_there_are() -> None:
    [refused] = stamp(spend(type="paceline.clicks.v1")).rejected
    types = "paceline.spend.v1, paceline.metrics.v1, paceline.source.v1"
    assert refused.detail == f"type: send one of {types}"


def test_a_source_outside_the_keys_patterns_is_refused_and_the_others_are_not() -> None:
    stamped = stamp(
        spend(source="meta-ads/1"), spend(), allows=lambda source: source.startswith("google")
    )

    assert stamped.accepted == 1
    assert [(r.place, r.code) for r in stamped.rejected] == [(0, "source_not_allowed")]


def test_of_a_quarantined_source_only_the_heartbeat_is_refused() -> None:
    stamped = stamp(
        spend(),
        heartbeat(),
        metrics(),
        heartbeat(source="meta-ads/1"),
        quarantined=lambda source: source.startswith("google"),
    )

    assert stamped.accepted == 3
    assert [(r.place, r.code) for r in stamped.rejected] == [(1, "source_quarantined")]
    assert set(stamped.heartbeats) == {"meta-ads/1"}


def test_a_credential_of_some_campaigns_tells_no_source_complete() -> None:
    ours = spend(data_campaign="double11-2025")
    limited = stamp(ours, heartbeat(), campaigns=frozenset({"double11-2025"}))
    regional = stamp(heartbeat(), ours, campaigns=frozenset())

    assert (limited.accepted, limited.heartbeats) == (1, {})
    assert [(r.place, r.code) for r in limited.rejected] == [(1, "out_of_reach")]
    assert "not limited" in limited.rejected[0].detail
    assert [r.code for r in regional.rejected] == ["out_of_reach"] * 2
    assert "limited to regions sends no events" in regional.rejected[1].detail


DAILY, BY_AD = "campaign-daily", "ad-daily"
NO_MONEY, NO_MEASURES = (1, "not_money_report"), (3, "not_measures_report")
OWNERS: list[tuple[str, SourceSettings, list[tuple[int, str]]]] = [
    ("nothing is set: every report may", SourceSettings(), []),
    ("the money's report carries the measures too", SourceSettings(money_report=DAILY),
     [NO_MONEY, NO_MEASURES]),
    ("unless another one is named", SourceSettings(money_report=DAILY, measures_report=BY_AD),
     [NO_MONEY, (2, "not_measures_report")]),
    ("measures alone have an owner", SourceSettings(measures_report=DAILY), [NO_MEASURES]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("view", "refused"), [row[1:] for row in OWNERS], ids=[row[0] for row in OWNERS]
)
def test_only_one_report_of_a_source_may_carry_money_and_one_measures(
    view: SourceSettings, refused: list[tuple[int, str]]
) -> None:
    snapshot = {"data_mode": "snapshot", "data_period": "2025-11-01", "data_revision": 1}
    stamped = stamp(
        spend(data_report=DAILY, **snapshot),
        spend(data_report=BY_AD, **snapshot),
        metrics(data_report=DAILY),
        metrics(data_report=BY_AD),
        settings=lambda _: view,
    )

    assert [(r.place, r.code) for r in stamped.rejected] == refused


def test_a_refused_event_keeps_its_id_and_source_for_the_rejections_list() -> None:
    refused = stamp(spend(id="bad", data_amount=1.5)).rejected[0]

    assert (refused.id, refused.source) == ("bad", "google-ads/123-456-7890")


def test_a_strict_check_names_the_fault() -> None:
    event = ONE_DECODER.decode(msgspec.json.encode(spend(data_currency="cny")))

    with pytest.raises(FaultError, match="currency_invalid"):
        check_strictly(event)


def test_a_subject_of_just_the_length_that_readers_take_is_accepted() -> None:
    entity = {f"{number}": "x" * 197 for number in range(9)}
    full = len("0=" + "x" * 197) * 9 + 8
    source = metrics()["source"]
    dims = {"d": "y" * (SUBJECT_BYTES_MAX - len(source) - full - 2)}

    assert stamp(metrics(data_entity=entity, data_dims=dims)).accepted == 1
    (refused,) = stamp(metrics(data_entity=entity, data_dims={"d": dims["d"] + "y"})).rejected
    assert refused.code == "subject_too_long"


def test_the_largest_event_that_is_accepted_is_far_smaller_than_a_record_may_be() -> None:
    """Else one event would refuse its whole request, and nobody could say which."""
    names = [f"{number:02d}" + "m" * 62 for number in range(64)]
    largest = metrics(
        id="\1" * 256,
        source='"' * 200,
        data_entity={'"' * 198: '"' * 200, '"' * 197 + "!": '"' * 200},
        data_dims={f"{number:02d}" + '"' * 190: '"' * 110 for number in range(3)},
        data_report='"' * 200,
        data_measures=dict.fromkeys(names, "-" + "0" * 6 + "9" * 12 + "." + "9" * 6 + "0" * 12),
    )
    stamped = stamp(largest)
    assert stamped.rejected == []
    ((key, value),) = next(iter(stamped.batches.values()))
    assert len(key) + len(value) < RECORD_BYTES_MAX / 10


REPEATED = [
    ("an attribute", b'"id":"a"', b'"id":"a","id":"b"', "id"),
    ("the same value twice", b'"amount":"1.00"', b'"amount":"1.00","amount":"1.00"', "data.amount"),
    ("spelled with an escape", b'"amount":"1.00"', b'"amount":"1.00","\\u0061mount":"9.00"',
     "data.amount"),
    ("a level of the entity", b'"ad":"1"', b'"ad":"1","ad":"2"', "data.entity.ad"),
    ("an attribute we do not know", b'"id":"a"', b'"id":"a","ext":1,"ext":2', "ext"),
    ("inside an attribute we do not know", b'"id":"a"', b'"id":"a","ext":{"k":1,"k":1}', "ext.k"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "sent", "instead", "path"), REPEATED)
@pytest.mark.parametrize("beside", [b"", b'{"id":7}'], ids=["alone", "beside another fault"])
def test_an_event_that_states_a_key_twice_is_refused_and_the_others_are_not(
    why: str, sent: bytes, instead: bytes, path: str, beside: bytes
) -> None:
    good = msgspec.json.encode(
        spend(id="a", data_amount="1.00", data_campaign=REMOVED, data_line=REMOVED,
              data_entity={"ad": "1"})
    )  # fmt: skip
    bad = good.replace(sent, instead)
    assert bad != good
    events = [event for event in (good, bad, beside) if event]
    decoded = decode(b"[" + b",".join(events) + b"]", Shape.BATCH, 10)
    alone = decode(bad, Shape.ONE, 10)

    assert list(decoded.places) == [0], why
    assert decoded.rejected[0].code == "unparseable"
    assert decoded.rejected[0].detail == f"the key {path} is repeated"
    assert [(one.code, one.detail) for one in alone.rejected] == [
        ("unparseable", f"the key {path} is repeated")
    ]


def test_extensions_defaults_and_nulls_are_no_repeated_keys() -> None:
    plain = spend(time=REMOVED, data_mode="snapshot", data_report="r", data_revision=1,
                  data_period="2025-11-01")  # fmt: skip
    events = [
        {**plain, "datacontenttype": "application/json", "subject": 'a "b"'},
        {**plain, "workspace": None},
        spend(data_mode="delta"),
    ]
    decoded = decode(msgspec.json.encode(events), Shape.BATCH, 10)
    assert (list(decoded.places), decoded.rejected) == ([0, 1, 2], [])

"""What no database would store is poison by name; what merely looks like it is read."""

import json
import re
from typing import Any

import pytest

from alerts.configuration.tree import Route
from alerts.incoming.breaches import BREACH_BYTES_MAX, read_breach, read_figures, signal_of
from alerts.incoming.campaigns import read_campaign
from alerts.incoming.reading import UnreadableError
from alerts.incoming.signal import Origin
from alerts.routing.rules import group_of
from tests.unit.alerts.builders import START, encode, encode_campaign, make_breach, make_figures


def record(**changes: Any) -> bytes:
    """The record of a breach with these fields of its data, whatever they hold."""
    event = json.loads(encode(make_breach()))
    event["data"].update(changes)
    return json.dumps(event).encode()


POISON: list[tuple[bytes, str]] = [
    (b"", "ends too early"),
    (b"\xff\xfe", "nvalid"),
    (record(names={"campaign": "a\0b"}), "U+0000"),
    (record(labels={"a\0": "b"}), "U+0000"),
    (record(owner="\ud800"), "surrogate"),
    (record(owner="\udc00 li"), "surrogate"),
    (record(breach="r/" + "x" * 2_000), "breach is longer"),
    (record(breach="规则" * 400), "breach is longer"),
    (record(labels={"campaign": "x" * 2_000}), "campaign is longer"),
    (record(seq=0), "seq 0"),
    (record(seq=2**31), "seq 2147483648"),
    (record(seq=-1), "seq -1"),
    (record(event_time="0001-01-01T00:00:00+08:00"), "not in the years"),
    (record(since="9999-12-31T23:59:59-12:00"), "not in the years"),
    (record(sources=[{"source": "s", "complete_through": "0001-01-01T00:00:00Z"}]), "not in"),
    (record(owner="x" * BREACH_BYTES_MAX), "at most"),
    (b"[" * 100_000, "object"),
    (b'{"extension": ' + b"[" * 100_000, "deep"),
]


@pytest.mark.parametrize(("value", "reason"), POISON)
def test_poison_is_refused_by_name(value: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_breach(value)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"{}", "missing"),
        (encode_campaign("d11", "a\0b"), "U+0000"),
        (encode_campaign("x" * 2_000, "east"), "campaign is longer"),
        (encode_campaign("d11", "east", version=2**31), "version 2147483648"),
        (encode_campaign("d11", "east", name=7), "name"),
    ],
)
def test_a_campaign_that_cannot_be_kept_is_refused_by_name(value: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=re.escape(reason)):
        read_campaign(value)


@pytest.mark.parametrize("text", ["\\u0000", "C:\\\\u0000", "\ufffd", "😀", "\u0001", "\x7f"])
def test_what_only_looks_like_it_is_read(text: str) -> None:
    breach = make_breach(owner=text, names={"campaign": text})
    assert read_breach(encode(breach)).signal == signal_of(breach)


def test_a_group_key_of_endless_labels_is_cut_and_still_its_own() -> None:
    nothing = make_breach().event_time - make_breach().event_time
    route = Route("ops", ("...",), nothing, nothing, nothing)
    keys = [group_of(route, {"a": "x" * 3_000, "b": end}, START).key for end in "12"]
    assert max(len(key.encode()) for key in keys) < 1_000
    assert len(set(keys)) == 2


def test_a_breach_becomes_a_signal_with_figures_and_an_origin() -> None:
    found = read_breach(encode(make_breach(labels={"team": "search", "severity": "x"})))
    assert found.workspace == "default"
    assert found.signal.labels == {"team": "search", "line": "L03", "rule": "pacing-high"}
    assert found.signal.origin == Origin(kind="budget", rule="pacing-high", rule_version=1)
    assert (found.signal.data.value, found.signal.as_of) == ("1.600000", START)


@pytest.mark.parametrize(
    ("rule", "group", "told", "name"),
    [
        ("suspense", {"source": "till,eu:1"}, "till,eu:1/3", r"suspense/source:till\,eu\:1/3"),
        ("suspense", {"source": "till,eu:1"}, r"till\,eu\:1/3", r"suspense/source:till\,eu\:1/3"),
        ("suspense", {"source": "ads/1"}, "ads/1/2", "suspense/source:ads/1/2"),
        ("made", {"source": "b"}, "whatever", "made/source:whatever"),
    ],
)
def test_what_waits_in_the_topic_since_names_were_not_escaped_gets_the_name_its_end_will_have(
    rule: str, group: dict[str, str], told: str, name: str
) -> None:
    of: dict[str, Any] = {"breach": f"{rule}/source:{told}", "rule": rule, "group": group}
    assert read_breach(encode(make_breach(**of))).signal.id == name
    assert read_figures(encode(make_figures(**of))).id == name

"""The decision table of alerting.md 2.3, row by row (W14: attention is protected)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.episodes.rules import Key
from alerts.telling.decide import Current, DecisionReason, Entry, Told, decide
from tests.unit.alerts.builders import at

A, B = Key(1, 1), Key(2, 1)
AGAIN = Key(1, 2)
REPEAT = timedelta(hours=4)
W1, C2 = Told(1, "warning"), Told(2, "critical")
NOW_W, NOW_C = Current(1, "warning"), Current(2, "critical")


def log(firing=None, resolved=None, minutes_ago=10) -> Entry:
    return Entry(at(-minutes_ago), firing or {}, resolved or {})


ROWS = [
    ("1: the first of a group is told", None, {A: NOW_W}, {}, True, DecisionReason.FIRST, True),
    (
        "2: what ended before anyone knew is not",
        None,
        {},
        {A: NOW_W},
        True,
        DecisionReason.NONE,
        False,
    ),
    (
        "3: a new episode after all was resolved begins again",
        log(resolved={A: W1}),
        {AGAIN: NOW_W},
        {},
        True,
        DecisionReason.FIRST,
        True,
    ),
    (
        "4: another alert joins",
        log({A: W1}),
        {A: NOW_W, B: NOW_W},
        {},
        True,
        DecisionReason.NEW,
        True,
    ),
    (
        "4: a resolve and a new episode in one interval are both told",
        log({A: W1}),
        {AGAIN: NOW_W},
        {A: NOW_W},
        True,
        DecisionReason.NEW,
        True,
    ),
    ("4a: the level rises", log({A: W1}), {A: NOW_C}, {}, True, DecisionReason.LEVEL, True),
    (
        "4a: the level falls",
        log({A: C2}),
        {A: Current(3, "warning")},
        {},
        True,
        DecisionReason.LEVEL,
        True,
    ),
    (
        "4a: there and back inside one interval is no change",
        log({A: W1}),
        {A: Current(3, "warning")},
        {},
        True,
        DecisionReason.NONE,
        False,
    ),
    (
        "4b: a correction of what was told",
        log({A: W1}),
        {A: Current(2, "warning", 2)},
        {},
        True,
        DecisionReason.RESTATED,
        True,
    ),
    (
        "4b: a correction that was told already",
        log({A: Told(2, "warning")}),
        {A: Current(2, "warning", 2)},
        {},
        True,
        DecisionReason.NONE,
        False,
    ),
    (
        "4b: a withdrawal goes out even without resolves",
        log({A: W1}),
        {},
        {A: Current(2, "warning", 2)},
        False,
        DecisionReason.RESTATED,
        True,
    ),
    (
        "4b: a correction of a resolved alert",
        log(resolved={A: W1}),
        {},
        {A: Current(2, "warning", 2)},
        True,
        DecisionReason.RESTATED,
        True,
    ),
    (
        "4b: a withdrawal of what nobody was told",
        log({A: W1}),
        {A: NOW_W},
        {B: Current(2, "warning", 2)},
        True,
        DecisionReason.NONE,
        False,
    ),
    ("5: all resolved", log({A: W1}), {}, {A: NOW_W}, True, DecisionReason.ALL_RESOLVED, True),
    (
        "5: all resolved is logged, not sent, for who wants no resolves",
        log({A: W1}),
        {},
        {A: NOW_W},
        False,
        DecisionReason.ALL_RESOLVED,
        False,
    ),
    (
        "6: fired and resolved inside one interval",
        log(resolved={A: W1}),
        {},
        {B: NOW_W},
        True,
        DecisionReason.NONE,
        False,
    ),
    (
        "7: one of two resolved",
        log({A: W1, B: W1}),
        {A: NOW_W},
        {B: NOW_W},
        True,
        DecisionReason.SOME_RESOLVED,
        True,
    ),
    (
        "7: one of two resolved, resolves not wanted",
        log({A: W1, B: W1}),
        {A: NOW_W},
        {B: NOW_W},
        False,
        DecisionReason.NONE,
        False,
    ),
    (
        "8: still open after the repeat interval",
        log({A: W1}, minutes_ago=241),
        {A: NOW_W},
        {},
        True,
        DecisionReason.REPEAT,
        True,
    ),
    (
        "8: exactly the repeat interval is not yet more",
        log({A: W1}, minutes_ago=240),
        {A: NOW_W},
        {},
        True,
        DecisionReason.NONE,
        False,
    ),
    ("9: nothing new", log({A: W1}), {A: NOW_W}, {}, True, DecisionReason.NONE, False),
]


@pytest.mark.parametrize(
    ("firing", "elsewhere", "reason"),
    [
        ({A: NOW_W}, {A}, DecisionReason.JOINED),
        ({A: NOW_W, B: NOW_W}, {A}, DecisionReason.JOINED),
        ({A: NOW_W}, {B}, DecisionReason.FIRST),
        ({}, {A}, DecisionReason.NONE),
    ],
)
def test_who_comes_when_others_know_already_has_joined_later(
    firing: dict[Key, Current], elsewhere: set[Key], reason: DecisionReason
) -> None:
    found = decide(
        None, firing, {}, repeat=REPEAT, send_resolved=True, now=at(0), elsewhere=elsewhere
    )
    assert found.reason is reason
    assert found.send is bool(firing)


@pytest.mark.parametrize(
    "row",
    ROWS,
    ids=[row[0] for row in ROWS],
)
def test_row(row) -> None:
    _, entry, firing, resolved, send_resolved, reason, sent = row
    found = decide(entry, firing, resolved, repeat=REPEAT, send_resolved=send_resolved, now=at(0))
    assert (found.reason, found.send) == (reason, sent)


def test_row_5_is_logged_also_when_it_is_not_sent() -> None:
    found = decide(log({A: W1}), {}, {A: NOW_W}, repeat=REPEAT, send_resolved=False, now=at(0))
    assert found.log


keys = st.builds(Key, st.integers(1, 3), st.integers(1, 2))
currents = st.builds(
    Current, st.integers(1, 4), st.sampled_from(["warning", "critical"]), st.integers(0, 4)
)


@given(firing=st.dictionaries(keys, currents), resolved=st.dictionaries(keys, currents))
def test_what_was_just_told_is_not_told_again(firing, resolved) -> None:
    """Writing the log after a send makes the same state say nothing (property of the table)."""
    resolved = {key: value for key, value in resolved.items() if key not in firing}
    firing = {k: Current(v.seq, v.severity, min(v.restated_at, v.seq)) for k, v in firing.items()}
    resolved = {
        k: Current(v.seq, v.severity, min(v.restated_at, v.seq)) for k, v in resolved.items()
    }
    entry = Entry(
        at(0),
        {key: Told(value.seq, value.severity) for key, value in firing.items()},
        {key: Told(value.seq, value.severity) for key, value in resolved.items()},
    )
    found = decide(entry, firing, resolved, repeat=REPEAT, send_resolved=True, now=at(1))
    assert found.reason is DecisionReason.NONE

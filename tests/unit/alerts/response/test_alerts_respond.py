"""How people answer to an episode: one state at a time, of a level, over by itself (W13)."""

from collections.abc import Sequence
from typing import Any

import pytest

from alerts.quiet.mute import Mute, MuteReason
from alerts.response.rules import NO_RESPONSE, Action, ActionKind, EpisodeResponse, respond
from tests.unit.alerts.builders import at

WARNING = "warning"


def act(kind: ActionKind, minute: float = 0, by: str = "li.na", **changes: Any) -> Action:
    if kind == "snooze":
        changes.setdefault("until", at(60))
    return Action(kind=kind, made_by=by, made_at=at(minute), **changes)


def after(*actions: Action, severity: str = WARNING) -> EpisodeResponse:
    response = NO_RESPONSE
    for action in actions:
        response = respond(response, action, severity)
    return response


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        (["ack"], "acknowledged"),
        (["ack", "snooze"], "snoozed"),
        (["snooze", "ack"], "acknowledged"),
        (["ack", "resolve"], "closed"),
        (["ack", "unack"], "open"),
        (["resolve", "unack"], "open"),
        (["snooze", "unsnooze"], "open"),
        (["snooze", "unack"], "snoozed"),
        (["ack", "unsnooze"], "acknowledged"),
        (["ack", "comment", "assign"], "acknowledged"),
    ],
    ids=" then ".join,
)
def test_there_is_one_state_at_a_time(kinds: Sequence[ActionKind], state: str) -> None:
    actions = [act(kind, minute, comment="x") for minute, kind in enumerate(kinds)]
    assert after(*actions).state_at(at(10), WARNING) == state


@pytest.mark.parametrize("kind", ["ack", "resolve", "snooze", "unack", "unsnooze", "assign"])
def test_what_is_done_again_changes_nothing(kind: ActionKind) -> None:
    once = after(act("snooze", 0), act(kind, 1, assignee="x"))
    assert respond(once, act(kind, 5, by="wang.lei", assignee="x"), WARNING) == once


def test_who_acknowledged_first_stays_who_did() -> None:
    response = after(act("ack", 1), act("unack", 2), act("ack", 3, by="wang.lei"))
    assert (response.made_by, response.made_at) == ("wang.lei", at(3))
    assert response.acknowledged_at == at(1)


@pytest.mark.parametrize(
    ("severity", "acknowledged", "snoozed"),
    [("warning", True, True), ("critical", False, False), ("info", False, True)],
    ids=["same level", "worse", "better"],
)
def test_an_answer_is_of_the_level_it_was_given_at(
    severity: str, acknowledged: bool, snoozed: bool
) -> None:
    assert (after(act("ack")).answered_at(at(1), severity) == at(0)) is acknowledged
    assert (after(act("snooze")).mute(at(1), severity) is not None) is snoozed


def test_a_snooze_mutes_until_its_end() -> None:
    response = after(act("snooze"))
    assert response.mute(at(59), WARNING) == Mute(MuteReason.SNOOZED, ("li.na",), at(60))
    assert response.mute(at(60), WARNING) is None
    assert response.state_at(at(60), WARNING) == "open"


def test_only_a_snooze_that_nothing_ended_before_is_over() -> None:
    snoozed = after(act("snooze"))
    assert snoozed.snooze_ended_at(at(59), WARNING) is None
    assert snoozed.snooze_ended_at(at(60), WARNING) == at(60)
    assert snoozed.snooze_ended_at(at(60), "critical") is None
    ended = respond(snoozed, act("unsnooze", 5), WARNING)
    assert ended.snooze_ended_at(at(60), WARNING) is None


def test_the_newest_comment_is_kept_whatever_it_came_with() -> None:
    response = after(
        act("ack", 1, comment="mine"), act("snooze", 2), act("comment", 3, comment="x")
    )
    assert response.remark is not None
    assert (response.remark.text, response.remark.made_at) == ("x", at(3))
    # An acknowledgement that is there already takes what was said with it all the same.
    again = after(act("ack", 1), act("ack", 2, by="wang.lei", comment="me too"))
    assert again.made_by == "li.na"
    assert again.remark is not None
    assert again.remark.made_by == "wang.lei"

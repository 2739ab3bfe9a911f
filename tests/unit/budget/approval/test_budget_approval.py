"""Two roles, four eyes (B8, S12)."""

from datetime import UTC, datetime

import pytest

from budget.approval.rules import (
    Decision,
    Request,
    Role,
    Status,
    Subject,
    Verdict,
    check_subject,
    check_submit,
    judge,
)
from shared.errors import ConflictError, ForbiddenError, InvalidError, PacelineError

NOW = datetime(2025, 10, 13, tzinfo=UTC)
BOTH = {"approver", "finance"}


HELD = Subject(60_000_000, 7)
RESTATED = Subject(75_000_000, 9)


def made(role: Role, by: str, verdict: Verdict = "approve", subject: Subject = HELD) -> Decision:
    return Decision(role, by, verdict, NOW, "fits", subject)


def request(*decisions: Decision, status: Status = "in_review") -> Request:
    return Request(status, HELD, frozenset({"author", "submitter"}), decisions)


def test_approval_needs_both_roles_of_two_people() -> None:
    first = judge(request(), made("approver", "zhao"), BOTH)
    assert (first.status, first.needs) == ("in_review", ("finance",))
    second = judge(request(*first.decisions), made("finance", "chen"), BOTH)
    assert (second.status, second.needs) == ("approved", ())


def test_one_rejection_ends_the_review() -> None:
    outcome = judge(request(), made("finance", "chen", "reject"), BOTH)
    assert (outcome.status, outcome.needs) == ("rejected", ())


@pytest.mark.parametrize(
    ("asked", "decision", "roles", "code", "why"),
    [
        (request(), made("finance", "zhao"), {"approver"}, "role_missing", "not finance"),
        (request(), made("approver", "root"), {"admin"}, "role_missing", "admin is no approver"),
        (request(), made("approver", "author"), BOTH, "four_eyes", "wrote it"),
        (request(), made("approver", "submitter"), BOTH, "four_eyes", "submitted it"),
        (
            request(made("approver", "zhao")),
            made("finance", "zhao"),
            BOTH,
            "four_eyes",
            "has decided in the other role",
        ),
        (
            request(made("approver", "zhao")),
            made("approver", "wang"),
            BOTH,
            "already_decided",
            "the role has spoken",
        ),
        (
            request(status="draft"),
            made("approver", "zhao"),
            BOTH,
            "not_in_review",
            "nobody submitted it",
        ),
        (
            request(made("approver", "z"), made("finance", "c"), status="approved"),
            made("finance", "d"),
            BOTH,
            "already_decided",
            "it is over",
        ),
    ],
)
def test_a_decision_that_must_not_be_is_refused(
    asked: Request, decision: Decision, roles: set[str], code: str, why: str
) -> None:
    with pytest.raises((ForbiddenError, ConflictError)) as refused:
        judge(asked, decision, roles)
    assert refused.value.code == code, why


@pytest.mark.parametrize(
    ("status", "targets", "code"), [("in_review", 1, "not_draft"), ("draft", 0, "target_missing")]
)
def test_only_a_draft_with_a_target_is_submitted(status: Status, targets: int, code: str) -> None:
    with pytest.raises((ConflictError, InvalidError)) as refused:
        check_submit(status, targets=targets)
    assert isinstance(refused.value, PacelineError)
    assert refused.value.code == code


def test_an_approval_of_another_amount_does_not_count_any_more() -> None:
    """Restated between two decisions: the second pair of eyes has seen another amount."""
    before = made("approver", "zhao")
    now = Request("in_review", RESTATED, frozenset(), (before,))
    second = judge(now, made("finance", "chen", subject=RESTATED), BOTH)
    assert (second.status, second.needs) == ("in_review", ("approver",))
    assert [one.by for one in second.decisions] == ["chen"]
    again = Request("in_review", RESTATED, frozenset(), (before, *second.decisions))
    third = judge(again, made("approver", "zhao", subject=RESTATED), BOTH)
    assert (third.status, third.needs) == ("approved", ())


def test_the_same_amount_in_another_version_is_another_subject() -> None:
    """Restated twice, back to what it was: nobody has approved that statement."""
    now = Request("in_review", HELD._replace(version=8), frozenset(), (made("approver", "zhao"),))
    outcome = judge(now, made("finance", "chen", subject=now.subject), BOTH)
    assert (outcome.status, outcome.needs) == ("in_review", ("approver",))


def test_whoever_decided_about_the_old_amount_may_decide_in_another_role_about_the_new() -> None:
    now = Request("in_review", RESTATED, frozenset(), (made("approver", "zhao"),))
    assert judge(now, made("finance", "zhao", subject=RESTATED), BOTH).needs == ("approver",)


@pytest.mark.parametrize(
    ("amount", "version", "locs"),
    [
        (60_000_000, 7, None),
        (None, None, None),
        (60_000_000, None, None),
        (75_000_000, 7, ["amount"]),
        (0, None, ["amount"]),
        (None, 8, ["version"]),
        (1, 8, ["amount", "version"]),
    ],
)
def test_a_decision_that_names_another_subject_is_refused_with_what_stands(
    amount: int | None, version: int | None, locs: list[str] | None
) -> None:
    if locs is None:
        check_subject(HELD, amount, version)
        return
    with pytest.raises(ConflictError, match=r"60\.00 in version 7") as refused:
        check_subject(HELD, amount, version)
    assert refused.value.code == "subject_changed"
    assert [error["loc"] for error in refused.value.errors] == locs

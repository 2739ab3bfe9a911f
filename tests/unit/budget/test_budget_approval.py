"""Two roles, four eyes (B8, S12)."""

from datetime import UTC, datetime

import pytest

from budget.rules.approval import Decision, Request, Role, Status, Verdict, check_submit, decide
from shared.errors import ConflictError, ForbiddenError, InvalidError, PacelineError

NOW = datetime(2025, 10, 13, tzinfo=UTC)
BOTH = {"approver", "finance"}


def made(role: Role, by: str, verdict: Verdict = "approve") -> Decision:
    return Decision(role, by, verdict, NOW)


def request(*decisions: Decision, status: Status = "in_review") -> Request:
    return Request(status, frozenset({"author", "submitter"}), decisions)


def test_approval_needs_both_roles_of_two_people() -> None:
    first = decide(request(), made("approver", "zhao"), BOTH)
    assert (first.status, first.needs) == ("in_review", ("finance",))
    second = decide(request(*first.decisions), made("finance", "chen"), BOTH)
    assert (second.status, second.needs) == ("approved", ())


def test_one_rejection_ends_the_review() -> None:
    outcome = decide(request(), made("finance", "chen", "reject"), BOTH)
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
        decide(asked, decision, roles)
    assert refused.value.code == code, why


@pytest.mark.parametrize(
    ("status", "targets", "code"), [("in_review", 1, "not_draft"), ("draft", 0, "target_missing")]
)
def test_only_a_draft_with_a_target_is_submitted(status: Status, targets: int, code: str) -> None:
    with pytest.raises((ConflictError, InvalidError)) as refused:
        check_submit(status, targets=targets)
    assert isinstance(refused.value, PacelineError)
    assert refused.value.code == code

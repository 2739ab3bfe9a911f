"""Two roles, four eyes (B8, S12)."""

from datetime import UTC, datetime

import pytest

from budget.approval.policy import Role
from budget.approval.rules import (
    ApprovalDecision,
    ApprovalRequest,
    ApprovalSubject,
    DecisionOutcome,
    RequestStatus,
    Verdict,
    check_subject,
    judge,
)
from budget.documents.plans.rules import check_submit
from shared.errors import ConflictError, ForbiddenError, InvalidError, PacelineError

NOW = datetime(2025, 10, 13, tzinfo=UTC)
BOTH = {"approver", "finance"}


HELD = ApprovalSubject(60_000_000, 7)
RESTATED = ApprovalSubject(75_000_000, 9)


def made(
    role: Role, by: str, verdict: Verdict = "approve", subject: ApprovalSubject = HELD
) -> ApprovalDecision:
    return ApprovalDecision(role, by, verdict, NOW, "fits", subject)


def request(
    status: RequestStatus = "in_review",
    *,
    subject: ApprovalSubject = HELD,
    roles: tuple[Role, ...] = ("approver", "finance"),
    decisions: int = 2,
) -> ApprovalRequest:
    authors = frozenset({"author", "submitter"})
    terms = ("plan/c1/7", "plan", "c1", subject, "CNY", None, authors, roles, decisions)
    return ApprovalRequest(*terms, status, NOW, None)


def outcome(
    decision: ApprovalDecision, *earlier: ApprovalDecision, asked: ApprovalRequest | None = None
) -> DecisionOutcome:
    return judge(asked or request(), earlier, decision, BOTH)


def test_approval_needs_both_roles_of_two_people() -> None:
    first = outcome(made("approver", "zhao"))
    assert (first.status, first.needs) == ("in_review", ("finance",))
    second = outcome(made("finance", "chen"), *first.decisions)
    assert (second.status, second.needs) == ("approved", ())


def test_one_rejection_ends_the_review() -> None:
    ended = outcome(made("finance", "chen", "reject"))
    assert (ended.status, ended.needs) == ("rejected", ())


def test_a_policy_may_ask_for_one_decision_of_either_role() -> None:
    either = request(decisions=1)
    assert either.needs(()) == ("approver", "finance")
    assert outcome(made("finance", "chen"), asked=either).status == "approved"


ZHAO, CHEN = made("approver", "zhao"), made("finance", "chen")


@pytest.mark.parametrize(
    ("asked", "earlier", "decision", "roles", "code", "why"),
    [
        (request(), [], made("finance", "zhao"), {"approver"}, "role_missing", "not finance"),
        (request(), [], made("approver", "a"), {"admin"}, "role_missing", "admin is no approver"),
        (request(roles=("finance",)), [], ZHAO, BOTH, "role_missing", "the policy asks finance"),
        (request(), [], made("approver", "author"), BOTH, "four_eyes", "wrote it"),
        (request(), [], made("approver", "submitter"), BOTH, "four_eyes", "submitted it"),
        (request(), [ZHAO], made("finance", "zhao"), BOTH, "four_eyes", "has decided already"),
        (request(), [ZHAO], made("approver", "w"), BOTH, "already_decided", "the role has spoken"),
        (request("rejected"), [], ZHAO, BOTH, "not_in_review", "somebody rejected it"),
        (request("approved"), [ZHAO, CHEN], CHEN, BOTH, "already_decided", "it is over"),
    ],
)
def test_a_decision_that_must_not_be_is_refused(
    asked: ApprovalRequest,
    earlier: list[ApprovalDecision],
    decision: ApprovalDecision,
    roles: set[str],
    *,
    code: str,
    why: str,
) -> None:
    with pytest.raises((ForbiddenError, ConflictError)) as refused:
        judge(asked, earlier, decision, roles)
    assert refused.value.code == code, why


def test_who_may_not_approve_so_much_may_reject_it_and_others_may_approve() -> None:
    """60 are asked for; money back is as much money."""
    for subject in (HELD, HELD._replace(amount=-HELD.amount)):
        asked = request(subject=subject)
        mine = made("approver", "zhao", subject=subject)
        with pytest.raises(ForbiddenError, match=r"up to 59\.99 CNY as approver, this is 60") as no:
            judge(asked, [], mine, BOTH, limit=59_990_000)
        assert no.value.code == "amount_above_limit"
        assert judge(asked, [], mine, BOTH, limit=60_000_000).needs == ("finance",)
        rejected = judge(asked, [], mine._replace(verdict="reject"), BOTH, limit=1)
        assert rejected.status == "rejected"


@pytest.mark.parametrize(
    ("status", "targets", "code"), [("in_review", 1, "not_draft"), ("draft", 0, "target_missing")]
)
def test_only_a_draft_with_a_target_is_submitted(status: str, targets: int, code: str) -> None:
    with pytest.raises((ConflictError, InvalidError)) as refused:
        check_submit(status, targets=targets)
    assert isinstance(refused.value, PacelineError)
    assert refused.value.code == code


def test_an_approval_of_another_amount_does_not_count_any_more() -> None:
    """Restated between two decisions: the second pair of eyes has seen another amount."""
    now = request(subject=RESTATED)
    second = outcome(made("finance", "chen", subject=RESTATED), ZHAO, asked=now)
    assert (second.status, second.needs) == ("in_review", ("approver",))
    assert [one.by for one in second.decisions] == ["chen"]
    third = outcome(made("approver", "zhao", subject=RESTATED), ZHAO, *second.decisions, asked=now)
    assert (third.status, third.needs) == ("approved", ())


def test_the_same_amount_in_another_version_is_another_subject() -> None:
    """Restated twice, back to what it was: nobody has approved that statement."""
    now = request(subject=HELD._replace(version=8))
    ended = outcome(made("finance", "chen", subject=now.subject), ZHAO, asked=now)
    assert (ended.status, ended.needs) == ("in_review", ("approver",))


def test_whoever_decided_about_the_old_amount_may_decide_in_another_role_about_the_new() -> None:
    now = request(subject=RESTATED)
    decided = outcome(made("finance", "zhao", subject=RESTATED), ZHAO, asked=now)
    assert decided.needs == ("approver",)


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
        check_subject(request(), amount, None, version)
        return
    with pytest.raises(ConflictError, match=r"60\.00 in version 7") as refused:
        check_subject(request(), amount, None, version)
    assert refused.value.code == "subject_changed"
    assert [error["loc"] for error in refused.value.errors] == locs


def test_a_decision_that_names_another_currency_is_refused() -> None:
    check_subject(request(), 60_000_000, "CNY", 7)
    with pytest.raises(ConflictError) as refused:
        check_subject(request(), 60_000_000, "USD", None)
    assert [error["loc"] for error in refused.value.errors] == ["amount"]

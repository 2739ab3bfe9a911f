"""Whose decisions a document needs: data, read from the top, the first rule that fits holds.

Pure.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, NamedTuple

Role = Literal["approver", "finance"]


class PolicyRule(NamedTuple):
    """For documents of `kind`, of at most `amount_up_to` micros and of `region` (each None: any):
    `decisions` of different people, each in another of `roles`, within `time_limit`."""

    roles: tuple[Role, ...]
    decisions: int
    kind: str | None = None
    amount_up_to: int | None = None
    region: str | None = None
    time_limit: timedelta | None = None

    def fits(self, kind: str, amount: int, region: str | None) -> bool:
        """Whether it holds for such a document."""
        return (
            self.kind in (None, kind)
            and (self.amount_up_to is None or abs(amount) <= self.amount_up_to)
            and self.region in (None, region)
        )


def house_policy(plans_due: timedelta) -> tuple[PolicyRule, ...]:
    """Approver and finance, for everything; plans within `plans_due` (A15, B8)."""
    both: tuple[Role, ...] = ("approver", "finance")
    return (PolicyRule(both, 2, kind="plan", time_limit=plans_due), PolicyRule(both, 2))


def rule_for(
    policy: Sequence[PolicyRule], kind: str, amount: int, region: str | None
) -> PolicyRule:
    """The rule that holds for a document; the last one of a policy fits everything."""
    return next(rule for rule in policy if rule.fits(kind, amount, region))

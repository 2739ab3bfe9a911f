"""Whose decisions a document needs: data, read from the top, the first rule that fits holds.

Pure.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Role = Literal["approver", "finance"]
BOTH: tuple[Role, ...] = ("approver", "finance")


class PolicyLimit(NamedTuple):
    """At most `amount` micros (None: any amount) are approved in a role, by `subject`, or by
    everybody of whom no limit is stated."""

    role: Role
    amount: int | None
    subject: str | None = None


class PolicyDeputy(NamedTuple):
    """`subject` may decide in a role without holding it, before `until`."""

    role: Role
    subject: str
    until: datetime | None = None


class PolicyRule(NamedTuple):
    """For documents of `kind`, of at most `amount_up_to` micros in `currency` and of `region` (each
    None: any): `decisions` of different people, each in another of `roles`, within `time_limit`."""

    roles: tuple[Role, ...]
    decisions: int
    kind: str | None = None
    amount_up_to: int | None = None
    region: str | None = None
    time_limit: timedelta | None = None
    currency: str | None = None
    limits: tuple[PolicyLimit, ...] = ()
    deputies: tuple[PolicyDeputy, ...] = ()

    def fits(self, kind: str, amount: int, currency: str, region: str | None) -> bool:
        """Whether it holds for such a document."""
        return (
            self.kind in (None, kind)
            and (self.amount_up_to is None or abs(amount) <= self.amount_up_to)
            and self.currency in (None, currency)
            and self.region in (None, region)
        )

    def limit(self, role: Role, subject: str) -> int | None:
        """What a person approves in a role at most, None: any amount."""
        stated = {one.subject: one.amount for one in self.limits if one.role == role}
        return stated.get(subject, stated.get(None))

    def stood_in(self, subject: str, now: datetime) -> set[str]:
        """The roles that a person is deputy in."""
        return {
            one.role
            for one in self.deputies
            if one.subject == subject and (one.until is None or now < one.until)
        }


def house_policy(due: timedelta) -> tuple[PolicyRule, ...]:
    """Approver and finance, for everything, within `due` (A15, B8)."""
    return (PolicyRule(BOTH, 2, time_limit=due),)


def rule_for(
    policy: Sequence[PolicyRule], kind: str, amount: int, currency: str, region: str | None
) -> PolicyRule:
    """The rule that holds for a document; the last one of a policy fits everything."""
    return next(rule for rule in policy if rule.fits(kind, amount, currency, region))

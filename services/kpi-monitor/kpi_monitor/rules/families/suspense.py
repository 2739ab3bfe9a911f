"""Money that waits in suspense for too long is a breach, to the owner of the workspace. Pure.

Budget tells what waits in each source's suspense, and since when (catalog.v1, kind `suspense`);
nothing has to happen for it to become too long, so its unit is due by time.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any, ClassVar

from kpi_monitor.rules.episodes import Condition, Limit, Observation, Reason, Verdict
from kpi_monitor.rules.families.family import Family, Grounds, Observed
from kpi_monitor.rules.formula import parse
from kpi_monitor.rules.kpis import Kpi, value_text
from kpi_monitor.rules.rule import Rule, Span
from kpi_monitor.rules.unit import Group, Panes, Standing, StoredRule, Unit
from kpi_monitor.units.unit import NEVER, WORKSPACE, Due
from kpi_monitor.windows import HOUR_MS, span_ms, to_ms
from shared.errors import InvalidError
from shared.events import BreachNumber, SuspenseObject
from shared.money import MICROS

KIND = "suspense"
RULE = "suspense"
"""Name of the rule in breaches; its groups are sources, which no rule of a person has."""
HOURS = Kpi("", "Money in suspense", parse("hours"), KIND, "budget", "hours")
SHOWN = (BreachNumber(name="items"), BreachNumber(name="amount"))
UNITS = {"items": "count", "amount": "money", "hours": "hours"}


def suspense_rule(limit: timedelta) -> StoredRule:
    """The rule every workspace has: what waits for `limit` or longer is a warning."""
    hours = Fraction(span_ms(limit), HOUR_MS)
    text = value_text(hours) or ""
    condition = Condition(
        ">=", (Limit("warning", hours, text),), hours, text, ended=Reason.RECOVERED
    )
    rule = Rule(
        rule=RULE,
        version=1,
        name=RULE,
        campaign=WORKSPACE,
        lines=None,
        group_by="source",
        kpi=HOURS,
        size=None,
        maturity=0,
        condition=condition,
        minimum=(),
        suppress=None,
        labels=(),
        annotations=(),
        measures=HOURS.formula.measures,
    )
    return StoredRule(rule, deleted=False, effective_from=0)


class SuspenseFamily(Family):
    """The rule over what waits in the suspense of each source of a workspace."""

    kind = KIND
    breach_kind = KIND
    groupings = ("source",)
    house_rules: ClassVar = {
        RULE: lambda settings: suspense_rule(timedelta(seconds=settings.suspense_limit_s))
    }

    def span(self, body: Mapping[str, Any], kpi: Kpi) -> Span:
        """No rule of a person is of this family."""
        raise InvalidError("kpi_unknown", "suspense is watched by itself")

    def members(self, unit: Unit, stored: StoredRule) -> Iterable[str] | None:
        """Sources that budget told of, with or without something that waits."""
        return unit.watched.get(KIND, {})

    def observe(self, unit: Unit, group: Group, panes: Panes, now: int) -> Observed:
        """How long the oldest of what waits has waited; 0 while nothing does."""
        since = _since(unit, group)
        waited = max(now - since, 0) if since is not None else 0
        seen = Observation(
            now,
            Fraction(waited // 1000 * 1000, HOUR_MS),
            sums={"hours": waited * MICROS // HOUR_MS},
            since=since,
        )
        return Observed(group.standing, [seen])

    def due(self, unit: Unit, group: Group, standing: Standing) -> Due:
        """When what waits will have waited for too long."""
        since = _since(unit, group)
        if since is None or standing.episode.open:
            return Due()
        limit = group.rule.condition.levels[0].limit * HOUR_MS
        return Due(NEVER, since + -(-limit.numerator // limit.denominator))

    def grounds(self, unit: Unit, group: Group, verdict: Verdict) -> Grounds:
        """What waits, and whose; amounts of several currencies have no sum. Each names its own
        also when it is the only one: of newer figures that is all that says it."""
        found, seen = _object(unit, group), verdict.seen
        numbers = {"items": str(found.items)}
        numbers |= {f"amount {one.currency}": one.amount for one in found.amounts}
        if found.since is not None and seen is not None:
            numbers["hours"] = str(seen.sums["hours"] // MICROS)
        return Grounds(
            numbers=numbers,
            units=UNITS,
            shown=SHOWN,
            currency=found.amounts[0].currency if len(found.amounts) == 1 else None,
            subject=group.group,
            annotations={"names": ", ".join(found.names) or None},
        )


def _object(unit: Unit, group: Group) -> SuspenseObject:
    found: SuspenseObject = unit.watched[KIND][group.members[0]]
    return found


def _since(unit: Unit, group: Group) -> int | None:
    since = _object(unit, group).since
    return None if since is None else to_ms(since)

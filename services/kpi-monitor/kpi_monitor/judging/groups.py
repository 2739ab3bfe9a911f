"""The (rule, group) pairs of a unit, and what to read for them. Pure."""

from collections.abc import Iterable

from kpi_monitor.rules.episodes import Reason
from kpi_monitor.rules.families.family import Family
from kpi_monitor.rules.families.table import family_of
from kpi_monitor.rules.feeds import FeedState
from kpi_monitor.rules.unit import Group, Need, Standing, StoredRule, Unit
from shared.errors import NotFoundError
from shared.keys import group_text, read_group


def groups_of(unit: Unit) -> list[Group]:
    """Every (rule, group) of the unit: groups with data in scope, and those with a standing."""
    found: list[Group] = []
    feeds = _feeds_of(unit)
    for stored in unit.rules:
        family, rule = family_of(stored.rule), stored.rule
        ended = stored.deleted or unit.closed
        known = () if ended else family.members(unit, stored)
        if known is None:
            continue
        members: dict[str, list[str]] = {}
        for one in sorted(known):
            if rule.covers(one) and one not in unit.removed:
                members.setdefault(group_text(rule.group(one)), []).append(one)
        mine = [_group(unit, stored, family, *one) for one in sorted(members.items())]
        gone = [key for name, key in unit.standings if name == rule.rule and key not in members]
        mine += [_gone(unit, stored, key) for key in gone]
        for group in mine:
            family.join(unit, group, feeds)
        found += mine
    return found


def group_asked(unit: Unit, key: str) -> Group:
    """The group of the unit's one rule that somebody asks about, whether it is judged any more or
    not. Raises NotFoundError `group_unknown` for one without data."""
    [stored] = unit.rules
    family, rule, feeds = family_of(stored.rule), stored.rule, _feeds_of(unit)
    known = {*feeds, *unit.lines, *(family.members(unit, stored) or ())}
    members = [
        one for one in sorted(known) if rule.covers(one) and group_text(rule.group(one)) == key
    ]
    if not members:
        detail = f"{rule.rule} has no group {key} with data; one is written as line:L02"
        raise NotFoundError("group_unknown", detail)
    standing = unit.standings.get((rule.rule, key), Standing(0, rule.version))
    group = Group(stored, key, rule.group(members[0]), members, standing, known=True)
    family.join(unit, group, feeds)
    return group


def needs_of(unit: Unit, groups: Iterable[Group]) -> list[Need]:
    """The panes to read before `judge`: one range per (line, measure), so that none is read
    twice."""
    merged: dict[tuple[str, str], tuple[int, int]] = {}
    for group in groups:
        if group.gone is None:
            for line, measure, start, end in family_of(group.rule).needs(unit, group):
                low, high = merged.get((line, measure), (start, end))
                merged[line, measure] = (min(low, start), max(high, end))
    return [Need(*key, *merged[key]) for key in sorted(merged)]


def _feeds_of(unit: Unit) -> dict[str, list[FeedState]]:
    feeds: dict[str, list[FeedState]] = {}
    for feed in unit.feeds:
        feeds.setdefault(feed.line, []).append(feed)
    return feeds


def _group(unit: Unit, stored: StoredRule, family: Family, key: str, members: list[str]) -> Group:
    rule = stored.rule
    standing = unit.standings.get((rule.rule, key))
    fresh = standing or Standing(family.begin(unit, stored), rule.version)
    return Group(stored, key, rule.group(members[0]), members, fresh, standing is not None)


def _gone(unit: Unit, stored: StoredRule, key: str) -> Group:
    """A group with a standing that is judged no more, and why."""
    rule, group = stored.rule, read_group(key)
    line = group.get("line")
    made = Group(stored, key, group, [], unit.standings[rule.rule, key], known=True)
    if stored.deleted:
        made.gone = Reason.RULE_REMOVED
    elif unit.closed:
        made.gone = Reason.CAMPAIGN_CLOSED
    elif group.keys() == {rule.group_by} and any(
        rule.covers(one) for one in unit.removed if line in (None, one)
    ):
        made.gone = Reason.LINE_REMOVED
    else:
        made.gone = Reason.RULE_CHANGED
    return made

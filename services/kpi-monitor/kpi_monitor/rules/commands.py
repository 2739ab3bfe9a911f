"""What people do to rules: add, edit, remove. Each asks for judgement of the rule's campaign."""

from datetime import timedelta
from typing import Any

from kpi_monitor.rules import store
from kpi_monitor.rules.definition import compile_rule
from kpi_monitor.rules.families.table import HOUSE_RULES
from kpi_monitor.rules.rule import Rule
from kpi_monitor.rules.schemas import RuleBody, effective_window
from kpi_monitor.rules.store import RuleCondition, RuleRow
from kpi_monitor.units import store as units
from kpi_monitor.windows import grain_fits, nominal_grain, to_ms
from shared.durations import duration_text
from shared.errors import ConflictError, InvalidError
from shared.http.caller import Caller


async def require_rule(caller: Caller, rule: str, *, to_write: bool = False) -> RuleRow:
    """The rule in force. Raises NotFoundError `rule_unknown`, ForbiddenError `out_of_reach`."""
    row = await store.get_rule(caller.conn, caller.workspace, rule)
    if row is None or row.deleted or not caller.reach.covers(row.campaign):
        raise caller.reach.unknown("rule", rule, to_write=to_write)
    return row


async def lock_rule(caller: Caller, rule: str) -> tuple[Caller, RuleRow]:
    """The rule in force, and the caller at the moment from which nobody else changes it until
    commit. Raises as `require_rule`."""
    caller = await _lock(caller, rule)
    return caller, await require_rule(caller, rule, to_write=True)


async def add_rule(caller: Caller, body: RuleBody) -> RuleRow:
    """A new rule, or one of a name used before. Raises ConflictError `rule_exists`, InvalidError
    `rule_reserved`, ForbiddenError `out_of_reach` for one of a campaign, or a name, that is
    another's."""
    caller.reach.require(body.scope.campaign)
    if body.rule in HOUSE_RULES:
        raise InvalidError("rule_reserved", f"{body.rule} is a rule that every workspace has")
    caller = await _lock(caller, body.rule)
    known = await store.get_rule(caller.conn, caller.workspace, body.rule)
    if known is None:
        return await put_rule(caller, body, 1)
    if not caller.reach.covers(known.campaign):
        raise caller.reach.unknown("rule", body.rule, to_write=True)
    if not known.deleted:
        raise ConflictError("rule_exists", f"{body.rule} exists; edit it with PUT")
    row = await put_rule(caller, body, known.version + 1)
    await _begin_again(caller, row)
    return row


async def put_rule(caller: Caller, body: RuleBody, version: int) -> RuleRow:
    """Stores a version of a rule, held against what is stored of its campaign."""
    rule = await compile_checked(caller, body, version)
    begin = to_ms(caller.now)
    row = await store.put_rule(caller, body.as_json(), version, deleted=False, begin=begin)
    await units.touch(caller.conn, [(caller.workspace, rule.campaign, None)])
    return row


async def edit_rule(caller: Caller, row: RuleRow, body: RuleBody) -> RuleRow:
    """The next version of a locked rule; what changes nothing makes none. A rule's episodes are
    about one KPI of one campaign in one grouping, for all versions."""
    if _subject(body.as_json()) != _subject(row.body):
        raise InvalidError(
            "field_read_only", "rule, campaign, kpi and group_by stay; make another rule instead"
        )
    return await put_rule(caller, body, row.version + 1)


async def remove_rule(caller: Caller, row: RuleRow) -> None:
    """Ends a locked rule; its open breaches are resolved when it is judged next."""
    version, begin = row.version + 1, row.effective_from_ms
    await store.put_rule(caller, row.body, version, deleted=True, begin=begin)
    await units.touch(caller.conn, [(caller.workspace, row.campaign, None)])


async def compile_checked(caller: Caller, body: RuleBody, version: int) -> Rule:
    """A body compiled and held against stored data. Raises InvalidError as `compile_rule` does,
    and `grain_too_coarse` when a source of the rule reports in longer periods than its window."""
    not_additive = await store.find_not_additive(caller.conn, caller.workspace)
    rule = compile_rule(version, body.as_json(), not_additive)
    if rule.size is None:
        return rule
    feeds = await store.find_grains(caller.conn, caller.workspace, rule.campaign, rule.measures)
    for feed in feeds:
        # A line that no plan has, by a mapping that was wrong, concerns rules that name it.
        concerned = rule.covers(feed.line) and (feed.planned or rule.lines is not None)
        if concerned and not any(grain_fits(grain, rule.size) for grain in feed.grains):
            least = duration_text(timedelta(milliseconds=nominal_grain(min(feed.grains))))
            raise InvalidError(
                "grain_too_coarse",
                f"{feed.source} reports {feed.measure} of {feed.line} in periods of "
                f"{least}; take a window of {least}, or name other lines in scope.lines",
            )
    return rule


async def condition_of(caller: Caller, row: RuleRow) -> RuleCondition:
    return (await store.find_conditions(caller.conn, caller.workspace, [row]))[row.rule]


async def _lock(caller: Caller, rule: str) -> Caller:
    await store.RULES_LOCK.take(caller.conn, caller.workspace, rule)
    return await caller.at_present()


async def _begin_again(caller: Caller, row: RuleRow) -> None:
    """A name used before: episode numbers go on, windows begin anew."""
    if await store.has_open(caller.conn, caller.workspace, row.rule):
        raise ConflictError("rule_exists", "the removed rule's breaches are still being resolved")
    begin = effective_window(row, await condition_of(caller, row))
    through = row.effective_from_ms if begin is None else to_ms(begin)
    await store.put_standings(caller.conn, caller.workspace, row.rule, row.campaign, through)


def _subject(body: dict[str, Any]) -> tuple[Any, ...]:
    return body["rule"], body["scope"]["campaign"], body["kpi"], body["group_by"]

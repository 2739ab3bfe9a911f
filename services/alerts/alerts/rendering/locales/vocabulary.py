"""The words of one locale: all that differs between messages in two languages, and no logic.

A text may have places, `{name}`: each that it needs, of those that its neighbours in other locales
have. How messages are put together of them is in templates/message.j2 and `numbers`.
"""

from collections.abc import Mapping

from msgspec import Struct

TimeUnits = tuple[str, str, str, str]
"""Day, hour, minute and second, each with the blank before it."""


class Labels(Struct, frozen=True, kw_only=True):
    """What stands before each fact of an alert."""

    level: str
    meanwhile: str
    description: str
    labels: str
    named: str
    as_of: str
    complete_to: str
    note: str
    last_change: str
    why: str
    limit: str
    lasted: str
    earlier: str
    since: str
    window: str
    forecast: str
    to_land: str
    lever: str
    runbook: str
    bucket: str
    owner: str
    link: str
    rule: str
    zone: str
    assignee: str
    comment: str
    respond: str


class ResponseWords(Struct, frozen=True, kw_only=True):
    """How people have answered to an alert; `{state}` is one of `states`."""

    states: Mapping[str, str]
    labels: Mapping[str, str]
    """Before who it was and when, by state."""
    badge: str
    said: str
    by_link: str
    until: str
    not_over: str
    """Behind who closed it by hand, while it is open."""
    comment: str
    open_line: str


class SummaryWords(Struct, frozen=True, kw_only=True):
    """What was in a period: alerts that were open at its end, that began and that ended in it, by
    campaign; how people answered to what they were told."""

    title: str
    span: str
    open: str
    moved: str
    by_campaign: str
    campaign: str
    no_campaign: str
    more_campaigns: str
    longest: str
    told: str
    speed: str
    escalated: str
    muted: str


class Vocabulary(Struct, frozen=True, kw_only=True):
    """Everything that is said in one locale. `capitals`: a sentence begins with a capital letter,
    and what stands within one does not. `instead`: the locale whose words stand in where a breach
    brings none in this one."""

    instead: str = ""
    capitals: bool = False

    colon: str
    comma: str
    enumeration: str
    """Between amounts that are told together."""
    semicolon: str
    brackets: str

    day_pattern: str
    """As CLDR writes it."""
    instant: str
    money_pattern: str | None
    """As CLDR writes it; None is what is usual in the locale."""
    time_units: tuple[TimeUnits, TimeUnits]
    """Of one, and of any other number."""
    between_units: str

    levels: Mapping[str, str]
    limits: Mapping[str, str]
    """By the operator of a rule."""
    within: Mapping[str, str]
    """By the operator of a rule: how a figure is when it is well again; `""` is by any other."""
    transitions: Mapping[str, str]
    reasons: Mapping[str, str]
    moves: Mapping[str, str]
    """By kind of document: what became of the plan's amount; `""` is by any other."""
    states: Mapping[str, str]
    """What a title begins with, where it is not a level."""
    subjects: Mapping[str, str]
    """What a signal may be about beside a campaign or a line."""
    label: Labels
    response: ResponseWords
    calls: Mapping[str, str]
    """By the reason of a message: why an escalation calls who reads it."""
    flapping: str
    """Behind an alert that opens and ends again and again."""

    title: str
    more: str
    high: str
    low: str
    no_value: str
    now: str
    condition: str
    condition_said: str
    """The same where the KPI says its limit in words."""
    is_level: str
    raised_to: str
    lowered_to: str
    raised_from: str
    lowered_from: str
    still: str
    because: str
    ended: str
    ended_unknown: str
    is_over: str
    over: str
    void: str
    no_data: str
    degraded: str
    version: str
    as_of: str
    of_which: str
    part_of_it: str
    over_budget: str
    """Of a forecast, as the two below."""
    under_budget: str
    on_budget: str
    a_day: str
    """What to spend to land on the budget; in less than a day it is `until_end`."""
    until_end: str
    nothing_left: str
    earlier: str
    chart_pacing: str
    chart_values: str
    complete: str
    complete_to: str
    complete_unknown: str
    unknown: str
    set_aside: tuple[str, str]
    """Of one event, and of any other number."""
    not_money: str
    from_to: str
    so_far: str
    by_rule: str
    open_since: str
    times: str

    unlisted: str
    """How many more are told than stand there."""
    still_open: str
    left_out: str
    refused: str
    resent: str
    answer: str
    """What the link to the page of an alert is called."""
    leave: str
    """Of a mail: what the address beside it does."""
    cannot_leave: str
    part: str
    template_failed: str
    """Behind a message that is not in the receiver's own words."""
    digest_title: str
    digest_empty: str
    digest_muted: str
    """Of a digest that has nothing to tell, for all that is open is muted."""
    summary: SummaryWords
    trial_title: str
    trial: str

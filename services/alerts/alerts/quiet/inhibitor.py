"""Which open alerts stand for others, by the rules of the file (alerting.md 2.4). Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from alerts.configuration.inhibition import InhibitRule
from alerts.configuration.matchers import Matcher

Labels = Mapping[str, str]
PATTERNS_MAX = 200
"""Of one look for sources: of more, what their rules ask for alone."""


class OpenAlert(NamedTuple):
    """An alert that is open, with its routing labels."""

    fingerprint: str
    labels: Labels


class _Source(NamedTuple):
    fingerprint: str
    is_target: bool
    """Of the same rule, too."""


class Inhibitor:
    """The rules, and by rule and values of its equal labels the open alerts that are sources."""

    def __init__(self, rules: Sequence[InhibitRule], alerts: Iterable[OpenAlert] = ()) -> None:
        self._rules: list[tuple[InhibitRule, dict[tuple[str, ...], list[_Source]]]] = [
            (rule, {}) for rule in rules
        ]
        for alert in alerts:
            for rule, sources in self._rules:
                if _match(rule.source, alert.labels):
                    source = _Source(alert.fingerprint, _match(rule.target, alert.labels))
                    sources.setdefault(_values(rule, alert.labels), []).append(source)

    def sources_of(self, fingerprint: str, labels: Labels) -> tuple[str, ...]:
        """Fingerprints, sorted. Who is both source and target of a rule is not inhibited by another
        that is both, or the two would silence each other."""
        found = set()
        for rule, by_values in self._rules:
            sources = by_values.get(_values(rule, labels))
            if not sources or not _match(rule.target, labels):
                continue
            is_source = _match(rule.source, labels)
            found |= {
                one.fingerprint
                for one in sources
                if one.fingerprint != fingerprint and not (is_source and one.is_target)
            }
        return tuple(sorted(found))


def source_patterns(
    rules: Sequence[InhibitRule], targets: Iterable[Labels] | None
) -> list[dict[str, str]]:
    """What each alert has that may stand for one of these, or for any: labels that rules ask of it
    by equality, and values that it has in common with the target. At most `PATTERNS_MAX`."""
    targets = None if targets is None else list(targets)
    found: dict[tuple[tuple[str, str], ...], None] = {}
    for rule in rules:
        asked = _asked(rule.source)
        wanted = [asked] if targets is None else list(_of_targets(rule, asked, targets))
        found |= dict.fromkeys(tuple(sorted(one.items())) for one in wanted)
    if len(found) > PATTERNS_MAX:
        return source_patterns(rules, None)
    return [dict(one) for one in found]


def _of_targets(
    rule: InhibitRule, asked: Labels, targets: Iterable[Labels]
) -> Iterator[dict[str, str]]:
    for labels in targets:
        # An absent label is the empty text for a matcher, and is no member of what is stored.
        equal = {name: labels[name] for name in rule.equal if labels.get(name)}
        if _match(rule.target, labels) and all(
            equal.get(name, value) == value for name, value in asked.items()
        ):
            yield {**asked, **equal}


def _asked(matchers: Sequence[Matcher]) -> dict[str, str]:
    return {one.label: one.value for one in matchers if one.op == "=" and one.value}


def freed_by(rules: Sequence[InhibitRule], before: Labels, now: Labels | None) -> list[Labels]:
    """What the alerts have for which one stood as it was `before`, and does so no more; `now` is
    None when it is over."""
    return [
        {name: before[name] for name in rule.equal if before.get(name)} | _asked(rule.target)
        for rule in rules
        if _match(rule.source, before) and (now is None or not _match(rule.source, now))
    ]


def _match(matchers: Sequence[Matcher], labels: Labels) -> bool:
    return all(one.matches(labels) for one in matchers)


def _values(rule: InhibitRule, labels: Labels) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in rule.equal)

"""Which open alerts stand for others, by the rules of the file (alerting.md 2.4). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from alerts.configuration.inhibition import InhibitRule
from alerts.configuration.matchers import Matcher

Labels = Mapping[str, str]


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


def _match(matchers: Sequence[Matcher], labels: Labels) -> bool:
    return all(one.matches(labels) for one in matchers)


def _values(rule: InhibitRule, labels: Labels) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in rule.equal)

"""What happens in one workspace, by a seed: alerts of rules and of another sender begin, change and
end, and are told again, while somebody edits who is told of what."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from shared.events import Breach
from tests.unit.alerts.builders import make_breach

LINES = tuple(f"L{number:02}" for number in range(10))
CAMPAIGNS = ("spring", "autumn")
LEVELS = ("warning", "critical")
CONFIGURATION = """\
global: {{resolve_timeout: 1h}}
route:
  receiver: {receiver}
  group_by: [{group_by}]
  group_wait: 0s
  group_interval: {interval}
  repeat_interval: 30d
  routes:
    - {{matchers: [severity="critical"], receiver: boss, continue: {both}}}
    - {{matchers: ['line=~"L0[0-{upto}]"'], receiver: {other}, mute_time_intervals: [{mute}]}}
inhibit_rules: {inhibit}
time_intervals: [{{name: always, time_intervals: [{{}}]}}]
receivers:
  - name: ops
    locale: en
    wecom_configs: [{{name: room, url_env: {name}_WECOM{wrong}, allow_private: true}}]
    webhook_configs: {hooks}
  - name: desk
    locale: en
    dingtalk_configs:
      - {{{called}url_env: {name}_DINGTALK, secret_env: {name}_SECRET}}
    email_configs: [{{to: [{mailbox}]}}]
  - name: boss
    locale: en
    feishu_configs: [{{name: boss, url_env: {name}_FEISHU{wrong_boss}, allow_private: true}}]
"""
INHIBIT = (
    "[{source_matchers: [severity=critical], target_matchers: [severity=warning], "
    "equal: [campaign]}]"
)


class Said(NamedTuple):
    """One transition: a breach of the log or a report to Alertmanager's API. Whatever text tells of
    it has `mark` in it, and none of another does."""

    transition: str
    mark: str
    breach: Breach | None = None
    report: dict[str, Any] | None = None


@dataclass
class Alert:
    """One line in one of its episodes, by what was said of it."""

    line: str
    episode: int
    since: datetime
    severity: str
    said: list[Said] = field(default_factory=list)

    def __str__(self) -> str:
        said = ", ".join(f"{one.transition} {one.mark}" for one in self.said)
        return f"{self.line}/{self.episode}: {said}"

    @property
    def campaign(self) -> str:
        return CAMPAIGNS[int(self.line[1:]) % 2]

    @property
    def is_foreign(self) -> bool:
        return self.line >= LINES[5]

    @property
    def audience(self) -> set[str]:
        """The kinds of channels that the final configuration leads to."""
        critical, desk = self.severity == "critical", self.line <= LINES[3]
        found = {"feishu"} if critical else set()
        found |= {"dingtalk", "email"} if desk else set()
        return found or {"wecom", "webhook"}

    @property
    def is_open(self) -> bool:
        return self.said[-1].transition != "resolved"


class Story:
    """Of the workspace `name`, whose people have `mailbox`."""

    def __init__(self, name: str, mailbox: str, dice: random.Random) -> None:
        self.alerts: list[Alert] = []
        self._name = name
        self._mailbox = mailbox
        self._dice = dice
        self._marks = 0

    @property
    def open_ones(self) -> list[Alert]:
        return [one for one in self.alerts if one.is_open]

    def begin(self) -> list[Said]:
        """On a line without an open alert, if there is one."""
        taken = {one.line for one in self.open_ones}
        free = [one for one in LINES if one not in taken]
        if not free:
            return []
        line = self._dice.choice(free)
        before = sum(one.line == line for one in self.alerts)
        # The labels of another sender's alert are what it is, its severity too.
        level = LEVELS[int(line[1:]) // 2 % 2] if line >= LINES[5] else self._dice.choice(LEVELS)
        self.alerts.append(Alert(line, before + 1, datetime.now(UTC), level))
        return [self._say(self.alerts[-1], "firing")]

    def change(self) -> list[Said]:
        """The other level of an open breach."""
        found = [one for one in self.open_ones if not one.is_foreign]
        if not found:
            return []
        alert = self._dice.choice(found)
        alert.severity = LEVELS[alert.severity == LEVELS[0]]
        return [self._say(alert, "level_changed")]

    def end(self) -> list[Said]:
        """Of any that is open."""
        return [self._say(self._dice.choice(self.open_ones), "resolved")] if self.open_ones else []

    def end_all(self) -> list[Said]:
        return [self._say(one, "resolved") for one in self.open_ones]

    def again(self) -> list[Said]:
        """All that was said of a breach, as after a crash before offsets were committed; of another
        sender's alert what it says of it now."""
        if not self.alerts:
            return []
        alert = self._dice.choice(self.alerts)
        return [*alert.said[-1:]] if alert.is_foreign else [*alert.said]

    def configuration(self, *, final: bool = False) -> str:
        """Some way to tell people; in the `final` one all are reached, and nothing is muted."""

        def pick(*options: str) -> str:
            return options[0] if final else self._dice.choice(options)

        return CONFIGURATION.format(
            name=self._name,
            mailbox=self._mailbox,
            receiver=pick("ops", "desk"),
            group_by=pick("campaign, line", "campaign", "'...'", ""),
            interval=pick("1s", "2s"),
            both=pick("true", "false"),
            upto=pick("3", "1", "7"),
            other=pick("desk", "ops"),
            mute=pick("", "", "always"),
            inhibit=pick("[]", "[]", INHIBIT),
            wrong=pick("", "", "_WRONG"),
            wrong_boss=pick("", "", "_WRONG"),
            hooks=pick(f"[{{url_env: {self._name}_HOOK, allow_private: true}}]", "[]"),
            called=pick("", "name: desk-room, "),
        )

    def _say(self, alert: Alert, transition: str) -> Said:
        # 200.10 would be written 200.1, which stands in 200.13 too.
        self._marks += 1 if (self._marks + 1) % 10 else 2
        now = datetime.now(UTC)
        make = self._report if alert.is_foreign else self._breach
        alert.said.append(make(alert, transition, now))
        return alert.said[-1]

    def _report(self, alert: Alert, transition: str, now: datetime) -> Said:
        mark = f"mark{self._marks:04}"
        labels = {"alertname": alert.line, "severity": alert.severity}
        ends = {"endsAt": now.isoformat()} if transition == "resolved" else {}
        report = {
            "labels": {**labels, "campaign": alert.campaign, "line": alert.line},
            "annotations": {"summary": mark},
            "startsAt": alert.since.isoformat(),
            **ends,
        }
        return Said(transition, mark, report=report)

    def _breach(self, alert: Alert, transition: str, now: datetime) -> Said:
        figure = 20_000 + self._marks
        before = alert.said[-1].breach if alert.said else None
        breach = make_breach(
            breach=f"used/line:{alert.line}/{alert.episode}",
            seq=len(alert.said) + 1,
            transition=transition,
            severity=alert.severity,
            previous_severity=before and before.severity,
            value=f"{figure / 10_000:.6f}",
            group={"line": alert.line},
            names={"campaign": alert.campaign, "line": alert.line},
            rule="used",
            labels={"campaign": alert.campaign, "line": alert.line, "rule": "used"},
            event_time=now,
            decided_at=now,
            since=alert.since,
        )
        return Said(transition, f"{figure / 100:.2f}", breach=breach)

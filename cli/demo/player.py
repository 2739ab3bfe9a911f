"""Plays the scenario through the services' HTTP APIs, on the manual clock, in order of time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cli.demo import scenario
from cli.demo.client import Client
from cli.demo.scenario import BEFORE, CAMPAIGN, Moment, Said

GROUP_INTERVAL = timedelta(seconds=2)
"""A little over the receivers' group_interval: what came in is told before time goes on."""


class Player:
    """Sends what the scenario says when it says so, and reads what came of it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def prepare(self) -> None:
        """Sources, campaign, plan with two approvals, rules: all before the first day."""
        client = self.client
        client.set_clock(scenario.PLANNED_AT)
        for source in [*map(scenario.source_of, scenario.LINES), scenario.METRICS_SOURCE]:
            interval_s = 3600 if source == scenario.METRICS_SOURCE else 86400
            settings = {
                "time_zone": "Asia/Shanghai",
                "currency": "CNY",
                "expected_interval": interval_s,
            }
            client.put("ingest", f"/v1/sources/{source}", settings)
        client.post("budget", "/v1/campaigns", BEFORE["campaign"])
        client.approve_plan(CAMPAIGN, BEFORE["plan"])
        client.settle()
        for rule in BEFORE["rules"]:
            client.post("kpi", "/v1/rules", rule)
        client.settle()

    def play(self, moment: Moment) -> None:
        """Moves the clock to the moment, sends its events, waits until all is said."""
        self.client.set_clock(moment.at)
        self.client.settle()
        self.client.send(moment.events)
        self.client.settle()
        self.client.set_clock(moment.at + GROUP_INTERVAL)
        self.client.settle()

    def totals(self) -> dict[str, Any]:
        """The campaign's totals: "total" and each line by its id."""
        answer = self.client.get("budget", f"/v1/campaigns/{CAMPAIGN}/totals")
        return {"total": answer["total"], **{line["line"]: line for line in answer["lines"]}}

    def notifications(self) -> list[dict[str, Any]]:
        """Every notification row, oldest first."""
        items = self.client.pages("alerts", "/v1/notifications")
        return sorted(items, key=lambda item: item["decided_at"])


def told(items: Sequence[dict[str, Any]]) -> list[tuple[str, str, Said]]:
    """Notification rows that have arrived as (receiver, channel, what was said)."""
    return [
        (
            item["receiver"],
            item["channel"],
            Said(
                at=datetime.fromisoformat(item["decided_at"]),
                rule=item["explain"]["rule"],
                line=item["labels"]["line"],
                transition=item["transition"],
                severity=item["severity"],
                value=item["explain"]["value"],
            ),
        )
        for item in items
        if item["state"] in ("delivered", "accepted")
    ]

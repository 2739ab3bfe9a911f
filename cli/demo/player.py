"""Plays the scenario through the services' HTTP APIs, on the manual clock, in order of time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cli.demo import scenario
from cli.demo.client import Client
from cli.demo.scenario import BEFORE, CAMPAIGN, VENUE_SOURCE, Moment, PersonAct, Said

GROUP_INTERVAL = timedelta(seconds=2)
"""A little over the receivers' group_interval: what came in is told before time goes on."""


class Player:
    """Sends what the scenario says when it says so, and reads what came of it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def prepare(self) -> None:
        """Sources, campaign, and a plan that is submitted."""
        client = self.client
        client.set_clock(scenario.PREPARED_AT)
        lines = map(scenario.source_of, scenario.LINES)
        for source in [*lines, VENUE_SOURCE, scenario.METRICS_SOURCE]:
            interval_s = 3600 if source == scenario.METRICS_SOURCE else 86400
            settings = {
                "time_zone": "Asia/Shanghai",
                "currency": "CNY",
                "expected_interval": interval_s,
            }
            client.put("ingest", f"/v1/sources/{source}", settings)
        client.post("budget", "/v1/campaigns", BEFORE["campaign"])
        plans = f"/v1/campaigns/{CAMPAIGN}/plans"
        client.post("budget", plans, BEFORE["plan"])
        client.post("budget", f"{plans}/1/submit", {"comment": "as agreed in the kick-off"})
        client.settle()

    def begin(self, moment: Moment) -> None:
        """Moves the clock to the moment."""
        self.client.set_clock(moment.at)
        self.client.settle()

    def act(self, act: PersonAct) -> None:
        """One person posts; `{exception}` in the path is the one that waits."""
        path = act.path
        if "{exception}" in path:
            [waiting] = self.exceptions()
            path = path.format(exception=waiting["id"])
        token = self.client.token(act.role, act.role)
        self.client.post(act.service, path, act.body, token)

    def end(self, moment: Moment) -> None:
        """Sends the moment's events, waits until all is said."""
        self.client.settle()
        self.client.send(moment.events)
        self.client.settle()
        self.client.set_clock(moment.at + GROUP_INTERVAL)
        self.client.settle()

    def totals(self, **params: str) -> dict[str, Any]:
        """The campaign's totals: "total" and each line by its id."""
        answer = self.client.get("budget", f"/v1/campaigns/{CAMPAIGN}/totals", **params)
        return {"total": answer["total"], **{line["line"]: line for line in answer["lines"]}}

    def allocated(self, **params: str) -> dict[str, str]:
        """What each line has, and what is left in each bucket."""
        answer = self.client.get("budget", f"/v1/campaigns/{CAMPAIGN}/totals", **params)
        lines = {line["line"]: line["allocated"] for line in answer["lines"]}
        return lines | {item["bucket"]: item["left"] for item in answer["reserve"]}

    def exceptions(self) -> list[dict[str, Any]]:
        """Money of the campaign that waits as an exception."""
        found = self.client.get("budget", "/v1/exceptions", campaign=CAMPAIGN, status="open")
        return list(found["items"])

    def audit(self) -> list[dict[str, Any]]:
        """All that people did, the oldest first."""
        auditor = self.client.token("auditor", "auditor")
        path = "/v1/audit?limit=500"
        return list(self.client.call("GET", "budget", path, token=auditor)["items"])

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

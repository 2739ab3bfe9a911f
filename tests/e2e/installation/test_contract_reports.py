"""Real reports of Google and Microsoft Ads, through `load`, equal Fivetran's answers to the micro.

Input and answers are public (dbt_ad_reporting, Apache-2.0); they lie beside the repository in
`../shared/data`, or where PACELINE_TEST_DATA says.
"""

import csv
import json
import os
import random
import subprocess
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from cli.stack.stack import Stack
from tests.root import ROOT

DATA = Path(os.environ.get("PACELINE_TEST_DATA") or ROOT.parent / "shared" / "data") / "fivetran"
TIMEOUT_S = 180
MICRO = Decimal("0.000001")
FILES = {
    "google-ads": "google_ads_campaign_stats_data.csv",
    "microsoft-ads": "microsoft_ads_campaign_performance_daily_report_data.csv",
}
SOURCES = {"google-ads": "google-ads/2121450128", "microsoft-ads": "microsoft-ads/150175881"}

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"no reports in {DATA}; set PACELINE_TEST_DATA"
)


@dataclass
class Installation:
    """A running one, spoken to by its commands and its HTTP APIs only."""

    urls: dict[str, str]
    kafka: str
    topic: str
    """Of metrics."""
    state: Path
    tokens: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> list[str]:
        """The lines a command prints."""
        done = subprocess.run(
            [str(ROOT / "paceline"), *arguments, "--state", str(self.state)],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert done.returncode in codes, done.stderr
        return done.stdout.splitlines()

    def token(self, role: str) -> str:
        if role not in self.tokens:
            self.tokens[role] = self.run("token", "--role", role, "--subject", role)[-1]
        return self.tokens[role]

    def call(self, method: str, path: str, body: Any = None, role: str = "operator") -> Any:
        reply = httpx.request(
            method,
            self.urls["budget"] + path,
            json=body,
            headers={
                "Authorization": f"Bearer {self.token(role)}",
                "Idempotency-Key": uuid.uuid4().hex,
            },
            timeout=60,
        )
        assert reply.is_success, reply.text
        return reply.json()

    def load(self, file: Path, platform: str, *more: str) -> dict[str, str]:
        """The fields of the closing lines of `load --wait`."""
        lines = self.run("load", str(file), "--platform", platform, "--wait", *more)
        return dict(field.split("=", 1) for line in lines[-2:] for field in line.split())


@pytest.fixture(scope="module")
def installation(system: Stack) -> Installation:
    topic = f"{system.options.topic_prefix}metrics.v1"
    made = Installation(system.urls, system.kafka, topic, system.options.state)
    _plan(made)
    return made


def _expected() -> list[dict[str, str]]:
    with (DATA / "expected_campaign_report.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {platform.replace("-", "_") for platform in FILES}
    return [row for row in rows if row["platform"] in names]


def _plan(installation: Installation) -> None:
    """One campaign with a line per platform campaign, approved for the whole time."""
    start, end = "2018-01-01T00:00:00Z", "2022-01-01T00:00:00Z"
    body = {
        "campaign": "reports", "name": "Reports", "currency": "USD", "time_zone": "UTC",
        "starts_at": start, "ends_at": end, "owner": "li.na", "region": "hq",
        "management_mode": "project", "stages": [], "attributes": {},
        "targets": [{"target": "sales", "measure": "revenue", "form": "absolute", "value": "1000",
            "unit": "USD", "deadline": end, "relevance": "test", "primary": True, "parent": None}],
    }  # fmt: skip
    installation.call("POST", "/v1/campaigns", body)
    campaigns = {row["campaign_id"]: row["platform"].replace("_", "-") for row in _expected()}
    lines = [
        {"line": f"C{campaign}", "name": campaign, "category": "advertising",
         "cost_nature": "direct", "cost_behavior": "variable", "channel": "search",
         "allocated": "1000.00", "cap": "1000.00", "priority": 1, "key": False,
         "targets": ["sales"], "owner": "wang.lei", "phasing": {"kind": "even"}}
        for campaign in campaigns
    ]  # fmt: skip
    total = {"amount": f"{1000 * len(lines)}.00", "currency": "USD"}
    plan = {"total": total, "lines": lines, "reserve": []}
    version = installation.call("POST", "/v1/campaigns/reports/plans", plan)["plan_version"]
    base = f"/v1/campaigns/reports/plans/{version}"
    installation.call("POST", f"{base}/submit", {"comment": "all", "effective_from": start})
    for role in ("approver", "finance"):
        decision = {"decision": "approve", "as": role, "opinion": "ok"}
        installation.call("POST", f"{base}/decisions", decision, role)
    for campaign, platform in campaigns.items():
        mapping = {
            "source": SOURCES[platform], "match": {"campaign": campaign}, "campaign": "reports",
            "line": f"C{campaign}", "effective_from": None,
        }  # fmt: skip
        installation.call("POST", "/v1/mappings", mapping)


def _shuffled(file: Path, directory: Path) -> Path:
    head, *rows = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    rows = [row if row.endswith("\n") else f"{row}\n" for row in rows]
    random.Random(11).shuffle(rows)
    path = directory / file.name
    path.write_text("".join([head, *rows]), encoding="utf-8")
    return path


def _answers() -> dict[tuple[str, str], Decimal]:
    """Spend by line and day; the answers were computed with floats, so they are rounded."""
    return {
        (f"C{row['campaign_id']}", row["date_day"]): Decimal(row["spend"]).quantize(MICRO)
        for row in _expected()
    }


def _figures(installation: Installation) -> dict[tuple[str, str], Decimal]:
    totals = installation.call("GET", "/v1/campaigns/reports/totals", role="viewer")
    return {(day["line"], day["date"]): Decimal(day["actual"]) for day in totals["days"]}


def _without_zeros(figures: dict[tuple[str, str], Decimal]) -> dict[tuple[str, str], Decimal]:
    return {place: amount for place, amount in figures.items() if amount}


def test_real_reports_give_the_known_figures_and_again_nothing_new(
    installation: Installation, tmp_path: Path
) -> None:
    rows = {"google-ads": 16, "microsoft-ads": 2630}
    amounts = {"google-ads": "231.33", "microsoft-ads": "946.34"}
    more = {"google-ads": ("--currency", "USD"), "microsoft-ads": ()}
    for platform, name in FILES.items():
        told = installation.load(DATA / "seeds" / name, platform, *more[platform])
        assert told == {
            "accepted": str(rows[platform]), "rejected": "0", "inserted": str(rows[platform]),
            "updated": "0", "unchanged": "0", "suspense": "0", "amount": amounts[platform],
            "currency": "USD",
        }  # fmt: skip

    expected = _answers()
    figures = _figures(installation)
    assert _without_zeros(figures) == _without_zeros(expected)
    assert sum(figures.values()) == Decimal("1177.67")

    for platform, name in FILES.items():
        file = _shuffled(DATA / "seeds" / name, tmp_path)
        for batch in ("37", "1000"):
            told = installation.load(file, platform, "--batch", batch, *more[platform])
            assert (told["inserted"], told["updated"]) == ("0", "0")
            assert told["unchanged"] == str(rows[platform])
            assert told["amount"] == amounts[platform]
    assert _figures(installation) == figures
    holds = installation.call("GET", "/v1/invariants", role="auditor")
    assert (holds["holds"], holds["drift"]) == (True, "0")


def test_a_restated_row_posts_only_the_difference(
    installation: Installation, tmp_path: Path
) -> None:
    name = FILES["google-ads"]
    text = (DATA / "seeds" / name).read_text(encoding="utf-8-sig")
    assert text.count(",36150000,") == 1
    path = tmp_path / name
    path.write_text(text.replace(",36150000,", ",35150000,"), encoding="utf-8")
    told = installation.load(path, "google-ads", "--currency", "USD")
    figures = _figures(installation)

    assert (told["inserted"], told["updated"], told["unchanged"]) == ("0", "1", "15")
    assert figures["C9935249409", "2021-02-01"] == Decimal("35.15")
    assert sum(figures.values()) == Decimal("1176.67")


async def test_clicks_and_impressions_of_the_latest_load_are_the_known_ones(
    installation: Installation,
) -> None:
    facts: dict[tuple[str, ...], tuple[int, dict[str, str]]] = {}
    async with AIOKafkaConsumer(
        bootstrap_servers=installation.kafka, auto_offset_reset="earliest"
    ) as reader:
        places = [TopicPartition(installation.topic, n) for n in range(24)]
        reader.assign(places)
        ends = await reader.end_offsets(places)
        while any([await reader.position(place) < ends[place] for place in places]):
            for records in (await reader.getmany(timeout_ms=200)).values():
                for record in records:
                    event = json.loads(record.value)
                    if event["source"] not in SOURCES.values():
                        continue
                    data = event["data"]
                    campaign = data["entity"]["campaign"]
                    key = (campaign, data["period"], json.dumps(data["dims"]))
                    if key not in facts or facts[key][0] <= data["revision"]:
                        facts[key] = data["revision"], data["measures"]
    sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for (campaign, day, _), (_, measures) in facts.items():
        for name, value in measures.items():
            sums[campaign, day][name] += Decimal(value)

    for row in _expected():
        found = sums[row["campaign_id"], row["date_day"]]
        assert found["clicks"] == Decimal(row["clicks"])
        assert found["impressions"] == Decimal(row["impressions"])
        assert found["conversions"] == Decimal(row["conversions"] or 0)
        assert found["revenue"] == Decimal(row["conversions_value"] or 0)
    assert len(sums) == len(_expected())


def test_a_file_that_cannot_be_understood_sends_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    lines = installation.run("load", str(path), "--platform", "google-ads", codes=(4,))

    assert lines == ["accepted=0 rejected=1"]


def test_rejected_rows_are_counted_and_the_exit_code_says_so(
    installation: Installation, tmp_path: Path
) -> None:
    source = DATA / "seeds" / FILES["google-ads"]
    head, row, *_ = source.read_text(encoding="utf-8-sig").splitlines()
    path = tmp_path / "bad.csv"
    path.write_text("\n".join([head, row.replace("MOBILE", "MOBILE,extra"), row]), encoding="utf-8")
    arguments = ("load", str(path), "--platform", "google-ads")

    assert installation.run(*arguments, "--dry-run", codes=(4,))[-1] == "accepted=1 rejected=1"
    assert installation.run(*arguments, codes=(4,))[-1] == "accepted=1 rejected=1"

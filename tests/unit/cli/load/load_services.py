"""Where `load` sends its rows in tests: a small HTTP server, and files and options for it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cli.commands.load.outcome import LoadOptions

HEAD = "TimePeriod,AccountId,CampaignId,CurrencyCode,Impressions,Clicks,Spend"
ROW = "2025-11-01,150,349,USD,100,3,1.50"
OTHER = "2025-11-02,150,349,USD,100,3,1.50"
AS_OF = datetime(2025, 11, 3, tzinfo=UTC)


@dataclass
class Services:
    """Takes every row, unless `reply` says otherwise, and counts it as ingest and budget would."""

    url: str = ""
    reply: dict[str, Any] = field(default_factory=dict)
    imported: dict[str, Any] = field(default_factory=dict)
    measures: dict[str, Any] = field(default_factory=dict)
    queries: list[dict[str, str]] = field(default_factory=list)
    bodies: list[list[str]] = field(default_factory=list)

    def take(self, address: str, body: str) -> dict[str, Any]:
        query = {name: v[0] for name, v in parse_qs(urlsplit(address).query).items()}
        self.queries.append(query)
        self.bodies.append(body.splitlines()[1:])
        rows = len(self.bodies[-1])
        counts = {"import": "01J", "rows": rows, "accepted": rows, "spend_rows": rows}
        sources = ["microsoft-ads/150"] if rows else []
        return {**counts, "rejected": [], "not_complete": [], "sources": sources, **self.reply}


def written(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "report.csv"
    path.write_text("\n".join([HEAD, *rows]), encoding="utf-8")
    return path


def options(state: Path, **changes: Any) -> LoadOptions:
    return LoadOptions(platform="microsoft-ads", state=state, **changes)

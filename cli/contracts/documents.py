"""`python -m cli.contracts`: writes docs/events/*.json and docs/api/*.json from the code.

A change that would break those who know the published version is refused. `--check` writes
nothing and fails when the committed files are not what the code says.
"""

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import msgspec
from fastapi import APIRouter, FastAPI

from cli.contracts.compatibility import incompatibilities
from cli.errors import Exit
from cli.paths import ROOT
from shared import events
from shared.database.pool import Pool
from shared.events import notifications
from shared.http.app import create_app
from shared.settings import CommonSettings

DOCS = ROOT / "docs"

SENT: Mapping[str, Any] = {
    "paceline.spend.v1": events.SpendSent,
    "paceline.metrics.v1": events.MetricsSent,
    "paceline.source.v1": events.SourceSent,
}
STORED: Mapping[str, Any] = {
    "paceline.spend.v1": events.SpendEvent,
    "paceline.metrics.v1": events.MetricsEvent,
    "paceline.source.v1": events.SourceEvent,
}
WRITTEN: Mapping[str, Any] = {
    events.TOTALS_TOPIC: events.Envelope[events.BudgetTotals],
    events.CATALOG_TOPIC: events.Envelope[events.CatalogItem],
    events.BREACHES_TOPIC: events.Envelope[events.Breach],
    events.FIGURES_TOPIC: events.Envelope[events.BreachFigures],
    events.REJECTED_TOPIC: events.Envelope[events.Rejected],
    events.NOTIFICATIONS_TOPIC: events.Envelope[notifications.Notification],
}


def event_schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """(file name, JSON Schema) of each event: as callers send it, and as Kafka carries it."""
    for kind, sent in SENT.items():
        yield f"{kind}.json", _schema(kind, sent)
        yield f"{kind}.stored.json", _schema(kind, STORED[kind])
    for topic, written in WRITTEN.items():
        schema = _schema(f"paceline.{topic}", written)
        if topic == events.CATALOG_TOPIC:
            # An item carries its object as its kind says; what that means is beside it.
            schema["$defs"] |= msgspec.json.schema(events.CatalogObject)["$defs"]
        yield f"paceline.{topic}.json", schema


def _schema(kind: str, shape: Any) -> dict[str, Any]:
    schema = msgspec.json.schema(shape)
    root = schema["$defs"][schema["$ref"].rpartition("/")[2]]
    root["properties"]["type"] = {"enum": [kind]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind, **schema}


def api_documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """(file name, OpenAPI) of each service; nothing is connected."""
    for name, routers in service_routers():
        yield f"{name}.json", _documented(f"Paceline {name}", routers).openapi()


def service_routers() -> Iterator[tuple[str, list[APIRouter]]]:
    # The services are imported here: a command line that only needs `up` does not load them.
    from alerts.routes import ROUTERS as ALERTS_ROUTERS
    from budget.routes import ROUTERS as BUDGET_ROUTERS
    from ingest.routes import ROUTERS as INGEST_ROUTERS
    from kpi_monitor.routes import ROUTERS as KPI_ROUTERS

    yield "ingest", list(INGEST_ROUTERS)
    yield "budget", list(BUDGET_ROUTERS)
    yield "kpi-monitor", list(KPI_ROUTERS)
    yield "alerts", list(ALERTS_ROUTERS)


def _documented(title: str, routers: list[APIRouter]) -> FastAPI:
    async def idle() -> dict[str, int]:
        return {}

    app = create_app(
        # Its two routes are part of the contract too.
        CommonSettings(clock="manual"),
        title=title,
        pool=cast("Pool", None),
        checks={},
        idle=idle,
    )
    for router in routers:
        app.include_router(router)
    return app


def generated() -> dict[Path, dict[str, Any]]:
    """Every document by the path where it is committed."""
    documents = {DOCS / "events" / name: schema for name, schema in event_schemas()}
    documents.update({DOCS / "api" / name: document for name, document in api_documents()})
    return documents


def text_of(document: Mapping[str, Any]) -> str:
    """The document as committed: sorted and indented, so a diff shows the change alone."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def breaking(documents: Mapping[Path, Mapping[str, Any]]) -> list[str]:
    """What these documents would break of those that are committed."""
    found = []
    for path, document in documents.items():
        if path.exists():
            old = json.loads(path.read_text(encoding="utf-8"))
            # Through text, so that both sides have plain JSON types.
            new = json.loads(text_of(document))
            found += [f"{path.relative_to(DOCS)}: {one}" for one in incompatibilities(old, new)]
    found += [f"{path.relative_to(DOCS)}: was removed" for path in left_over(documents)]
    return found


def left_over(documents: Mapping[Path, Any]) -> list[Path]:
    """Committed documents of events or services that the code no longer has."""
    committed = [*(DOCS / "events").glob("*.json"), *(DOCS / "api").glob("*.json")]
    return sorted(path for path in committed if path not in documents)


def differing(documents: Mapping[Path, Mapping[str, Any]]) -> list[Path]:
    """Documents whose committed text is not the generated one."""
    return [
        path
        for path, document in documents.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text_of(document)
    ]


def main(arguments: list[str]) -> int:
    """Exit code: 0 written (or equal), 1 refused (or different)."""
    parser = argparse.ArgumentParser(prog="cli.contracts", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    check: bool = parser.parse_args(arguments).check
    documents = generated()
    if found := breaking(documents):
        print("\n".join(["a published version must not change; add v2 beside v1:", *found]))
        return Exit.CHECK_FAILED
    changed = differing(documents)
    for path in changed:
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text_of(documents[path]), encoding="utf-8")
        print(("differs: " if check else "wrote ") + str(path.relative_to(ROOT)))
    return Exit.CHECK_FAILED if check and changed else Exit.OK

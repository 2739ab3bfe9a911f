"""Compose, Prometheus, the image and the settings classes say the same."""

import re
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from alerts.configuration.tree import parse_configuration
from alerts.settings import AlertsSettings
from budget.settings import BudgetSettings
from ingest.settings import IngestSettings
from kpi_monitor.settings import KpiSettings
from shared import metrics
from shared.settings import CommonSettings
from tests.root import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {
    "ingest": IngestSettings,
    "budget": BudgetSettings,
    "kpi-monitor": KpiSettings,
    "alerts": AlertsSettings,
}


def variables(*classes: type[CommonSettings]) -> set[str]:
    return {f"PACELINE_{name.upper()}" for one in classes for name in one.model_fields}


def test_compose_sets_only_variables_that_are_read() -> None:
    read_by = {**OURS, "migrate": CommonSettings, "topics": CommonSettings, "cli": CommonSettings}
    for name, settings in read_by.items():
        set_here = {v for v in SERVICES[name]["environment"] if v.startswith("PACELINE_")}
        assert set_here <= variables(settings), name


@pytest.mark.parametrize("name", OURS)
def test_each_service_is_checked_published_and_unprivileged(name: str) -> None:
    service = SERVICES[name]
    port = service["environment"]["PACELINE_PORT"]
    assert port == OURS[name].model_fields["port"].default
    assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f":{port}/healthz" in service["healthcheck"]["test"][-1]
    assert service["command"] == ["python", "-m", name.replace("-", "_")]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]


def test_dependencies_and_volumes_exist() -> None:
    for name, service in SERVICES.items():
        assert "image" in service, name
        for needed, how in service.get("depends_on", {}).items():
            assert needed in SERVICES
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[needed]
        for volume in service.get("volumes", []):
            place = volume.split(":")[0]
            known = (
                (ROOT / place).exists() if place.startswith(".") else place in COMPOSE["volumes"]
            )
            assert known, f"{name}: {place}"


def test_images_are_pinned_and_no_secret_is_committed() -> None:
    images = {service["image"] for service in SERVICES.values()} - {"paceline"}
    assert images >= {"apache/kafka:4.1.1", "postgres:18"}
    assert all(re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", image) for image in images)
    secret = re.compile(r"PASSWORD|SECRET")
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert not secret.search(name) or value.startswith("${"), name
    example = (ROOT / ".env.example").read_text("utf-8")
    assert not re.search(r"^#? ?\w*(PASSWORD|SECRET)=\S", example, re.MULTILINE)
    wanted = re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text("utf-8"))
    assert all(f"\n{name}=" in example for name in wanted)
    for file in ("docker-compose.yml", ".env.example", "deploy/Dockerfile"):
        assert not re.search(r"://\w+:[^$@/\s]+@", (ROOT / file).read_text("utf-8")), file


def test_the_dockerfile_installs_by_hash_and_drops_root() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text("utf-8").splitlines()
    (base,) = (line for line in lines if line.startswith("FROM"))
    assert re.fullmatch(r"FROM python:3\.12\.\d+-slim\S*", base)
    text = "\n".join(lines)
    assert "--require-hashes" in text
    assert text.index("USER paceline") > text.rindex("RUN ")
    copied = re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE)
    assert all((ROOT / path).exists() for paths in copied for path in paths.split())
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert all(f"!{path}" in ignored for paths in copied for path in paths.split())


def test_prometheus_scrapes_every_service_and_its_rules_use_our_metrics() -> None:
    configuration = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text("utf-8"))
    (job,) = configuration["scrape_configs"]
    targets = {target for one in job["static_configs"] for target in one["targets"]}
    assert targets == {f"{n}:{OURS[n].model_fields['port'].default}" for n in OURS}
    rules = (ROOT / "deploy/prometheus/rules.yml").read_text("utf-8")
    ours = {
        sample.name
        for metric in vars(metrics).values()
        if isinstance(metric, MetricWrapperBase)
        for family in metric.describe()
        for sample in (family, *family.samples)
    }
    totals = {f"{name}_total" for name in ours}
    used = set(re.findall(r"paceline_\w+", rules))
    assert used <= ours | totals
    assert len(used) >= 6


def test_operating_explains_every_alert_and_metric() -> None:
    text = (ROOT / "docs/operating.md").read_text("utf-8")
    rules = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text("utf-8"))
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    assert {name for name in alerts if f"`{name}`" not in text} == set()
    names = {
        metric._name for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)
    }
    assert {name for name in names if name not in text} == set()


def test_the_alerts_configuration_of_compose_is_valid_without_any_secret() -> None:
    path = ROOT / "deploy/compose/alerts.d/default.yml"
    assert parse_configuration("default", path.name, path.read_text("utf-8"), {})

""".env.example is the list of settings, so it must be whole and its defaults true."""

import re
from io import StringIO
from typing import Any

import pytest
from dotenv import dotenv_values
from pydantic_core import PydanticUndefined

from alerts.settings import AlertsSettings
from budget.settings import BudgetSettings
from ingest.settings import IngestSettings
from kpi_monitor.settings import KpiSettings
from tests.root import ROOT

EXAMPLE = ROOT / ".env.example"
LAUNCHER = {"PACELINE_STATE", "PACELINE_CACHE", "PACELINE_PYTHON"}
# These differ per service or have no value to show.
WITHOUT_DEFAULT = {"service", "port", "jwt_audience", "smtp_username", "smtp_password", "link_key"}
CLASSES = [IngestSettings, BudgetSettings, KpiSettings, AlertsSettings]


def _listed() -> dict[str, str]:
    """As they would be read if all of them were uncommented."""
    text = re.sub(r"^# (?=PACELINE_\w+=)", "", EXAMPLE.read_text("utf-8"), flags=re.MULTILINE)
    names = re.findall(r"^(PACELINE_\w+)=", text, flags=re.MULTILINE)
    assert len(names) == len(set(names)), "no setting is listed twice"
    read = dotenv_values(stream=StringIO(text))
    return {name: read[name] or "" for name in names}


def _fields() -> dict[str, Any]:
    return {name: field for kind in CLASSES for name, field in kind.model_fields.items()}


def test_every_setting_is_listed_and_nothing_else() -> None:
    assert set(_listed()) - LAUNCHER == {f"PACELINE_{name.upper()}" for name in _fields()}


@pytest.mark.parametrize("name", sorted(set(_fields()) - WITHOUT_DEFAULT))
def test_the_default_shown_is_the_default(name: str) -> None:
    default = _fields()[name].default
    assert default is not PydanticUndefined
    shown = _listed()[f"PACELINE_{name.upper()}"]
    assert type(default)(shown) == default

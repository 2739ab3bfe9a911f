"""Where things lie."""

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_STATE = ROOT / ".paceline"


def alerts_directory(environment: Mapping[str, str]) -> Path:
    """The folder of alerts' files that an environment names."""
    return ROOT / environment.get("PACELINE_ALERTS_DIR", "deploy/alerts.d")

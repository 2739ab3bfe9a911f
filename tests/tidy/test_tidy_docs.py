"""What the documents name exists: files, tests, links; each decision has the same three parts."""

import re
from pathlib import Path

import pytest

from tests.tidy.tidy_sources import ROOT, finding, refuse

DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "adr").glob("*.md")]
)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)(?:#[^)]*)?\)")
NAMED_FILE = re.compile(
    r"`((?:tests|shared|ingest|budget|kpi_monitor|alerts|cli|deploy)/[\w./-]+)`"
)
PLACES = {
    "ingest": "services/ingest/ingest",
    "budget": "services/budget/budget",
    "kpi_monitor": "services/kpi-monitor/kpi_monitor",
    "alerts": "services/alerts/alerts",
}


def lines(path: Path) -> list[tuple[int, str]]:
    return list(enumerate(path.read_text(encoding="utf-8").splitlines(), 1))


def place_of(named: str) -> Path:
    first, _, rest = named.partition("/")
    return ROOT / PLACES.get(first, first) / rest


def test_links_lead_somewhere() -> None:
    dead = [
        finding(path, number, target)
        for path in DOCUMENTS
        for number, line in lines(path)
        for target in LINK.findall(line)
        if not (path.parent / target).exists()
    ]
    refuse(dead, "links lead to files that exist")


def test_files_named_in_the_architecture_exist() -> None:
    path = ROOT / "docs" / "architecture.md"
    named = [(number, name) for number, line in lines(path) for name in NAMED_FILE.findall(line)]
    assert len(named) > 30
    missing = [finding(path, number, name) for number, name in named if not place_of(name).exists()]
    refuse(missing, "the architecture names files and tests that exist")


def test_every_promise_names_a_test() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    promises = re.findall(r"^\| (\d)\. .*$", text, re.MULTILINE)
    assert promises == list("123456789")
    silent = [
        line for line in text.splitlines() if re.match(r"\| \d\. ", line) and "tests/" not in line
    ]
    assert silent == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "adr").glob("*.md")), ids=lambda p: p.stem)
def test_a_decision_is_one_page_of_context_decision_and_consequences(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {path.stem[:4]} \S", text)
    parts = [text.find(f"**{part}.**") for part in ("Context", "Decision", "Consequences")]
    assert -1 < parts[0] < parts[1] < parts[2]
    assert len(text.splitlines()) <= 60

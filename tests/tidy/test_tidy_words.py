"""What no file may say: unfinished work, somebody's own paths, a package registry's address."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.tidy.tidy_sources import every_file, finding, python_files, refuse

# Written in pieces, so that this file is not its own finding.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|Not" + r"ImplementedError)\b")
LOCAL_PATH = re.compile(r"(?<![\w.:/-])/(work|root|Users|home/\w+)/[\w.-]")
REGISTRY = re.compile(
    "|".join(
        [
            r"py" + r"pi\.org",
            r"python" + r"hosted\.org",
            r"repo1?\." + r"maven\.",
            r"npm" + r"js\.(org|com)",
            r"proxy\." + r"golang\.org",
            r"--(extra-)?index-" + r"url",
            r"--trusted-" + r"host",
        ]
    )
)
CONFIGURATION = {
    ".toml",
    ".lock",
    ".cfg",
    ".ini",
    ".yml",
    ".yaml",
    ".txt",
    ".properties",
    ".example",
}
BINARY = {".png", ".ico", ".woff2", ".gz", ".xlsx", ".pyc", ".db"}


def text_of(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []


def matches(paths: Iterable[Path], pattern: re.Pattern[str]) -> list[str]:
    return [
        finding(path, number, line.strip()[:80])
        for path in paths
        if path.suffix not in BINARY
        for number, line in enumerate(text_of(path), 1)
        if pattern.search(line)
    ]


def test_nothing_is_left_unfinished() -> None:
    refuse(matches(python_files(), UNFINISHED), "what is not built is absent, not announced")


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    refuse(matches(every_file(), LOCAL_PATH), "paths are relative to the repository")


def test_locks_and_configurations_name_no_package_registry() -> None:
    paths = [
        path
        for path in every_file()
        if path.suffix in CONFIGURATION or path.name in ("Dockerfile", "paceline", "run")
    ]
    refuse(matches(paths, REGISTRY), "which registry is used is the machine's business")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (UNFINISHED, "# TO" + "DO later"),
        (UNFINISHED, "raise Not" + "ImplementedError"),
        (LOCAL_PATH, "open('/ho" + "me/li/x.csv')"),
        (REGISTRY, "https://py" + "pi.org/simple"),
    ],
)
def test_each_pattern_finds_what_it_is_for(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)


@pytest.mark.parametrize("text", ["/v1/work/x", "https://example.com/home/li/x", "deploy/root/x"])
def test_addresses_and_relative_paths_are_no_findings(text: str) -> None:
    assert not LOCAL_PATH.search(text)

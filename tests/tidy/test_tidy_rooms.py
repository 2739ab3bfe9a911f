"""Rooms: a folder is small enough to be seen at once, and a public class name means one thing."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.tidy.tidy_sources import ROOT, python_files, refuse, tree_of

FOLDER_FILES_MAX = 16
HOUSE = ("shared", "services", "cli", "bench")

BY_NUMBER = {"cli/migrations/versions"}
"""Folders of one file a landing, read by number: they are what happened, in order."""


def full_folders(files: Iterable[Path]) -> dict[str, int]:
    """Folders with more Python files than a reader sees at once, and how many they have."""
    counts = Counter(str(path.parent) for path in files)
    return {folder: count for folder, count in counts.items() if count > FOLDER_FILES_MAX}


def repeated_names(trees: Mapping[str, ast.Module]) -> dict[str, list[str]]:
    """Public classes of modules that several files define, and these files."""
    places: dict[str, list[str]] = defaultdict(list)
    for name, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name)
    return {word: found for word, found in places.items() if len(found) > 1}


def test_a_folder_has_at_most_16_python_files() -> None:
    full = full_folders(path.relative_to(ROOT) for path in python_files())
    refuse(
        [f"{folder}: {count} files" for folder, count in full.items() if folder not in BY_NUMBER],
        f"a folder has at most {FOLDER_FILES_MAX} Python files: split it by noun",
    )


def test_a_public_class_name_exists_once_in_the_house() -> None:
    trees = {str(path.relative_to(ROOT)): tree_of(path) for path in python_files(*HOUSE)}
    refuse(
        [f"{word}: {', '.join(found)}" for word, found in repeated_names(trees).items()],
        "a public class name means one thing in the whole house (docs/glossary.md)",
    )


@pytest.mark.parametrize(("count", "full"), [(16, {}), (17, {"a": 17})])
def test_a_folder_is_full_from_the_17th_file_on(count: int, full: dict[str, int]) -> None:
    assert full_folders(Path(f"a/{number}.py") for number in range(count)) == full


def test_a_name_that_two_files_define_is_found_and_a_private_one_is_not() -> None:
    trees = {name: ast.parse("class Word: ...\nclass _Own: ...") for name in ("a.py", "b.py")}
    assert repeated_names(trees) == {"Word": ["a.py", "b.py"]}

"""The project's own files, and how a finding is written: file:line and what is wrong."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from tests.root import ROOT

CODE = ("shared", "services", "cli", "bench", "tests")
KEPT_HIDDEN = {".ci", ".github", ".env.example", ".gitignore", ".dockerignore"}
LEFT_OUT = {"venv", "__pycache__", "node_modules", "build", "dist"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def _walk(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.iterdir()):
        hidden = path.name.startswith(".") and path.name not in KEPT_HIDDEN
        if hidden or path.name in LEFT_OUT or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def every_file() -> list[Path]:
    """All files that belong to the repository."""
    return list(_walk(ROOT))


def python_files(*directories: str) -> list[Path]:
    """The Python files below `directories` (default: all code)."""
    return [
        path
        for name in directories or CODE
        if (ROOT / name).exists()
        for path in _walk(ROOT / name)
        if path.suffix == ".py"
    ]


@cache
def tree_of(path: Path) -> ast.Module:
    """The file's syntax tree, parsed once."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def functions_of(path: Path) -> Iterator[Function]:
    """All functions and methods, nested ones too."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def finding(path: Path, line: int, text: str) -> str:
    """`shared/money.py:12 text`."""
    return f"{path.relative_to(ROOT)}:{line} {text}"


def refuse(findings: Sequence[str], rule: str) -> None:
    """Fails with the rule and one line for each finding."""
    assert not findings, "\n".join([rule, *findings])

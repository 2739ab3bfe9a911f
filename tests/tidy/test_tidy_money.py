"""No float in code that computes money, ratios or measures (design.md 1.3)."""

import ast
from pathlib import Path

import pytest

from tests.tidy.tidy_sources import ROOT, finding, python_files, refuse, tree_of

EXACT = (
    "shared/money.py",
    "shared/events",
    "services/budget/budget/allocation",
    "services/budget/budget/approval",
    "services/budget/budget/documents/plans/rules.py",
    "services/budget/budget/figures/pacing.py",
    "services/budget/budget/ledger/books.py",
    "services/budget/budget/ledger/moving.py",
    "services/budget/budget/ledger/revisions.py",
    "services/budget/budget/ledger/rules.py",
    "services/budget/budget/posting",
    "services/kpi-monitor/kpi_monitor/rules/formula.py",
    "services/kpi-monitor/kpi_monitor/rules/kpis.py",
    "services/kpi-monitor/kpi_monitor/rules/episodes.py",
    "services/kpi-monitor/kpi_monitor/rules/families",
)


def exact_files() -> list[Path]:
    named = [ROOT / name for name in EXACT]
    return [
        file
        for path in named
        for file in (python_files(str(path.relative_to(ROOT))) if path.is_dir() else [path])
    ]


def floats_in(tree: ast.AST) -> list[tuple[int, str]]:
    """Places where a float comes to be: literals, `float(…)`, `math.…`, rounding."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            found.append((node.lineno, f"the literal {node.value!r}"))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            # The bare name is allowed: a type check that refuses floats needs it.
            if node.func.id in ("float", "round"):
                found.append((node.lineno, f"`{node.func.id}()`"))
        elif isinstance(node, ast.Import) and any(a.name == "math" for a in node.names):
            found.append((node.lineno, "`math`, whose functions work on floats"))
    return found


@pytest.mark.parametrize("name", EXACT)
def test_the_exact_code_is_where_this_test_looks(name: str) -> None:
    assert (ROOT / name).exists(), f"{name} was moved: tell tests/tidy"


def test_no_float_in_money_code() -> None:
    found = [
        finding(path, line, what)
        for path in exact_files()
        for line, what in floats_in(tree_of(path))
    ]
    refuse(found, "money, ratios and measures are exact: int micros or Fraction, never float")


@pytest.mark.parametrize("code", ["x = 1.5", "x = float(y)", "import math", "x = round(y, 2)"])
def test_a_float_is_found(code: str) -> None:
    assert floats_in(ast.parse(code))


def test_integers_and_fractions_are_fine() -> None:
    assert not floats_in(ast.parse("from fractions import Fraction\nx = Fraction(1, 3) * 2"))

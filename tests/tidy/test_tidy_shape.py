"""Shape: metrics in one place, tests that assert, typed packages, documented shared functions."""

import ast
import re

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

from shared import metrics
from tests.tidy.tidy_sources import (
    ROOT,
    Function,
    finding,
    functions_of,
    python_files,
    refuse,
    tree_of,
)

METRIC_KINDS = {"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"}
UNITS = ("_total", "_seconds", "_bytes", "_records", "_rows", "_ratio", "_info", "_leader")
EXPECTING = re.compile(r"^(assert|expect|refuse|fail$|raises$|warns$)")


def declared() -> dict[str, MetricWrapperBase]:
    return {
        name: value for name, value in vars(metrics).items() if isinstance(value, MetricWrapperBase)
    }


def test_metrics_are_declared_in_one_module() -> None:
    found = [
        finding(path, node.lineno, f"makes a {alias.name}")
        for path in python_files("shared", "services", "cli")
        if path != ROOT / "shared" / "metrics.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module == "prometheus_client"
        for alias in node.names
        if alias.name in METRIC_KINDS
    ]
    refuse(found, "every metric is declared in shared/metrics.py")


def test_every_metric_has_help_and_a_name_of_ours() -> None:
    found = []
    for name, metric in declared().items():
        if not metric._documentation.endswith("."):
            found.append(f"shared/metrics.py {name}: help is a sentence")
        if not metric._name.startswith("paceline_"):
            found.append(f"shared/metrics.py {name}: the name begins with paceline_")
        if not isinstance(metric, Counter | Gauge | Histogram):
            found.append(f"shared/metrics.py {name}: a counter, gauge or histogram")
        if isinstance(metric, Histogram) and not metric._name.endswith(UNITS):
            found.append(f"shared/metrics.py {name}: a histogram's name ends in its unit")
    refuse(found, "metrics explain themselves")


def calls_of(function: Function) -> set[str]:
    names = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute):
                names.add(called.attr)
            elif isinstance(called, ast.Name):
                names.add(called.id)
    return names


def expects(function: Function) -> bool:
    """It asserts, or calls something whose name says that it does."""
    return any(isinstance(node, ast.Assert | ast.Raise) for node in ast.walk(function)) or any(
        EXPECTING.match(name) for name in calls_of(function)
    )


def test_every_test_asserts_something() -> None:
    functions = [(p, f) for p in python_files("tests") for f in functions_of(p)]
    helpers = {f.name for _, f in functions if not f.name.startswith("test_") and expects(f)}
    silent = [
        finding(path, function.lineno, function.name)
        for path, function in functions
        if function.name.startswith("test_")
        and path.name.startswith("test_")
        and not expects(function)
        and not calls_of(function) & helpers
    ]
    refuse(silent, "a test asserts something, itself or through a helper")


def test_every_package_is_typed() -> None:
    packages = {
        path.parent
        for path in python_files("shared", "services", "cli")
        if path.name == "__init__.py" and not (path.parent.parent / "__init__.py").exists()
    }
    missing = [finding(p, 1, "no py.typed") for p in packages if not (p / "py.typed").exists()]
    refuse(sorted(missing), "every package has py.typed")
    assert len(packages) >= 6


def public_functions(tree: ast.Module) -> list[Function]:
    """Module functions and methods of public classes, whose names have no underscore."""
    places: list[ast.Module | ast.ClassDef] = [tree]
    places += [n for n in tree.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_")]
    return [
        node
        for place in places
        for node in place.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
    ]


# What the method does is said by what it belongs to.
SAID_ELSEWHERE = {"render", "connected", "on_partitions_revoked", "on_partitions_assigned", "now"}


def test_public_functions_of_shared_are_documented() -> None:
    bare = [
        finding(path, function.lineno, function.name)
        for path in python_files("shared")
        for function in public_functions(tree_of(path))
        if ast.get_docstring(function) is None and function.name not in SAID_ELSEWHERE
    ]
    refuse(bare, "public functions of shared/ have a docstring: shapes, units, errors")


def test_every_module_says_what_it_is_for() -> None:
    bare = [
        finding(path, 1, "no module docstring")
        for path in python_files()
        if path.read_text(encoding="utf-8").strip() and ast.get_docstring(tree_of(path)) is None
    ]
    refuse(bare, "every module begins with a docstring")

"""Sizes: a file fits a screen or seven, a function fits one."""

import pytest

from tests.tidy.tidy_sources import finding, functions_of, python_files, refuse

FILE_LINES_MAX = 350
FUNCTION_LINES_MAX = 70


def test_files_have_at_most_350_lines() -> None:
    counts = [(path, len(path.read_text(encoding="utf-8").splitlines())) for path in python_files()]
    long = [finding(path, n, f"{n} lines") for path, n in counts if n > FILE_LINES_MAX]
    refuse(long, f"files have at most {FILE_LINES_MAX} lines")


def test_functions_have_at_most_70_lines() -> None:
    long = [
        finding(path, function.lineno, f"{function.name} has {length} lines")
        for path in python_files()
        for function in functions_of(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES_MAX
    ]
    refuse(long, f"functions have at most {FUNCTION_LINES_MAX} lines")


def test_a_finding_fails_with_its_place() -> None:
    with pytest.raises(AssertionError, match=r"short\nshared/money.py:3 is long"):
        refuse(["shared/money.py:3 is long"], "short")

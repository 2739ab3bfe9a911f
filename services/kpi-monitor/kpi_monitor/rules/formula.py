"""KPI formulas: text parsed to a whitelisted tree over named sums, evaluated exactly.

Only `+ - * /`, numbers, names and brackets exist; nothing is ever handed to `eval`. A ratio comes
from sums only (platforms.md section 5), so the KPI of a group is never a mean of ratios.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from shared.money import MICROS

LENGTH_MAX = 200
DEPTH_MAX = 20
_NUMBER = re.compile(r"(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][+-]?\d\d?)?", re.ASCII)
"""Before any number is made: "1e2000000" is short, and a number of two million digits."""

Operator = Literal["+", "-", "*", "/"]
_OPERATORS: dict[type[ast.operator], Operator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


class FormulaError(ValueError):
    """The text is outside the small language of KPI formulas; the message says where."""


@dataclass(frozen=True, slots=True)
class Number:
    value: Fraction


@dataclass(frozen=True, slots=True)
class Measure:
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    operator: Operator
    left: "Node"
    right: "Node"


Node = Number | Measure | Operation


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula; `measures` are the sums it needs."""

    text: str
    root: Node
    measures: frozenset[str]


def parse(text: str) -> Formula:
    """Formula text such as "spend / impressions * 1000" → tree. Raises FormulaError."""
    if len(text) > LENGTH_MAX:
        raise FormulaError(f"a formula has at most {LENGTH_MAX} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise FormulaError(f"{text!r} is not a formula") from error
    root = _node(tree.body, text.strip(), 0)
    measures = frozenset(_measures(root))
    if not measures:
        raise FormulaError(f"{text!r} names no measure")
    return Formula(text.strip(), root, measures)


def evaluate(formula: Formula, sums: Mapping[str, int]) -> Fraction | None:
    """Exact value over `sums` (micros by measure).

    None, never 0, when a measure is missing or a denominator is zero (platforms.md section 5).
    """
    found = _value(formula.root, sums)
    return None if found is None else Fraction(*found)


def _node(node: ast.expr, text: str, depth: int) -> Node:
    if depth > DEPTH_MAX:
        raise FormulaError(f"a formula is at most {DEPTH_MAX} levels deep")
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _node(node.left, text, depth + 1), _node(node.right, text, depth + 1)
        return Operation(_OPERATORS[type(node.op)], left, right)
    if isinstance(node, ast.Name):
        return Measure(node.id)
    # bool is an int: `True` must not become 1.
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        # The literal's own text keeps 0.1 exact; its float value would not be.
        literal = (ast.get_source_segment(text, node) or "").replace("_", "")
        if _NUMBER.fullmatch(literal) is None:
            raise FormulaError(
                f"{literal[:40]!r} is no number of at most 18 digits before and after the point "
                "and two in the exponent"
            )
        return Number(Fraction(literal))
    raise FormulaError(f"{ast.unparse(node)!r} is not allowed in a formula")


def _measures(node: Node) -> list[str]:
    if isinstance(node, Operation):
        return _measures(node.left) + _measures(node.right)
    return [node.name] if isinstance(node, Measure) else []


def _value(node: Node, sums: Mapping[str, int]) -> tuple[int, int] | None:
    """Numerator and denominator, not in lowest terms: a Fraction for each step, instead of one at
    the end, takes more than twice as long."""
    if isinstance(node, Number):
        return node.value.as_integer_ratio()
    if isinstance(node, Measure):
        micros = sums.get(node.name)
        return None if micros is None else (micros, MICROS)
    left, right = _value(node.left, sums), _value(node.right, sums)
    if left is None or right is None:
        return None
    (a, b), (c, d) = left, right
    match node.operator:
        case "+":
            return a * d + c * b, b * d
        case "-":
            return a * d - c * b, b * d
        case "*":
            return a * c, b * d
        case "/":
            return (a * d, b * c) if c else None

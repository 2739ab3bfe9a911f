"""Every code that the house gives stands in one table with its sentence, for the API documents."""

import ast
import json
import re
from collections.abc import Iterator

from shared.bodies.words import FAULTS
from tests.tidy.tidy_sources import ROOT, finding, python_files, refuse, tree_of

TABLE = json.loads((ROOT / "shared/http/api_words.json").read_text(encoding="utf-8"))["codes"]
CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
GIVES = re.compile(r"(?!EntryError$)\w*(Error|Refusal|[Ff]inding)")
"""What takes a code first. An EntryError takes a key of the configuration of alerts."""
ENDINGS = ("_unknown", "_too_long", "_ambiguous", "_contradictory")
"""Of codes that are put together where they are given."""


def codes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, code) of what is refused or found: `XError("code", …)`, `SetAside(…, "code", …)`,
    `reach.unknown("what", …)`, `code="code"`, `{"code": "code"}` and `code = "code"`."""
    for node in ast.walk(tree):
        given: list[ast.expr | None] = []
        ending = ""
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            if GIVES.fullmatch(name):
                given = list(node.args[:1])
            elif name == "SetAside":
                given = list(node.args[1:2])
            elif name == "unknown":
                given, ending = list(node.args[:1]), "_unknown"
            given += [one.value for one in node.keywords if one.arg == "code"]
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            given = [value for key, value in pairs if _text(key) == "code"]
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                names, values = _parts(target), _parts(node.value)
                given += [
                    value for name, value in zip(names, values, strict=False) if _is_code(name)
                ]
        for one in given:
            for code in filter(CODE.fullmatch, map(_text, _cases(one))):
                yield node.lineno, code + ending


def _parts(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _is_code(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "code"


def _cases(node: ast.expr | None) -> list[ast.expr | None]:
    return [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]


def _text(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def texts(tree: ast.AST) -> set[str]:
    return {_text(node) for node in ast.walk(tree) if isinstance(node, ast.expr)}


def test_every_code_that_is_given_has_its_sentence() -> None:
    found = [
        finding(path, line, code)
        for path in python_files("shared", "services")
        for line, code in codes(tree_of(path))
        if code not in TABLE
    ]
    refuse(found, "write its sentence into `codes` of shared/http/api_words.json")


def test_no_sentence_is_of_a_code_that_nobody_gives() -> None:
    written = set().union(*(texts(tree_of(path)) for path in python_files("shared", "services")))
    idle = [code for code in TABLE if code not in written and not code.endswith(ENDINGS)]
    refuse(idle, "take it out of `codes` of shared/http/api_words.json")


def test_codes_of_the_form_of_a_body_are_no_codes_of_ours() -> None:
    assert FAULTS.keys() & TABLE.keys() == set()


def test_codes_are_in_order_and_have_sentences() -> None:
    assert list(TABLE) == sorted(TABLE)
    assert [code for code, said in TABLE.items() if not said.endswith(".")] == []


def test_each_way_to_give_a_code_is_found() -> None:
    source = """
raise NotFoundError("a_b", "x")
SetAside(received, "c", "x")
reach.unknown("d", "x")
ErrorItem(loc="x", code="e", detail="x")
{"code": "f", "detail": "x"}
_finding("g" if late else "h", None, "x")
code, detail = "i", "x"
raise EntryError("no_code", "x")
raise ValueError("no code")
"""
    assert sorted(code for _, code in codes(ast.parse(source))) == [
        *("a_b", "c", "d_unknown", "e", "f", "g", "h", "i")
    ]

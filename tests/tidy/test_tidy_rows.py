"""A row becomes an object by the names of its columns, never by their order."""

import ast
import re

from tests.tidy.tidy_sources import finding, python_files, refuse, tree_of


def by_position(tree: ast.AST) -> list[int]:
    """Lines where a class is called with a row's values one after the other."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id[:1].isupper()
        and any(
            isinstance(argument, ast.Starred) and "row" in _names(argument)
            for argument in node.args
        )
    ]


INSERTS = re.compile(r"INSERT INTO [^;]*?SELECT (DISTINCT )?(\w+\.)?\*[^;]*? FROM\s+unnest\(", re.S)
"""What is inserted as it stands in arrays, without the names of its columns."""


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_no_row_is_made_an_object_by_position() -> None:
    found = [
        finding(path, line, "two neighbours of one type can change places")
        for path in python_files("shared", "services", "cli")
        for line in by_position(tree_of(path))
    ]
    refuse(found, "use `fetch` of shared/database/rows.py")


def test_no_insert_takes_arrays_by_position() -> None:
    found = [
        finding(path, path.read_text("utf-8")[: insert.start()].count("\n") + 1, "SELECT *")
        for path in python_files("shared", "services/budget", "services/ingest")
        for insert in INSERTS.finditer(path.read_text("utf-8"))
    ]
    refuse(found, "name the columns, or use `InsertColumns` of shared/database/rows.py")


def test_an_insert_by_position_is_found() -> None:
    assert INSERTS.search("INSERT INTO a (b, c)\nSELECT * FROM unnest($1::int[], $2::int[])")
    assert INSERTS.search("INSERT INTO a (b, c) SELECT u.*, now() FROM unnest($1::int[]) AS u")
    assert not INSERTS.search("INSERT INTO a (b) SELECT u.b FROM unnest($1::int[]) AS u(b)")


def test_a_row_taken_by_position_is_found() -> None:
    assert by_position(ast.parse("Move(*row)")) == [1]
    assert by_position(ast.parse("State(*list(row)[1:])")) == [1]
    assert by_position(ast.parse("fetch(*values), Move(**row)")) == []

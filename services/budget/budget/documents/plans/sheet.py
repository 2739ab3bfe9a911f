"""A plan as a table of a spreadsheet, and back: a row for each line, bucket, cap, stage, resource.

Pure. The columns are the fields of the JSON body; a row leaves those of other parts empty. `part`
says what a row is. A list of targets is parted by semicolons; what has fields of its own (phasing,
costs) is JSON in its cell, a phasing without any its kind alone.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from shared.bodies.sheets import is_formula
from shared.errors import ErrorItem, InvalidError

PARTS: Mapping[str, tuple[str, ...]] = {
    "total": ("amount", "currency"),
    "lines": (
        *("line", "name", "category", "cost_nature", "cost_behavior", "channel", "allocated"),
        *("percent", "remainder", "cap", "priority", "key", "targets", "owner", "revenue"),
        *("trend", "mitigation", "costs", "phasing"),
    ),
    "reserve": ("bucket", "amount", "draw_condition"),
    "caps": ("channel", "category", "amount"),
    "timetable": ("name", "starts_on", "ends_on"),
    "resources": ("name", "kind", "quantity"),
}
COLUMNS = ("part", *dict.fromkeys(name for names in PARTS.values() for name in names))
ROWS_MAX = 2000
YES, NO = {"true", "yes", "1", "是"}, {"false", "no", "0", "否"}


class PlanSheet(NamedTuple):
    """A body as it is sent, and the number of the row of each of its parts."""

    body: dict[str, Any]
    rows: Mapping[tuple[str, int], int]

    def placed(self, errors: Sequence[ErrorItem]) -> list[ErrorItem]:
        """Errors with the row and column in place of the path in the body."""
        return [ErrorItem({**error, "loc": self._place(error["loc"])}) for error in errors]

    def _place(self, loc: str) -> str:
        part, *rest = loc.split(".")
        if part != "total" and not (rest and rest[0].isdigit()):
            return loc
        index = 0 if part == "total" else int(rest.pop(0))
        row = self.rows.get((part, index))
        return loc if row is None else ".".join((f"row {row}", *rest))


def write_sheet(plan: Mapping[str, Any]) -> str:
    """A plan as shown → CSV. A line that is a percentage or the remainder says only that."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for part, names in PARTS.items():
        for one in [plan[part]] if part == "total" else plan[part]:
            told = {name: _cell(name, one[name]) for name in names}
            if one.get("percent") is not None or one.get("remainder"):
                told["allocated"] = ""
            writer.writerow([part, *(told.get(name, "") for name in COLUMNS[1:])])
    return out.getvalue()


def read_sheet(text: str) -> PlanSheet:
    """CSV with commas, semicolons or tabs → a body; its values are checked by whoever takes it.

    Raises InvalidError `sheet_invalid` with each row and column that cannot be read.
    """
    header, rows = _table(text)
    body: dict[str, Any] = {part: [] for part in PARTS if part != "total"}
    numbers: dict[tuple[str, int], int] = {}
    faults: list[ErrorItem] = []
    for number, row in rows:
        cells = {name: _read(cell) for name, cell in zip(header, row, strict=False) if cell.strip()}
        part = cells.pop("part", "")
        foreign = sorted(cells.keys() - set(PARTS.get(part, cells)))
        if part not in PARTS or foreign or len(row) > len(header):
            faults.append(_fault(number, part, foreign))
            continue
        if part == "total" and part in body:
            faults.append(_refused(f"row {number}", "the total stands in one row"))
            continue
        try:
            value = {name: _value(name, cell) for name, cell in cells.items()}
        except ValueError as error:
            faults.append(_refused(f"row {number}", str(error)))
            continue
        if part == "total":
            numbers[part, 0] = number
            body[part] = value
        else:
            numbers[part, len(body[part])] = number
            body[part].append(value)
    if faults:
        raise InvalidError("sheet_invalid", faults[0]["detail"], errors=faults)
    return PlanSheet(body, numbers)


def _table(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header, and the rows that are not empty with their numbers."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InvalidError("sheet_invalid", f"this is no CSV: {error}") from error
    header = [name.strip() for name in rows[0]] if rows else []
    unknown = sorted(set(header) - {*COLUMNS, ""})
    if "part" not in header or unknown or len(set(header)) < len(header):
        detail = f"the first row names the columns, part among them: {', '.join(COLUMNS)}"
        said = f"; {', '.join(unknown)} is none" if unknown else ""
        raise InvalidError("sheet_invalid", detail + said)
    if len(rows) > ROWS_MAX:
        raise InvalidError("sheet_invalid", f"a plan has at most {ROWS_MAX} rows")
    return header, ((at, row) for at, row in enumerate(rows[1:], 2) if any(map(str.strip, row)))


def _fault(number: int, part: str, foreign: Sequence[str]) -> ErrorItem:
    if part not in PARTS:
        return _refused(f"row {number}.part", f"row {number}: part is one of {', '.join(PARTS)}")
    if foreign:
        said = f"row {number}: {', '.join(foreign)} is empty in a row of {part}"
        return _refused(f"row {number}.{foreign[0]}", said)
    return _refused(f"row {number}", f"row {number} has more cells than the first row has names")


def _refused(loc: str, detail: str) -> ErrorItem:
    return ErrorItem(loc=loc, code="sheet_invalid", detail=detail)


def _cell(name: str, value: Any) -> str:
    if value is None or value is False or value == []:
        return ""
    if name == "targets":
        return _harmless(";".join(value))
    if name == "phasing" and set(value) == {"kind"}:
        return str(value["kind"])
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return _harmless("yes" if value is True else str(value))


def _harmless(text: str) -> str:
    """What a spreadsheet would compute stands behind an apostrophe."""
    return f"'{text}" if _is_escaped(text) else text


def _is_escaped(text: str) -> bool:
    """Also what begins with an apostrophe of its own, so that the way back is exact."""
    return is_formula(text) or text.startswith("'")


def _read(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and _is_escaped(cell[1:]) else cell


def _value(name: str, cell: str) -> Any:
    """Raises ValueError with what to write instead."""
    if name == "targets":
        return [one.strip() for one in cell.split(";") if one.strip()]
    if name in ("remainder", "key"):
        if cell.lower() not in YES | NO:
            raise ValueError(f"{name} is yes or no")
        return cell.lower() in YES
    if name == "priority":
        return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 10 else cell
    if name == "phasing" and not cell.startswith("{"):
        return {"kind": cell}
    if name in ("phasing", "costs"):
        try:
            return json.loads(cell)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{name} is JSON, as an export writes it") from error
    return cell

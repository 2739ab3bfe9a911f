"""Mapping files: what a platform calls things, in which unit, and which report has the money.

A platform is a YAML file, never code (requirements C4, I2). Files are validated when they are
loaded: a field that is misspelt, a pattern that does not compile or a layout that names no money
is an error at start, not a wrong figure later.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

PLATFORMS = Path(__file__).parent


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


Fields = Annotated[list[str], Field(min_length=1)]
"""Names of one thing, tried in order: an API field as a dotted path, or a column heading."""
Pattern = Annotated[str, AfterValidator(_compiles)]
TOTAL_ROWS = [r"(?i)^(grand\s+|sub-?)?totals?\b", "^(总计|合计|小计|汇总|总和|共计)", r"^(©|\(c\))"]
"""How rows begin that sum a file or close it; a platform's `total_rows` are further ones."""
Unit = Literal["micro", "minor", "major", "count"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(_Model):
    """One level of the entity: the first field with a value; `pattern` takes its group 1.

    Ids have a pattern wherever the platform's have one: what a spreadsheet made of an id (1.2E+17)
    is then refused, not a campaign of its own.

    `from_source` takes group 1 of the source's name when the row does not say it: what a person
    saves of one account need not repeat whose it is. Such a level is not required of a header.
    """

    fields: Fields
    pattern: Pattern | None = None
    drop: str = ""
    from_source: Pattern | None = None


class Quantity(_Model):
    """A number and its unit; the unit belongs to the field, not to the platform.

    `excess: round` (half even, never for spend) is for measures a platform reports as floats.
    `negative: refuse` is for what is counted as it happens: credits lower the number of a day,
    never below 0. Money may be a refund, and conversions and their value are adjusted afterwards.
    `whole: true` is for what cannot be counted in parts, such as clicks. It also tells 4,567
    impressions from 4.567 of them, and so how a file writes its numbers.
    """

    fields: Fields
    unit: Unit
    whole: bool = False
    excess: Literal["refuse", "round"] = "refuse"
    negative: Literal["accept", "refuse"] = "accept"

    @model_validator(mode="after")
    def _is_counted(self) -> "Quantity":
        if self.whole and self.unit != "count":
            raise ValueError("only what has the unit count can be whole")
        return self


def _has_one_reading(form: str) -> str:
    if "%Y" not in form or "%d" not in form or not _NAMED_MONTH.search(form):
        raise ValueError(f"{form!r} needs %Y, %d and the name of a month: else it could be misread")
    return form


_NAMED_MONTH = re.compile("%[bB]")


class Period(_Model):
    """Where the day and, for hourly rows, the hour stand.

    Days in digits need no format: with the year first, or last in the order that the file proves
    (notation.py). `day_formats` are further ones, with the month as a word; `hour_suffixes` are
    what may follow the day in its own cell. All formats are strptime's.
    """

    fields: Fields
    day_formats: list[Annotated[str, AfterValidator(_has_one_reading)]] = []
    hour_suffixes: list[str] = []
    hour_fields: list[str] = []


class Layout(_Model):
    """One shape of a platform's report, recognised by its field names or headings."""

    name: str
    period: Period
    entity: Annotated[dict[str, Level], Field(min_length=1)]
    dims: dict[str, Fields] = {}
    spend: Quantity
    currency: list[str] = []
    measures: dict[str, Quantity] = {}

    @model_validator(mode="after")
    def _spend_is_exact(self) -> "Layout":
        if self.spend.unit == "count" or self.spend.excess != "refuse":
            raise ValueError(f"layout {self.name}: spend needs a money unit and is never rounded")
        if self.spend.negative == "refuse":
            raise ValueError(f"layout {self.name}: negative spend is a refund")
        return self

    def required(self) -> list[list[str]]:
        """Alternatives, one of each of which a header must have."""
        return [
            self.period.fields,
            *(level.fields for level in self.entity.values() if level.from_source is None),
            self.spend.fields,
        ]

    def missing(self, names: set[str]) -> list[str]:
        """The required things a header with these names lacks, each by its first name."""
        return [fields[0] for fields in self.required() if names.isdisjoint(fields)]

    def known(self, names: set[str]) -> int:
        """How many of a header's names this layout understands."""
        mine = {name for fields in self.required() for name in fields}
        for fields in self.dims.values():
            mine.update(fields)
        for quantity in self.measures.values():
            mine.update(quantity.fields)
        return len(mine & names)


class ReportTime(_Model):
    """A line of a file's preamble that says how fresh the report is (UTC).

    Its format shows in which order the same writer puts day and month.
    """

    pattern: Pattern
    format: str

    @property
    def order(self) -> Literal["dmy", "mdy"] | None:
        """Of a format that has its year last, in digits."""
        order = "".join(re.findall("%([dmY])", self.format)).lower()
        return order if order in ("dmy", "mdy") else None  # type: ignore[return-value]


class Platform(_Model):
    """One mapping file. Reports are named by grain; `money_report` carries money and measures.

    `json_rows` are the names under which a page of the API holds its rows, `json_page` what else
    such a page may hold: one without rows is a page of a report in which nothing happened.
    `json_next_page` are those of them that name the next page: a report that ends so is not whole.
    """

    platform: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    name: str
    time_zone: str = "UTC"
    restatement_days: Annotated[int, Field(ge=0, le=1095)]
    reports: dict[Literal["day", "hour"], str]
    money_report: str
    no_value: list[str] = [""]
    total_rows: list[Pattern] = []
    report_time: ReportTime | None = None
    json_rows: list[str] = []
    json_page: list[str] = []
    json_next_page: list[str] = []
    layouts: Annotated[list[Layout], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_whole(self) -> "Platform":
        if self.money_report not in self.reports.values():
            raise ValueError(f"money_report {self.money_report!r} is none of the reports")
        names = [layout.name for layout in self.layouts]
        if len(set(names)) != len(names):
            raise ValueError(f"two layouts have one name: {names}")
        return self

    def layout_for(self, names: Iterable[str]) -> Layout | None:
        """The layout whose required names are all there; of several, the one that knows most."""
        found = set(names)
        fitting = [layout for layout in self.layouts if not layout.missing(found)]
        return max(fitting, key=lambda layout: layout.known(found), default=None)

    def nearest(self, names: Iterable[str]) -> tuple[Layout, list[str]]:
        """For the message when no layout fits: the closest one and what it misses."""
        found = set(names)
        layout = min(self.layouts, key=lambda layout: len(layout.missing(found)))
        return layout, layout.missing(found)

    def lacks(self, names: Iterable[str]) -> str:
        """What each layout misses, the closest first."""
        found = set(names)
        missing = [(layout.missing(found), layout.name) for layout in self.layouts]
        missing.sort(key=lambda one: len(one[0]))
        return "; ".join(f"as {name!r} it lacks {', '.join(fields)}" for fields, name in missing)


class MappingFileError(Exception):
    """A mapping file that cannot be used; the text names file and place."""


def load_platform(path: Path) -> Platform:
    """One mapping file. Raises MappingFileError."""
    try:
        platform = Platform.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (yaml.YAMLError, ValidationError, OSError) as error:
        raise MappingFileError(f"{path.name}: {error}") from error
    if platform.platform != path.stem:
        raise MappingFileError(f"{path.name} names itself {platform.platform!r}")
    return platform


@lru_cache(maxsize=4)
def load_platforms(directory: Path = PLATFORMS) -> dict[str, Platform]:
    """All mapping files of a directory by platform name. Raises MappingFileError."""
    return {path.stem: load_platform(path) for path in sorted(directory.glob("*.yaml"))}

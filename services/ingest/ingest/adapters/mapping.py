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

PLATFORMS = Path(__file__).parent.parent / "platforms"


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


Fields = Annotated[list[str], Field(min_length=1)]
"""Names of one thing, tried in order: an API field as a dotted path, or a column heading."""
Pattern = Annotated[str, AfterValidator(_compiles)]
Unit = Literal["micro", "minor", "major", "count"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Level(_Model):
    """One level of the entity: the first field with a value; `pattern` takes its group 1.

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
    """

    fields: Fields
    unit: Unit
    excess: Literal["refuse", "round"] = "refuse"
    negative: Literal["accept", "refuse"] = "accept"


class Period(_Model):
    """Where the day and, for hourly rows, the hour stand. Formats are strptime's."""

    fields: Fields
    day_formats: Annotated[list[str], Field(min_length=1)] = ["%Y-%m-%d"]
    hour_formats: list[str] = []
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
    """A line of a file's preamble that says how fresh the report is (UTC)."""

    pattern: Pattern
    format: str


class Platform(_Model):
    """One mapping file. Reports are named by grain; `money_report` carries the money."""

    platform: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    name: str
    time_zone: str = "UTC"
    restatement_days: Annotated[int, Field(ge=0, le=1095)]
    reports: dict[Literal["day", "hour"], str]
    money_report: str
    no_value: list[str] = [""]
    total_rows: list[Pattern] = ["(?i)^total"]
    report_time: ReportTime | None = None
    json_rows: list[str] = []
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

"""The bodies of phasings: one table says what each kind states and which shape it is.

A stored phasing is read by the same body as one that is sent.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from budget.allocation.phasing import Point
from budget.allocation.shapes import (
    DAYS_MAX,
    SHARE_MAX,
    SHARE_MIN,
    CustomPoints,
    DayAmounts,
    Even,
    PhasingShape,
    Weigh,
    Weighted,
    by_slope,
    by_time,
    by_weekday,
)
from budget.fields import Day, Micros, RequestBody, When
from shared.money import MICROS

WEIGHT_MAX = 1000
Kind = Literal["even", "curve", "weekday", "front", "back", "days"]


def _weight(micros: int) -> int:
    if micros > WEIGHT_MAX * MICROS:
        raise PydanticCustomError("weight_too_large", "a weight or factor is 0 to 1000")
    return micros


def _share(micros: int) -> int:
    if not SHARE_MIN <= micros <= SHARE_MAX:
        raise PydanticCustomError(
            "share_out_of_range",
            "the share of the heavier half of the flight is 0.5 to 0.75; for more, state days",
        )
    return micros


Weight = Annotated[Micros, AfterValidator(_weight)]
Share = Annotated[Micros, AfterValidator(_share)]


class PointBody(RequestBody):
    at: When
    amount: Micros


class WeekdaysBody(RequestBody):
    mon: Weight
    tue: Weight
    wed: Weight
    thu: Weight
    fri: Weight
    sat: Weight
    sun: Weight


class DayBody(RequestBody):
    date: Day
    amount: Micros


class PeakBody(RequestBody):
    date: Day
    factor: Weight


class PhasingBody(RequestBody):
    """`curve` has points, `weekday` weights, `front` and `back` a share, `days` days; all but
    `curve` and `days` may have peaks."""

    kind: Kind
    points: list[PointBody] | None = Field(default=None, min_length=1, max_length=DAYS_MAX)
    weights: WeekdaysBody | None = None
    share: Share | None = None
    days: list[DayBody] | None = Field(default=None, min_length=1, max_length=DAYS_MAX)
    peaks: list[PeakBody] | None = Field(default=None, min_length=1, max_length=DAYS_MAX)

    @model_validator(mode="after")
    def _states_what_its_kind_needs(self) -> "PhasingBody":
        kind = KINDS[self.kind]
        needed = {kind.states} - {None}
        stated = {name for name in type(self).model_fields if getattr(self, name) is not None} - {
            "kind"
        }
        if stated - ({"peaks"} if kind.peaks else set()) != needed:
            raise PydanticCustomError(
                "phasing_unclear",
                "{kind} has {states}{peaks}",
                {
                    "kind": self.kind,
                    "states": kind.states or "nothing more",
                    "peaks": ", and peaks if you like" if kind.peaks else " and nothing more",
                },
            )
        return self

    @property
    def shape(self) -> PhasingShape:
        return KINDS[self.kind].shape(self)

    @property
    def document(self) -> dict[str, Any]:
        """As it is stored and shown, amounts and weights as decimal text."""
        return self.model_dump(mode="json", exclude_none=True)


class PhasingKind(NamedTuple):
    """What a kind states beside its name, whether days may peak in it, and its shape."""

    states: str | None
    peaks: bool
    shape: Callable[[PhasingBody], PhasingShape]


def _weighted(weigh: Callable[[PhasingBody], Weigh]) -> Callable[[PhasingBody], PhasingShape]:
    return lambda body: Weighted(
        weigh(body), tuple((peak.date, peak.factor) for peak in body.peaks or ())
    )


def _even(body: PhasingBody) -> PhasingShape:
    return _weighted(lambda _: by_time)(body) if body.peaks else Even()


def _curve(body: PhasingBody) -> PhasingShape:
    return CustomPoints(tuple(Point(one.at, one.amount) for one in body.points or ()))


def _days(body: PhasingBody) -> PhasingShape:
    return DayAmounts(tuple((one.date, one.amount) for one in body.days or ()))


def _weekday(body: PhasingBody) -> Weigh:
    assert body.weights is not None, "its kind states them"
    return by_weekday(tuple(dict(body.weights).values()))


def _front(body: PhasingBody) -> Weigh:
    return by_slope(body.share or SHARE_MIN, front=True)


def _back(body: PhasingBody) -> Weigh:
    return by_slope(body.share or SHARE_MIN, front=False)


KINDS: dict[str, PhasingKind] = {
    "even": PhasingKind(None, True, _even),
    "curve": PhasingKind("points", False, _curve),
    "weekday": PhasingKind("weights", True, _weighted(_weekday)),
    "front": PhasingKind("share", True, _weighted(_front)),
    "back": PhasingKind("share", True, _weighted(_back)),
    "days": PhasingKind("days", False, _days),
}


class PointView(BaseModel):
    at: datetime
    amount: str


class PeakView(BaseModel):
    date: date
    factor: str


class WeekdaysView(BaseModel):
    mon: str
    tue: str
    wed: str
    thu: str
    fri: str
    sat: str
    sun: str


class DayView(BaseModel):
    date: date
    amount: str


class EvenPhasing(BaseModel):
    kind: Literal["even"]
    peaks: list[PeakView] = []


class CurvePhasing(BaseModel):
    kind: Literal["curve"]
    points: list[PointView]


class WeekdayPhasing(BaseModel):
    kind: Literal["weekday"]
    weights: WeekdaysView
    peaks: list[PeakView] = []


class FrontPhasing(BaseModel):
    kind: Literal["front"]
    share: str
    peaks: list[PeakView] = []


class BackPhasing(BaseModel):
    kind: Literal["back"]
    share: str
    peaks: list[PeakView] = []


class DaysPhasing(BaseModel):
    kind: Literal["days"]
    days: list[DayView]


PhasingView = EvenPhasing | CurvePhasing | WeekdayPhasing | FrontPhasing | BackPhasing | DaysPhasing

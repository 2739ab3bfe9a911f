"""How often somebody may do something, by a clock that stands still."""

import pytest

from alerts.response.rates import KEYS_MAX, Rate
from shared.errors import TooManyRequestsError


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def refused_for(rate: Rate, key: str) -> int | None:
    """How long one has to wait; None for who may."""
    try:
        rate.take(key)
    except TooManyRequestsError as error:
        return error.retry_after_s
    return None


def test_a_minutes_worth_may_come_at_once_and_then_one_by_one() -> None:
    clock = Seconds()
    rate = Rate(6, "too_often", "wait", clock)
    assert [refused_for(rate, "ann") for _ in range(7)] == [None] * 6 + [10]
    assert refused_for(rate, "bo") is None, "somebody else is not held up"
    clock.now += 9.5
    assert refused_for(rate, "ann") == 1, "asking again makes it no later"
    clock.now += 0.5
    assert refused_for(rate, "ann") is None
    assert refused_for(rate, "ann") == 10
    clock.now += 60
    assert [refused_for(rate, "ann") for _ in range(7)] == [None] * 6 + [10]


def test_who_came_longest_ago_is_forgotten_first() -> None:
    rate = Rate(1, "too_often", "wait", Seconds())
    for number in range(KEYS_MAX):
        rate.take(str(number))
    assert refused_for(rate, "0") == 60
    rate.take("one more")
    assert refused_for(rate, "0") == 60
    assert refused_for(rate, "1") is None
    with pytest.raises(TooManyRequestsError, match="too_often: wait"):
        rate.take("one more")

"""A stuck group says so and then ends; an outage of the broker is not held against it (O1)."""

import pytest

from shared.errors import UnavailableError
from shared.kafka.offsets import GroupOffsets, Progress

LIMIT_S = 60.0
BEHIND = GroupOffsets(lag=3, committed=10)


class Broker:
    """Answers `standing`, or nothing while that is None; also the clock, in seconds."""

    def __init__(self) -> None:
        self.standing_now: GroupOffsets | None = BEHIND
        self.now = 1000.0

    async def standing(self) -> GroupOffsets:
        if self.standing_now is None:
            raise UnavailableError("broker_unavailable", "away")
        return self.standing_now

    async def asked_for(self, progress: Progress, seconds: float) -> list[bool]:
        """Whether it was hopeless at each of the questions in that time, one every five seconds."""
        found = []
        for _ in range(int(seconds / 5)):
            self.now += 5
            await progress.ask()
            found.append(progress.is_hopeless())
        return found


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def progress(broker: Broker) -> Progress:
    return Progress(broker, "budget", LIMIT_S, lambda: broker.now)


def code_of(progress: Progress) -> str | None:
    try:
        progress.check()
    except UnavailableError as error:
        return error.code
    return None


async def test_a_group_that_stands_still_is_first_unready_and_then_hopeless(
    broker: Broker, progress: Progress
) -> None:
    assert not any(await broker.asked_for(progress, LIMIT_S))
    assert code_of(progress) is None
    assert not any(await broker.asked_for(progress, LIMIT_S))
    assert code_of(progress) == "consumer_stuck"
    assert (await broker.asked_for(progress, 10))[-1]


async def test_polls_that_bring_records_are_not_hopeless_however_long_they_fail(
    broker: Broker, progress: Progress
) -> None:
    for _ in range(100):
        progress.fed()
        assert await broker.asked_for(progress, 5) == [False]
    assert code_of(progress) == "consumer_stuck"


async def test_a_group_that_has_nothing_to_do_is_ready(broker: Broker, progress: Progress) -> None:
    broker.standing_now = GroupOffsets(lag=0, committed=10)
    assert not any(await broker.asked_for(progress, 10 * LIMIT_S))
    assert code_of(progress) is None


@pytest.mark.parametrize("away_s", [LIMIT_S + 10, 20 * LIMIT_S])
async def test_after_an_outage_the_fetcher_has_its_time_again(
    broker: Broker, progress: Progress, away_s: float
) -> None:
    await broker.asked_for(progress, 10)
    broker.standing_now = None
    assert not any(await broker.asked_for(progress, away_s))
    assert code_of(progress) == "broker_unavailable"
    broker.standing_now = BEHIND
    assert not any(await broker.asked_for(progress, 2 * LIMIT_S))
    assert (await broker.asked_for(progress, 10))[-1]


async def test_a_broker_that_comes_and_goes_is_not_held_against_the_fetcher_either(
    broker: Broker, progress: Progress
) -> None:
    for _ in range(6):
        broker.standing_now = None
        assert not any(await broker.asked_for(progress, 50))
        broker.standing_now = BEHIND
        assert not any(await broker.asked_for(progress, 5))

"""The background loop: what it waits for, and what ends it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from shared.errors import UnavailableError
from shared.rounds import Rounds
from shared.settings import CommonSettings

SLOW = CommonSettings(idle_ms=10_000, backoff_max_s=0.2)


def scripted(*answers: bool | Exception) -> tuple[list[float], Callable[[], Awaitable[bool]]]:
    """A step that gives each answer once, then False; and when it was called."""
    left = list(answers)
    called: list[float] = []

    async def step() -> bool:
        called.append(time.monotonic())
        answer = left.pop(0) if left else False
        if isinstance(answer, Exception):
            raise answer
        return answer

    return called, step


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - the loop under test knows no event of ours
            await asyncio.sleep(0.005)


async def test_more_work_is_taken_up_without_a_rest_and_stop_ends_the_rest_that_follows() -> None:
    called, step = scripted(True, True)
    rounds = Rounds(SLOW, "test", step)
    running = asyncio.create_task(rounds.run())
    await until(lambda: len(called) == 3)
    await rounds.stop()
    async with asyncio.timeout(60):
        await running


async def test_a_resting_loop_begins_at_once_when_it_is_woken() -> None:
    called, step = scripted()
    rounds = Rounds(SLOW, "test", step)
    running = asyncio.create_task(rounds.run())
    await until(lambda: len(called) == 1)
    rounds.wake()
    await until(lambda: len(called) == 2)
    await rounds.stop()
    await running


async def test_what_was_woken_during_a_step_is_not_forgotten() -> None:
    called: list[int] = []

    async def step() -> bool:
        called.append(1)
        if len(called) == 1:
            rounds.wake()
        return False

    rounds = Rounds(SLOW, "test", step)
    running = asyncio.create_task(rounds.run())
    await until(lambda: len(called) == 2)
    await rounds.stop()
    await running


@pytest.mark.parametrize(
    "fault",
    [ConnectionResetError("database went"), UnavailableError("broker_unavailable", "no answer")],
)
async def test_a_fault_that_passes_is_waited_out_longer_each_time(fault: Exception) -> None:
    called, step = scripted(fault, fault, fault)
    rounds = Rounds(SLOW, "test", step)
    running = asyncio.create_task(rounds.run())
    await until(lambda: len(called) == 4)
    waits = [later - earlier for earlier, later in pairwise(called)]
    assert waits[0] >= 0.1
    assert min(waits[1:]) >= 0.2
    await rounds.stop()
    await running


async def test_any_other_fault_ends_the_loop() -> None:
    _, step = scripted(KeyError("a bug"))
    with pytest.raises(KeyError):
        await Rounds(SLOW, "test", step).run()


async def test_a_loop_that_seldom_has_work_rests_as_long_as_it_says() -> None:
    called, step = scripted()
    rounds = Rounds(CommonSettings(idle_ms=5), "test", step, rest_s=60)
    running = asyncio.create_task(rounds.run())
    await until(lambda: len(called) == 1)
    await asyncio.sleep(0.1)
    assert len(called) == 1
    await rounds.stop()
    await running

"""Writes that come while one is on its way share the next, and each hears how its own ended."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.database.together import Together


class Ledger:
    """Notes what is written together; `open` lets a write end."""

    def __init__(self) -> None:
        self.rounds: list[list[str]] = []
        self.open = asyncio.Event()

    async def write(self, items: Sequence[str]) -> None:
        await self.open.wait()
        if "bad" in items:
            raise ValueError(f"one of {len(items)}")
        self.rounds.append(list(items))


async def begun(together: Together[str], *items: str) -> list[asyncio.Task[None]]:
    """Puts each, the first of which is on its way."""
    tasks = []
    for item in items:
        tasks.append(asyncio.create_task(together.put(item)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    return tasks


@pytest.mark.parametrize(
    ("items", "size_max", "rounds"),
    [
        ("a", 9, ["a"]),
        ("abcd", 9, ["a", "bcd"]),
        ("abcd", 2, ["a", "bc", "d"]),
    ],
    ids=["nothing waits for others", "what waits goes together", "no more than fit"],
)
async def test_what_waits_is_written_together_in_order(
    items: str, size_max: int, rounds: list[str]
) -> None:
    ledger = Ledger()
    tasks = await begun(Together(ledger.write, size_max=size_max), *items)
    ledger.open.set()
    await asyncio.gather(*tasks)
    assert ledger.rounds == [list(one) for one in rounds]


async def test_one_that_is_larger_than_a_round_is_one_by_itself() -> None:
    ledger = Ledger()
    together = Together(ledger.write, size_max=3, size=len)
    tasks = await begun(together, "a", "b", "large", "c")
    ledger.open.set()
    await asyncio.gather(*tasks)
    assert ledger.rounds == [["a"], ["b"], ["large"], ["c"]]


async def test_what_cannot_be_written_keeps_nobody_else_from_it() -> None:
    ledger = Ledger()
    tasks = await begun(Together(ledger.write, size_max=9), "a", "b", "bad", "c")
    ledger.open.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(one) for one in found] == ["None", "None", "one of 1", "None"]
    assert ledger.rounds == [["a"], ["b"], ["c"]]


async def test_who_is_cut_off_before_it_is_written_has_not_put_it() -> None:
    ledger = Ledger()
    first, second, third = await begun(Together(ledger.write, size_max=9), "a", "b", "c")
    second.cancel()
    await asyncio.sleep(0)
    ledger.open.set()
    await asyncio.gather(first, third)
    assert ledger.rounds == [["a"], ["c"]]


async def test_after_a_rest_it_writes_again() -> None:
    ledger = Ledger()
    ledger.open.set()
    together = Together(ledger.write, size_max=9)
    for item in ("a", "bad", "b"):
        await asyncio.gather(together.put(item), return_exceptions=True)
    assert ledger.rounds == [["a"], ["b"]]

"""Order, repetition, batching, concurrency and crashes change no figure (design.md 1, I6)."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from shared.database.pool import transaction
from shared.kafka.consumer import Received
from shared.money import format_micros, parse_micros
from tests.integration.budget.budget_helpers import (
    Service,
    approve,
    create_campaign,
    line_body,
    plan_body,
    running_service,
)
from tests.integration.budget.spend import at, delta, snapshot

LINES = ["L1", "L2", "L3"]


@pytest_asyncio.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with running_service(database_url, tmp_path) as made:
        await made.set_clock(at("11-11 00:00"))
        yield made


async def workspace(service: Service, name: str) -> None:
    """A campaign of its own for one test, approved over the whole flight."""
    await create_campaign(service, name)
    plan = plan_body(*(line_body(line, "1000.00") for line in LINES))
    await approve(service, name, plan, effective_from="2025-11-01T00:00:00+08:00")


def naive(events: list[Any]) -> dict[str, int]:
    """Per line: every delta once, and of every fact its highest revision."""
    deltas = {(e.source, e.id): e for e in events if e.data.mode == "delta"}
    facts: dict[Any, Any] = {}
    for event in events:
        if event.data.mode == "snapshot":
            key = (event.source, event.data.line, event.data.period)
            if key not in facts or facts[key].data.revision < event.data.revision:
                facts[key] = event
    totals = dict.fromkeys(LINES, 0)
    for event in [*deltas.values(), *facts.values()]:
        totals[event.data.line] += parse_micros(event.data.amount)
    return totals


def make_events(name: str, seed: int) -> list[Any]:
    """Deltas and facts with several revisions each; one value per (fact, revision)."""
    rnd = random.Random(seed)
    events: list[Any] = []
    for number in range(120):
        day = f"11-{rnd.randint(1, 9):02d}"
        amount = format_micros(rnd.randint(-(10**9), 10**10))
        where = {"campaign": name, "line": rnd.choice(LINES)}
        time = at(f"{day} {rnd.randint(0, 23):02d}:{rnd.randint(0, 59):02d}")
        events.append(delta(f"{name}-d", f"{number:04d}", time, amount, **where))
    for day in range(1, 8):
        for line in LINES:
            for revision in range(rnd.randint(1, 5)):
                amount = format_micros(rnd.randint(0, 10**10))
                time = at(f"11-{day:02d} 20:00") if revision == 0 else at("11-10 00:00")
                events.append(
                    snapshot(
                        f"{name}-{line}",
                        f"11-{day:02d}",
                        revision,
                        amount,
                        time,
                        campaign=name,
                        line=line,
                    )
                )
    return events


async def actual(service: Service, name: str) -> dict[str, int]:
    async with service.caller("eve", "viewer") as viewer:
        totals = await viewer.get(f"/v1/campaigns/{name}/totals")
        days: dict[str, int] = dict.fromkeys(LINES, 0)
        for day in totals["days"]:
            days[day["line"]] += parse_micros(day["actual"])
        found = {line["line"]: parse_micros(line["actual"]) for line in totals["lines"]}
        assert days == found, "actual = Σ days"
        return found


async def check_invariants(service: Service) -> None:
    async with service.caller("au", "auditor") as auditor:
        answer = await auditor.get("/v1/invariants")
    assert answer["holds"], answer


def split(records: list[Received], rnd: random.Random) -> list[list[Received]]:
    batches, rest = [], records
    while rest:
        size = rnd.choice([1, 2, 7, 50, 200])
        batches.append(rest[:size])
        rest = rest[size:]
    return batches


@pytest.mark.parametrize("seed", range(12))
async def test_any_order_repetition_and_batching_gives_the_naive_total(
    service: Service, seed: int
) -> None:
    name = f"order{seed}"
    await workspace(service, name)
    events = make_events(name, 7)
    rnd = random.Random(seed)
    mixed = events + rnd.choices(events, k=len(events) // 2)
    rnd.shuffle(mixed)
    for batch in split(service.receive(mixed), rnd):
        await service.post_records(batch)
        if rnd.random() < 0.3:
            await service.seal()
    assert await actual(service, name) == naive(events)
    await check_invariants(service)


async def test_corrections_do_not_depend_on_batching(service: Service) -> None:
    told = []
    for size in (1, 5, 1000):
        name = f"batch{size}"
        await workspace(service, name)
        records = service.receive(make_events(name, 3))
        for begin in range(0, len(records), size):
            await service.post_records(records[begin : begin + size])
        async with service.caller("eve", "viewer") as viewer:
            totals = await viewer.get(f"/v1/campaigns/{name}/totals")
        told.append([(line["actual"], line["corrections"]) for line in totals["lines"]])
    assert told[0] == told[1] == told[2]


async def test_a_replay_of_everything_changes_nothing(service: Service) -> None:
    await workspace(service, "replay")
    records = service.receive(make_events("replay", 5))
    for begin in range(0, len(records), 40):
        await service.post_records(records[begin : begin + 40])
    await service.seal()
    async with service.pool.acquire() as conn:
        before = await conn.fetch("SELECT * FROM budget.entries ORDER BY stream_id, id")
    # Another process, with empty caches and other batches, reads the topic from its beginning.
    fresh = type(service.handler)(service.settings, service.handler._clock)
    for begin in range(0, len(records), 70):
        async with transaction(service.pool) as conn:
            await fresh.on_spend(conn, records[begin : begin + 70])
    async with service.pool.acquire() as conn:
        after = await conn.fetch("SELECT * FROM budget.entries ORDER BY stream_id, id")
    assert before == after
    assert await service.seal() == []
    assert await service.outbox("rejected.v1") == []


async def test_a_crash_before_the_commit_leaves_nothing_and_the_retry_books_it(
    service: Service,
) -> None:
    """The ids made in a transaction that rolls back must not be remembered."""
    await workspace(service, "crash")
    events = make_events("crash", 9)
    records = service.receive(events)

    async def die_before_the_commit() -> None:
        async with transaction(service.pool) as conn:
            await service.handler.on_spend(conn, records)
            raise RuntimeError("killed")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="killed"):
            await die_before_the_commit()
    assert sum((await actual(service, "crash")).values()) == 0
    await service.post_records(records)
    assert await actual(service, "crash") == naive(events)
    await check_invariants(service)


@pytest.mark.parametrize("seed", range(4))
async def test_replicas_on_the_same_records_book_each_once(service: Service, seed: int) -> None:
    """A zombie and its successors, all with all records, in batches of their own."""
    name = f"zombie{seed}"
    await workspace(service, name)
    events = make_events(name, seed)
    records = service.receive(events)
    clock = service.handler._clock
    handlers = [type(service.handler)(service.settings, clock, rows) for rows in (1, 50, 500)]

    async def replica(handler: Any, rnd: random.Random) -> None:
        for batch in split(records, rnd):
            async with transaction(service.pool) as conn:
                await handler.on_spend(conn, batch)

    async def seal_meanwhile() -> None:
        for _ in range(15):
            await service.seal()
            await asyncio.sleep(0.01)

    await asyncio.gather(
        seal_meanwhile(),
        *(replica(one, random.Random(100 * seed + i)) for i, one in enumerate(handlers)),
    )
    assert await actual(service, name) == naive(events)
    await check_invariants(service)


async def test_holding_and_mapping_at_the_same_time_strand_nothing(service: Service) -> None:
    await workspace(service, "race")
    entities = [{"campaign": f"e{number}"} for number in range(20)]
    body = {"source": "race-ads", "campaign": "race", "line": "L1"}

    async def spend(handler: Any, part: int) -> None:
        for round_ in range(10):
            events = [
                delta(
                    "race-ads",
                    f"{part}-{round_}-{number}",
                    at("11-03 10:00"),
                    "1.00",
                    entity=entity,
                )
                for number, entity in enumerate(entities)
            ]
            async with transaction(service.pool) as conn:
                await handler.on_spend(conn, service.receive(events))

    async def map_all() -> None:
        async with service.caller("wang.lei", "operator") as operator:
            for entity in entities:
                await operator.post("/v1/mappings", {**body, "match": entity}, 201)

    handlers = [type(service.handler)(service.settings, service.handler._clock) for _ in range(2)]
    await asyncio.gather(
        map_all(), *(spend(handler, part) for part, handler in enumerate(handlers))
    )
    async with service.caller("eve", "viewer") as viewer:
        suspense = await viewer.get("/v1/suspense", source="race-ads")
        assert suspense["items"] == []
    assert (await actual(service, "race"))["L1"] == 400 * 1_000_000
    await check_invariants(service)


async def test_amounts_beyond_64_bits_in_sum_are_kept(service: Service) -> None:
    await workspace(service, "huge")
    most = "999999999999.999999"
    await service.post(
        *(
            delta("huge", str(n), at("11-03 10:00"), most, campaign="huge", line="L1")
            for n in range(30)
        )
    )
    async with service.caller("eve", "viewer") as viewer:
        totals = await viewer.get("/v1/campaigns/huge/totals")
    assert totals["lines"][0]["actual"] == "29999999999999.99997"
    await service.seal()
    await check_invariants(service)


async def test_what_is_held_stays_on_its_account_when_the_same_poll_states_it_otherwise(
    service: Service,
) -> None:
    """Another currency of the same fact is refused; its money was once held where none was."""
    await service.set_clock(at("11-06 00:00"))
    stated = at("11-04 00:00")
    await service.post(
        snapshot("ads", "11-03", 1, "5.00", stated),
        snapshot("ads", "11-03", 2, "6.00", stated, currency="USD"),
        snapshot("ads", "11-03", 3, "7.00", stated),
    )
    async with service.caller("eve", "viewer") as viewer:
        (held,) = (await viewer.get("/v1/suspense", source="ads"))["items"]
        assert held["amount"] == {"amount": "7.00", "currency": "CNY"}
        assert (await viewer.get("/v1/invariants"))["holds"]

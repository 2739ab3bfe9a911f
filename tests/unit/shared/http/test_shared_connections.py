"""Which connection has to go, and when."""

import asyncio

import pytest

from shared.http.server.connections import Connections, Limits, Phase, overdue
from shared.http.server.connections import ConnectionState as State
from shared.http.server.connections import RefusalCause as Cause

LIMITS = Limits(
    head_bytes_max=65_536,
    head_timeout_s=10,
    body_timeout_s=30,
    body_bytes_per_s_min=1024,
    idle_timeout_s=75,
    connections_max=3,
)
MEGABYTE = 1024 * 1024
CASES: list[tuple[str, State, Cause | None]] = [
    ("a head that just began", State(Phase.HEAD, 9, 0, 0), None),
    ("half a head for too long", State(Phase.HEAD, 10.1, 0, 0), Cause.HEAD_TIMEOUT),
    ("a body that just began", State(Phase.BODY, 29, 0, 0), None),
    ("a body that stands still", State(Phase.BODY, 31, 100, 0), Cause.BODY_TIMEOUT),
    ("a slow upload that goes on", State(Phase.BODY, 900, MEGABYTE, 0), None),
    ("one byte now and then", State(Phase.BODY, 60, 60, 0), Cause.BODY_TIMEOUT),
    ("half of a large one, then nothing", State(Phase.BODY, 5000, 4 * MEGABYTE, 0),
     Cause.BODY_TIMEOUT),
    ("an answer that takes long is ours to give", State(Phase.ANSWER, 5000, 0, 0), None),
    ("between two requests", State(Phase.IDLE, 70, 0, 0), None),
    ("idle for too long", State(Phase.IDLE, 76, 0, 0), Cause.IDLE),
    ("an answer nobody reads", State(Phase.ANSWER, 5, 0, 31), Cause.ANSWER_NOT_READ),
    ("a refused client lingers by its own clock", State(Phase.ENDING, 500, 0, 0), None),
]  # fmt: skip


@pytest.mark.parametrize(("why", "state", "reason"), CASES, ids=[case[0] for case in CASES])
def test_a_connection_is_overdue_by_its_phase(why: str, state: State, reason: Cause | None) -> None:
    assert overdue(state, LIMITS) is reason, why


class Client:
    """A connection of which only its place counts."""

    def __init__(self, register: Connections, phase: Phase) -> None:
        self.phase = phase
        self.refused: Cause | None = None
        self._register = register
        register.add(self)

    def look(self, now_s: float) -> None:
        assert now_s > 0

    def refuse(self, reason: Cause) -> None:
        self.refused = reason
        self._register.remove(self)

    def enter(self, phase: Phase) -> None:
        self.phase = phase
        self._register.entered(self)


async def test_the_connection_that_waited_longest_makes_room() -> None:
    register = Connections(LIMITS)
    first, second, third = (Client(register, Phase.HEAD) for _ in range(3))
    first.enter(Phase.IDLE)  # It has spoken since: now the second has waited longest.
    fourth = Client(register, Phase.HEAD)
    assert [one.refused for one in (first, second, third, fourth)] == [
        None, Cause.ROOM_MADE, None, None,
    ]  # fmt: skip
    assert len(register) == LIMITS.connections_max


async def test_a_body_under_way_makes_room_only_when_nobody_merely_waits() -> None:
    register = Connections(LIMITS)
    sending, waiting, working = (Client(register, Phase.HEAD) for _ in range(3))
    sending.enter(Phase.BODY)
    working.enter(Phase.ANSWER)
    fourth = Client(register, Phase.HEAD)
    fourth.enter(Phase.ANSWER)
    assert (waiting.refused, sending.refused) == (Cause.ROOM_MADE, None)
    fifth = Client(register, Phase.HEAD)
    fifth.enter(Phase.ANSWER)
    assert (sending.refused, working.refused) == (Cause.ROOM_MADE, None)
    sixth = Client(register, Phase.HEAD)
    assert sixth.refused is Cause.TOO_MANY_CONNECTIONS
    assert (working.refused, fourth.refused, fifth.refused) == (None, None, None)


async def test_a_flood_never_holds_more_than_the_bound() -> None:
    register = Connections(LIMITS)
    for _ in range(1000):
        Client(register, Phase.HEAD)
        assert len(register) <= LIMITS.connections_max
    await asyncio.sleep(0)

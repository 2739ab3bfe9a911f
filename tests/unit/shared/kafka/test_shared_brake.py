"""When a consumer stops rather than set a topic aside."""

import pytest

from shared.errors import DeadLettersError
from shared.kafka.brake import BrakePolicy, SetAside, Tallies, judge
from shared.kafka.consumer import Received

POLICY = BrakePolicy(share_max=0.5, records_min=100)


def broken(
    count: int, topic: str = "spend.v1", code: str = "unparseable", first: int = 7
) -> list[SetAside]:
    return [
        SetAside(Received(topic, 3, first + n, None, b""), code, f"fault {n}") for n in range(count)
    ]


def polls(*sizes: tuple[int, int], policy: BrakePolicy = POLICY) -> Tallies:
    """Polls of spend.v1, each with its records and how many of them are broken."""
    state: Tallies = {}
    for number, (read, bad) in enumerate(sizes):
        state = judge(policy, state, {"spend.v1": read}, broken(bad, first=1000 * number))
    return state


@pytest.mark.parametrize(
    ("why", "sizes"),
    [
        ("a whole poll", [(100, 100)]),
        ("more than half of a large poll", [(5000, 2501)]),
        ("a hundred polls of one record", [(1, 1)] * 100),
        ("small polls that are half good", [(2, 1)] * 49 + [(2, 2)]),
        ("good polls before do not water it down", [(5000, 0), (5000, 0), (100, 60)]),
    ],
)
def test_more_than_the_share_of_enough_records_stops(
    why: str, sizes: list[tuple[int, int]]
) -> None:
    with pytest.raises(DeadLettersError):
        polls(*sizes)
    assert why


@pytest.mark.parametrize(
    ("why", "sizes"),
    [
        ("too few to say", [(99, 99)]),
        ("exactly half", [(100, 50)]),
        ("poison now and then", [(10, 1)] * 500),
        ("one bad record after another among good ones", [(1, 1), (1, 0)] * 200),
        ("nothing read", [(0, 0)]),
    ],
)
def test_poison_below_the_share_is_set_aside_and_reading_goes_on(
    why: str, sizes: list[tuple[int, int]]
) -> None:
    for tally in polls(*sizes).values():
        assert tally.read < POLICY.records_min, why


def test_each_topic_is_judged_by_itself() -> None:
    """A decoder of one topic is wrong: the traffic of another must not hide it."""
    with pytest.raises(DeadLettersError, match=r"catalog\.v1/3 offset 7"):
        judge(POLICY, {}, {"spend.v1": 5000, "catalog.v1": 100}, broken(51, "catalog.v1"))


@pytest.mark.parametrize("code", ["id_reused", "revision_conflict", "future_time", "seq_gap"])
def test_facts_about_the_data_never_stop_a_service(code: str) -> None:
    assert judge(POLICY, {}, {"spend.v1": 5000}, broken(5000, code=code))["spend.v1"].broken == 0


def test_the_error_names_topic_partition_offset_share_and_the_first_reason() -> None:
    with pytest.raises(DeadLettersError) as raised:
        polls((60, 60), (60, 60))
    said = str(raised.value)
    for part in ("120 of 120", "spend.v1/3 offset 0", "share 0.5", "unparseable: fault 0"):
        assert part in said


def test_a_share_of_one_lets_everything_pass() -> None:
    """How an operator goes on past a topic that is truly poisonous."""
    state = polls((1000, 1000), policy=BrakePolicy(share_max=1.0, records_min=100))
    assert state["spend.v1"].read == 0

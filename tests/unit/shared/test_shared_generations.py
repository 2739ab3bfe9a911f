"""A memory that is bounded keeps what is in use."""

from hypothesis import given
from hypothesis import strategies as st

from shared.generations import Generations


def test_it_never_holds_more_than_its_bound_and_keeps_what_was_asked_for_last() -> None:
    memory = Generations[int, str](100)
    for number in range(10_000):
        memory.put(number, str(number))
        assert memory.get(0) == "0", "asked for all the time"
        assert len(memory) <= 100
    assert [memory.get(number) for number in range(9_960, 10_000)] == [
        str(number) for number in range(9_960, 10_000)
    ]
    assert memory.get(5_000) is None


def test_what_is_heavy_makes_room_for_itself_and_alone_stays() -> None:
    memory = Generations[str, int](100, weigh=lambda value: value)
    memory.put("small", 1)
    memory.put("giant", 1000)
    assert (memory.get("giant"), memory.get("small")) == (1000, 1)
    memory.put("other", 1)
    assert memory.get("other") == 1
    memory.put("more", 60)
    memory.put("most", 60)
    assert memory.get("giant") is None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40), st.sampled_from("pgf"))))
def test_what_it_answers_was_put_last_and_its_weight_stays_bounded(
    steps: list[tuple[int, int, str]],
) -> None:
    memory = Generations[int, int](40, weigh=lambda value: value)
    told: dict[int, int] = {}
    for key, value, step in steps:
        if step == "p":
            memory.put(key, value)
            told[key] = value
        elif step == "f":
            memory.forget(key)
            told.pop(key, None)
        else:
            assert memory.get(key) in (None, told.get(key))
        held = [*memory.recent.values(), *memory._old.values()]
        assert sum(held) <= 40 + 2 * 40, "each generation, and at most one heavy value in each"
        assert not memory.recent.keys() & memory._old.keys()

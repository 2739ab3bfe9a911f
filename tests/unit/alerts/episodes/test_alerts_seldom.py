"""What happens thousands of times is said once, counted, and repeated at most once an hour."""

from alerts.episodes.seldom import CAUSES_MAX, SILENT_S, Seldom


def test_a_cause_is_said_once_and_again_after_the_silence_with_its_count() -> None:
    now = [0.0]
    seldom = Seldom(lambda: now[0])
    assert seldom.again("a") == 1
    assert [seldom.again("a") for _ in range(7_213)] == [None] * 7_213
    assert seldom.again("b") == 1
    now[0] = SILENT_S
    assert seldom.again("a") == 7_214


def test_what_it_remembers_is_bounded() -> None:
    seldom = Seldom(lambda: 0.0)
    for number in range(3 * CAUSES_MAX):
        assert seldom.again(number) == 1
    assert len(seldom._said) == CAUSES_MAX

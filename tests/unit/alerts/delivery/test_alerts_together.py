"""Many messages as one: what it says, and how many go into it."""

from alerts.channels.dingtalk import DingTalk
from alerts.channels.message import AlertFacts, Block, FactLine, Message
from alerts.delivery.together import can_share, fitting, together
from tests.unit.alerts.builders import at
from tests.unit.alerts.sending import make_message


def message(name: str, *, status: str = "firing", size: int = 10, zone: str = "") -> Message:
    alert = AlertFacts(
        fingerprint=name, status=status, labels={}, annotations={}, starts_at=at(0), ends_at=None
    )
    fact = FactLine("why", "字" * size)
    block = Block(heading=name, headline="h", facts=(fact,), color="#000000", alert=alert)
    return make_message(title=name, written="", blocks=(block,), status=status, zone=zone)


def test_it_says_all_in_order_under_the_first_title() -> None:
    whole = together([message("a", status="resolved"), message("b"), message("c")])
    assert whole.title == "a (+2)"
    assert [block.heading for block in whole.blocks] == ["a", "b", "c"]
    # Something of it is open.
    assert whole.status == "firing"


def test_one_alone_is_itself() -> None:
    assert together([message("a")]) == message("a")


def test_as_many_go_into_one_as_have_room_uncut() -> None:
    messages = [message(str(number), size=1000) for number in range(20)]
    count = fitting(DingTalk(), messages)
    # A character has three bytes, and the robot takes 18,500 of text.
    assert count == 6
    composed = DingTalk().compose(together(messages[:count]), DingTalk.limits.text_max)
    assert composed.whole


def test_times_of_different_zones_are_not_mixed() -> None:
    messages = [message("a", zone="UTC"), message("b", zone="UTC"), message("c", zone="PST")]
    assert fitting(DingTalk(), messages) == 2


def test_what_is_shortened_or_in_parts_goes_alone() -> None:
    assert can_share(message("a"))
    assert not can_share(make_message(written="text"))
    assert not can_share(make_message(written="", part_size=1))
    assert not can_share(make_message(written="", told=("x",)))

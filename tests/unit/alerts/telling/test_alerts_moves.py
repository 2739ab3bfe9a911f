"""A channel is who it leads to, by whatever name, and then who has its name."""

from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alerts.channels.destinations import NOBODY, Endpoint
from alerts.telling.moves import LogRow, moves
from tests.unit.alerts.builders import at


def channel(text: str) -> Endpoint:
    """`name@address`."""
    name, _, address = text.partition("@")
    return Endpoint(name, "dingtalk", {"kind": "dingtalk", "url_env": address}, address)


@pytest.mark.parametrize(
    ("known", "now", "expected"),
    [
        pytest.param("a@X", "a@X", {}, id="nothing was changed"),
        pytest.param("a@X", "a@X b@Y", {}, id="another joined"),
        pytest.param("a@X", "", {}, id="it was removed"),
        pytest.param("a@X", "b@X", {"a": "b@X"}, id="it has another name"),
        pytest.param("a@X", "a@Y", {"a": "a@Y"}, id="it was corrected"),
        pytest.param("a@X", "b@Y", {}, id="another name and address is somebody else"),
        pytest.param("a@X", "b@X a@Y", {"a": "b@X"}, id="its name is somebody else's"),
        pytest.param("a@X b@Y", "a@Y b@X", {"a": "b@X", "b": "a@Y"}, id="they changed names"),
        pytest.param("a@X b@Y", "b@X", {"a": "b@X", "b": "Y@Y"}, id="one has the name of who left"),
        pytest.param("a@X b@Y", "b@X c@Y", {"a": "b@X", "b": "c@Y"}, id="names moved on by one"),
        pytest.param("a@X b@X", "c@X", {"a": "c@X", "b": "c@X"}, id="two logs become one"),
        pytest.param("a@X b@X", "", {"a": "b@X", "b": "b@X"}, id="as do those of who has left"),
        pytest.param("X@X", "X@Y", {"X": "X@Y"}, id="a derived name was written to correct it"),
        pytest.param("b@Y", "b@X Y@Z", {"b": "b@X"}, id="a name comes before a derived one"),
        pytest.param("a@X b@Y", "b@X Y@Z", {"a": "b@X", "b": "Y@Z"}, id="or is one by itself"),
        pytest.param("X@", "b@X", {"X": "b@X"}, id="of old the name alone was kept"),
    ],
)
def test_a_log_goes_on_with_who_it_is_about(known: str, now: str, expected: dict[str, str]) -> None:
    log = {
        one.name: LogRow(one, at(minute), "", "")
        for minute, one in enumerate(map(channel, known.split()))
    }
    found = moves(log, [channel(text) for text in now.split()])
    assert found == {name: channel(text) for name, text in expected.items()}


def test_nobody_is_no_channel_that_moves() -> None:
    assert moves({NOBODY.name: LogRow(NOBODY, at(0), "", "")}, [channel("a@X")]) == {}


class Telling:
    """What is told by logs with names: each start to who is configured, each end to who knows."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int, str]] = []
        self.logs: dict[str, tuple[LogRow, set[int]]] = {}

    def flush(self, file: list[Endpoint], now: int, started: set[int], ended: set[int]) -> None:
        moved = moves({name: row for name, (row, _) in self.logs.items()}, file)
        gone = {name: self.logs.pop(name) for name in moved}
        for name, (row, told) in gone.items():
            one = moved[name]
            _, merged = self.logs.get(one.name, (None, set()))
            self.logs[one.name] = (row._replace(channel=one), told | merged)
        for one in file:
            _, told = self.logs.get(one.name, (None, set()))
            for alert in sorted(started - told):
                self.heard.append((one.address, alert, "start"))
            if started:
                self.logs[one.name] = (LogRow(one, at(now), "", ""), told | started)
        for row, told in self.logs.values():
            self.heard += [(row.channel.address, alert, "end") for alert in sorted(told & ended)]
            told.difference_update(ended)


class Model:
    """The same by address alone, and which of them were corrected to another."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, int, str]] = []
        self.told: dict[str, set[int]] = {}
        self.names: dict[str, str] = {}
        self.corrected: set[str] = set()

    def flush(self, file: list[Endpoint], started: set[int], ended: set[int]) -> None:
        listed = {one.address for one in file}
        holders = {self.names[address]: address for address in self.told if self.names[address]}
        before = set(self.told)
        for one in file:
            holder = holders.get(one.name)
            if one.address not in before and holder and holder not in listed:
                self.told[one.address] = self.told.pop(holder)
                self.corrected.add(holder)
        for one in file:
            self.names = {
                address: "" if name == one.name else name for address, name in self.names.items()
            } | {one.address: one.name}
            if started or one.address in self.told:
                told = self.told.setdefault(one.address, set())
                self.heard += [(one.address, alert, "start") for alert in started - told]
                told |= started
        for address, told in self.told.items():
            self.heard += [(address, alert, "end") for alert in told & ended]
            told.difference_update(ended)


files = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("XYZ")),
    max_size=3,
    unique_by=(lambda one: one[0], lambda one: one[1]),
).map(lambda found: " ".join(map("@".join, found)))


@given(st.lists(st.tuples(files, st.sampled_from(("start", "end", ""))), max_size=12))
@example([("a@X b@Y", "start"), ("b@X c@Y", "end")])
@example([("a@X b@Y", "start"), ("b@X", "start"), ("b@X", "end")])
def test_whatever_they_are_called_each_address_hears_each_start_and_each_end_once(
    steps: list[tuple[str, str]],
) -> None:
    telling, model, started = Telling(), Model(), set[int]()
    for now, (text, event) in enumerate([*steps, ("", "end")]):
        file = [channel(one) for one in text.split()]
        ended = set[int]()
        match event:
            case "start":
                started |= {now}
            case "end":
                started, ended = set(), started
        telling.flush(file, now, started, ended)
        model.flush(file, started, ended)
    assert sorted(telling.heard) == sorted(model.heard)
    for (address, _, _), times in Counter(telling.heard).items():
        assert times == 1 or address in model.corrected

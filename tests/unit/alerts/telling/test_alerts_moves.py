"""A channel is who it leads to, by whatever name, and then who has its name."""

import pytest

from alerts.channels.destinations import NOBODY, Endpoint
from alerts.telling.moves import moves
from alerts.telling.store import LogRow
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
        pytest.param("a@X b@Y", "a@Y b@X", {"a": "a@Y", "b": "b@X"}, id="both were corrected"),
        pytest.param("a@X b@Y", "b@X", {"b": "b@X"}, id="one was corrected to who left"),
        pytest.param("a@X b@X", "c@X", {"b": "c@X"}, id="who was told last has the name"),
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

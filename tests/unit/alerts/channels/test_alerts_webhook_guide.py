"""The receiver that the guide shows takes what Paceline sends, and nothing else."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from alerts.channels.webhook import keys_of, signed
from tests.root import ROOT
from tests.unit.alerts.builders import START

GUIDE = (ROOT / "docs" / "guide" / "channels.md").read_text(encoding="utf-8")
SECRET, OTHER = "whsec_" + "M" * 32, "whsec_" + "O" * 32
BODY = '{"status": "firing", "receiver": "值班"}'.encode()
NOW = START.timestamp()
HEADERS = signed("d1", START, BODY, keys_of(SECRET))


@pytest.fixture(scope="module")
def verify() -> Callable[..., bool]:
    [example] = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 - the guide's own
    found: Callable[..., bool] = names["verify"]
    return found


def test_its_vector_is_right(verify: Callable[..., bool]) -> None:
    said = dict(re.findall(r"^\| `?([\w-]+)`? \| `(.+)` \|$", GUIDE, re.MULTILINE))
    seconds = int(said["webhook-timestamp"])
    assert verify(said["secret"], said, said["body"].encode(), now=seconds)
    at = START.fromtimestamp(seconds, START.tzinfo)
    ours = signed(said["webhook-id"], at, said["body"].encode(), keys_of(said["secret"]))
    assert ours.items() <= said.items()


@pytest.mark.parametrize(
    ("secret", "headers", "body", "now", "taken", "why"),
    [
        (SECRET, HEADERS, BODY, NOW, True, "it is as it was sent"),
        (SECRET, HEADERS, BODY, NOW + 299, True, "five minutes are allowed"),
        (SECRET, HEADERS, BODY, NOW + 301, False, "it is old"),
        (SECRET, HEADERS, BODY, NOW - 301, False, "it is of the future"),
        (SECRET, HEADERS, BODY + b" ", NOW, False, "another body"),
        (SECRET, {**HEADERS, "webhook-id": "d2"}, BODY, NOW, False, "another id"),
        (OTHER, HEADERS, BODY, NOW, False, "another secret"),
        (SECRET, {**HEADERS, "webhook-signature": "v1,é"}, BODY, NOW, False, "no signature"),
    ],
)
def test_it_takes_what_was_signed_and_nothing_else(
    *,
    verify: Callable[..., bool],
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    now: float,
    taken: bool,
    why: str,
) -> None:
    assert verify(secret, headers, body, now=now) is taken, why


def test_while_a_secret_is_rotated_either_is_taken(verify: Callable[..., bool]) -> None:
    both = signed("d1", START, BODY, keys_of(f"{SECRET} {OTHER}"))
    assert all(verify(one, both, BODY, now=NOW) for one in (SECRET, OTHER))

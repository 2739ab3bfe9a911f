"""What every door checks: that a record can be decoded, and that a database can hold it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from shared.bodies.words import words_of_error
from shared.events import has_nul
from shared.kafka.brake import SetAside
from shared.kafka.consumer import Received

T = TypeVar("T")
KEY_BYTES_MAX = 1_000
"""Of a text that is part of an index: PostgreSQL has room for 2,700 bytes in a row of one."""
NUMBER_MAX = 2**31 - 1
UNPARSEABLE = "unparseable"
YEARS = range(1970, 9000)
"""Of instants that are stored."""


class UnreadableError(ValueError):
    """The record is poison; the message says why."""


def read_all(
    batch: Sequence[Received], read: Callable[[bytes], T]
) -> tuple[list[tuple[Received, T]], list[SetAside]]:
    """What a poll says, and the poison in it, which is set aside."""
    found: list[tuple[Received, T]] = []
    poison: list[SetAside] = []
    for received in batch:
        try:
            found.append((received, read(received.value)))
        except UnreadableError as error:
            poison.append(SetAside(received, UNPARSEABLE, str(error)))
    return found, poison


def decoded(value: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """The record as its topic has it. Raises UnreadableError."""
    if has_nul(value):
        raise UnreadableError("text with the character U+0000")
    try:
        return decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableError(words_of_error(str(error))) from error
    except RecursionError as error:
        raise UnreadableError("nested too deep") from error


def check_keys(keys: Mapping[str, str], **numbers: int) -> None:
    """Raises UnreadableError for what no index can hold."""
    for name, text in keys.items():
        if len(text.encode()) > KEY_BYTES_MAX:
            raise UnreadableError(f"{name} is longer than {KEY_BYTES_MAX} bytes")
    for name, number in numbers.items():
        if not 1 <= number <= NUMBER_MAX:
            raise UnreadableError(f"{name} {number} is not in 1..{NUMBER_MAX}")

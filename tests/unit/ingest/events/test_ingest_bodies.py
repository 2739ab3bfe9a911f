"""Bodies within bounds: a bomb costs no more than an honest body."""

import gzip
import tracemalloc
import zlib
from collections.abc import Sequence
from typing import Any

import pytest

from ingest.events.body import BodyReader, ClientGoneError, gunzip
from shared.errors import (
    PacelineError,
    TooLargeError,
    UnavailableError,
    UnparseableError,
    UnsupportedMediaError,
)

MB = 1024 * 1024


class Client:
    """Sends its chunks, then disconnects."""

    def __init__(self, *chunks: bytes, complete: bool = True) -> None:
        self._messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
        ]
        if complete:
            self._messages[-1]["more_body"] = False
        else:
            self._messages.append({"type": "http.disconnect"})
        self.taken = 0

    async def receive(self) -> dict[str, Any]:
        self.taken += 1
        return self._messages.pop(0)


async def read(
    client: Client, *headers: tuple[bytes, bytes], bytes_max: int = MB, all_max: int = 10 * MB
) -> bytes:
    return await BodyReader(all_max).read(client.receive, headers, bytes_max)


async def test_a_body_arrives_whole_however_it_is_cut() -> None:
    assert await read(Client(b"abc")) == b"abc"
    assert await read(Client(b"a", b"", b"bc")) == b"abc"


GZIP = (b"content-encoding", b"gzip")
REFUSED: list[tuple[str, Client, Sequence[tuple[bytes, bytes]], type[PacelineError]]] = [
    ("more than it may", Client(b"x" * (MB + 1)), [], TooLargeError),
    ("more than it may, in chunks", Client(b"x" * MB, b"x"), [], TooLargeError),
    ("a bomb", Client(gzip.compress(bytes(50 * MB), 1)), [GZIP], TooLargeError),
    ("a bomb in two members", Client(gzip.compress(bytes(MB)) * 2), [GZIP], TooLargeError),
    ("no gzip", Client(b"{}"), [GZIP], UnparseableError),
    ("gzip cut short", Client(gzip.compress(b"{}" * 500)[:-9]), [GZIP], UnparseableError),
    ("an encoding nobody knows", Client(b"x"), [(b"content-encoding", b"br")],
     UnsupportedMediaError),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "client", "headers", "error"), REFUSED)
async def test_a_body_out_of_bounds_is_refused_by_name(
    reason: str, client: Client, headers: Any, error: type[PacelineError]
) -> None:
    with pytest.raises(error):
        await read(client, *headers)


async def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    client = Client(b"x")
    with pytest.raises(TooLargeError):
        await read(client, (b"content-length", b"2000000"))
    assert client.taken == 0


async def test_all_bodies_being_read_share_one_bound_and_give_it_back() -> None:
    reader = BodyReader(100)
    with pytest.raises(UnavailableError, match="overloaded"):
        await reader.read(Client(b"x" * 60, b"x" * 60).receive, (), 1000)
    assert await reader.read(Client(b"x" * 60, b"x" * 30).receive, (), 1000) == b"x" * 90


async def test_a_client_that_goes_away_gets_no_answer() -> None:
    with pytest.raises(ClientGoneError):
        await read(Client(b"half", complete=False))


def test_a_gzip_body_may_have_several_members() -> None:
    assert gunzip(gzip.compress(b"ab") + gzip.compress(b"cd"), 4) == b"abcd"
    assert gunzip(b"", 4) == b""


def test_a_bomb_of_a_gigabyte_never_takes_more_than_a_few_megabytes() -> None:
    squeezer = zlib.compressobj(9, wbits=31)
    # After a full flush what follows stands alone, so a piece packed once may be repeated.
    first, again = (
        squeezer.compress(bytes(16 * MB)) + squeezer.flush(zlib.Z_FULL_FLUSH) for _ in range(2)
    )
    bomb = first + again * 63
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError):
            gunzip(bomb, 5 * MB)
        assert tracemalloc.get_traced_memory()[1] < 16 * MB
    finally:
        tracemalloc.stop()

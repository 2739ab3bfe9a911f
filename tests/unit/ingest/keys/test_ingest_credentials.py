"""API keys from memory: known ones work without a database, unknown ones are never guessed."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import msgspec
import pytest

from ingest.keys.credentials import Credentials
from ingest.keys.grant import Bucket, Grant
from ingest.keys.rules import hash_key, make_key
from ingest.keys.store import KeyInForce
from shared.errors import (
    ForbiddenError,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
)
from shared.http.auth import Principal
from shared.http.reach import Reach


class Tokens:
    """A verifier that knows one token per role."""

    def __init__(self) -> None:
        self.asked = 0

    async def verify(self, token: str) -> Principal:
        self.asked += 1
        return Principal(Reach("acme"), "li.na", frozenset([token]))


def credentials(keys_max_age_s: float = 60.0, tokens: Any = None) -> Credentials:
    return Credentials(tokens or Tokens(), keys_max_age_s, 10.0)


def row(text: str, **changes: Any) -> KeyInForce:
    key = KeyInForce("k1", "acme", hash_key(text), ["google-ads/*"], None, None, None)
    return msgspec.structs.replace(key, **changes)


def header(text: str) -> bytes:
    return f"Bearer {text}".encode()


async def test_a_known_key_gives_workspace_and_sources() -> None:
    _, text, _ = make_key()
    known = credentials()
    known.replace([row(text)], monotonic())
    caller = await known.identify(header(text))

    assert caller is not None
    assert caller.workspace == "acme"
    assert caller.allows("google-ads/123")
    assert not caller.allows("meta-ads/123")
    assert known.known(header(text)) is caller


async def test_a_key_that_is_not_in_the_cache_is_503_without_database_and_401_with() -> None:
    _, text, _ = make_key()
    known = credentials()
    known.replace([], monotonic())

    assert await known.identify(header(text)) is None
    assert isinstance(known.unknown(database_away=True), UnavailableError)
    error = known.unknown(database_away=False)
    assert isinstance(error, UnauthorizedError)
    assert error.code == "key_unknown"


async def test_before_the_keys_were_read_once_every_key_is_503() -> None:
    with pytest.raises(UnavailableError, match="keys_unavailable"):
        await credentials().identify(header(make_key()[1]))


async def test_a_cache_older_than_its_maximum_age_is_not_believed() -> None:
    _, text, _ = make_key()
    known = credentials(keys_max_age_s=-1.0)
    known.replace([row(text)], monotonic())

    with pytest.raises(UnavailableError, match="keys_unavailable"):
        await known.identify(header(text))


async def test_an_expired_key_is_named_also_when_it_was_valid_a_moment_ago() -> None:
    _, text, _ = make_key()
    known = credentials()
    known.replace([row(text, expires_at=datetime.now(UTC) - timedelta(seconds=1))], monotonic())

    with pytest.raises(UnauthorizedError, match="key_expired"):
        await known.identify(header(text))


async def test_a_revoked_key_is_gone_with_the_next_reload() -> None:
    _, text, _ = make_key()
    known = credentials()
    known.replace([row(text)], monotonic())
    await known.identify(header(text))
    known.replace([], monotonic())

    assert known.known(header(text)) is None
    assert await known.identify(header(text)) is None


async def test_a_key_that_is_forgotten_ends_at_once_and_no_other_does() -> None:
    texts = [make_key()[1] for _ in range(2)]
    known = credentials()
    known.replace([row(text) for text in texts], monotonic())
    for text in texts:
        await known.identify(header(text))
    known.forget(hash_key(texts[0]))
    known.forget(hash_key(texts[0]))

    assert known.known(header(texts[0])) is None
    assert await known.identify(header(texts[0])) is None
    assert known.known(header(texts[1])) is not None


async def test_a_token_is_verified_once_in_a_while_and_covers_all_sources() -> None:
    tokens = Tokens()
    known = credentials(tokens=tokens)
    caller = await known.identify(b"Bearer operator")

    assert caller is not None
    assert caller.allows("anything/at-all")
    assert known.known(b"Bearer operator") is caller
    assert tokens.asked == 1


@pytest.mark.parametrize("role", ["viewer", "approver", "finance", "auditor"])
async def test_only_operators_and_admins_may_send(role: str) -> None:
    with pytest.raises(ForbiddenError, match="role_missing"):
        await credentials().identify(f"Bearer {role}".encode())


@pytest.mark.parametrize("sent", [None, b"", b"Basic abc", b"Bearer ", b"plk_x"])
async def test_without_a_credential_nobody_may_send(sent: bytes | None) -> None:
    with pytest.raises(UnauthorizedError, match="credential_missing"):
        await credentials().identify(sent)


def test_a_key_is_never_stored_as_it_is() -> None:
    key_id, text, digest = make_key()

    assert text.startswith(f"plk_{key_id}_")
    assert digest == hash_key(text)
    assert text.encode() not in digest


@pytest.mark.parametrize(
    ("source", "covered"),
    [
        ("google-ads/1", True),
        ("google-ads/1/2", True),
        ("google-ads", False),
        ("Google-Ads/1", False),
        ("xgoogle-ads/1", False),
    ],
)
def test_a_pattern_is_matched_whole_and_in_its_case(source: str, covered: bool) -> None:
    assert Grant(Reach("w"), "s", ["google-ads/*"]).allows(source) is covered


def test_a_bucket_lets_a_large_batch_into_debt_and_then_says_how_long_to_wait() -> None:
    bucket = Bucket(100, now_s=0.0)
    bucket.take(1000, now_s=0.0)
    with pytest.raises(TooManyRequestsError) as caught:
        bucket.take(1, now_s=1.0)
    assert caught.value.retry_after_s == 8
    bucket.take(1, now_s=8.0)


def test_a_bucket_is_never_fuller_than_its_burst() -> None:
    bucket = Bucket(10, now_s=0.0)
    bucket.take(21, now_s=1_000_000.0)
    with pytest.raises(TooManyRequestsError):
        bucket.take(1, now_s=1_000_000.0)


async def test_a_reload_does_not_fill_a_bucket() -> None:
    _, text, _ = make_key()
    known = credentials()
    known.replace([row(text, rate_per_s=10)], monotonic())
    caller = await known.identify(header(text))
    assert caller is not None
    caller.take(10_000)
    known.replace([row(text, rate_per_s=10)], monotonic())
    again = await known.identify(header(text))

    assert again is not None
    with pytest.raises(TooManyRequestsError):
        again.take(1)

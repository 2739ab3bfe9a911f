"""Who may send what: API keys from a cache with a maximum age, tokens for a few seconds.

Requests are answered from memory, so ingest accepts while PostgreSQL is away. A key the cache does
not know is then 503 and not 401: we cannot say that it is wrong.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import translate
from typing import Any

from shared.errors import (
    ForbiddenError,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
)
from shared.http.auth import TokenVerifier, bearer

KEY_PREFIX = "plk_"
CALLERS_CACHED_MAX = 10_000
BURST_S = 2.0
RELOAD_MIN_S = 1.0


def make_key() -> tuple[str, str, bytes]:
    """(public id, the key's text, its hash). 256 random bits need no slow hash."""
    key_id = secrets.token_hex(6)
    text = f"{KEY_PREFIX}{key_id}_{secrets.token_urlsafe(32)}"
    return key_id, text, hash_key(text)


def hash_key(text: str) -> bytes:
    """What is stored in place of the key."""
    return hashlib.sha256(text.encode()).digest()


class Bucket:
    """A token bucket over events; a request may go into debt, so any batch size can pass."""

    def __init__(self, rate_per_s: int, now_s: float) -> None:
        self._rate_per_s = rate_per_s
        self._burst = rate_per_s * BURST_S
        self._tokens = self._burst
        self._at_s = now_s

    def take(self, count: int, now_s: float) -> None:
        """Raises TooManyRequestsError `rate_exceeded` with Retry-After while in debt."""
        earned = (now_s - self._at_s) * self._rate_per_s
        self._tokens = min(self._burst, self._tokens + earned)
        self._at_s = now_s
        if self._tokens < 0:
            wait_s = int(-self._tokens / self._rate_per_s) + 1
            raise TooManyRequestsError(
                "rate_exceeded", f"{self._rate_per_s} events/s", retry_after_s=wait_s
            )
        self._tokens -= count


class Caller:
    """What a credential allows. `roles` is empty for a key."""

    def __init__(
        self,
        workspace: str,
        subject: str,
        patterns: Sequence[str],
        *,
        roles: frozenset[str] = frozenset(),
        rate_per_s: int | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        self.workspace = workspace
        self.subject = subject
        self.patterns = tuple(patterns)
        self.roles = roles
        self.rate_per_s = rate_per_s
        self.expires_s = None if expires_at is None else expires_at.timestamp()
        self._bucket = None if rate_per_s is None else Bucket(rate_per_s, time.monotonic())
        self._covered: re.Pattern[str] | None = None

    def allows(self, source: str) -> bool:
        """True when a pattern of the key covers the source; `*` also covers `/`."""
        if self._covered is None:
            self._covered = re.compile("|".join(map(translate, self.patterns)) or "(?!)")
        return self._covered.match(source) is not None

    def take(self, count: int) -> None:
        """Counts events against the key's rate. Raises TooManyRequestsError."""
        if self._bucket is not None:
            self._bucket.take(count, time.monotonic())

    def inherit(self, known: "Caller") -> None:
        """Keeps the bucket and the compiled patterns of the same key over a reload."""
        if known.rate_per_s == self.rate_per_s:
            self._bucket = known._bucket
        if known.patterns == self.patterns:
            self._covered = known._covered


class Credentials:
    """All keys in force, and tokens seen in the last seconds."""

    def __init__(
        self, verifier: TokenVerifier, keys_max_age_s: float, token_cache_s: float
    ) -> None:
        self._verifier = verifier
        self._keys_max_age_s = keys_max_age_s
        self._token_cache_s = token_cache_s
        self._keys: dict[bytes, Caller] = {}
        self._by_header: dict[bytes, tuple[float, Caller]] = {}
        self._loaded_s = float("-inf")
        self.tried_s = float("-inf")

    def replace(self, rows: Iterable[Mapping[str, Any]], began_s: float) -> None:
        """Takes over all keys in force, as read from the table since `began_s` (monotonic clock):
        a key that was made after it may be missing."""
        known, self._keys = self._keys, {}
        for row in rows:
            caller = Caller(
                row["workspace"],
                f"key:{row['key_id']}",
                row["sources"],
                rate_per_s=row["rate_per_s"],
                expires_at=row["expires_at"],
            )
            earlier = known.get(row["hash"])
            if earlier is not None:
                caller.inherit(earlier)
            self._keys[row["hash"]] = caller
        self._by_header.clear()
        self._loaded_s = self.tried_s = began_s

    def forget(self, digest: bytes) -> None:
        """Ends a key that was revoked, whether or not the table can be read again now."""
        revoked = self._keys.pop(digest, None)
        if revoked is not None:
            self._by_header = {
                header: known for header, known in self._by_header.items() if known[1] != revoked
            }

    def reload_in_s(self) -> float:
        """How long to wait: guessing keys must not cost more than a look at the table a second."""
        return max(0.0, self.tried_s + RELOAD_MIN_S - time.monotonic())

    def tried(self) -> None:
        """A reload was tried and failed."""
        self.tried_s = time.monotonic()

    def known(self, authorization: bytes) -> Caller | None:
        """The caller of a header seen before, still valid; no waiting."""
        found = self._by_header.get(authorization)
        if found is None:
            return None
        until_s, caller = found
        if time.monotonic() > until_s:
            del self._by_header[authorization]
            return None
        _check_expiry(caller)
        return caller

    async def identify(self, authorization: bytes | None) -> Caller | None:
        """The caller, or None for a well-formed key that is not in the cache.

        Raises UnauthorizedError (`credential_missing`, `key_expired`, `token_…`), ForbiddenError
        `role_missing`, UnavailableError `keys_unavailable`.
        """
        text = bearer(None if authorization is None else authorization.decode("latin-1"))
        if text.startswith(KEY_PREFIX):
            if time.monotonic() - self._loaded_s > self._keys_max_age_s:
                raise UnavailableError("keys_unavailable", "the keys could not be read for long")
            found = self._keys.get(hash_key(text))
            if found is None:
                return None
            _check_expiry(found)
            until_s = self._loaded_s + self._keys_max_age_s
        else:
            principal = await self._verifier.verify(text)
            if not principal.has("operator"):
                raise ForbiddenError("role_missing", "needs one of: operator, admin")
            found = Caller(principal.workspace, principal.subject, ["*"], roles=principal.roles)
            until_s = time.monotonic() + self._token_cache_s
        if len(self._by_header) >= CALLERS_CACHED_MAX:
            self._by_header.clear()
        if authorization is not None:
            self._by_header[authorization] = until_s, found
        return found

    def unknown(self, *, database_away: bool) -> Exception:
        """What to answer for a key that is not in the cache after a reload was tried."""
        if database_away:
            return UnavailableError("keys_unavailable", "the keys cannot be read now")
        return UnauthorizedError("key_unknown", "no such key, or it was revoked")


def _check_expiry(caller: Caller) -> None:
    if caller.expires_s is not None and datetime.now(UTC).timestamp() >= caller.expires_s:
        raise UnauthorizedError("key_expired", "the key has expired")

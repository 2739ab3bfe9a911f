"""Who may send what: API keys from a cache with a maximum age, tokens for a few seconds.

Requests are answered from memory, so ingest accepts while PostgreSQL is away. A key the cache does
not know is then 503 and not 401: we cannot say that it is wrong.
"""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from ingest.keys.grant import Grant
from ingest.keys.rules import KEY_PREFIX, hash_key
from ingest.keys.store import KeyInForce
from shared.errors import UnauthorizedError, UnavailableError
from shared.http.auth import TokenVerifier, bearer
from shared.http.reach import Reach

GRANTS_CACHED_MAX = 10_000
RELOAD_MIN_S = 1.0


class Credentials:
    """All keys in force, and tokens seen in the last seconds."""

    def __init__(
        self, verifier: TokenVerifier, keys_max_age_s: float, token_cache_s: float
    ) -> None:
        self._verifier = verifier
        self._keys_max_age_s = keys_max_age_s
        self._token_cache_s = token_cache_s
        self._keys: dict[bytes, Grant] = {}
        self._by_header: dict[bytes, tuple[float, Grant]] = {}
        self._loaded_s = float("-inf")
        self.tried_s = float("-inf")

    def replace(self, keys: Iterable[KeyInForce], began_s: float) -> None:
        """Takes over all keys in force, as read from the table since `began_s` (monotonic clock):
        a key that was made after it may be missing. A reading older than the last is dropped."""
        if began_s < self._loaded_s:
            return
        known, self._keys = self._keys, {}
        for key in keys:
            grant = Grant(
                Reach(key.workspace, None if key.campaigns is None else frozenset(key.campaigns)),
                f"key:{key.key_id}",
                key.sources,
                rate_per_s=key.rate_per_s,
                expires_at=key.expires_at,
            )
            earlier = known.get(key.hash)
            if earlier is not None:
                grant.inherit(earlier)
            self._keys[key.hash] = grant
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

    def known(self, authorization: bytes) -> Grant | None:
        """The grant of a header seen before, still valid; no waiting."""
        found = self._by_header.get(authorization)
        if found is None:
            return None
        until_s, grant = found
        if time.monotonic() > until_s:
            del self._by_header[authorization]
            return None
        _check_expiry(grant)
        return grant

    async def identify(self, authorization: bytes | None) -> Grant | None:
        """The grant, or None for a well-formed key that is not in the cache.

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
            principal.require("operator")
            found = Grant(principal.reach, principal.subject, ["*"], roles=principal.roles)
            until_s = time.monotonic() + self._token_cache_s
        if len(self._by_header) >= GRANTS_CACHED_MAX:
            self._by_header.clear()
        if authorization is not None:
            self._by_header[authorization] = until_s, found
        return found

    def unknown(self, *, database_away: bool) -> Exception:
        """What to answer for a key that is not in the cache after a reload was tried."""
        if database_away:
            return UnavailableError("keys_unavailable", "the keys cannot be read now")
        return UnauthorizedError("key_unknown", "no such key, or it was revoked")


def _check_expiry(grant: Grant) -> None:
    if grant.expires_s is not None and datetime.now(UTC).timestamp() >= grant.expires_s:
        raise UnauthorizedError("key_expired", "the key has expired")

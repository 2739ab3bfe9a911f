"""What a credential allows: sources by pattern, campaigns by name, events by rate."""

import re
import time
from collections.abc import Sequence
from datetime import datetime
from fnmatch import translate

from shared.errors import TooManyRequestsError
from shared.http.reach import Reach

BURST_S = 2.0


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


class Grant:
    """What a credential allows. `roles` is empty for a key."""

    def __init__(
        self,
        reach: Reach,
        subject: str,
        patterns: Sequence[str],
        *,
        roles: frozenset[str] = frozenset(),
        rate_per_s: int | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        self.workspace = reach.workspace
        self.reach = reach
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

    @property
    def campaigns(self) -> frozenset[str] | None:
        """The campaigns that events may name; None: all, and platforms' entities too. In which
        region a campaign is, nobody knows here: a reach by regions names none."""
        return self.reach.campaigns if self.reach.regions is None else frozenset()

    def take(self, count: int) -> None:
        """Counts events against the key's rate. Raises TooManyRequestsError."""
        if self._bucket is not None:
            self._bucket.take(count, time.monotonic())

    def inherit(self, known: "Grant") -> None:
        """Keeps the bucket and the compiled patterns of the same key over a reload."""
        if known.rate_per_s == self.rate_per_s:
            self._bucket = known._bucket
        if known.patterns == self.patterns:
            self._covered = known._covered

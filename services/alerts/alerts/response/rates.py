"""How often somebody may do something: so many times a minute, all at once or one by one."""

import math
import time
from collections.abc import Callable

from shared.errors import TooManyRequestsError

KEYS_MAX = 10_000
"""Of whom is known how often they did it; of more, who did so longest ago is forgotten."""
WINDOW_S = 60.0


class Rate:
    """One limit, of this process. `take` counts a time; in memory it is one instant for each key:
    when all that was taken will have been earned (the generic cell rate algorithm)."""

    def __init__(
        self, per_minute: int, code: str, detail: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._apart_s = WINDOW_S / per_minute
        self._code, self._detail = code, detail
        self._clock = clock
        self._earned_at: dict[str, float] = {}

    def take(self, key: str) -> None:
        """Raises TooManyRequestsError with Retry-After for who did so too often."""
        now = self._clock()
        earned_at = max(self._earned_at.pop(key, now), now) + self._apart_s
        wait_s = earned_at - now - WINDOW_S
        if wait_s > 0:
            earned_at -= self._apart_s
        # The newest is the last.
        self._earned_at[key] = earned_at
        if len(self._earned_at) > KEYS_MAX:
            del self._earned_at[next(iter(self._earned_at))]
        if wait_s > 0:
            raise TooManyRequestsError(self._code, self._detail, retry_after_s=math.ceil(wait_s))

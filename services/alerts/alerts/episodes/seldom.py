"""Says a thing that happens thousands of times once, and then at most once an hour."""

from collections.abc import Callable, Hashable

SILENT_S = 3600.0
CAUSES_MAX = 1000


class Seldom:
    """What was said lately, by cause; bounded, the oldest causes are forgotten first.

    `monotonic` gives seconds that never go back.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._said: dict[Hashable, tuple[float, int]] = {}

    def again(self, cause: Hashable) -> int | None:
        """How many times it has happened since it was said last, this time included; None when it
        was said lately, and is only counted."""
        now = self._monotonic()
        at, count = self._said.get(cause, (None, 0))
        if at is not None and now - at < SILENT_S:
            self._said[cause] = (at, count + 1)
            return None
        self._said.pop(cause, None)
        if len(self._said) >= CAUSES_MAX:
            del self._said[next(iter(self._said))]
        self._said[cause] = (now, 0)
        return count + 1

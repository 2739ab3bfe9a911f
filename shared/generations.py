"""A bounded memory in two generations: what has not been asked for longest falls away.

When the recent generation is full it becomes the old one, from which what is still in use is taken
over; what is then left of the old one goes at once. This keeps what a list of last uses would keep,
but for the order within a generation, and a hit costs one look into a plain dict.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _one(_: object) -> int:
    return 1


class Generations(Generic[K, V]):
    """At most `weight_max` of what `weigh` says of the values (1 each), in both generations.

    One value may weigh more than half of that: then it is a generation of its own, so that what is
    in use can always be remembered.
    """

    __slots__ = ("_generation_max", "_old", "_weigh", "_weight", "recent")

    def __init__(self, weight_max: int, weigh: Callable[[V], int] = _one) -> None:
        self._generation_max = weight_max // 2
        self._weigh = weigh
        self._weight = 0
        self._old: dict[K, V] = {}
        self.recent: dict[K, V] = {}
        """For hot loops: what is not in here may still be found by `get`."""

    def get(self, key: K) -> V | None:
        """The value, which thereby is in use; None if it is not remembered."""
        found = self.recent.get(key)
        if found is None:
            found = self._old.pop(key, None)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: K, value: V) -> None:
        """Remembers a value; others may fall away."""
        known = self.recent.pop(key, None)
        if known is not None:
            self._weight -= self._weigh(known)
        weight = self._weigh(value)
        if self.recent and self._weight + weight > self._generation_max:
            self._old, self.recent, self._weight = self.recent, {}, 0
        self._old.pop(key, None)
        self.recent[key] = value
        self._weight += weight

    def put_all(self, found: Iterable[tuple[K, V]]) -> None:
        """Remembers several."""
        for key, value in found:
            self.put(key, value)

    def forget(self, key: K) -> None:
        """Does not remember a value any more."""
        known = self.recent.pop(key, None)
        if known is not None:
            self._weight -= self._weigh(known)
        self._old.pop(key, None)

    def clear(self) -> None:
        """Remembers nothing."""
        self._old, self.recent, self._weight = {}, {}, 0

    def __len__(self) -> int:
        return len(self.recent) + len(self._old)

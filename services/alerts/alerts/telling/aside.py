"""Arithmetic about many alerts, in a thread of its own: a group of 5,000 takes seconds to put into
words, and nobody else would be answered meanwhile.
"""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

ALERTS_MIN = 200
"""For fewer a thread costs more than it spares."""


async def aside(alerts: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What pure `work` about so many alerts returns."""
    if alerts < ALERTS_MIN:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)

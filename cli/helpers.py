"""Plain code that runs coroutines, wherever it is called from."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")
_HELPERS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="helper")


def run_coroutine(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """The coroutine's result, from plain code, also when the caller's thread runs an event loop."""
    return _HELPERS.submit(asyncio.run, coroutine).result()


def run_in_helper(action: Callable[[], Result]) -> Result:
    """The action's result, from a thread without an event loop of its own."""
    return _HELPERS.submit(action).result()

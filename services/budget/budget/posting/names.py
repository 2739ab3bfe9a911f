"""Ids for the names of a poll: remembered where committed, made where there were none."""

from collections.abc import Awaitable, Callable, Hashable
from collections.abc import Set as AbstractSet
from typing import NamedTuple, TypeVar

from budget.ledger.registry import ReportForm, ReportKey, StreamKey
from budget.ledger.rules import AccountKey
from budget.posting.route import SpendRoute
from shared.generations import Generations

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class CommittedNames(NamedTuple):
    """What is committed of the names of a poll: only this may be remembered and settled by."""

    reports: dict[ReportKey, ReportForm]
    streams: dict[StreamKey, int]
    accounts: dict[AccountKey, int]
    feeds: set[tuple[int, str]]


async def register(
    memory: Generations[K, V],
    committed: dict[K, V],
    keys: AbstractSet[K],
    find: Callable[[AbstractSet[K]], Awaitable[dict[K, V]]],
    add: Callable[[AbstractSet[K]], Awaitable[dict[K, V]]],
) -> dict[K, V]:
    """What stands for each key, made where there was nothing; `committed` gets what was there."""
    committed.update((key, value) for key in keys if (value := memory.get(key)) is not None)
    missing = keys - committed.keys()
    if missing:
        found = await find(missing)
        memory.put_all(found.items())
        committed.update(found)
    new = missing - committed.keys()
    return committed | (await add(new) if new else {})


def settle(route: SpendRoute, known: CommittedNames) -> None:
    """Has the route need nothing more once all that it names is committed."""
    stream_id = known.streams.get(route.stream)
    account_id = known.accounts.get(route.destination.account)
    if stream_id is None or account_id is None or route.report not in known.reports:
        return
    if not route.feed or (account_id, route.source) in known.feeds:
        route.ids = stream_id, account_id
        route.settled = route.feed

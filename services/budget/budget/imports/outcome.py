"""What became of a file: counted row by row as it is read, looked up in the ledger when asked.

Counters say what each row did when it came; `amount`, `suspense` and `missing` are taken from the
ledger at the moment of the question, because a later load, a mapping or an older file read after a
newer one changes what stands there for the same rows.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from budget.fields import amounts, money
from budget.imports import store
from budget.imports.store import Counted, ImportCounters, ImportedFact, MissingFact, StandingSum
from budget.ledger.revisions import RowOutcome
from budget.posting.facts import KeysOf
from budget.posting.posted import Posted
from budget.posting.records import SpendRefusal
from budget.posting.route import Posting, fact_key
from shared import keys
from shared.database.pool import Conn
from shared.errors import NotFoundError, UnavailableError
from shared.kafka.consumer import Received
from shared.money import NO_CURRENCY

MISSING_MAX = 100
"""Rows named in `missing`; all are counted."""
NAMES = ("inserted", "updated", "unchanged", "outdated", "rejected")


async def count(
    conn: Conn, posted: Posted, refusals: Sequence[SpendRefusal], keys_of: KeysOf
) -> None:
    """Counts the records of a poll that belong to imports, and notes which facts they state."""
    imported = [item for item in posted.outcomes if item[0].event.importid is not None]
    refused = [r for r in refusals if getattr(r.event, "importid", None) is not None]
    if not imported and not refused:
        return
    accounts = await keys_of(conn, {account for _, _, account in imported})
    records = [
        _counted(posting, outcome, accounts[account].kind == "suspense")
        for posting, outcome, account in imported
    ]
    await store.add(conn, records + [_refused(refusal) for refusal in refused])
    facts = {_fact(posting) for posting, _, _ in imported if posting.route.is_fact}
    await store.add_facts(conn, facts)


async def read(
    conn: Conn, workspace: str, import_id: str, *, counts_only: bool = False
) -> dict[str, Any]:
    """The answer of GET /v1/imports/{id}; with `counts_only` without asking the ledger.

    Raises NotFoundError `import_unknown`, UnavailableError `import_timeout`.
    """
    rows = await store.find(conn, workspace, import_id)
    if not rows:
        raise NotFoundError("import_unknown", f"nothing of import {import_id} has been counted")
    counts = {name: sum(getattr(row, name) for row in rows) for name in NAMES}
    looked = _Looked() if counts_only else await _look(conn, workspace, import_id)
    sums = _sums(rows, looked.standing)
    return {
        "import": import_id,
        "rows": sum(counts.values()),
        **counts,
        "suspense": sum(row.suspense for row in rows)
        + sum(row.suspense for row in looked.standing),
        "amount": sums[0] if len(sums) == 1 else None,
        "amounts": sums,
        "missing": [_missing(one) for one in looked.missing],
        "missing_count": looked.missing[0].n if looked.missing else 0,
    }


class _Looked(NamedTuple):
    """What the ledger says of an import now."""

    standing: Sequence[StandingSum] = ()
    missing: Sequence[MissingFact] = ()


async def _look(conn: Conn, workspace: str, import_id: str) -> _Looked:
    try:
        standing = await store.find_standing(conn, workspace, import_id)
        missing = await store.find_missing(conn, workspace, import_id, MISSING_MAX)
    except TimeoutError as error:
        detail = f"looking up its rows took more than {store.LOOK_TIMEOUT_S:g} s"
        raise UnavailableError("import_timeout", detail, retry_after_s=60) from error
    return _Looked(standing, missing)


def _sums(rows: Iterable[ImportCounters], standing: Iterable[StandingSum]) -> list[dict[str, str]]:
    """Deltas as they were counted, facts as they stand; by currency."""
    sums: Counter[str] = Counter()
    # Only deltas are summed as they come.
    parts = [(row.currency, row.amount) for row in rows if row.amount]
    for currency, amount in parts + [(row.currency, row.amount) for row in standing]:
        sums[currency] += int(amount)
    return amounts(sums)


def _missing(one: MissingFact) -> dict[str, Any]:
    period, subject, dims = keys.read_fact_key(one.key)
    own = "=" not in subject
    campaign, line = keys.read_own(subject) if own else (None, None)
    return {
        "period": period,
        "entity": None if own else keys.read_pairs(subject),
        "campaign": campaign,
        "line": line,
        "dims": keys.read_pairs(dims) or None,
        "amount": money(one.amount, one.currency),
    }


def _counted(posting: Posting, outcome: RowOutcome, suspense: bool) -> Counted:
    is_fact, currency = posting.route.is_fact, posting.route.destination.account.currency
    record = _record(posting.event, posting.received, currency)
    amount = 0 if is_fact else posting.amount
    return record._replace(outcome=outcome, suspense=suspense and not is_fact, amount=amount)


def _refused(refusal: SpendRefusal) -> Counted:
    currency = getattr(getattr(refusal.event, "data", None), "currency", None) or NO_CURRENCY
    return _record(refusal.event, refusal.received, currency)


def _record(event: Any, received: Received, currency: str) -> Counted:
    place = received.topic, received.partition, received.offset
    return Counted(event.workspace, event.importid, *place, currency)


def _fact(posting: Posting) -> ImportedFact:
    event = posting.event
    key = fact_key(posting.route, event)
    return ImportedFact(posting.ids[0], key, event.importid or "", event.data.revision or 0)

"""SQL of facts: proposed in one statement, settled where the rule decides otherwise."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from budget.ledger.revisions import Fact
from shared.database.pool import Conn, columns
from shared.money import NO_CURRENCY

NAMES = ", ".join(("stream_id", "key", "account_id", *Fact._fields))
ROWS = f"""unnest($1::int[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::text[],
       $7::timestamptz[], $8::bigint[], $9::timestamptz[], $10::timestamptz[])
  AS u({NAMES})"""
# What comes back is every fact that is not exactly as proposed already. The rule of
# `revisions.restate` decides; the CASE repeats it for the common statement, `settle_facts` does the
# rest.
STATE_FACTS = f"""
INSERT INTO budget.facts AS t ({NAMES}) SELECT {NAMES} FROM {ROWS}
ON CONFLICT (stream_id, key) DO UPDATE SET (revision, amount, currency, stated_at, entry) =
  (SELECT CASE WHEN w THEN excluded.revision ELSE t.revision END,
          CASE WHEN w THEN excluded.amount ELSE t.amount END,
          CASE WHEN w AND t.currency = '{NO_CURRENCY}' THEN excluded.currency ELSE t.currency END,
          CASE WHEN w THEN excluded.stated_at ELSE t.stated_at END,
          CASE WHEN w AND excluded.amount <> t.amount THEN excluded.entry ELSE t.entry END
   FROM (SELECT excluded.revision > t.revision AND (excluded.currency = t.currency
                OR '{NO_CURRENCY}' IN (excluded.currency, t.currency)) AS w) AS wins)
WHERE (t.revision, t.amount, t.currency)
      IS DISTINCT FROM (excluded.revision, excluded.amount, excluded.currency)
RETURNING new.stream_id, new.key, new.account_id,
          old.revision AS old_revision, old.amount AS old_amount, old.currency AS old_currency,
          old.stated_at AS old_stated_at, old.entry AS old_entry,
          new.revision, new.amount, new.currency, new.stated_at, new.entry,
          new.period_start, new.period_end
"""
SETTLE_FACTS = f"""
UPDATE budget.facts AS t SET revision = u.revision, amount = u.amount, currency = u.currency,
                             stated_at = u.stated_at, entry = u.entry, account_id = u.account_id
FROM {ROWS} WHERE t.stream_id = u.stream_id AND t.key = u.key
"""


class FactRow(NamedTuple):
    """A fact as proposed, should it be new."""

    stream_id: int
    key: str
    fact: Fact
    account_id: int


class StatedFact(NamedTuple):
    """A fact that was not exactly as proposed: before (None: new), as stored now, its account."""

    before: Fact | None
    after: Fact
    account_id: int


async def state_facts(conn: Conn, rows: Sequence[FactRow]) -> dict[tuple[int, str], StatedFact]:
    """Proposes facts, sorted by (stream, key), no key twice; by key, those that differed."""
    if not rows:
        return {}
    found = {}
    for row in await conn.fetch(STATE_FACTS, *_arrays(rows)):
        after = Fact(**{name: row[name] for name in Fact._fields})
        # The period never changes, so it comes back once.
        old = {name: row[f"old_{name}"] for name in Fact._fields if not name.startswith("period")}
        before = None if old["revision"] is None else after._replace(**old)
        place = row["stream_id"], row["key"]
        found[place] = StatedFact(before, after, row["account_id"])
    return found


async def settle_facts(conn: Conn, rows: Sequence[FactRow]) -> None:
    """Stores what the rule decided where it differs from what the statement guessed: the fact and
    its account."""
    if rows:
        await conn.execute(SETTLE_FACTS, *_arrays(rows))


def _arrays(rows: Sequence[FactRow]) -> list[list[Any]]:
    places = [(row.stream_id, row.key, row.account_id) for row in rows]
    return [*columns(places, 3), *columns([row.fact for row in rows], len(Fact._fields))]

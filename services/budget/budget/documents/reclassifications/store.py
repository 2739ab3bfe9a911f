"""SQL of what is booked on a line: the fact or delta that an entry is of, where it stands now."""

import msgspec

from budget.documents.campaigns.store import CampaignRecord
from budget.ledger.held_items import HeldItem
from budget.ledger.store import PANE
from shared.database.pool import Conn

# All entries of a fact name it; of a delta, its own and both halves of each move.
NAMED = """
WITH lines AS (SELECT account_id, line FROM budget.accounts
               WHERE workspace = $1 AND campaign = $2 AND kind = 'line'),
named AS (SELECT e.entry, coalesce(e.item_stream, e.stream_id) AS stream_id,
                 coalesce(e.item_key, e.id) AS key
          FROM budget.entries AS e JOIN lines USING (account_id) WHERE e.entry = $3)
"""
GET_FACT = f"""{NAMED}
SELECT s.workspace, s.source, f.account_id, f.stream_id, f.key, true AS is_fact, f.amount, f.entry,
       e.at, e.entity, e.event_id, e.period, e.period_start, e.period_end, lines.line
FROM named JOIN budget.facts AS f USING (stream_id, key)
JOIN budget.streams AS s USING (stream_id) JOIN lines USING (account_id)
JOIN budget.entries AS e ON e.account_id = f.account_id AND e.entry = f.entry
"""
# What a later move took away again has a leaving half that corrects it.
GET_DELTA = f"""{NAMED}
SELECT s.workspace, s.source, e.account_id, d.stream_id, named.key, false AS is_fact, e.amount,
       e.entry, e.at, e.entity, coalesce(e.event_id, named.key) AS event_id, NULL AS period,
       coalesce(e.period_start, date_bin({PANE}, e.at, 'epoch')) AS period_start,
       coalesce(e.period_end, date_bin({PANE}, e.at, 'epoch') + {PANE}) AS period_end, lines.line
FROM named JOIN budget.entries AS e ON e.entry = named.entry JOIN lines USING (account_id)
JOIN budget.streams AS s ON s.stream_id = e.stream_id
JOIN budget.streams AS d ON d.stream_id = named.stream_id AND d.kind = 'd'
WHERE NOT e.leaves AND NOT EXISTS (
  SELECT FROM budget.entries AS m WHERE m.account_id = e.account_id AND m.entry > e.entry
    AND m.kind = 2 AND m.corrects = e.entry)
"""


async def get_item(
    conn: Conn, workspace: str, campaign: CampaignRecord, entry: int
) -> HeldItem | None:
    """The fact or delta that an entry on a line of the campaign is of, as it stands there now; None
    where no line of it has the entry, or what it is of has left it."""
    place = workspace, campaign.campaign, entry
    row = await conn.fetchrow(GET_FACT, *place) or await conn.fetchrow(GET_DELTA, *place)
    if row is None:
        return None
    entity = msgspec.json.decode(row["entity"]) if row["entity"] else {}
    return HeldItem(
        **{**row, "entity": entity},
        campaign=campaign.campaign,
        currency=campaign.currency,
        account_currency=campaign.currency,
        time_zone=campaign.time_zone,
    )

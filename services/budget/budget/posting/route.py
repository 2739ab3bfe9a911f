"""Where events that differ only in id, time, amount and revision go: found once for all of them."""

from budget.ledger import ids
from budget.ledger.registry import ReportForm, ReportKey, StreamKey
from budget.ledger.rules import Destination, entity_json
from budget.ledger.store import LedgerPeriod
from budget.posting.records import SpendRecord
from shared.kafka.consumer import Received
from shared.keys import pairs_text


class SpendRoute:
    """Where events that differ only in id, time, amount and revision go.

    `refusal` is set for events that break what their report's first event fixed. `ids` are those
    of stream and account, once both are known to be committed. `feed`: the money reaches a line.
    `settled`: a posting needs nothing more, because all is committed and nothing is held.
    """

    __slots__ = (
        "destination",
        "entity",
        "entity_text",
        "feed",
        "ids",
        "is_fact",
        "key_prefix",
        "label",
        "period",
        "refusal",
        "report",
        "settled",
        "source",
        "stated_period",
        "stream",
        "wanted",
        "workspace",
    )

    def __init__(self, event: SpendRecord, destination: Destination, period: LedgerPeriod) -> None:
        data = event.data
        self.workspace = event.workspace
        self.source = event.source
        self.destination = destination
        self.entity = data.entity or {}
        self.entity_text = entity_json(data.entity)
        self.is_fact = data.mode == "snapshot"
        self.stated_period = data.period
        self.refusal: str | None = None
        self.period = period
        self.label = data.period or period.day.isoformat()
        self.key_prefix = ids.fact_prefix(data.period, data.entity, data.campaign, data.line)
        stream = ids.fact_stream(data.report) if self.is_fact else ids.DELTAS
        self.stream: StreamKey = (event.workspace, event.source, stream)
        self.report: ReportKey = (event.workspace, event.source, data.report or "")
        grain = ("hour" if "T" in (data.period or "") else "day") if self.is_fact else ""
        self.wanted = ReportForm(data.mode, grain)
        self.feed = destination.reason is None
        self.ids: tuple[int, int] | None = None
        self.settled = False


def fact_key(route: SpendRoute, event: SpendRecord) -> str:
    """`<period>|<entity>|<dims>`: what a snapshot's revisions are about."""
    return route.key_prefix + pairs_text(event.data.dims)


class Posting:
    """An event whose amount is readable; `index` is its place in the poll.

    The router fills in `route`, `stream_id` and `account_id`. A plain class with
    slots, because one is made per event on the hottest path of the service.
    """

    __slots__ = ("amount", "bodyhash", "event", "ids", "index", "received", "route")
    route: "SpendRoute"
    ids: tuple[int, int]

    def __init__(self, index: int, received: Received, event: SpendRecord, amount: int) -> None:
        self.index = index
        self.received = received
        self.event = event
        self.amount = amount
        self.bodyhash = bytes.fromhex(event.bodyhash)

"""Encoders and decoders of all events, each made once."""

import msgspec

from shared.events.breaches import Breach, BreachFigures
from shared.events.catalog import CatalogItem
from shared.events.envelope import Envelope
from shared.events.rejected import Rejected
from shared.events.sent import Sent
from shared.events.stored import MetricsEvent, SourceEvent, SpendEvent
from shared.events.totals import BudgetTotals

ENCODER = msgspec.json.Encoder()
SORTED_ENCODER = msgspec.json.Encoder(order="deterministic")
SENT_LIST_DECODER = msgspec.json.Decoder(list[Sent])
SENT_DECODER = msgspec.json.Decoder(Sent)
SPEND_TOPIC_DECODER = msgspec.json.Decoder(SpendEvent | SourceEvent)
METRICS_TOPIC_DECODER = msgspec.json.Decoder(MetricsEvent | SourceEvent)
TOTALS_DECODER = msgspec.json.Decoder(Envelope[BudgetTotals])
CATALOG_DECODER = msgspec.json.Decoder(Envelope[CatalogItem])
BREACH_DECODER = msgspec.json.Decoder(Envelope[Breach])
FIGURES_DECODER = msgspec.json.Decoder(Envelope[BreachFigures])
REJECTED_DECODER = msgspec.json.Decoder(Envelope[Rejected])

"""Every event of contracts.md section 1, typed: what callers send, and what Kafka carries.

Envelopes are CloudEvents 1.0 in structured JSON. The envelope tolerates unknown attributes
(extensions); `data` refuses unknown fields, because a misspelt field would silently lose money.
Events are frozen and never edited: a change is a new version beside the old one.
"""

from shared.events.breaches import (
    Breach,
    BreachCause,
    BreachFigures,
    BreachSource,
    BreachWindow,
)
from shared.events.catalog import (
    CatalogItem,
)
from shared.events.coders import (
    BREACH_DECODER,
    CATALOG_DECODER,
    ENCODER,
    FIGURES_DECODER,
    METRICS_TOPIC_DECODER,
    REJECTED_DECODER,
    SENT_DECODER,
    SENT_LIST_DECODER,
    SORTED_ENCODER,
    SPEND_TOPIC_DECODER,
    TOTALS_DECODER,
)
from shared.events.envelope import (
    Envelope,
)
from shared.events.fields import (
    END,
    Currency,
    Freshness,
    Id,
    Instant,
    Label,
    Name,
    Period,
    Revision,
    Severity,
    Source,
    Transition,
    has_nul,
)
from shared.events.rejected import (
    Rejected,
)
from shared.events.sent import (
    MetricsData,
    MetricsSent,
    Sent,
    SourceData,
    SourceSent,
    SpendData,
    SpendSent,
    Subject,
    entity_text,
    subject_key,
)
from shared.events.stored import (
    MetricsEvent,
    MetricsStored,
    SourceEvent,
    SpendEvent,
    SpendStored,
)
from shared.events.topics import (
    BREACHES_TOPIC,
    CATALOG_TOPIC,
    FIGURES_TOPIC,
    METRICS_TOPIC,
    NOTIFICATIONS_TOPIC,
    REJECTED_TOPIC,
    SPEND_TOPIC,
    TOPICS,
    TOTALS_TOPIC,
)
from shared.events.totals import (
    Amount,
    BudgetTotals,
    PlanBefore,
    TotalsChange,
)

__all__ = [
    "BREACHES_TOPIC",
    "BREACH_DECODER",
    "CATALOG_DECODER",
    "CATALOG_TOPIC",
    "ENCODER",
    "END",
    "FIGURES_DECODER",
    "FIGURES_TOPIC",
    "METRICS_TOPIC",
    "METRICS_TOPIC_DECODER",
    "NOTIFICATIONS_TOPIC",
    "REJECTED_DECODER",
    "REJECTED_TOPIC",
    "SENT_DECODER",
    "SENT_LIST_DECODER",
    "SORTED_ENCODER",
    "SPEND_TOPIC",
    "SPEND_TOPIC_DECODER",
    "TOPICS",
    "TOTALS_DECODER",
    "TOTALS_TOPIC",
    "Amount",
    "Breach",
    "BreachCause",
    "BreachFigures",
    "BreachSource",
    "BreachWindow",
    "BudgetTotals",
    "CatalogItem",
    "Currency",
    "Envelope",
    "Freshness",
    "Id",
    "Instant",
    "Label",
    "MetricsData",
    "MetricsEvent",
    "MetricsSent",
    "MetricsStored",
    "Name",
    "Period",
    "PlanBefore",
    "Rejected",
    "Revision",
    "Sent",
    "Severity",
    "Source",
    "SourceData",
    "SourceEvent",
    "SourceSent",
    "SpendData",
    "SpendEvent",
    "SpendSent",
    "SpendStored",
    "Subject",
    "TotalsChange",
    "Transition",
    "entity_text",
    "has_nul",
    "subject_key",
]

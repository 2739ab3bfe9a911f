"""The names of all topics, without an installation's prefix."""

SPEND_TOPIC = "spend.v1"
METRICS_TOPIC = "metrics.v1"
TOTALS_TOPIC = "budget.totals.v1"
CATALOG_TOPIC = "catalog.v1"
BREACHES_TOPIC = "breaches.v1"
FIGURES_TOPIC = "breaches.figures.v1"
REJECTED_TOPIC = "rejected.v1"
NOTIFICATIONS_TOPIC = "notifications.v1"
TOPICS = (
    SPEND_TOPIC,
    METRICS_TOPIC,
    TOTALS_TOPIC,
    CATALOG_TOPIC,
    BREACHES_TOPIC,
    FIGURES_TOPIC,
    REJECTED_TOPIC,
    NOTIFICATIONS_TOPIC,
)

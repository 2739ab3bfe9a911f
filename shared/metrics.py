"""Every metric, declared once, with unit and help. Label values are finite and start at 0.

Names follow Prometheus: base units, `_total` for counters. One process serves one `/metrics`.
"""

from prometheus_client import Counter, Gauge, Histogram

LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# HTTP, all services
HTTP_REQUESTS = Counter(
    "paceline_http_requests_total", "Requests answered.", ["method", "route", "status"]
)
HTTP_DURATION = Histogram(
    "paceline_http_request_duration_seconds",
    "Time from request to answer.",
    ["route"],
    buckets=LATENCY_BUCKETS_S,
)
HTTP_CONNECTIONS = Gauge("paceline_http_connections", "Open connections of clients.")
HTTP_CONNECTIONS_CLOSED = Counter(
    "paceline_http_connections_closed_total",
    "Connections refused or closed before or beside any route, by reason.",
    ["reason"],
)
ERRORS = Counter("paceline_errors_total", "Expected errors answered, by code.", ["code"])

# Kafka consumer, all services
CONSUMED = Counter("paceline_consumed_records_total", "Records committed.", ["topic"])
CONSUMER_LAG = Gauge(
    "paceline_consumer_lag_records", "Records not yet committed, assigned partitions.", ["topic"]
)
BATCH_DURATION = Histogram(
    "paceline_batch_duration_seconds",
    "Time of one poll's transaction, commit included.",
    ["group"],
    buckets=LATENCY_BUCKETS_S,
)
BATCH_RECORDS = Histogram(
    "paceline_batch_records",
    "Records in one poll.",
    ["group"],
    buckets=(1, 10, 50, 100, 500, 1000, 2500, 5000, 10_000),
)
BATCH_RETRIES = Counter(
    "paceline_batch_retries_total", "Polls rolled back and taken again.", ["group", "reason"]
)
REJECTED = Counter("paceline_rejected_records_total", "Records set aside.", ["code"])
CONSUMER_LAST_PROGRESS = Gauge(
    "paceline_consumer_last_progress_timestamp_seconds",
    "When the group last advanced or had nothing to do.",
    ["group"],
)

# Kafka producer and outbox, all services
PRODUCED = Counter("paceline_produced_records_total", "Records acknowledged.", ["topic"])
PRODUCE_FAILURES = Counter(
    "paceline_produce_failures_total", "Rounds in which a partition was not acknowledged."
)
PRODUCE_DURATION = Histogram(
    "paceline_produce_duration_seconds",
    "Time until all partitions of a round were acknowledged.",
    buckets=LATENCY_BUCKETS_S,
)
INFLIGHT_BYTES = Gauge("paceline_inflight_bytes", "Bytes handed to the producer, unacknowledged.")
SWEPT_ROWS = Counter(
    "paceline_swept_rows_total",
    "Rows deleted because they are older than their horizon.",
    ["table"],
)
OUTBOX_ROWS = Gauge("paceline_outbox_rows", "Sealed messages not yet sent.")
OUTBOX_AGE = Gauge("paceline_outbox_oldest_seconds", "Age of the oldest unsent message.")
RELAY_LEADER = Gauge("paceline_relay_leader", "1 on the replica that relays the outbox.")

# budget
LEDGER_DRIFT = Gauge(
    "paceline_ledger_drift_micros",
    "By how much accounts differ from their entries, all workspaces, when they were last checked.",
)
LEDGER_HOLDS = Gauge(
    "paceline_ledger_holds", "1 while every rule of every ledger held when it was last checked."
)
LEDGER_HOLDS.set(1)
ALLOCATIONS_HOLD = Gauge(
    "paceline_allocations_hold",
    "1 while what plans gave out added up to their totals when it was last checked.",
)
ALLOCATIONS_HOLD.set(1)
LEDGER_CHECKED = Gauge(
    "paceline_ledger_checked_timestamp_seconds",
    "When the ledger that has waited longest was last checked.",
)

# alerts
ALERTS_UNROUTED = Counter(
    "paceline_alerts_unrouted_total", "Breaches of a workspace that has no alerts configuration."
)
ALERT_REPORTS = Counter(
    "paceline_alerts_reports_total",
    "Alerts that other systems sent: open, over, or refused.",
    ["outcome"],
)
CONFIGURATION_REVISION = Gauge(
    "paceline_alerts_configuration_revision",
    "Newest revision of all workspaces' configurations that this process follows.",
)
CONFIGURATIONS_UNUSABLE = Gauge(
    "paceline_alerts_configurations_unusable",
    "Workspaces whose newest configuration this process cannot use.",
)
BREACH_GAPS = Counter(
    "paceline_alerts_breach_gaps_total", "Breach transitions refused because one before is missing."
)
DECISIONS = Counter("paceline_alerts_decisions_total", "Group decisions by reason.", ["reason"])
MUTED = Counter(
    "paceline_alerts_muted_total", "Transitions kept from people for a while, by what.", ["reason"]
)
RESPONSES = Counter(
    "paceline_alerts_responses_total", "What people did about alerts, by action.", ["action"]
)
ESCALATIONS = Counter(
    "paceline_alerts_escalations_total",
    "What escalations did, by step: a call, a handover, a reminder to who has it, the end of that.",
    ["step"],
)
ESCALATIONS_UNANSWERED = Counter(
    "paceline_alerts_escalations_unanswered_total",
    "Escalations that called everybody as often as they may, and nobody took the alert.",
)
ACKNOWLEDGED_AFTER = Histogram(
    "paceline_alerts_acknowledged_after_seconds",
    "Time from the first arrival of a message about an alert to its acknowledgement.",
    buckets=(60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 259_200),
)
DELIVERIES = Counter(
    "paceline_alerts_deliveries_total", "Send attempts by channel and class.", ["channel", "class"]
)
DELIVERIES_JOINED = Counter(
    "paceline_alerts_deliveries_joined_total",
    "Deliveries that went as part of another's message, to spare a destination's budget.",
    ["channel"],
)
TEMPLATES_FAILED = Counter(
    "paceline_alerts_templates_failed_total",
    "Messages in the usual words because the receiver's own template could not be used.",
)
PICTURES = Counter(
    "paceline_alerts_pictures_total",
    "Pictures of alerts that were made for a message, and those it went without.",
    ["outcome"],
)
LIMITS_USED = Gauge(
    "paceline_alerts_limits_used_ratio",
    "Messages sent of those that the file allows, of the destination with the highest share.",
    ["period"],
)
DESTINATIONS_THROTTLED = Gauge(
    "paceline_alerts_destinations_throttled",
    "Destinations that have reached a limit of the file.",
)
DELIVERIES_FAILED = Counter(
    "paceline_alerts_deliveries_failed_total",
    "Deliveries refused for the first time; somebody must look.",
    ["channel"],
)
FAULTS = Counter(
    "paceline_alerts_faults_total",
    "What an error in alerts kept from being decided (flush), sent (send) or escalated.",
    ["step"],
)
DELIVERY_DURATION = Histogram(
    "paceline_alerts_delivery_duration_seconds",
    "Time of one send attempt.",
    ["channel"],
    buckets=LATENCY_BUCKETS_S,
)
DELIVERIES_PENDING = Gauge(
    "paceline_alerts_deliveries_pending",
    "Deliveries not yet sent: queued, unreachable, rate_limited, throttled or refused.",
    ["channel", "why"],
)
DELIVERIES_AGE = Gauge(
    "paceline_alerts_deliveries_oldest_seconds",
    "Age of the oldest delivery not yet sent, by why it waits.",
    ["channel", "why"],
)

# kpi-monitor
KPI_EVALUATION_DELAY = Histogram(
    "paceline_kpi_evaluation_delay_seconds",
    "Time from the oldest touch of a campaign to its judgement.",
    buckets=LATENCY_BUCKETS_S,
)
KPI_EVALUATION_DURATION = Histogram(
    "paceline_kpi_evaluation_duration_seconds",
    "Time of one evaluation's transaction.",
    buckets=LATENCY_BUCKETS_S,
)
KPI_WINDOWS_CLOSED = Counter(
    "paceline_kpi_windows_closed_total", "Windows judged with a value, over all rules and groups."
)
KPI_TRANSITIONS = Counter(
    "paceline_kpi_transitions_total", "Changes of state told to breaches.v1.", ["transition"]
)
for _transition in ("firing", "level_changed", "resolved"):
    KPI_TRANSITIONS.labels(_transition)
KPI_CAMPAIGNS_WAITING = Gauge(
    "paceline_kpi_campaigns_waiting", "Campaigns that were touched and are not judged yet."
)
KPI_WAITING_AGE = Gauge(
    "paceline_kpi_waiting_oldest_seconds", "How long the oldest of these has waited."
)
KPI_HELD_ROWS = Gauge(
    "paceline_kpi_held_rows", "Metrics that wait for a mapping or campaign, at most 100,000."
)
KPI_TOTALS_GAPS = Counter(
    "paceline_kpi_totals_gaps_total", "Lines stopped because a totals message is missing."
)

# ingest
INGEST_ACCEPTED = Counter(
    "paceline_ingest_events_accepted_total", "Events acknowledged by Kafka and answered 202."
)
INGEST_REJECTED = Counter(
    "paceline_ingest_events_rejected_total", "Events refused in a request, by code.", ["code"]
)
INGEST_REJECTIONS_DROPPED = Counter(
    "paceline_ingest_rejections_dropped_total",
    "Refused events that are not shown by GET /v1/rejections, because too many waited.",
)
INGEST_QUARANTINED = Gauge(
    "paceline_ingest_sources_quarantined", "Sources in quarantine, all workspaces."
)
INGEST_REPORT_ROWS = Counter(
    "paceline_ingest_report_rows_total", "Rows of platform reports accepted.", ["platform"]
)

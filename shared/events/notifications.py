"""notifications.v1: what was decided to be told to whom, and what came of it, typed."""

from typing import Literal

from msgspec import Struct, field

from shared.events import BreachWindow, Instant, Severity, Transition

State = Literal[
    "pending", "sending", "accepted", "delivered", "failed", "parked", "muted", "suppressed"
]
AttemptClass = Literal[
    "delivered", "accepted", "retryable", "rate_limited", "permanent_content", "permanent_config"
]


class Attempt(Struct, frozen=True, kw_only=True):
    """One send: what the provider said in its own words, and the class that follows from it."""

    at: Instant
    http_status: int | None
    provider_code: str
    provider_message: str
    class_: AttemptClass = field(name="class")
    duration_ms: int


class Body(Struct, frozen=True, kw_only=True):
    """The message as it went out; of a mail its subject and plain text."""

    title: str
    text: str


class Explain(Struct, frozen=True, kw_only=True):
    """Why: rule version, window, value against limit, the numbers behind it as decimal text.
    `figures_at`: the instant that these describe."""

    rule: str
    rule_version: int
    kpi: str
    window: BreachWindow | None
    value: str | None
    threshold: str | None
    op: str
    crossed: list[str]
    numbers: dict[str, str]
    plan_version: int | None
    complete_through: Instant | None
    breach: str
    event_time: Instant
    figures_at: Instant | None = None


class Notification(Struct, frozen=True, kw_only=True):
    """One transition of one alert, told (or not) to one receiver over one channel.

    One record per decision and one per attempt. Notifications of one `delivery` share a message:
    of their records at one time only the first has its `body`. `failed` is refused and waits for a
    correction until `next_attempt_at`; only `delivered` and `accepted` have arrived.
    """

    notification: str
    delivery: str | None
    alert: str
    fingerprint: str
    episode: int
    seq: int
    campaign: str | None
    receiver: str
    channel: Literal[
        "apprise",
        "dingtalk",
        "discord",
        "email",
        "feishu",
        "slack",
        "teams",
        "telegram",
        "webhook",
        "wecom",
        "none",
    ]
    reason: str
    transition: Transition
    severity: Severity
    state: State
    decided_at: Instant
    delivered_at: Instant | None
    next_attempt_at: Instant | None
    possible_duplicate: bool
    locale: str
    attempts: list[Attempt]
    body: Body | None
    labels: dict[str, str]
    explain: Explain
    muted_by: list[str] = field(default_factory=list)
    """Of one that is muted: ids of the silences, fingerprints of the alerts that stand for it, or
    names of the times."""

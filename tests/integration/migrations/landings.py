"""The landings whose databases people have filled, as data: what each left and how it goes on.

A landing is a database as `pg_dump --inserts` gave it, filled over HTTP by the code of its time; of
`landing_0015.sql` texts of several lines stand in one. The next landing is a file and a row here.
"""

from pathlib import Path
from typing import Any, NamedTuple

MAILBOXES = """\
route: {receiver: ops, group_by: [campaign, line], repeat_interval: 4h}
receivers:
  - {name: ops, email_configs: [{to: [ops@example.com, boss@example.com]}]}
"""
ROBOTS = """\
route:
  receiver: ops
  group_by: [campaign, line]
  group_wait: 0s
  group_interval: 1m
  repeat_interval: 30d
  routes:
    - {matchers: ['team="desk"'], receiver: desk}
    - {matchers: ['team="press"'], receiver: press}
    - {matchers: ['rule="suspense"'], receiver: books}
receivers:
  - name: ops
    locale: en
    dingtalk_configs: [{url_env: OPS_URL, secret_env: OPS_SECRET}]
    email_configs: [{to: [ops@example.com, boss@example.com], from: paceline@example.com}]
  - {name: desk, locale: en, dingtalk_configs: [{url_env: DESK_URL, secret_env: WRONG_SECRET}]}
  - {name: press, locale: en, dingtalk_configs: [{url_env: PRESS_URL}]}
  - {name: books, locale: en, email_configs: [{to: [books@example.com], \
from: paceline@example.com}]}
"""
Held = set[tuple[str, str]]
"""Reason and amount."""


class Landing(NamedTuple):
    """A dump, the revision it is of, and what the services say of it after the upgrade."""

    revision: str
    at: str
    """The time of the dump. Whenever the test runs, it is that time: no interval has elapsed."""
    alerts: str
    """The configuration of that time."""
    plans: dict[str, list[str]]
    """The states of each campaign's plans, in the order of their versions."""
    lines: dict[str, str]
    """What the lines of `spring` have spent."""
    suspense: Held
    written_off: Held
    exceptions: Held
    breaches: set[str]
    """Those that are open."""
    unsent: set[tuple[str, str]]
    """Receiver and state of what was not delivered."""
    restated: dict[str, Any]
    """What the source `shop/ads` corrects now, of its campaign c1."""
    restated_lines: dict[str, str]
    mapped: tuple[str, ...]
    """Sources of which the campaign c9, which waits, is mapped to the line social."""
    mapped_lines: dict[str, str]
    still_held: Held
    """Source and campaign of the measures that wait after that."""
    decided: Held
    """Exceptions of `spring` that one of two people has approved."""
    in_review: str
    """A campaign of which one of two people has approved the plan."""
    decided_lines: dict[str, str]
    decided_exceptions: Held
    """What is left when the other one approves both."""
    refused: list[str]
    """The titles of what a channel with a wrong secret gets when it is corrected."""
    configuration: int
    """Its version: the same text is no new one."""
    rules: dict[str, int]
    """The versions of rules."""
    import_id: str
    imported: dict[str, tuple[int, int, int]]
    """Rows, inserted and in suspense, by the service that counted them."""
    set_aside: dict[str, int]
    """Sources, and how much of each nobody has settled."""
    later: dict[str, list[str]]
    """The states of plans of which one has waited for 5 December."""
    recovered: dict[str, str]
    """Breaches that end when what waits of these sources is written off."""
    key: str | None = None
    """An API key for `shop/*`. It opens nothing but that dump."""

    @property
    def name(self) -> str:
        return f"landing_{self.revision[:4]}"

    def content(self) -> str:
        """The dump."""
        return Path(__file__).with_name(f"{self.name}.sql").read_text(encoding="utf-8")


FIRST = Landing(
    revision="0005_alerts",
    at="2026-11-30T18:10:00Z",
    alerts=MAILBOXES,
    plans={
        "spring": ["in_force"],
        "half": ["in_review"],
        "gone": ["in_force"],
        "dollars": ["in_force"],
    },
    lines={"search": "743.333333", "social": "7.00"},
    suspense={
        ("unmapped", "44.00"),
        ("unmapped", "12.00"),
        ("campaign_unknown", "5.00"),
        ("unmapped", "12.50"),
        ("unmapped", "3.00"),
    },
    written_off=set(),
    exceptions={("not_approved", "20.00"), ("after_close", "2.00")},
    breaches={"pacing-high/line:search/1"},
    unsent=set(),
    restated={"period": "2026-11-28", "revision": 3, "amount": "100.00"},
    restated_lines={"search": "724.833333", "social": "7.00"},
    mapped=("shop/ads",),
    mapped_lines={"search": "724.833333", "social": "19.00"},
    still_held={("google-ads/1234567890", "111"), ("google-ads/1234567890", "222")},
    decided=set(),
    in_review="half",
    decided_lines={"search": "724.833333", "social": "19.00"},
    decided_exceptions={("after_close", "2.00")},
    refused=[],
    configuration=1,
    rules={"pacing-high": 1},
    import_id="01M8PT9FQSY1DZD4N0CF23ASQJ",
    imported={"budget": (2, 2, 2)},
    set_aside={},
    later={},
    recovered={},
)
SECOND = Landing(
    revision="0015_measures_imports",
    at="2026-11-30T20:00:00Z",
    alerts=ROBOTS,
    plans={
        "spring": ["superseded", "in_force", "in_review", "rejected"],
        "summer": ["in_force", "approved"],
        "winter": ["in_review"],
        "autumn": ["draft"],
        "past": ["in_force"],
    },
    lines={"search": "565.333333", "social": "413.00"},
    suspense={
        ("unmapped", "12.00"),
        ("unmapped", "1.75"),
        ("campaign_unknown", "5.00"),
        ("unmapped", "8.00"),
        ("unmapped", "3.00"),
    },
    written_off={("unmapped", "6.00")},
    exceptions={
        ("before_approval", "2.50"),
        ("before_approval", "1.25"),
        ("not_approved", "7.00"),
        ("after_close", "0.75"),
    },
    breaches={
        "pacing-high/line:search/1",
        "used-high/line:social/1",
        "used-some/line:social/1",
        "suspense/source:desk/1",
        "suspense/source:google-ads/1234567890/1",
        "suspense/source:shop/ads/2",
        r"suspense/source:till\,eu\:1/1",
    },
    unsent={("desk", "failed"), ("press", "parked")},
    restated={"period": "2026-11-20", "revision": 3, "amount": "10.00"},
    restated_lines={"search": "563.333333", "social": "413.00"},
    mapped=("shop/ads", "shop/site"),
    mapped_lines={"search": "563.333333", "social": "425.00"},
    still_held={("google-ads/1234567890", "222")},
    decided={("before_approval", "2.50")},
    in_review="winter",
    decided_lines={"search": "565.833333", "social": "425.00"},
    decided_exceptions={
        ("before_approval", "1.25"),
        ("before_approval", "7.00"),
        ("after_close", "0.75"),
    },
    refused=["[Critical] spring / social ads (social): Over budget: 103.25% used"],
    configuration=2,
    rules={"ctr-low": 2, "pacing-high": 1},
    import_id="01M8Q9MQ49KW7TGCSSF6GMX90P",
    imported={"budget": (2, 2, 1), "kpi": (2, 1, 1)},
    set_aside={"bank": 1},
    later={"summer": ["superseded", "in_force"]},
    recovered={"till,eu:1": r"suspense/source:till\,eu\:1/1"},
    key="plk_8da8e117c8e5_04FKS6WGY6B3QXicTF1Ou0r-C3hxNawNKbvzPgDXMgA",
)
LANDINGS = (FIRST, SECOND)

"""What a request brings besides its events: whose it is, and what is known of its sources. Pure."""

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from ingest.sources.settings import SourceSettings


class Context(Struct, frozen=True):
    """One request: whose it is, which sources its credential covers, and when it came.

    A Struct, as all that is looked at for each event: a field of a tuple costs seven times as much.
    """

    workspace: str
    allows: Callable[[str], bool]
    settings: Callable[[str], SourceSettings]
    now: datetime
    skew_s: float
    import_id: str | None = None
    time_zone: str = "UTC"
    """Of a source whose own zone was never set."""
    quarantined: Callable[[str], bool] = lambda _: False
    """Of a source: what it says is complete does not count."""
    campaigns: frozenset[str] | None = None
    """Those that events may name; None: all, platforms' entities too, and whole sources."""
    vouches: bool = True
    """Whether what is refused counts against the sources it names. A person who is limited to some
    campaigns may name any source, and must not hold up others' windows or quarantine it."""

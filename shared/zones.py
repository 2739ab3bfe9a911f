"""Names of time zones that mean the same on every machine, and those PostgreSQL reads alike."""

from functools import cache
from importlib.resources import files

ZONE_RULE = "a region's IANA name such as Asia/Shanghai, or UTC"


@cache
def zone_names() -> frozenset[str]:
    """All names of the package `tzdata` that are a place's time.

    Not the machine's own list: `localtime` and `posix/…` are files that some machines have.
    """
    names = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return frozenset(names) - {"Factory"}


@cache
def common_zone_names() -> frozenset[str]:
    """Those that PostgreSQL reads alike: names of regions ("Asia/Shanghai"), and UTC and GMT.

    It reads the likes of CET as an abbreviation, an hour off in summer.
    """
    return frozenset(name for name in zone_names() if "/" in name or name in ("UTC", "GMT"))

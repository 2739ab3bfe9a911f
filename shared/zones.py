"""Time zones by names that mean the same to Python and PostgreSQL on every machine."""

from functools import cache
from importlib.resources import files


@cache
def zone_names() -> frozenset[str]:
    """Names of regions ("Asia/Shanghai"), and UTC and GMT, of the package `tzdata`.

    Not the machine's own list: `localtime` and `posix/…` are files that some machines have. Names
    without a region are left out because PostgreSQL reads the likes of CET as an abbreviation, an
    hour off in summer.
    """
    names = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return frozenset(name for name in names if "/" in name or name in ("UTC", "GMT"))


def is_zone(name: str) -> bool:
    """Whether a campaign or source may name this as its zone."""
    return name in zone_names()

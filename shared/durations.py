"""Durations as people write them, in Prometheus' words: "30s", "90m", "1h30m", "2d". Pure."""

import re
from datetime import timedelta

_UNITS = {
    "y": timedelta(days=365),
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_WRITTEN = re.compile("".join(rf"(?:(\d{{1,15}}){unit})?" for unit in _UNITS), re.ASCII)
DURATION_MAX = timedelta(days=3650)


class DurationError(ValueError):
    """The text is no duration, or one longer than anything here lasts."""


def parse_duration(text: str) -> timedelta:
    """Units from large to small, each at most once; "0" needs none. Raises DurationError."""
    if text == "0":
        return timedelta(0)
    match = _WRITTEN.fullmatch(text)
    if match is None or not text:
        raise DurationError(f"{text[:40]!r} is no duration such as 30s, 5m, 1h30m or 30d")
    milliseconds = sum(
        int(amount) * (unit // _UNITS["ms"])
        for amount, unit in zip(match.groups(default="0"), _UNITS.values(), strict=True)
    )
    if milliseconds > DURATION_MAX // _UNITS["ms"]:
        raise DurationError(f"{text!r} is longer than {DURATION_MAX.days} days")
    return timedelta(milliseconds=milliseconds)


def duration_text(span: timedelta) -> str:
    """As Prometheus writes it: "30s", "1h30m", "30d"; years and weeks only when they are whole."""
    words = []
    for name, unit in _UNITS.items():
        amount, left = divmod(span, unit)
        if amount and not (left and name in "yw"):
            span = left
            words.append(f"{amount}{name}")
    return "".join(words) or "0s"

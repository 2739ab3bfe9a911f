"""What POST /api/v2/alerts is sent, and what is wrong with it (alertmanager.md section 2). Pure.

A body that cannot be read is refused as a whole; of one that can, each alert by itself.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct, field

from alerts.alertmanager.intake.activity import ActiveRange
from alerts.routing.fingerprints import label_fingerprint

ABSENT = datetime(1, 1, 1, tzinfo=UTC)
"""How Go writes that there is no instant; one second later is an instant like any other."""
LABEL_SETS_BYTES_MAX = 25_000_000
"""Known by their bytes: an alert that is open is sent again each minute. Of many short labels a set
takes twelve times its bytes; 100,000 alerts of a usual system have these."""
LABEL_SET_BYTES_MAX = 1_000
"""Of one that is remembered: a stranger's may be as long as a body."""
NOTIFIER_TIMEOUT = timedelta(days=1)
"""Who notifies says again what is open at its repeat interval, usually 4 h, and says ends."""
NUL_DETAIL = "has the character U+0000, which nothing here can keep: leave it out"


class WireError(ValueError):
    """The body cannot be read; the message says why."""


class LabelSet(NamedTuple):
    """Labels without the empty ones, and their fingerprint; `fault` is what is wrong with them."""

    labels: dict[str, str]
    fingerprint: str
    fault: str | None


class AlertReport(NamedTuple):
    """One alert as somebody says that it is."""

    fingerprint: str
    labels: dict[str, str]
    activity: ActiveRange
    annotations: dict[str, str]
    link: str


class _PostableAlert(Struct, rename="camel"):
    labels: Raw
    annotations: dict[str, str] | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    generator_url: str | None = field(default=None, name="generatorURL")


class _Notification(Struct):
    """What Grafana or another Alertmanager tells of a group, as far as it is read."""

    alerts: list[_PostableAlert]


class AlertReader:
    """Reads bodies, lists of alerts or notifications of some; label sets that it has seen are
    known by their bytes."""

    def __init__(self, label_sets_bytes_max: int = LABEL_SETS_BYTES_MAX) -> None:
        self._label_sets_bytes_max = label_sets_bytes_max
        self._body = msgspec.json.Decoder(list[_PostableAlert] | _Notification)
        self._labels = msgspec.json.Decoder(dict[str, str])
        self._known: dict[bytes, LabelSet] = {}
        self._known_bytes = 0

    def read(
        self, body: bytes, now: datetime, resolve_timeout: timedelta
    ) -> tuple[list[AlertReport], list[str]]:
        """The alerts that are right, and what is wrong with each of the others. Raises
        WireError."""
        try:
            found = self._body.decode(body)
            if isinstance(found, _Notification):
                return self._reports(found.alerts, now, max(resolve_timeout, NOTIFIER_TIMEOUT))
            return self._reports(found, now, resolve_timeout)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise WireError(f"the alerts cannot be read: {error}") from error

    def _reports(
        self, found: list[_PostableAlert], now: datetime, resolve_timeout: timedelta
    ) -> tuple[list[AlertReport], list[str]]:
        reports: list[AlertReport] = []
        faults: list[str] = []
        timed_out = now + resolve_timeout
        for one in found:
            labels, fingerprint, fault = self._label_set(bytes(one.labels))
            annotations = one.annotations or {}
            link = one.generator_url or ""
            starts_at, ends_at = _instant(one.starts_at), _instant(one.ends_at)
            if starts_at is None:
                starts_at = ends_at or now
            fault = fault or _fault_of(annotations, link)
            if ends_at is not None and ends_at < starts_at:
                fault = fault or "start time must be before end time"
            if fault is not None:
                faults.append(fault)
                continue
            activity = ActiveRange(starts_at, ends_at or timed_out, times_out=ends_at is None)
            reports.append(AlertReport(fingerprint, labels, activity, annotations, link))
        return reports, faults

    def _label_set(self, raw: bytes) -> LabelSet:
        known = self._known.get(raw)
        if known is None:
            known = _label_set(self._labels.decode(raw))
            if len(raw) <= LABEL_SET_BYTES_MAX:
                if self._known_bytes + len(raw) > self._label_sets_bytes_max:
                    self._known.clear()
                    self._known_bytes = 0
                self._known[raw] = known
                self._known_bytes += len(raw)
        return known


def _label_set(sent: Mapping[str, str]) -> LabelSet:
    labels = {name: value for name, value in sent.items() if value}
    fault = None
    if "" in labels:
        fault = 'invalid label set: invalid name ""'
    elif not labels:
        fault = "at least one label pair required"
    elif any("\0" in name or "\0" in value for name, value in labels.items()):
        fault = f"invalid label set: it {NUL_DETAIL}"
    return LabelSet(labels, label_fingerprint(labels), fault)


def _fault_of(annotations: Mapping[str, str], link: str) -> str | None:
    if "" in annotations:
        return 'invalid annotations: invalid name ""'
    if any("\0" in name or "\0" in text for name, text in annotations.items()):
        return f"invalid annotations: one {NUL_DETAIL}"
    return f"generatorURL {NUL_DETAIL}" if "\0" in link else None


def _instant(text: str | None) -> datetime | None:
    """None where there is none. Raises WireError."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise WireError(f"{text[:40]!r} is no date-time such as 2025-11-11T09:30:00Z") from error
    return None if found == ABSENT else found

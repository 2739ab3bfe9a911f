"""Signals of one transaction become transitions of episodes, whoever said them.

Everything is idempotent: a signal's `seq` applies once. The order in which alerts are locked is
that of their numbers.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from alerts.episodes import store
from alerts.episodes.rules import Episode, Key, apply_all, begin
from alerts.incoming.reading import KEY_BYTES_MAX
from alerts.incoming.signal import Signal
from alerts.routing.fingerprints import label_fingerprint
from alerts.routing.rules import fingerprint
from shared.database.pool import Conn


class Touched(NamedTuple):
    """An episode that has a new transition, its newest one, and whether it is open after it; one
    that `begins` is in no group and has called nobody yet."""

    workspace: str
    key: Key
    signal: Signal
    is_open: bool
    begins: bool = False


class MissingSignals(NamedTuple):
    """Signals that do not follow what is known of their episode."""

    episode: Episode
    signals: list[Signal]


async def merge(
    conn: Conn, wanted: Mapping[store.BreachKey, Sequence[Signal]]
) -> tuple[list[Touched], dict[store.BreachKey, MissingSignals]]:
    """Applies signals by (workspace, id); returns the episodes that they changed, and what follows
    a gap."""
    if not wanted:
        return [], {}
    keys = sorted(wanted)
    known = await store.find_episodes(conn, keys)
    new = {key: _alert_of(key[0], wanted[key][0]) for key in keys if key not in known}
    ids = await store.add_alerts(conn, list(new.values()))
    alert_of = {key: ids[one.workspace, one.fingerprint] for key, one in new.items()}
    alert_of |= {key: episode.alert for key, episode in known.items()}
    counts = await store.lock_alerts(conn, alert_of.values())
    # Read again under the lock: a zombie of this group may have been here in between.
    known = await store.find_episodes(conn, keys)
    saved: list[tuple[str, Episode]] = []
    missing: dict[store.BreachKey, MissingSignals] = {}
    steps: list[tuple[Key, Signal]] = []
    touched: list[Touched] = []
    # In the order of arrival: by name, episode 10 of an alert would be numbered before its 9th.
    for key, signals in wanted.items():
        alert = alert_of[key]
        first = min(signals, key=lambda one: one.seq)
        before = known.get(key) or begin(alert, counts[alert] + 1, first)
        after, applied, gaps = apply_all(before, signals)
        if gaps:
            missing[key] = MissingSignals(before, gaps)
        if not applied:
            continue
        counts[alert] = max(counts[alert], after.episode)
        member = Key(alert, after.episode)
        saved.append((key[0], after))
        steps += [(member, signal) for signal in applied]
        touched.append(Touched(key[0], member, applied[-1], after.open, before.seq == 0))
    await store.put_episodes(conn, saved, counts)
    await store.add_transitions(conn, steps)
    return touched, missing


def _alert_of(workspace: str, signal: Signal) -> store.NewAlert:
    campaign = campaign_of(signal.labels)
    name = label_fingerprint if signal.is_foreign else fingerprint
    return store.NewAlert(workspace, name(signal.labels), campaign, signal.labels)


def campaign_of(labels: Mapping[str, str]) -> str | None:
    """The campaign that an alert is about, if its name can be one: it is indexed, and of a breach
    such a name was refused at its door."""
    found = labels.get("campaign")
    return found if found is None or len(found.encode()) <= KEY_BYTES_MAX else None

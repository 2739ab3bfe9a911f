"""What one flush of a group tells one channel: the decision, the views, and what is then known.

Every transition since the channel was last told is one telling, so two changes inside one
interval are both on record, whatever message carries them.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from alerts.configuration.flapping import Spell
from alerts.episodes.rules import Episode, Key
from alerts.incoming.campaigns import Runs
from alerts.incoming.signal import NewerFigures, PastFigures, Signal
from alerts.quiet.mute import Mute, MuteReason
from alerts.rendering.view import AlertView, Change, Saying
from alerts.response.past import PastEpisode
from alerts.response.rules import NO_RESPONSE, EpisodeResponse
from alerts.telling import figures
from alerts.telling.decide import Current, Decision, DecisionReason, Entry, Told, decide

DATA_STATES = frozenset({"corrected", "no_data", "degraded"})
REMINDING = frozenset({"repeat", "answered", "unchanged"})
REMINDERS = frozenset({DecisionReason.REPEAT, DecisionReason.SNOOZED})
CALLS = frozenset({DecisionReason.ESCALATED, DecisionReason.STILL_ACKNOWLEDGED})


class Member(Struct, frozen=True):
    """One episode in a group, with its transitions by rising seq (the newest 100)."""

    episode: Episode
    fingerprint: str
    campaign: str | None
    labels: Mapping[str, str]
    transitions: tuple[Signal, ...]
    figures: NewerFigures | None = None
    """Newer ones than the transitions have, if any were told."""
    mute: Mute | None = None
    """Why it is not told now; of what is over, never."""
    response: EpisodeResponse = NO_RESPONSE
    spell: Spell | None = None
    """Of flapping, if its alert does so."""
    past: PastEpisode | None = None
    runs: Runs | None = None
    """When its campaign does, if that is known."""
    points: tuple[PastFigures, ...] = ()
    """Figures that were told of it without a change of state."""

    def answered_at(self, now: datetime) -> datetime | None:
        """Since when somebody has taken it."""
        return self.response.answered_at(now, self.episode.severity)

    @property
    def key(self) -> Key:
        return Key(self.episode.alert, self.episode.episode)


class Telling(Struct, frozen=True):
    """One transition a channel is told, or not told (`suppressed`). `reason` is its own where it
    is another than that of the decision; `mute` is why it is not told yet."""

    key: Key
    signal: Signal
    transition: str
    suppressed: bool = False
    reason: DecisionReason | None = None
    mute: Mute | None = None


class Muted(NamedTuple):
    """Up to which `seq` it is on record that a member is muted, and why."""

    seq: int
    reason: MuteReason


class Plan(Struct, frozen=True):
    """`views` go into the message when `decision.send`; `told` is what the log says after it, and
    `muted` what it says of those that are not told now. `waiting`: the mutes of those that have
    something to tell."""

    decision: Decision
    views: tuple[AlertView, ...]
    tellings: tuple[Telling, ...]
    told: Mapping[Key, tuple[Told, bool]]
    muted: Mapping[Key, Muted]
    waiting: tuple[Mute, ...]


def plan_channel(
    members: Sequence[Member],
    entry: Entry | None,
    *,
    repeat: timedelta,
    send_resolved: bool,
    now: datetime,
    waiting: bool = False,
    elsewhere: Container[Key] = frozenset(),
    recorded: Mapping[Key, Muted] = {},
    call: DecisionReason | None = None,
) -> Plan:
    """Decides for one channel and says what its message holds. `elsewhere`: members of which other
    channels of the receiver were told; `recorded`: what is on record as muted here; `call`: why it
    speaks in any case. `waiting`: it has not yet got an earlier message. Reminders of that would
    only queue up behind it, so they are on record and not sent; whatever is new is.
    """
    known = {**entry.resolved, **entry.firing} if entry else {}
    heard = [member for member in members if member.mute is None]
    decision = decide(
        entry,
        {member.key: _current(member, now) for member in heard if member.episode.open},
        {member.key: _current(member, now) for member in heard if not member.episode.open},
        repeat=repeat,
        send_resolved=send_resolved,
        now=now,
        elsewhere=elsewhere,
        muted={member.key for member in members if member.mute is not None},
    )
    if call is not None:
        decision = Decision(call, send=True, log=True)
    elif waiting and decision.reason in REMINDERS:
        decision = Decision(DecisionReason.UNHEARD, send=False, log=True)
    views: list[AlertView] = []
    tellings, muted, mutes = _keep(members, known, recorded)
    told: dict[Key, tuple[Told, bool]] = {}
    for member in heard:
        before = known.get(member.key)
        untold = _untold(member, before)
        unrecorded = _unrecorded(untold, recorded.get(member.key))
        if before is None and not member.episode.open:
            if _ends_with_others(decision, entry, recorded.get(member.key), send_resolved):
                told[member.key] = _told(member)
                views.append(_view(member, None, untold, "resolved"))
                tellings += _tell(member, unrecorded, suppressed=False)
                continue
            # It came and went before this channel knew: on record, but nobody is disturbed.
            why = DecisionReason.JOINED if member.key in elsewhere else DecisionReason.OVER
            tellings += _withhold(member, unrecorded, why)
            continue
        if not decision.log:
            if not member.episode.open:
                # A receiver without resolves, and something else still fires: nothing is said.
                tellings += _withhold(member, untold, DecisionReason.NOT_WANTED)
            continue
        told[member.key] = _told(member)
        saying = _saying(member, before, untold, decision, now)
        if saying is None:
            continue
        silent = not decision.send or (saying == "resolved" and not send_resolved)
        if not silent:
            views.append(_view(member, before, untold, saying))
        if saying in ("repeat", "answered"):
            tellings.append(Telling(member.key, member.transitions[-1], "firing", silent))
        else:
            tellings += _tell(member, untold, suppressed=silent)
    joined = decision.reason is DecisionReason.JOINED
    shown = _with_figures(members, views, tellings, joined=joined)
    return Plan(decision, *shown, told, muted, mutes)


def entry_of(told_at: datetime, rows: Iterable[tuple[Key, Told, bool]]) -> Entry:
    """The notification log's rows (member, what was told, as firing) as the decision's entry."""
    firing: dict[Key, Told] = {}
    resolved: dict[Key, Told] = {}
    for key, value, is_firing in rows:
        (firing if is_firing else resolved)[key] = value
    return Entry(told_at, firing, resolved)


def _with_figures(
    members: Iterable[Member],
    views: Sequence[AlertView],
    tellings: Sequence[Telling],
    *,
    joined: bool,
) -> tuple[tuple[AlertView, ...], tuple[Telling, ...]]:
    """The views with the figures that the message shows; what others were told before, and tells
    no transition as news, is on record with its own."""
    newer = {member.key: member.figures for member in members}
    signals = figures.shown(
        {
            view.key: figures.Candidate(
                view.signal,
                newer[view.key],
                news=view.told not in REMINDING and not joined,
                ended=view.ends_at is not None,
            )
            for view in views
        }
    )
    known = {
        view.key: signals[view.key]
        for view in views
        if joined or view.told in ("repeat", "answered")
    }
    return (
        tuple(replace(view, signal=signals[view.key]) for view in views),
        tuple(
            replace(one, signal=known[one.key])
            if one.key in known and known[one.key].seq == one.signal.seq
            else one
            for one in tellings
        ),
    )


def _keep(
    members: Iterable[Member], known: Mapping[Key, Told], recorded: Mapping[Key, Muted]
) -> tuple[list[Telling], dict[Key, Muted], tuple[Mute, ...]]:
    """What is muted: put on record once, and kept for when the mute ends."""
    tellings: list[Telling] = []
    muted: dict[Key, Muted] = {}
    mutes: list[Mute] = []
    for member in members:
        untold = _untold(member, known.get(member.key))
        if member.mute is None or not untold:
            continue
        mutes.append(member.mute)
        unrecorded = _unrecorded(untold, recorded.get(member.key))
        if unrecorded:
            muted[member.key] = Muted(unrecorded[-1].seq, member.mute.reason)
        tellings += [
            Telling(member.key, signal, signal.transition, suppressed=True, mute=member.mute)
            for signal in unrecorded
        ]
    return tellings, muted, tuple(mutes)


def _ends_with_others(
    decision: Decision, entry: Entry | None, recorded: Muted | None, send_resolved: bool
) -> bool:
    """Whether a message to people who know the group also lists what another alert stood for."""
    inhibited = recorded is not None and recorded.reason is MuteReason.INHIBITED
    return inhibited and entry is not None and decision.send and send_resolved


def _current(member: Member, now: datetime) -> Current:
    episode = member.episode
    return Current(
        episode.seq,
        episode.severity,
        episode.restated_at,
        member.answered_at(now),
        member.response.snooze_ended_at(now, episode.severity),
    )


def _untold(member: Member, before: Told | None) -> list[Signal]:
    last = before.seq if before else 0
    return [signal for signal in member.transitions if signal.seq > last]


def _unrecorded(untold: Sequence[Signal], recorded: Muted | None) -> list[Signal]:
    return [signal for signal in untold if recorded is None or signal.seq > recorded.seq]


def _tell(member: Member, untold: Sequence[Signal], *, suppressed: bool) -> list[Telling]:
    return [Telling(member.key, signal, signal.transition, suppressed) for signal in untold]


def _withhold(member: Member, untold: Sequence[Signal], why: DecisionReason) -> list[Telling]:
    return [
        Telling(member.key, signal, signal.transition, suppressed=True, reason=why)
        for signal in untold
    ]


def _told(member: Member) -> tuple[Told, bool]:
    episode = member.episode
    return Told(episode.seq, episode.severity), episode.open


def _saying(
    member: Member,
    before: Told | None,
    untold: Sequence[Signal],
    decision: Decision,
    now: datetime,
) -> Saying | None:
    """How this message puts a member; None when it has nothing to say about it."""
    if not untold:
        if not member.episode.open:
            return None
        if decision.reason in CALLS:
            return "repeat"
        if member.answered_at(now) is not None:
            return "answered" if decision.reason is DecisionReason.ANSWERED else "unchanged"
        reminds = decision.reason in REMINDERS or decision.reason is DecisionReason.UNHEARD
        return "repeat" if reminds else "unchanged"
    last = untold[-1].transition
    if last in DATA_STATES or last in ("resolved", "withdrawn"):
        return last
    return "firing" if before is None else "level_changed"


def _view(
    member: Member, before: Told | None, untold: Sequence[Signal], saying: Saying
) -> AlertView:
    history = tuple(
        Change(signal.transition, signal.severity, signal.data.value, signal.event_time)
        for signal in untold
    )
    return AlertView(
        key=member.key,
        told=saying,
        signal=member.transitions[-1],
        starts_at=member.episode.starts_at,
        ends_at=member.episode.ends_at,
        previous_severity=before.severity if before else None,
        history=history if len(history) > 1 else (),
        fingerprint=member.fingerprint,
        labels=member.labels,
        response=member.response,
        spell=member.spell,
        past=member.past,
        runs=member.runs,
        points=member.points,
        transitions=member.transitions,
    )

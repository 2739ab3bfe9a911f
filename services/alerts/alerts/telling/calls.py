"""What an escalation calls its groups for: of anything else they are told nothing new. Pure."""

from collections.abc import Container, Sequence
from datetime import datetime

from alerts.routing.snapshot import Call
from alerts.telling.decide import DecisionReason, Entry
from alerts.telling.plan import Member


def concerning(
    members: Sequence[Member], familiar: Container[object], call: Call | None, now: datetime
) -> list[Member]:
    """The members that a channel may be told of: of an escalation's group those that it was told,
    and those that it is called for and that nobody has answered to since."""
    if call is None:
        return list(members)
    return [one for one in members if one.key in familiar or _is_meant(one, call, now)]


def has_called(call: Call | None, entry: Entry | None) -> bool:
    """Whether a channel was told of a call that is all it is told in this group."""
    return call is not None and call.once and entry is not None and entry.at >= call.at


def called_for(
    members: Sequence[Member], entry: Entry | None, call: Call | None, now: datetime
) -> DecisionReason | None:
    """Why a channel is to speak now, if it has not done so since the call."""
    if call is None or (entry is not None and entry.at >= call.at):
        return None
    meant = any(one.mute is None and _is_meant(one, call, now) for one in members)
    return DecisionReason(call.reason) if meant else None


def _is_meant(member: Member, call: Call, now: datetime) -> bool:
    """Open, and answered to as it was when the call was made."""
    answer = member.response.made_at
    is_taken = member.answered_at(now) is not None
    return (
        member.episode.open
        and is_taken is (call.reason == "still acknowledged")
        and (answer is None or answer <= call.at)
    )

"""The brake on dead letters: a decoder that is wrong must not set a whole topic aside.

A record that breaks the contract of its topic is set aside by name and the rest goes on. When more
than a share of a topic's records break it, the fault is more likely ours than theirs: the poll is
rolled back and the process ends loudly, with nothing of it committed. Pure but for the log's words;
the consumer keeps the state and replaces it only after its commit.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from shared.errors import DeadLettersError

if TYPE_CHECKING:
    from shared.kafka.consumer import Received

CONTRACT_CODES = frozenset(
    {
        "unparseable",
        "amount_not_decimal",
        "amount_out_of_range",
        "amount_too_precise",
        "period_empty",
        "snapshot_incomplete",
        "subject_missing",
    }
)
"""What the writer of a topic promised and the reader does not find. Everything else that is set
aside (`id_reused`, `revision_conflict`, `future_time` …) is a fact about the data, however many."""
DETAIL_MAX = 200


class SetAside(NamedTuple):
    """A record that was set aside: itself, the code, and why."""

    received: "Received"
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class BrakePolicy:
    """Stops when more than `share_max` of at least `records_min` records of a topic are broken."""

    share_max: float
    records_min: int


class BrakeTally(NamedTuple):
    """Of a topic since it was last judged: records read, broken ones, and the first of these."""

    read: int
    broken: int
    first: SetAside | None


Tallies = Mapping[str, BrakeTally]
_NOTHING = BrakeTally(0, 0, None)


def judge(
    policy: BrakePolicy, before: Tallies, read: Mapping[str, int], set_aside: Iterable[SetAside]
) -> Tallies:
    """The state after a poll of `read` records by topic.

    Small polls add up until `records_min` are reached, so a hundred polls of one broken record each
    are as loud as one of a hundred. Raises DeadLettersError.
    """
    broken = [one for one in set_aside if one.code in CONTRACT_CODES]
    counts = Counter(one.received.topic for one in broken)
    after = dict(before)
    for topic, count in read.items():
        known = before.get(topic, _NOTHING)
        first = known.first or next((one for one in broken if one.received.topic == topic), None)
        tally = BrakeTally(known.read + count, known.broken + counts[topic], first)
        if tally.read < policy.records_min:
            after[topic] = tally
            continue
        if tally.broken > policy.share_max * tally.read:
            raise DeadLettersError(_sentence(topic, tally, policy))
        after[topic] = _NOTHING
    return after


def _sentence(topic: str, tally: BrakeTally, policy: BrakePolicy) -> str:
    assert tally.first is not None
    record, code, detail = tally.first
    return (
        f"{tally.broken} of {tally.read} records of {topic} cannot be read, more than the share "
        f"{policy.share_max:g}; the first is {topic}/{record.partition} offset {record.offset}: "
        f"{code}: {detail[:DETAIL_MAX]}. Nothing of this poll was committed; see "
        "docs/operating.md, Dead letters"
    )

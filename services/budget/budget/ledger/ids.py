"""Ids of entries and names of streams that the ledger makes itself, and how each is read back.

A delta's entry has the id its source sent. The entry of a fact's revision is `<key>@<revision>`;
where that brings the fact to an account of another currency, "-" behind it takes its money back
where it was and "+" brings it along, "c" behind that are the corrections. The halves of a move are
`<stream>|<key>|<way>` with stream and key of what moves, in the same signs. A stream is a number,
a revision and a way hold none of the separators, so every id is read in one way only, whatever the
key holds. What is asked of them in SQL are columns: `streams.kind`, `entries.item_stream`,
`entries.item_key` and `entries.leaves`.
"""

from collections.abc import Mapping
from typing import NamedTuple

from shared import keys

DELTAS = "d"
"""The stream of a source's deltas."""
LEAVES, ARRIVES = "-", "+"
CORRECTIONS = "c"


class Revision(NamedTuple):
    """The entry that a revision of a fact makes; `way` and `corrections` of one that takes the fact
    to another account."""

    key: str
    revision: int
    way: str = ""
    corrections: bool = False

    @property
    def id(self) -> str:
        """Its id, unique in the fact's stream."""
        return f"{self.key}@{self.revision}{_ending(self.way, self.corrections)}"


class Half(NamedTuple):
    """One half of a move: what moves, and whether it leaves or arrives."""

    stream_id: int
    key: str
    way: str
    corrections: bool = False

    @property
    def id(self) -> str:
        """Its id, unique in the stream of the move's cause."""
        return f"{self.stream_id}|{self.key}|{_ending(self.way, self.corrections)}"


def read_revision(entry_id: str) -> Revision:
    key, _, rest = entry_id.rpartition("@")
    revision = rest.rstrip(LEAVES + ARRIVES + CORRECTIONS)
    return Revision(key, int(revision), *_read_ending(rest[len(revision) :]))


def read_half(entry_id: str) -> Half:
    stream_id, _, rest = entry_id.partition("|")
    key, _, ending = rest.rpartition("|")
    return Half(int(stream_id), key, *_read_ending(ending))


def fact_stream(report: str | None) -> str:
    return f"s/{report}"


def move_stream(cause: str) -> str:
    return f"m/{cause}"


def fact_prefix(
    period: str | None, entity: Mapping[str, str] | None, campaign: str | None, line: str | None
) -> str:
    """The key of a fact without its dims, which differ from event to event."""
    return keys.fact_key(str(period), keys.subject_text(entity, campaign, line), "")


def _ending(way: str, corrections: bool) -> str:
    return f"{way}{CORRECTIONS if corrections else ''}"


def _read_ending(ending: str) -> tuple[str, bool]:
    return ending[:1], ending.endswith(CORRECTIONS)

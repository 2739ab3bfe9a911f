"""Ids of entries that the ledger makes itself, and how they are read apart, here and in SQL.

A delta's entry has the id its source sent. The entry of a fact's revision is `<key>@<revision>`;
where that brings the fact to an account of another currency, "-" behind it takes its money back
where it was and "+" brings it along, "c" behind that are the corrections. The halves of a move are
`<stream>|<key>|<half>` with stream and key of what moves, in the same signs. A stream is a number,
a revision and a half hold none of the separators, so every id is read in one way only, whatever the
key holds.
"""

from collections.abc import Mapping
from typing import NamedTuple

from shared import keys

CORRECTIONS = "c"
LEAVES, ARRIVES = "-", "+"

IS_LEAVING = "LIKE '%|-'"
"""Of the id of a move (kind 2), in SQL: the half that leaves, corrections apart."""
REVISION_OF_KEY = "'^[0-9]+([-+]c)?$'"
"""What follows `<key>@` in the ids of entries that count among a fact's corrections."""


class MoveId(NamedTuple):
    """What moved: its stream and key; `half`: "-", "+", "-c" or "+c"."""

    stream_id: int
    key: str
    half: str


def fact_prefix(
    period: str | None, entity: Mapping[str, str] | None, campaign: str | None, line: str | None
) -> str:
    """The key of a fact without its dims, which differ from event to event."""
    return keys.fact_key(str(period), keys.subject_text(entity, campaign, line), "")


def revision_id(key: str, revision: int) -> str:
    """The id of the entry that a revision of a fact makes."""
    return f"{key}@{revision}"


def passage_id(key: str, revision: int, way: str, *, corrections: bool) -> str:
    """The id of an entry by which a revision takes a fact to another account; `way`: "-" or "+"."""
    return f"{key}@{revision}{way}{CORRECTIONS if corrections else ''}"


def move_id(stream_id: int, key: str, *, out: bool, corrections: bool) -> str:
    """The id of one half of a move."""
    half = f"{LEAVES if out else ARRIVES}{CORRECTIONS if corrections else ''}"
    return f"{stream_id}|{key}|{half}"


def read_revision_id(entry_id: str) -> tuple[str, str]:
    """Key and revision of a fact's entry, with the ending of one that takes it elsewhere."""
    key, _, revision = entry_id.rpartition("@")
    return key, revision


def read_move_id(entry_id: str) -> MoveId:
    """The way back of `move_id`."""
    stream_id, _, rest = entry_id.partition("|")
    key, _, half = rest.rpartition("|")
    return MoveId(int(stream_id), key, half)


def item_of(alias: str) -> str:
    """SQL: `<stream>|<key>` of the delta or fact that an entry is about, corrections' halves apart.

    Only deltas have a bodyhash.
    """
    e = alias
    return (
        f"CASE WHEN {e}.kind IN (2, 3) THEN {item_of_move(f'{e}.id')}"
        f" WHEN {e}.bodyhash IS NULL"
        f" THEN {e}.stream_id || '|' || regexp_replace({e}.id, '@[0-9]+([-+]c?)?$', '')"
        f" ELSE {e}.stream_id || '|' || {e}.id END"
    )


def takes_away(alias: str) -> str:
    """SQL: whether an entry takes its item off the account, corrections' halves included."""
    e = alias
    return (
        f"({e}.bodyhash IS NULL AND {e}.id ~"
        f" CASE WHEN {e}.kind IN (2, 3) THEN '[|]-c?$' ELSE '@[0-9]+-c?$' END)"
    )


def item_of_move(entry_id: str) -> str:
    """SQL: `<stream>|<key>` of the id of a move, which all its halves have."""
    return f"regexp_replace({entry_id}, '[|][-+]c?$', '')"


def moves_of(stream: str) -> str:
    """SQL pattern: ids of arriving halves of what came by the stream with this number."""
    return f"{stream} || '|%|+'"

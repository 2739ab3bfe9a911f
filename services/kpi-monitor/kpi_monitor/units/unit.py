"""What is judged as one, by one writer at a time: a campaign, or a workspace. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

UnitKey = tuple[str, str]
"""(workspace, campaign); WORKSPACE in place of a campaign for what belongs to none."""
WORKSPACE = ""
NEVER = 2**62
"""Epoch ms that no source will ever be complete to."""


class Due(NamedTuple):
    """When a group has something to judge although nothing of it was touched.

    `complete`: a source is complete to there (epoch ms); `at`: the time has come (epoch ms).
    """

    complete: int | None = NEVER
    at: int = NEVER


class UnitDue(NamedTuple):
    """When the groups of a unit do. `complete` of the first (None: not known); `at` by line or
    object, of those that time makes due."""

    complete: int | None = NEVER
    at: Mapping[str, int] = MappingProxyType({})


def sooner(one: int | None, other: int | None) -> int | None:
    """The earlier of two completenesses; None while one is not known."""
    return None if one is None or other is None else min(one, other)

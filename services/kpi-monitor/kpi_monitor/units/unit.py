"""What is judged as one, by one writer at a time: a campaign, or a workspace. Pure."""

from typing import NamedTuple

UnitKey = tuple[str, str]
"""(workspace, campaign); WORKSPACE in place of a campaign for what belongs to none."""
WORKSPACE = ""
NEVER = 2**62
"""Epoch ms that no source will ever be complete to."""


class Due(NamedTuple):
    """When a unit has something to judge although nothing of it was touched.

    `complete`: a source is complete to there (epoch ms; None: not known); `at`: the time has come
    (epoch ms).
    """

    complete: int | None = NEVER
    at: int = NEVER

    def sooner(self, other: "Due") -> "Due":
        """What is due for either."""
        known = self.complete is not None and other.complete is not None
        complete = min(self.complete or 0, other.complete or 0) if known else None
        return Due(complete, min(self.at, other.at))

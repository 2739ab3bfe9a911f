"""Earlier episodes of an alert: the same rule and labels before, and how each ended."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from alerts.episodes.rules import Key
from alerts.response.rules import NO_RESPONSE, EpisodeResponse
from shared.database.pool import Conn

PAST_MAX = 5
"""Newest episodes that are shown."""
# Of an episode `p`: each is found by its key. A stripped one has no reason any more.
PAST_SQL = """
SELECT jsonb_build_object('episode', p.episode, 'severity', p.severity, 'starts_at', p.starts_at,
  'ends_at', p.ends_at, 'reason', coalesce(pt.signal->>'reason', ''), 'response',
  pr.response) AS past
FROM alerts.episodes p
LEFT JOIN alerts.transitions pt ON pt.alert = p.alert AND pt.episode = p.episode AND pt.seq = p.seq
LEFT JOIN alerts.responses pr ON pr.alert = p.alert AND pr.episode = p.episode
"""
FIND = f"{PAST_SQL} WHERE p.alert = $1 AND p.episode < $2 ORDER BY p.episode DESC LIMIT $3"


class PastEpisode(Struct, frozen=True):
    """One that is over. `reason` is what ended it; it may have ended without anybody's answer."""

    episode: int
    severity: str
    starts_at: datetime
    ends_at: datetime | None
    reason: str
    response: EpisodeResponse | None = None

    @property
    def answer(self) -> EpisodeResponse:
        return self.response or NO_RESPONSE

    def shown(self) -> dict[str, Any]:
        """As `GET /v1/alerts/{alert}` has it."""
        answer = self.answer
        remark = answer.remark
        return {
            "episode": self.episode,
            "severity": self.severity,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "reason": self.reason,
            "acknowledged_by": answer.made_by if answer.state == "acknowledged" else None,
            "closed_by": answer.made_by if answer.state == "closed" else None,
            "assignee": answer.assignee,
            "comment": remark.text if remark else "",
        }


def past_of(value: Any) -> PastEpisode | None:
    """A row's `past`."""
    return None if value is None else msgspec.convert(value, PastEpisode)


async def find_past(conn: Conn, key: Key) -> list[PastEpisode]:
    """The newest before this episode of its alert."""
    rows = await conn.fetch(FIND, key.alert, key.episode, PAST_MAX)
    return [msgspec.convert(row["past"], PastEpisode) for row in rows]

"""What is said of an earlier time of an alert: when, how long, and how it ended. Pure."""

from alerts.channels.markup import one_line
from alerts.channels.texts import shorten
from alerts.rendering.locales.table import VOCABULARIES
from alerts.rendering.numbers import Numbers
from alerts.response.past import PastEpisode
from alerts.response.rules import BY_LINK

COMMENT_CHARACTERS_MAX = 120


def past_text(past: PastEpisode, locale: str, numbers: Numbers) -> str:
    """ "Nov 1, 10:00, for 1 hour: it has recovered; acknowledged by li.na at Nov 1, 10:05"."""
    words, answer = VOCABULARIES[locale], past.answer
    lasted = numbers.lasted(past.ends_at - past.starts_at) if past.ends_at else words.unknown
    parts = [words.reasons.get(past.reason) or words.is_over]
    if answer.made_at is not None and answer.state in ("acknowledged", "closed"):
        parts.append(
            words.response.open_line.format(
                state=words.response.states[answer.state],
                by=one_line(answer.made_by.removeprefix(BY_LINK)),
                at=numbers.instant(answer.made_at),
            )
        )
    if answer.remark is not None:
        remark = answer.remark
        parts.append(
            words.response.comment.format(
                by=one_line(remark.made_by.removeprefix(BY_LINK)),
                at=numbers.instant(remark.made_at),
                text=shorten(one_line(remark.text), COMMENT_CHARACTERS_MAX),
            )
        )
    return words.earlier.format(
        at=numbers.instant(past.starts_at), lasted=lasted, how=words.semicolon.join(parts)
    )

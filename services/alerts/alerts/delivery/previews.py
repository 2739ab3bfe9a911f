"""A message of an alert in words that are only tried."""

from datetime import datetime

from alerts.campaigns.store import find_runs
from alerts.channels.message import Message
from alerts.channels.table import CHANNELS
from alerts.configuration.templates import OwnTemplate, TemplateFaultError
from alerts.delivery.schemas import TemplatePreviewBody
from alerts.episodes.rules import Key
from alerts.record import store
from alerts.rendering.own_words import in_own_words
from alerts.rendering.render import Heading, Renderer
from alerts.rendering.view import AlertView
from alerts.response.rules import NO_RESPONSE
from shared.database.pool import Conn
from shared.errors import InvalidError
from shared.http.reach import Reach

RENDERER = Renderer()
CHANNEL = max(CHANNELS.values(), key=lambda one: one.limits.text_max)
"""That with the most room: what another has none for is in the usual words there."""


async def preview(conn: Conn, reach: Reach, body: TemplatePreviewBody, now: datetime) -> Message:
    """The alert as it stands. Raises NotFoundError `alert_unknown`, InvalidError
    `template_invalid`."""
    nothing = store.AlertFilter(None, None)
    alert = int(body.alert)
    rows = await store.list_alerts(conn, reach, alert - 1, nothing, 1)
    if not rows or rows[0].alert != alert:
        raise reach.unknown("alert", alert)
    row = rows[0]
    view = AlertView(
        key=Key(row.alert, row.episode),
        told="firing" if row.ends_at is None else "resolved",
        signal=row.signal,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        fingerprint=row.fingerprint,
        labels=row.labels,
        response=row.response or NO_RESPONSE,
        runs=await find_runs(conn, reach.workspace, row.campaign),
    )
    heading = Heading(receiver="preview", locale=body.locale)
    message = RENDERER.render([view], heading, CHANNEL, now)[0].message
    try:
        return in_own_words(message, OwnTemplate("preview", body.title, body.text), CHANNEL)
    except TemplateFaultError as error:
        raise InvalidError("template_invalid", str(error)) from error

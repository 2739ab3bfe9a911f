"""The key of links: a setting, or made once and kept, the same for all replicas."""

import secrets
from datetime import timedelta

from alerts.response.links import Links
from alerts.settings import AlertsSettings
from shared.database.pool import Pool

KEY_BYTES = 32
ADD = "INSERT INTO alerts.link_keys (single, key) VALUES (true, $1) ON CONFLICT DO NOTHING"
GET = "SELECT key FROM alerts.link_keys"


async def load_links(settings: AlertsSettings, pool: Pool) -> Links | None:
    """None when no address is set: messages then have no links."""
    if not settings.alerts_url:
        return None
    if settings.link_key is not None:
        key = settings.link_key.get_secret_value().encode()
    else:
        await pool.execute(ADD, secrets.token_bytes(KEY_BYTES))
        key = await pool.fetchval(GET)
    return Links(settings.alerts_url, key, timedelta(days=settings.link_days))

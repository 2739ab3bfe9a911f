"""A message that waits is kept as data, and composed for its channel when it is sent.

What people read of each stays as it was: title and text. What waited keeps its plain text, which
every channel can send.
"""

from alembic import op

revision = "0016_messages"
down_revision = "0015_measures_imports"
branch_labels = None
depends_on = None

WAITING = "state IN ('pending', 'sending', 'parked', 'failed')"

UPGRADE = (
    "ALTER TABLE alerts.deliveries ADD COLUMN message jsonb",
    """
    UPDATE alerts.deliveries SET title = subject, body = plain
    WHERE target->>'kind' = 'email'
    """,
    f"""
    UPDATE alerts.deliveries SET message = jsonb_build_object(
      'title', title, 'locale', locale, 'receiver', receiver, 'written', plain)
    WHERE {WAITING}
    """,
    """
    ALTER TABLE alerts.deliveries DROP COLUMN plain, DROP COLUMN html, DROP COLUMN subject
    """,
)
DOWNGRADE = (
    """
    ALTER TABLE alerts.deliveries ADD COLUMN plain text NOT NULL DEFAULT '',
      ADD COLUMN html text NOT NULL DEFAULT '', ADD COLUMN subject text NOT NULL DEFAULT ''
    """,
    """
    UPDATE alerts.deliveries SET plain = body, subject = title, html = '<pre>' ||
      replace(replace(replace(body, '&', '&amp;'), '<', '&lt;'), '>', '&gt;') || '</pre>'
    """,
    """
    ALTER TABLE alerts.deliveries ALTER COLUMN plain DROP DEFAULT,
      ALTER COLUMN html DROP DEFAULT, ALTER COLUMN subject DROP DEFAULT,
      DROP COLUMN message
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in DOWNGRADE:
        op.execute(statement)

"""What an entry is about, whether it takes that off its account, and what a stream holds: columns.

Until now they were read out of ids, with patterns. Deltas are their own items, so that nothing is
written for them.
"""

from alembic import op

from cli.migrations.first_tables import statements

revision = "0017_items"
down_revision = "0016_messages"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE budget.streams
  ADD COLUMN kind text GENERATED ALWAYS AS (left(stream, 1)) STORED;
ALTER TABLE budget.entries ADD COLUMN item_stream integer, ADD COLUMN item_key text COLLATE "C",
  ADD COLUMN leaves boolean NOT NULL DEFAULT false;
UPDATE budget.entries SET item_stream = split_part(id, '|', 1)::integer,
  item_key = regexp_replace(regexp_replace(id, '^[0-9]+[|]', ''), '[|][-+]c?$', ''),
  leaves = id ~ '[|]-c?$'
  WHERE kind IN (2, 3);
UPDATE budget.entries SET item_stream = stream_id,
  item_key = regexp_replace(id, '@[0-9]+([-+]c?)?$', ''), leaves = id ~ '@[0-9]+-c?$'
  WHERE kind IN (0, 1) AND bodyhash IS NULL
"""
DOWN = """
ALTER TABLE budget.entries DROP COLUMN leaves, DROP COLUMN item_key, DROP COLUMN item_stream;
ALTER TABLE budget.streams DROP COLUMN kind
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(UP):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in statements(DOWN):
        op.execute(statement)

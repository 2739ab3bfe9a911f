"""Schema alerts: a channel is one mailbox, and configurations are versions that all follow.

A mail channel was a list of recipients, its id included: one recipient more was another channel,
which was told everything anew. Each list becomes its mailboxes, with what the list was told
and what it has not got yet: nobody hears the opening of an alert again, and everybody its end.
History that has arrived keeps the list as its channel.
"""

from alembic import op

revision = "0009_mailboxes"
down_revision = "0008_known_changes"
branch_labels = None
depends_on = None

CONFIGURATIONS = """
CREATE TABLE alerts.configurations (
  revision bigint GENERATED ALWAYS AS IDENTITY, workspace text NOT NULL, version integer NOT NULL,
  text text, sha256 text NOT NULL, made_by text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT configurations_pk PRIMARY KEY (revision),
  CONSTRAINT configurations_version_key UNIQUE (workspace, version))
"""

# The mailboxes of each list that was told something. Ids of mail channels are `email:` and the
# addresses, which have no comma in them; a channel's `to` has the same ones.
MAILBOXES = """
CREATE TEMPORARY TABLE mailboxes ON COMMIT DROP AS
SELECT DISTINCT l.channel_id AS list, 'email:' || lower(address) AS mailbox, address
FROM (
  SELECT channel_id FROM alerts.notify_log WHERE channel_id LIKE 'email:%'
  UNION SELECT channel_id FROM alerts.told WHERE channel_id LIKE 'email:%'
  UNION SELECT channel_id FROM alerts.deliveries
    WHERE channel_id LIKE 'email:%' AND state IN ('pending', 'sending', 'parked', 'failed')
) AS l CROSS JOIN LATERAL unnest(string_to_array(substr(l.channel_id, 7), ',')) AS address
"""

# A message that waits becomes one for each mailbox of its list; those that have taken it hold it
# as delivered. All such rows are made anew in the order of the old ones, the order in which
# each mailbox gets them. One of the mailboxes keeps the id of the message.
LISTED = """
CREATE TEMPORARY TABLE listed ON COMMIT DROP AS
SELECT * FROM alerts.deliveries
WHERE channel_id LIKE 'email:%' AND state IN ('pending', 'sending', 'parked', 'failed')
"""
WAITING = """
CREATE TEMPORARY TABLE waiting ON COMMIT DROP AS
SELECT u.*, CASE WHEN place = 1 THEN delivery ELSE md5(delivery || '/' || mailbox) END AS new_id
FROM (
  SELECT d.position, d.delivery, m.mailbox, m.address, m.awaits,
    row_number() OVER (PARTITION BY d.position ORDER BY m.awaits DESC, m.mailbox) AS place
  FROM listed d CROSS JOIN LATERAL (
    SELECT b.mailbox, min(b.address) AS address,
      bool_or(jsonb_exists(d.target->'to', b.address)) AS awaits
    FROM (
      SELECT mailbox, address FROM mailboxes WHERE list = d.channel_id AND d.partly
      UNION SELECT 'email:' || lower(value), value FROM jsonb_array_elements_text(d.target->'to')
    ) AS b GROUP BY b.mailbox) AS m
) AS u
"""
DROP_LISTED = """
DELETE FROM alerts.deliveries d USING listed l WHERE d.position = l.position
"""
SPLIT_DELIVERIES = """
INSERT INTO alerts.deliveries (delivery, workspace, group_id, receiver, channel_id, target, locale,
  title, body, plain, html, subject, thread_root, thread_previous, state, claims, attempts,
  possible_duplicate, shrunk, created_at, next_attempt_at, claimed_until, delivered_at)
SELECT w.new_id, d.workspace, d.group_id, d.receiver, w.mailbox,
  d.target || jsonb_build_object('to', w.address), d.locale, d.title, d.body, d.plain, d.html,
  d.subject, d.thread_root, d.thread_previous,
  CASE WHEN w.awaits THEN d.state ELSE 'delivered' END, d.claims, d.attempts,
  d.possible_duplicate, d.shrunk, d.created_at, d.next_attempt_at,
  CASE WHEN w.awaits THEN d.claimed_until END, CASE WHEN NOT w.awaits THEN now() END
FROM listed d JOIN waiting w USING (position)
ORDER BY d.position, w.place
"""
SPLIT_NOTIFICATIONS = """
INSERT INTO alerts.notifications (workspace, delivery, group_id, receiver, channel_id, channel,
  alert, episode, seq, fingerprint, campaign, reason, transition, severity, state, locale,
  decided_at, labels, explain)
SELECT n.workspace, w.new_id, n.group_id, n.receiver, w.mailbox, n.channel, n.alert, n.episode,
  n.seq, n.fingerprint, n.campaign, n.reason, n.transition, n.severity, n.state, n.locale,
  n.decided_at, n.labels, n.explain
FROM waiting w JOIN alerts.notifications n USING (delivery) WHERE w.place > 1
ORDER BY n.notification, w.place
"""
KEEP_NOTIFICATIONS = """
UPDATE alerts.notifications n SET channel_id = w.mailbox
FROM waiting w WHERE w.place = 1 AND n.delivery = w.delivery
"""
LOG = """
CREATE TEMPORARY TABLE new_log ON COMMIT DROP AS
SELECT DISTINCT ON (l.group_id, m.mailbox) l.group_id, m.mailbox AS channel_id,
  jsonb_build_object('id', m.mailbox, 'kind', 'email',
    'target', (l.channel->'target') || jsonb_build_object('to', m.address)) AS channel,
  l.told_at, l.reason, l.subject, l.thread_root, l.thread_last
FROM alerts.notify_log l JOIN mailboxes m ON m.list = l.channel_id
ORDER BY l.group_id, m.mailbox, l.told_at DESC
"""
TOLD = """
CREATE TEMPORARY TABLE new_told ON COMMIT DROP AS
SELECT DISTINCT ON (t.group_id, m.mailbox, t.alert, t.episode) t.group_id, m.mailbox AS channel_id,
  t.alert, t.episode, t.seq, t.severity, t.firing
FROM alerts.told t JOIN mailboxes m ON m.list = t.channel_id
ORDER BY t.group_id, m.mailbox, t.alert, t.episode, t.seq DESC
"""
REPLACE = (
    "DELETE FROM alerts.notify_log WHERE channel_id LIKE 'email:%'",
    """
    INSERT INTO alerts.notify_log (group_id, channel_id, channel, told_at, reason, subject,
      thread_root, thread_last)
    SELECT group_id, channel_id, channel, told_at, reason, subject, thread_root, thread_last
    FROM new_log
    """,
    "DELETE FROM alerts.told WHERE channel_id LIKE 'email:%'",
    """
    INSERT INTO alerts.told (group_id, channel_id, alert, episode, seq, severity, firing)
    SELECT group_id, channel_id, alert, episode, seq, severity, firing FROM new_told
    """,
    """
    UPDATE alerts.notify_log SET channel = jsonb_set(channel, '{target}', '{"kind": "none"}')
    WHERE channel_id = 'none'
    """,
)
# A mailbox whose copy has an id of its own has its thread begin and go on with that id.
THREADS = (
    """
    UPDATE alerts.notify_log l SET thread_root = w.new_id FROM waiting w
    WHERE w.place > 1 AND w.awaits AND l.channel_id = w.mailbox AND l.thread_root = w.delivery
    """,
    """
    UPDATE alerts.notify_log l SET thread_last = w.new_id FROM waiting w
    WHERE w.place > 1 AND w.awaits AND l.channel_id = w.mailbox AND l.thread_last = w.delivery
    """,
    """
    UPDATE alerts.deliveries d SET thread_root = w.new_id FROM waiting w
    WHERE w.place > 1 AND w.awaits AND d.channel_id = w.mailbox AND d.thread_root = w.delivery
    """,
    """
    UPDATE alerts.deliveries d SET thread_previous = w.new_id FROM waiting w
    WHERE w.place > 1 AND w.awaits AND d.channel_id = w.mailbox AND d.thread_previous = w.delivery
    """,
)
# The receivers that groups keep: each list as its mailboxes, a mailbox of two lists once.
SNAPSHOTS = """
UPDATE alerts.groups g SET snapshot = jsonb_set(g.snapshot, '{receiver,channels}', (
  SELECT coalesce(jsonb_agg(u.channel ORDER BY u.place, u.id), '[]'::jsonb) FROM (
    SELECT DISTINCT ON (s.id) s.id, s.place, s.channel FROM (
      SELECT c.channel->>'id' AS id, c.place, c.channel
      FROM jsonb_array_elements(g.snapshot#>'{receiver,channels}')
        WITH ORDINALITY AS c(channel, place)
      WHERE c.channel->>'kind' <> 'email'
      UNION ALL
      SELECT 'email:' || lower(a.address), c.place,
        jsonb_build_object('id', 'email:' || lower(a.address), 'kind', 'email',
          'target', (c.channel->'target') || jsonb_build_object('to', a.address))
      FROM jsonb_array_elements(g.snapshot#>'{receiver,channels}')
        WITH ORDINALITY AS c(channel, place)
      CROSS JOIN LATERAL jsonb_array_elements_text(c.channel#>'{target,to}') AS a(address)
      WHERE c.channel->>'kind' = 'email'
    ) AS s ORDER BY s.id, s.place
  ) AS u))
WHERE jsonb_path_exists(g.snapshot, '$.receiver.channels[*] ? (@.kind == "email")')
"""
SHRINK = (
    "ALTER TABLE alerts.deliveries DROP COLUMN partly",
    "ALTER TABLE alerts.notify_log DROP COLUMN subject",
)

# Back: each mailbox is a list of one.
GROW = (
    "ALTER TABLE alerts.notify_log ADD COLUMN subject text NOT NULL DEFAULT ''",
    "ALTER TABLE alerts.notify_log ALTER COLUMN subject DROP DEFAULT",
    "ALTER TABLE alerts.deliveries ADD COLUMN partly boolean NOT NULL DEFAULT false",
)
LISTS_OF_ONE = (
    """
    UPDATE alerts.deliveries SET target = jsonb_set(target, '{to}', jsonb_build_array(target->'to'))
    WHERE target->>'kind' = 'email' AND jsonb_typeof(target->'to') = 'string'
    """,
    """
    UPDATE alerts.notify_log
    SET channel = jsonb_set(channel, '{target,to}', jsonb_build_array(channel#>'{target,to}'))
    WHERE channel->>'kind' = 'email' AND jsonb_typeof(channel#>'{target,to}') = 'string'
    """,
    """
    UPDATE alerts.notify_log
    SET channel = jsonb_set(channel, '{target}', '{"kind": "email", "to": [], "sender": ""}')
    WHERE channel_id = 'none'
    """,
    """
    UPDATE alerts.groups g SET snapshot = jsonb_set(g.snapshot, '{receiver,channels}', (
      SELECT jsonb_agg(CASE WHEN c.channel->>'kind' = 'email'
        THEN jsonb_set(c.channel, '{target,to}', jsonb_build_array(c.channel#>'{target,to}'))
        ELSE c.channel END ORDER BY c.place)
      FROM jsonb_array_elements(g.snapshot#>'{receiver,channels}')
        WITH ORDINALITY AS c(channel, place)))
    WHERE jsonb_path_exists(g.snapshot, '$.receiver.channels[*] ? (@.kind == "email")')
    """,
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(CONFIGURATIONS)
    for statement in (
        MAILBOXES,
        LISTED,
        WAITING,
        DROP_LISTED,
        SPLIT_DELIVERIES,
        SPLIT_NOTIFICATIONS,
        KEEP_NOTIFICATIONS,
        LOG,
        TOLD,
        *REPLACE,
        *THREADS,
        SNAPSHOTS,
        "DELETE FROM alerts.destinations WHERE destination LIKE '%/email:%,%'",
        *SHRINK,
    ):
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in (*GROW, *LISTS_OF_ONE):
        op.execute(statement)
    op.execute("DROP TABLE alerts.configurations")

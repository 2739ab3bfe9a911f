CREATE TABLE alerts.actions (
  action bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  alert bigint NOT NULL,
  episode integer NOT NULL,
  kind text NOT NULL,
  made_by text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  comment text NOT NULL,
  until timestamp with time zone,
  assignee text,
  CONSTRAINT actions_pk PRIMARY KEY (action)
);
CREATE INDEX actions_alert ON alerts.actions USING btree (alert, episode, action);

-- Alerts hold episodes, episodes hold transitions; groups hold members and speak; the notification log
-- knows what each channel was told; deliveries are messages, notifications what they told.
CREATE TABLE alerts.alerts (
  alert bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  fingerprint text NOT NULL,
  campaign text,
  episodes integer NOT NULL DEFAULT 0,
  labels jsonb NOT NULL,
  CONSTRAINT alerts_pk PRIMARY KEY (alert),
  CONSTRAINT alerts_fingerprint_key UNIQUE (workspace, fingerprint)
);
CREATE INDEX alerts_campaign ON alerts.alerts USING btree (workspace, campaign, alert);
CREATE INDEX alerts_workspace ON alerts.alerts USING btree (workspace, alert);

-- Where each campaign belongs, as budget announced it: for who may read only some regions.
CREATE TABLE alerts.campaigns (
  workspace text NOT NULL,
  campaign text NOT NULL,
  region text,
  version bigint NOT NULL,
  starts_at timestamp with time zone,
  ends_at timestamp with time zone,
  CONSTRAINT campaigns_pk PRIMARY KEY (workspace, campaign)
);

CREATE TABLE alerts.configurations (
  revision bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  version integer NOT NULL,
  text text,
  sha256 text NOT NULL,
  made_by text NOT NULL,
  made_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT configurations_pk PRIMARY KEY (revision),
  CONSTRAINT configurations_version_key UNIQUE (workspace, version)
);

-- `message_id`: what the provider calls the message, `thread_id` the first of its thread as it then was.
-- `flow`: its campaign, or its group; those of one take turns with those of others, by `turn_at`.
-- `urgent`: it tells of something critical that is open, and may pass the limits of a destination.
-- `deliveries_state`: those that are there for a while are few; what is delivered is found by its
-- notifications.
CREATE TABLE alerts.deliveries (
  "position" bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  delivery text NOT NULL,
  workspace text NOT NULL,
  group_id bigint NOT NULL,
  receiver text NOT NULL,
  channel_id text NOT NULL,
  target jsonb NOT NULL,
  locale text NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  thread_root text,
  thread_previous text,
  state text NOT NULL,
  claims integer NOT NULL DEFAULT 0,
  attempts jsonb NOT NULL DEFAULT '[]'::jsonb,
  possible_duplicate boolean NOT NULL DEFAULT false,
  shrunk integer NOT NULL DEFAULT 0,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  next_attempt_at timestamp with time zone NOT NULL DEFAULT now(),
  claimed_until timestamp with time zone,
  delivered_at timestamp with time zone,
  message jsonb,
  campaigns jsonb,
  message_id text,
  thread_id text,
  flow text NOT NULL DEFAULT ''::text,
  turn_at timestamp with time zone NOT NULL DEFAULT now(),
  urgent boolean NOT NULL DEFAULT false,
  CONSTRAINT deliveries_pk PRIMARY KEY ("position"),
  CONSTRAINT deliveries_delivery_key UNIQUE (delivery)
);
CREATE INDEX deliveries_flow ON alerts.deliveries USING btree (channel_id, flow, turn_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text, 'parked'::text, 'failed'::text]));
CREATE INDEX deliveries_of_no_alert ON alerts.deliveries USING btree (created_at) WHERE (campaigns = '{}'::jsonb);
CREATE INDEX deliveries_order ON alerts.deliveries USING btree (group_id, channel_id, "position") WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text, 'parked'::text, 'failed'::text]));
CREATE INDEX deliveries_state ON alerts.deliveries USING btree (workspace, state) WHERE (state <> 'delivered'::text);
CREATE INDEX deliveries_unsent ON alerts.deliveries USING btree (turn_at, "position") WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text, 'parked'::text, 'failed'::text]));

CREATE TABLE alerts.destinations (
  destination text NOT NULL,
  blocked_until timestamp with time zone,
  sent_at timestamp with time zone[] NOT NULL,
  throttled_until timestamp with time zone,
  critical_passes boolean NOT NULL DEFAULT false,
  CONSTRAINT destinations_pk PRIMARY KEY (destination)
);

CREATE TABLE alerts.episodes (
  alert bigint NOT NULL,
  episode integer NOT NULL,
  workspace text NOT NULL,
  breach text NOT NULL,
  seq integer NOT NULL,
  state text NOT NULL,
  severity text NOT NULL,
  restated_at integer NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone,
  decided_at timestamp with time zone NOT NULL,
  stripped boolean NOT NULL DEFAULT false,
  routing_labels jsonb NOT NULL DEFAULT '{}'::jsonb,
  CONSTRAINT episodes_pk PRIMARY KEY (alert, episode),
  CONSTRAINT episodes_breach_key UNIQUE (workspace, breach)
);
CREATE INDEX episodes_closed ON alerts.episodes USING btree (decided_at) WHERE ((state = ANY (ARRAY['resolved'::text, 'withdrawn'::text])) AND (NOT stripped));
CREATE INDEX episodes_open ON alerts.episodes USING btree (workspace, alert, episode) WHERE (state <> ALL (ARRAY['resolved'::text, 'withdrawn'::text]));
CREATE INDEX episodes_open_labels ON alerts.episodes USING gin (routing_labels jsonb_path_ops) WHERE (state <> ALL (ARRAY['resolved'::text, 'withdrawn'::text]));

CREATE TABLE alerts.escalation_calls (
  call bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  alert bigint NOT NULL,
  episode integer NOT NULL,
  chain text NOT NULL,
  kind text NOT NULL,
  turn integer NOT NULL,
  round integer NOT NULL,
  step integer,
  called_at timestamp with time zone NOT NULL,
  severity text NOT NULL,
  receivers jsonb NOT NULL,
  CONSTRAINT escalation_calls_pk PRIMARY KEY (call),
  CONSTRAINT escalation_calls_step_key UNIQUE (alert, episode, chain, turn, round, step)
);

CREATE TABLE alerts.escalations (
  alert bigint NOT NULL,
  episode integer NOT NULL,
  chain text NOT NULL,
  workspace text NOT NULL,
  kept jsonb NOT NULL,
  progress jsonb NOT NULL,
  answered_at timestamp with time zone,
  due_at timestamp with time zone,
  CONSTRAINT escalations_pk PRIMARY KEY (alert, episode, chain)
);
CREATE INDEX escalations_due ON alerts.escalations USING btree (due_at) WHERE (due_at IS NOT NULL);

-- Newer figures of open breaches; they may come before the breach, and are never told by themselves.
CREATE TABLE alerts.figures (
  workspace text NOT NULL,
  breach text NOT NULL,
  seq integer NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  figures jsonb NOT NULL,
  points jsonb NOT NULL DEFAULT '[]'::jsonb,
  CONSTRAINT figures_pk PRIMARY KEY (workspace, breach)
);
CREATE INDEX figures_decided ON alerts.figures USING btree (decided_at);

CREATE TABLE alerts.foreign_alerts (
  alert bigint NOT NULL,
  episode integer NOT NULL,
  workspace text NOT NULL,
  fingerprint text NOT NULL,
  signals text NOT NULL,
  newest boolean NOT NULL,
  open boolean NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  times_out boolean NOT NULL,
  check_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  annotations jsonb NOT NULL,
  link text NOT NULL,
  CONSTRAINT foreign_alerts_pk PRIMARY KEY (alert, episode)
) WITH (fillfactor=50);
CREATE INDEX foreign_alerts_due ON alerts.foreign_alerts USING btree (check_at) WHERE open;
CREATE UNIQUE INDEX foreign_alerts_newest ON alerts.foreign_alerts USING btree (workspace, fingerprint) WHERE newest;

CREATE TABLE alerts.group_members (
  group_id bigint NOT NULL,
  alert bigint NOT NULL,
  episode integer NOT NULL,
  active boolean NOT NULL DEFAULT true,
  CONSTRAINT group_members_pk PRIMARY KEY (group_id, alert, episode)
);
CREATE INDEX group_members_active ON alerts.group_members USING btree (group_id) WHERE active;
CREATE INDEX group_members_alert ON alerts.group_members USING btree (alert, episode);

CREATE TABLE alerts.groups (
  group_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  group_key text NOT NULL,
  receiver text NOT NULL,
  labels jsonb NOT NULL,
  snapshot jsonb NOT NULL,
  flushed_at timestamp with time zone,
  due_at timestamp with time zone,
  active boolean NOT NULL DEFAULT false,
  CONSTRAINT groups_pk PRIMARY KEY (group_id),
  CONSTRAINT groups_key UNIQUE (workspace, group_key, receiver)
);
CREATE INDEX groups_asleep ON alerts.groups USING btree (flushed_at) WHERE ((due_at IS NULL) AND (NOT active));
CREATE INDEX groups_due ON alerts.groups USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE TABLE alerts.idempotency (
  workspace text NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  body_hash bytea NOT NULL,
  status integer NOT NULL,
  headers jsonb NOT NULL,
  reply jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_pk PRIMARY KEY (workspace, route, key)
);
CREATE INDEX idempotency_created ON alerts.idempotency USING btree (created_at);

CREATE TABLE alerts.link_keys (
  single boolean NOT NULL,
  key bytea NOT NULL,
  CONSTRAINT link_keys_pk PRIMARY KEY (single),
  CONSTRAINT link_keys_one CHECK (single)
);

CREATE TABLE alerts.muted (
  group_id bigint NOT NULL,
  channel_id text NOT NULL,
  alert bigint NOT NULL,
  episode integer NOT NULL,
  seq integer NOT NULL,
  reason text NOT NULL,
  CONSTRAINT muted_pk PRIMARY KEY (group_id, channel_id, alert, episode)
);
CREATE INDEX muted_alert ON alerts.muted USING btree (alert, episode);

CREATE TABLE alerts.notifications (
  notification bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  delivery text,
  group_id bigint NOT NULL,
  receiver text NOT NULL,
  channel_id text NOT NULL,
  channel text NOT NULL,
  alert bigint NOT NULL,
  episode integer NOT NULL,
  seq integer NOT NULL,
  fingerprint text NOT NULL,
  campaign text,
  reason text NOT NULL,
  transition text NOT NULL,
  severity text NOT NULL,
  state text,
  locale text NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  labels jsonb NOT NULL,
  explain jsonb NOT NULL,
  mute jsonb,
  CONSTRAINT notifications_pk PRIMARY KEY (notification)
);
CREATE INDEX notifications_alert ON alerts.notifications USING btree (alert, episode);
CREATE INDEX notifications_campaign ON alerts.notifications USING btree (workspace, campaign, notification);
CREATE INDEX notifications_decided ON alerts.notifications USING btree (decided_at);
CREATE INDEX notifications_delivery ON alerts.notifications USING btree (delivery);
CREATE INDEX notifications_receiver ON alerts.notifications USING btree (workspace, receiver, notification);
CREATE INDEX notifications_withheld ON alerts.notifications USING btree (workspace, state, notification) WHERE (state IS NOT NULL);
CREATE INDEX notifications_workspace ON alerts.notifications USING btree (workspace, notification);

CREATE TABLE alerts.notify_log (
  group_id bigint NOT NULL,
  channel_id text NOT NULL,
  channel jsonb NOT NULL,
  told_at timestamp with time zone NOT NULL,
  reason text NOT NULL,
  thread_root text NOT NULL,
  thread_last text NOT NULL,
  CONSTRAINT notify_log_pk PRIMARY KEY (group_id, channel_id)
);

CREATE TABLE alerts.offset_gaps (
  group_id text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  from_offset bigint NOT NULL,
  to_offset bigint NOT NULL,
  lost_from timestamp with time zone,
  lost_to timestamp with time zone NOT NULL,
  reason text NOT NULL,
  accepted_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT offset_gaps_pk PRIMARY KEY (group_id, topic, partition, from_offset)
);

CREATE TABLE alerts.outbox (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT outbox_pk PRIMARY KEY (id)
);

-- `set_aside`: how much of it was refused and is not settled. That is waited for until `set_aside_until`;
-- `settled_through`: how far the source is complete without it (null: as far as `complete_through`).
CREATE TABLE alerts.progress (
  workspace text NOT NULL,
  source text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  complete_through timestamp with time zone NOT NULL,
  expected_interval_s integer,
  set_aside integer NOT NULL DEFAULT 0,
  settled_through timestamp with time zone,
  set_aside_until timestamp with time zone,
  CONSTRAINT progress_pk PRIMARY KEY (workspace, source, topic, partition)
);
CREATE INDEX progress_waiting ON alerts.progress USING btree (set_aside_until) WHERE (set_aside_until IS NOT NULL);

CREATE TABLE alerts.replicas (
  replica text NOT NULL,
  address text NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  CONSTRAINT replicas_pk PRIMARY KEY (replica)
);

CREATE TABLE alerts.responses (
  alert bigint NOT NULL,
  episode integer NOT NULL,
  response jsonb NOT NULL,
  CONSTRAINT responses_pk PRIMARY KEY (alert, episode)
);

CREATE TABLE alerts.silences (
  workspace text NOT NULL,
  silence text NOT NULL,
  campaign text,
  matchers jsonb NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  created_by text NOT NULL,
  comment text NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  updated_by text NOT NULL,
  version integer NOT NULL,
  CONSTRAINT silences_pk PRIMARY KEY (workspace, silence)
);
CREATE INDEX silences_ends ON alerts.silences USING btree (workspace, ends_at);
CREATE INDEX silences_over ON alerts.silences USING btree (ends_at);

CREATE TABLE alerts.spending (
  destination text NOT NULL,
  period text NOT NULL,
  began_at timestamp with time zone NOT NULL,
  messages integer NOT NULL,
  CONSTRAINT spending_pk PRIMARY KEY (destination, period)
);

CREATE TABLE alerts.told (
  group_id bigint NOT NULL,
  channel_id text NOT NULL,
  alert bigint NOT NULL,
  episode integer NOT NULL,
  seq integer NOT NULL,
  severity text NOT NULL,
  firing boolean NOT NULL DEFAULT false,
  CONSTRAINT told_pk PRIMARY KEY (group_id, channel_id, alert, episode)
);
CREATE INDEX told_alert ON alerts.told USING btree (alert, episode);
CREATE INDEX told_firing ON alerts.told USING btree (group_id) WHERE firing;

CREATE TABLE alerts.transitions (
  alert bigint NOT NULL,
  episode integer NOT NULL,
  seq integer NOT NULL,
  signal jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT transitions_pk PRIMARY KEY (alert, episode, seq)
);

CREATE TABLE alerts.unsubscriptions (
  unsubscription bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  receiver text NOT NULL,
  mailbox text NOT NULL,
  left_at timestamp with time zone NOT NULL,
  left_by text NOT NULL,
  returned_at timestamp with time zone,
  returned_by text,
  CONSTRAINT unsubscriptions_pk PRIMARY KEY (unsubscription)
);
CREATE UNIQUE INDEX unsubscriptions_in_force ON alerts.unsubscriptions USING btree (workspace, receiver, mailbox) WHERE (returned_at IS NULL);
CREATE INDEX unsubscriptions_workspace ON alerts.unsubscriptions USING btree (workspace, unsubscription);

CREATE TABLE alerts.witness (
  group_id text NOT NULL,
  cluster text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  written_at timestamp with time zone,
  CONSTRAINT witness_pk PRIMARY KEY (group_id, cluster, topic, partition)
);

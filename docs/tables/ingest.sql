CREATE TABLE ingest.api_keys (
  key_id text NOT NULL,
  workspace text NOT NULL,
  name text NOT NULL,
  hash bytea NOT NULL,
  sources text[] NOT NULL,
  rate_per_s integer,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  campaigns text[],
  CONSTRAINT api_keys_pk PRIMARY KEY (key_id),
  CONSTRAINT api_keys_hash_uq UNIQUE (hash),
  CONSTRAINT api_keys_rate_ck CHECK ((rate_per_s > 0))
);

CREATE TABLE ingest.idempotency (
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
CREATE INDEX idempotency_created ON ingest.idempotency USING btree (created_at);

CREATE TABLE ingest.offset_gaps (
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

CREATE TABLE ingest.outbox (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT outbox_pk PRIMARY KEY (id)
);

-- `set_aside`: how much of it was refused and is not settled. That is waited for until `set_aside_until`;
-- `settled_through`: how far the source is complete without it (null: as far as `complete_through`).
CREATE TABLE ingest.progress (
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
CREATE INDEX progress_waiting ON ingest.progress USING btree (set_aside_until) WHERE (set_aside_until IS NOT NULL);

CREATE TABLE ingest.quarantines (
  workspace text NOT NULL,
  source text NOT NULL,
  since timestamp with time zone NOT NULL,
  reason text NOT NULL,
  released_at timestamp with time zone,
  released_by text,
  release_reason text,
  CONSTRAINT quarantines_pk PRIMARY KEY (workspace, source, since)
);
CREATE UNIQUE INDEX quarantines_open_uq ON ingest.quarantines USING btree (workspace, source) WHERE (released_at IS NULL);

CREATE TABLE ingest.rejections (
  rejection bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  message text NOT NULL,
  workspace text NOT NULL,
  source text,
  id text,
  code text NOT NULL,
  detail text NOT NULL,
  topic text,
  partition integer,
  "offset" bigint,
  event jsonb NOT NULL,
  rejected_at timestamp with time zone NOT NULL,
  subject text,
  period_start timestamp with time zone,
  settled_at timestamp with time zone,
  settled_by text,
  CONSTRAINT rejections_pk PRIMARY KEY (rejection),
  CONSTRAINT rejections_message_uq UNIQUE (message)
);
CREATE INDEX rejections_open_ix ON ingest.rejections USING btree (workspace, source, rejected_at) WHERE ((subject IS NOT NULL) AND (settled_at IS NULL));
CREATE INDEX rejections_rejected_at_ix ON ingest.rejections USING btree (rejected_at);
CREATE INDEX rejections_source_ix ON ingest.rejections USING btree (workspace, source, rejected_at);
CREATE INDEX rejections_workspace_ix ON ingest.rejections USING btree (workspace, rejection);

CREATE TABLE ingest.sources (
  workspace text NOT NULL,
  source text NOT NULL,
  time_zone text,
  currency text,
  expected_interval_s integer,
  money_report text,
  last_received timestamp with time zone,
  complete_through timestamp with time zone,
  version integer NOT NULL DEFAULT 0,
  measures_report text,
  CONSTRAINT sources_pk PRIMARY KEY (workspace, source),
  CONSTRAINT sources_interval_ck CHECK ((expected_interval_s > 0))
);

CREATE TABLE ingest.witness (
  group_id text NOT NULL,
  cluster text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  written_at timestamp with time zone,
  CONSTRAINT witness_pk PRIMARY KEY (group_id, cluster, topic, partition)
);

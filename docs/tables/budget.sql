CREATE SEQUENCE budget.entry_blocks;

CREATE OR REPLACE FUNCTION budget.refuse_edit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$ BEGIN RAISE EXCEPTION 'budget.% is append-only', TG_TABLE_NAME; END $function$;

CREATE TABLE budget.accounts (
  account_id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  entries bigint NOT NULL DEFAULT 0,
  seq bigint NOT NULL DEFAULT 0,
  latest_at timestamp with time zone,
  sealed_at timestamp with time zone,
  sealed_through timestamp with time zone,
  balance numeric NOT NULL DEFAULT 0,
  corrections numeric NOT NULL DEFAULT 0,
  sealed_actual numeric NOT NULL DEFAULT 0,
  sealed_corrections numeric NOT NULL DEFAULT 0,
  workspace text NOT NULL,
  kind text NOT NULL,
  campaign text NOT NULL,
  line text NOT NULL,
  source text NOT NULL,
  currency text NOT NULL,
  sealed_set_aside integer NOT NULL DEFAULT 0,
  CONSTRAINT accounts_pk PRIMARY KEY (account_id),
  CONSTRAINT accounts_key UNIQUE (workspace, campaign, line, kind, source, currency)
) WITH (fillfactor=50, autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=20000);
CREATE INDEX accounts_suspense ON budget.accounts USING btree (workspace, source) WHERE (kind = 'suspense'::text);

-- Who was given how much, by which document and since when; append-only. `lines` holds the sums.
CREATE TABLE budget.allocations (
  entry bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  campaign text NOT NULL,
  document text NOT NULL,
  place text NOT NULL,
  name text NOT NULL,
  effective_from timestamp with time zone NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  amount bigint NOT NULL,
  curve jsonb,
  CONSTRAINT allocations_pk PRIMARY KEY (entry)
);
CREATE INDEX allocations_campaign ON budget.allocations USING btree (workspace, campaign, entry);
CREATE TRIGGER allocations_append_only BEFORE DELETE OR UPDATE ON budget.allocations FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit();

CREATE TABLE budget.audit (
  workspace text NOT NULL,
  seq bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  object text NOT NULL,
  detail jsonb NOT NULL,
  previous bytea NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT audit_pk PRIMARY KEY (workspace, seq)
);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE ON budget.audit FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit();

CREATE TABLE budget.campaigns (
  workspace text NOT NULL,
  campaign text NOT NULL,
  version integer NOT NULL,
  status text NOT NULL,
  name text NOT NULL,
  currency text NOT NULL,
  time_zone text NOT NULL,
  starts_at timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  owner text,
  body jsonb NOT NULL,
  plan_version integer,
  effective_from timestamp with time zone,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  closed_by text,
  closed_at timestamp with time zone,
  close_reason text,
  CONSTRAINT campaigns_pk PRIMARY KEY (workspace, campaign)
);

CREATE TABLE budget.catalogue_versions (
  workspace text NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT catalogue_versions_pk PRIMARY KEY (workspace)
);

CREATE TABLE budget.changes (
  change bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  account_id integer NOT NULL,
  correction boolean NOT NULL,
  day date,
  period_start timestamp with time zone,
  period_end timestamp with time zone,
  amount numeric NOT NULL DEFAULT 0,
  known_ms bigint,
  CONSTRAINT changes_pk PRIMARY KEY (change)
) WITH (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=20000);

CREATE TABLE budget.commitment_steps (
  step bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  campaign text NOT NULL,
  commitment text NOT NULL,
  line text NOT NULL,
  amount bigint NOT NULL,
  document text NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  CONSTRAINT commitment_steps_pk PRIMARY KEY (step)
);
CREATE INDEX commitment_steps_campaign ON budget.commitment_steps USING btree (workspace, campaign, commitment);
CREATE TRIGGER commitment_steps_append_only BEFORE DELETE OR UPDATE ON budget.commitment_steps FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit();

CREATE TABLE budget.commitments (
  workspace text NOT NULL,
  campaign text NOT NULL,
  commitment text NOT NULL,
  line text NOT NULL,
  supplier text NOT NULL,
  text text,
  currency text NOT NULL,
  amount bigint NOT NULL,
  invoiced bigint NOT NULL,
  due_on date,
  ended text,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT commitments_pk PRIMARY KEY (workspace, campaign, commitment)
);

CREATE TABLE budget.days (
  account_id integer NOT NULL,
  day date NOT NULL,
  actual numeric NOT NULL DEFAULT 0,
  CONSTRAINT days_pk PRIMARY KEY (account_id, day)
) WITH (fillfactor=80);

CREATE TABLE budget.decisions (
  workspace text NOT NULL,
  object text NOT NULL,
  role text NOT NULL,
  decided_by text NOT NULL,
  verdict text NOT NULL,
  opinion text NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  amount bigint NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT decisions_pk PRIMARY KEY (workspace, object, role, version)
);

CREATE TABLE budget.documents (
  workspace text NOT NULL,
  kind text NOT NULL,
  campaign text NOT NULL,
  number integer NOT NULL,
  other text,
  status text NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  body jsonb NOT NULL,
  effect jsonb NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  decided_at timestamp with time zone,
  CONSTRAINT documents_pk PRIMARY KEY (workspace, kind, campaign, number)
);

-- Hot (with facts, accounts and changes): no foreign keys, their checks cost more than the insert, and
-- every row is written by one module from ids it has just read. Keys compare by bytes (COLLATE "C"):
-- faster, and the same order on every machine.
CREATE TABLE budget.entries (
  entry bigint NOT NULL,
  amount bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  stream_id integer NOT NULL,
  account_id integer NOT NULL,
  kind smallint NOT NULL,
  id text COLLATE "C" NOT NULL,
  bodyhash bytea,
  corrects bigint,
  period_start timestamp with time zone,
  period_end timestamp with time zone,
  period text,
  event_id text,
  entity text,
  item_stream integer,
  item_key text COLLATE "C",
  leaves boolean NOT NULL DEFAULT false,
  CONSTRAINT entries_pk PRIMARY KEY (stream_id, id)
);
CREATE INDEX entries_account ON budget.entries USING btree (account_id, entry);

CREATE TABLE budget.facts (
  revision bigint NOT NULL,
  amount bigint NOT NULL,
  entry bigint NOT NULL,
  stated_at timestamp with time zone NOT NULL,
  period_start timestamp with time zone NOT NULL,
  period_end timestamp with time zone NOT NULL,
  stream_id integer NOT NULL,
  account_id integer NOT NULL,
  currency text NOT NULL,
  key text COLLATE "C" NOT NULL,
  CONSTRAINT facts_pk PRIMARY KEY (stream_id, key)
) WITH (fillfactor=80);

CREATE TABLE budget.held (
  held bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  account_id integer NOT NULL,
  stream_id integer NOT NULL,
  key text COLLATE "C" NOT NULL,
  is_fact boolean NOT NULL,
  status text NOT NULL,
  reason text NOT NULL,
  amount bigint NOT NULL,
  entry bigint NOT NULL,
  source text NOT NULL,
  event_id text NOT NULL,
  currency text,
  campaign text,
  line text,
  entity jsonb NOT NULL,
  period text,
  period_start timestamp with time zone NOT NULL,
  period_end timestamp with time zone NOT NULL,
  at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT held_pk PRIMARY KEY (held),
  CONSTRAINT held_key UNIQUE (stream_id, key)
);
CREATE INDEX held_account ON budget.held USING btree (account_id, held);
CREATE INDEX held_workspace ON budget.held USING btree (workspace, held);

CREATE TABLE budget.idempotency (
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
CREATE INDEX idempotency_created ON budget.idempotency USING btree (created_at);

CREATE TABLE budget.import_facts (
  stream_id integer NOT NULL,
  revision bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  import_id text NOT NULL,
  counted_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT import_facts_pk PRIMARY KEY (stream_id, key, import_id)
);
CREATE INDEX import_facts_counted ON budget.import_facts USING brin (counted_at);
CREATE INDEX import_facts_import ON budget.import_facts USING btree (import_id);

CREATE TABLE budget.import_progress (
  workspace text NOT NULL,
  import_id text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  counted_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT import_progress_pk PRIMARY KEY (workspace, import_id, topic, partition)
);

CREATE TABLE budget.imports (
  workspace text NOT NULL,
  import_id text NOT NULL,
  currency text NOT NULL,
  inserted bigint NOT NULL,
  updated bigint NOT NULL,
  unchanged bigint NOT NULL,
  rejected bigint NOT NULL,
  suspense bigint NOT NULL,
  amount numeric NOT NULL DEFAULT 0,
  counted_at timestamp with time zone NOT NULL DEFAULT now(),
  outdated bigint NOT NULL DEFAULT 0,
  CONSTRAINT imports_pk PRIMARY KEY (workspace, import_id, currency)
);

CREATE TABLE budget.invoices (
  number bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  campaign text NOT NULL,
  supplier text NOT NULL,
  invoice text NOT NULL,
  version integer NOT NULL,
  dated date NOT NULL,
  total bigint NOT NULL,
  rows jsonb NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT invoices_pk PRIMARY KEY (workspace, campaign, supplier, invoice, version),
  CONSTRAINT invoices_number UNIQUE (number)
);
CREATE TRIGGER invoices_append_only BEFORE DELETE OR UPDATE ON budget.invoices FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit();

-- The last look at a workspace's whole ledger; `checked_at` is null while none has ended.
CREATE TABLE budget.ledger_checks (
  workspace text NOT NULL,
  known_since timestamp with time zone NOT NULL DEFAULT now(),
  tried_at timestamp with time zone NOT NULL,
  checked_at timestamp with time zone,
  took_ms bigint NOT NULL,
  drift numeric NOT NULL DEFAULT 0,
  holds boolean NOT NULL DEFAULT true,
  allocated boolean NOT NULL DEFAULT true,
  CONSTRAINT ledger_checks_pk PRIMARY KEY (workspace)
);

CREATE TABLE budget.line_sources (
  account_id integer NOT NULL,
  source text NOT NULL,
  CONSTRAINT line_sources_pk PRIMARY KEY (account_id, source)
);
CREATE INDEX line_sources_source ON budget.line_sources USING btree (source, account_id);

CREATE TABLE budget.lines (
  workspace text NOT NULL,
  campaign text NOT NULL,
  line text NOT NULL,
  version integer NOT NULL,
  plan_version integer NOT NULL,
  removed boolean NOT NULL,
  name text NOT NULL,
  owner text,
  channel text,
  allocated bigint NOT NULL,
  curve jsonb NOT NULL,
  allocated_before bigint,
  curve_before jsonb,
  allocation bigint,
  allocated_by text,
  committed bigint NOT NULL DEFAULT 0,
  CONSTRAINT lines_pk PRIMARY KEY (workspace, campaign, line)
);

CREATE TABLE budget.mappings (
  workspace text NOT NULL,
  mapping text NOT NULL,
  version integer NOT NULL,
  source text NOT NULL,
  match jsonb NOT NULL,
  match_text text NOT NULL,
  campaign text NOT NULL,
  line text NOT NULL,
  effective_from timestamp with time zone,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  deleted_by text,
  deleted_at timestamp with time zone,
  CONSTRAINT mappings_pk PRIMARY KEY (workspace, mapping)
);
CREATE UNIQUE INDEX mappings_match_key ON budget.mappings USING btree (workspace, source, match_text, effective_from) NULLS NOT DISTINCT WHERE (deleted_at IS NULL);

CREATE TABLE budget.objects (
  workspace text NOT NULL,
  kind text NOT NULL,
  id text NOT NULL,
  campaign text,
  version integer NOT NULL,
  effective_from timestamp with time zone NOT NULL,
  deleted boolean NOT NULL,
  attributes jsonb NOT NULL,
  reason text,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT objects_pk PRIMARY KEY (workspace, kind, id, version)
);
CREATE TRIGGER objects_append_only BEFORE DELETE OR UPDATE ON budget.objects FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit();

CREATE TABLE budget.offset_gaps (
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

CREATE TABLE budget.outbox (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT outbox_pk PRIMARY KEY (id)
);

-- `plans_waiting`: approved for a time to come; few, and looked for all the time.
CREATE TABLE budget.plans (
  workspace text NOT NULL,
  campaign text NOT NULL,
  plan_version integer NOT NULL,
  status text NOT NULL,
  total bigint NOT NULL,
  body jsonb NOT NULL,
  findings jsonb NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  submitted_by text,
  submitted_at timestamp with time zone,
  comment text,
  effective_from timestamp with time zone,
  due_at timestamp with time zone,
  approved_at timestamp with time zone,
  applied_at timestamp with time zone,
  CONSTRAINT plans_pk PRIMARY KEY (workspace, campaign, plan_version)
);
CREATE INDEX plans_waiting ON budget.plans USING btree (effective_from) WHERE (status = 'approved'::text);

CREATE TABLE budget.policies (
  workspace text NOT NULL,
  version integer NOT NULL,
  rules jsonb NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT policies_pk PRIMARY KEY (workspace, version)
);

-- `set_aside`: how much of it was refused and is not settled. That is waited for until `set_aside_until`;
-- `settled_through`: how far the source is complete without it (null: as far as `complete_through`).
CREATE TABLE budget.progress (
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
CREATE INDEX progress_waiting ON budget.progress USING btree (set_aside_until) WHERE (set_aside_until IS NOT NULL);

CREATE TABLE budget.reports (
  workspace text NOT NULL,
  source text NOT NULL,
  report text NOT NULL,
  mode text NOT NULL,
  grain text NOT NULL,
  CONSTRAINT reports_pk PRIMARY KEY (workspace, source, report)
);

-- What somebody asked approval of, and whose decisions the policy of that moment wants.
CREATE TABLE budget.requests (
  workspace text NOT NULL,
  object text NOT NULL,
  kind text NOT NULL,
  amount bigint NOT NULL,
  version bigint NOT NULL,
  currency text NOT NULL,
  region text,
  authors text[] NOT NULL,
  roles text[] NOT NULL,
  decisions integer NOT NULL,
  status text NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone,
  request bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  campaign text,
  asked_by text,
  told integer NOT NULL DEFAULT 0,
  CONSTRAINT requests_pk PRIMARY KEY (workspace, object),
  CONSTRAINT requests_request UNIQUE (request)
);
CREATE INDEX requests_open ON budget.requests USING btree (workspace, due_at) WHERE (status = 'in_review'::text);

CREATE TABLE budget.streams (
  stream_id integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  source text NOT NULL,
  stream text NOT NULL,
  kind text GENERATED ALWAYS AS ("left"(stream, 1)) STORED,
  CONSTRAINT streams_pk PRIMARY KEY (stream_id),
  CONSTRAINT streams_key UNIQUE (workspace, source, stream)
);

-- What was told of a source's suspense; `entries` of its accounts say whether it has changed since.
CREATE TABLE budget.suspense_told (
  workspace text NOT NULL,
  source text NOT NULL,
  version bigint NOT NULL,
  entries bigint NOT NULL,
  told jsonb NOT NULL,
  told_at timestamp with time zone NOT NULL,
  CONSTRAINT suspense_told_pk PRIMARY KEY (workspace, source)
);

CREATE TABLE budget.witness (
  group_id text NOT NULL,
  cluster text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  written_at timestamp with time zone,
  CONSTRAINT witness_pk PRIMARY KEY (group_id, cluster, topic, partition)
);

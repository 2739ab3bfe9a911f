CREATE TABLE kpi.breaches (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  breach text NOT NULL,
  campaign text NOT NULL,
  rule text NOT NULL,
  open boolean NOT NULL,
  CONSTRAINT breaches_pk PRIMARY KEY (workspace, breach)
);
CREATE INDEX breaches_page ON kpi.breaches USING btree (workspace, id);

-- Our copy of catalog.v1; `catalog_versions` tells every replica when to read mappings again.
-- `catalog_removed_lines`: few, and asked for at every judgement; `catalog_lines`: for the names in messages.
CREATE TABLE kpi.catalog (
  workspace text NOT NULL,
  kind text NOT NULL,
  id text NOT NULL,
  version bigint NOT NULL,
  deleted boolean NOT NULL,
  object jsonb NOT NULL,
  CONSTRAINT catalog_pk PRIMARY KEY (workspace, kind, id)
);
CREATE INDEX catalog_lines ON kpi.catalog USING btree (workspace, ((object ->> 'campaign'::text))) WHERE (kind = 'line'::text);
CREATE INDEX catalog_removed_lines ON kpi.catalog USING btree (workspace) WHERE ((kind = 'line'::text) AND deleted);

CREATE TABLE kpi.catalog_versions (
  workspace text NOT NULL,
  version bigint NOT NULL,
  CONSTRAINT catalog_versions_pk PRIMARY KEY (workspace)
);

-- The row of a delta is its dedupe row, kept for the horizon; its stream is the source's report "".
CREATE TABLE kpi.deltas (
  stream integer NOT NULL,
  id text NOT NULL,
  bodyhash bytea NOT NULL,
  at_ms bigint NOT NULL,
  CONSTRAINT deltas_pk PRIMARY KEY (stream, id)
);
CREATE INDEX deltas_at ON kpi.deltas USING brin (at_ms) WITH (autosummarize='on');

-- What time alone makes due of a unit: a line, or an object that rules look at.
CREATE TABLE kpi.dues (
  workspace text NOT NULL,
  campaign text NOT NULL,
  line text NOT NULL,
  due_at timestamp with time zone NOT NULL,
  CONSTRAINT dues_pk PRIMARY KEY (workspace, campaign, line)
);
CREATE INDEX dues_due ON kpi.dues USING btree (due_at);

-- Snapshot facts; `campaign`, `line`, `start_ms` and `end_ms` are where the fact is booked, fixed by
-- its first statement, the place anew by a mapping; `currency` is that of its money, "" before any
-- was stated. `complete_ms`: how far its source was when it came to say what it says; `earlier`:
-- what it said before, where a mark tells that apart, a line each: complete_ms, a blank, measures.
CREATE TABLE kpi.facts (
  stream integer NOT NULL,
  period text NOT NULL,
  entity text NOT NULL,
  dims text NOT NULL,
  revision bigint NOT NULL,
  measures text NOT NULL,
  start_ms bigint NOT NULL,
  end_ms bigint NOT NULL,
  campaign text NOT NULL,
  line text NOT NULL,
  currency text NOT NULL,
  complete_ms bigint NOT NULL DEFAULT 0,
  earlier text NOT NULL DEFAULT ''::text,
  CONSTRAINT facts_pk PRIMARY KEY (stream, period, entity, dims)
) WITH (fillfactor=80);

-- Which sources feed which measure of a line, in which grain. Rows are never changed or deleted.
CREATE TABLE kpi.feeds (
  workspace text NOT NULL,
  campaign text NOT NULL,
  line text NOT NULL,
  measure text NOT NULL,
  source text NOT NULL,
  grain_ms bigint NOT NULL,
  CONSTRAINT feeds_pk PRIMARY KEY (workspace, campaign, line, measure, source, grain_ms)
);
CREATE INDEX feeds_source ON kpi.feeds USING btree (workspace, source);

-- Of an open breach the figures it was last judged on. `event`: newer ones, to be told at `due_at`;
-- then both are null. `content` tells them apart from the next; `told_at`: when any were told last.
CREATE TABLE kpi.figures (
  workspace text NOT NULL,
  breach text NOT NULL,
  key text NOT NULL,
  content bytea NOT NULL,
  event bytea,
  told_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone,
  CONSTRAINT figures_pk PRIMARY KEY (workspace, breach)
);
CREATE INDEX figures_due ON kpi.figures USING btree (due_at) WHERE (due_at IS NOT NULL);

-- What no mapping names yet, and money whose campaign is not known: sums of deltas by `measure`, and
-- snapshots as they came (`value`, from `partition` at `position`; `told` tells them apart, "" for
-- sums; no amount). `measures`: their names, one a line, which together are too long for a key.
-- `period`: the label of a snapshot, "" of sums; what a label means may change with its source's
-- zone. `known_ms`: the mark of a sum; of a snapshot, how far its source was. `currency` of the
-- event's money: two must not become one.
CREATE TABLE kpi.held (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  source text NOT NULL,
  entity text NOT NULL,
  period text NOT NULL,
  start_ms bigint NOT NULL,
  measure text NOT NULL,
  end_ms bigint NOT NULL,
  known_ms bigint NOT NULL,
  currency text NOT NULL,
  told text NOT NULL DEFAULT ''::text,
  amount numeric NOT NULL,
  levels jsonb NOT NULL,
  measures text NOT NULL,
  partition integer,
  "position" bigint,
  value bytea,
  CONSTRAINT held_pk PRIMARY KEY (workspace, source, entity, period, start_ms, measure, end_ms, known_ms, currency, told)
);
CREATE INDEX held_start ON kpi.held USING brin (start_ms) WITH (autosummarize='on');

CREATE TABLE kpi.idempotency (
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
CREATE INDEX idempotency_created ON kpi.idempotency USING btree (created_at);

-- The next offset to count of an import: a record that is read again is not counted again.
CREATE TABLE kpi.import_progress (
  workspace text NOT NULL,
  import_id text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  counted_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT import_progress_pk PRIMARY KEY (workspace, import_id, topic, partition)
);

-- What became of the measures of a file, record by record as it was read.
CREATE TABLE kpi.imports (
  workspace text NOT NULL,
  import_id text NOT NULL,
  inserted bigint NOT NULL,
  updated bigint NOT NULL,
  unchanged bigint NOT NULL,
  outdated bigint NOT NULL,
  rejected bigint NOT NULL,
  suspense bigint NOT NULL,
  counted_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT imports_pk PRIMARY KEY (workspace, import_id)
);

-- The latest totals of a line. `gap_seq`: the message that came although an earlier one is missing.
CREATE TABLE kpi.lines (
  workspace text NOT NULL,
  campaign text NOT NULL,
  line text NOT NULL,
  seq bigint NOT NULL,
  totals bytea,
  complete_ms bigint,
  gap_seq bigint,
  gap_at timestamp with time zone,
  CONSTRAINT lines_pk PRIMARY KEY (workspace, campaign, line)
) WITH (fillfactor=50);

-- What is still to be looked at after a mapping has changed: first sums after (`start_ms`,
-- `entity`), then, with a `stream`, its facts after (`period`, `entity`).
CREATE TABLE kpi.moves (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  source text NOT NULL,
  match jsonb NOT NULL,
  since_ms bigint NOT NULL,
  start_ms bigint NOT NULL,
  entity text NOT NULL,
  stream integer NOT NULL,
  period text NOT NULL,
  CONSTRAINT moves_pk PRIMARY KEY (id)
);

CREATE TABLE kpi.offset_gaps (
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

CREATE TABLE kpi.outbox (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  topic text NOT NULL,
  key text NOT NULL,
  value bytea NOT NULL,
  created_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT outbox_pk PRIMARY KEY (id)
);

-- Additive sums. `known_ms`: 0, or the source's completeness when a period was told after its end.
-- Times named *_ms are epoch milliseconds, amounts micros. Keys are raw text in an order that time
-- follows: a hash would destroy locality (design.md section 2).
CREATE TABLE kpi.panes (
  series bigint NOT NULL,
  start_ms bigint NOT NULL,
  end_ms bigint NOT NULL,
  known_ms bigint NOT NULL,
  amount numeric NOT NULL,
  CONSTRAINT panes_pk PRIMARY KEY (series, start_ms, end_ms, known_ms)
) WITH (fillfactor=70);
CREATE INDEX panes_start ON kpi.panes USING brin (start_ms) WITH (autosummarize='on');

-- What deltas have brought to lines by a mapping, by entity, so that it follows another mapping.
CREATE TABLE kpi.placed (
  workspace text NOT NULL,
  source text NOT NULL,
  start_ms bigint NOT NULL,
  entity text NOT NULL,
  end_ms bigint NOT NULL,
  known_ms bigint NOT NULL,
  measure text NOT NULL,
  currency text NOT NULL,
  campaign text NOT NULL,
  line text NOT NULL,
  amount numeric NOT NULL,
  CONSTRAINT placed_pk PRIMARY KEY (workspace, source, start_ms, entity, end_ms, known_ms, measure, currency, campaign, line)
) WITH (fillfactor=80);
CREATE INDEX placed_start ON kpi.placed USING brin (start_ms) WITH (autosummarize='on');

-- `set_aside`: how much of it was refused and is not settled. That is waited for until `set_aside_until`;
-- `settled_through`: how far the source is complete without it (null: as far as `complete_through`).
CREATE TABLE kpi.progress (
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
CREATE INDEX progress_waiting ON kpi.progress USING btree (set_aside_until) WHERE (set_aside_until IS NOT NULL);

-- Reports of a source with the mode and grain they keep; `stream` stands for them in longer keys.
CREATE TABLE kpi.reports (
  stream integer NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  source text NOT NULL,
  report text NOT NULL,
  mode text NOT NULL,
  grain text NOT NULL,
  CONSTRAINT reports_pk PRIMARY KEY (workspace, source, report)
);

CREATE TABLE kpi.rule_versions (
  workspace text NOT NULL,
  rule text NOT NULL,
  version bigint NOT NULL,
  body jsonb NOT NULL,
  deleted boolean NOT NULL,
  changed_by text NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  CONSTRAINT rule_versions_pk PRIMARY KEY (workspace, rule, version)
);

CREATE TABLE kpi.rules (
  workspace text NOT NULL,
  rule text NOT NULL,
  version bigint NOT NULL,
  campaign text NOT NULL,
  body jsonb NOT NULL,
  deleted boolean NOT NULL,
  effective_from_ms bigint NOT NULL,
  created_by text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT rules_pk PRIMARY KEY (workspace, rule)
);
CREATE INDEX rules_campaign ON kpi.rules USING btree (workspace, campaign);

-- A number for each measure of a line: panes are by far the most rows, and four texts in their key
-- would cost more than half of folding.
CREATE TABLE kpi.series (
  series bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  campaign text NOT NULL,
  line text NOT NULL,
  measure text NOT NULL,
  CONSTRAINT series_pk PRIMARY KEY (workspace, campaign, line, measure)
);

-- Touches are appended, never upserted: one that met the evaluator's lock would be lost.
CREATE TABLE kpi.source_touches (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  source text NOT NULL,
  CONSTRAINT source_touches_pk PRIMARY KEY (id)
) WITH (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000);

-- Completeness of a source over all partitions, computed from `progress` under this row's lock.
CREATE TABLE kpi.sources (
  workspace text NOT NULL,
  source text NOT NULL,
  complete_ms bigint,
  expected_interval_s integer,
  set_aside integer NOT NULL DEFAULT 0,
  settled_ms bigint,
  CONSTRAINT sources_pk PRIMARY KEY (workspace, source)
) WITH (fillfactor=50);

-- One row per (rule, group). It outlives the rule, so that episode numbers are never used twice.
CREATE TABLE kpi.standings (
  workspace text NOT NULL,
  rule text NOT NULL,
  group_key text NOT NULL,
  campaign text NOT NULL,
  rule_version bigint NOT NULL,
  judged_through_ms bigint NOT NULL,
  episode bigint NOT NULL,
  seq bigint NOT NULL,
  severity text,
  since_ms bigint,
  window_start_ms bigint,
  too_coarse boolean NOT NULL,
  plan_version bigint,
  CONSTRAINT standings_pk PRIMARY KEY (workspace, rule, group_key)
) WITH (fillfactor=70);
CREATE INDEX standings_campaign ON kpi.standings USING btree (workspace, campaign);

CREATE TABLE kpi.touches (
  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  workspace text NOT NULL,
  campaign text NOT NULL,
  line text,
  touched_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT touches_pk PRIMARY KEY (workspace, campaign, id)
) WITH (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=5000);

-- Every transition as it was told (breaches.v1), and which episodes are open.
CREATE TABLE kpi.transitions (
  workspace text NOT NULL,
  breach text NOT NULL,
  seq bigint NOT NULL,
  campaign text NOT NULL,
  transition text NOT NULL,
  event jsonb NOT NULL,
  decided_at timestamp with time zone NOT NULL,
  CONSTRAINT transitions_pk PRIMARY KEY (workspace, breach, seq)
);
CREATE INDEX transitions_ended ON kpi.transitions USING btree (decided_at) WHERE (transition = 'resolved'::text);

-- A campaign, or "" for the workspace. `due_ms`: no window of it closes before a source is complete
-- to there; null: not known.
CREATE TABLE kpi.units (
  workspace text NOT NULL,
  campaign text NOT NULL,
  due_ms bigint,
  CONSTRAINT units_pk PRIMARY KEY (workspace, campaign)
);

CREATE TABLE kpi.witness (
  group_id text NOT NULL,
  cluster text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  written_at timestamp with time zone,
  CONSTRAINT witness_pk PRIMARY KEY (group_id, cluster, topic, partition)
);

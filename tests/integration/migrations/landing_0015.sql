CREATE SCHEMA alerts;
CREATE SCHEMA budget;
CREATE SCHEMA ingest;
CREATE SCHEMA kpi;
CREATE SCHEMA runtime;
CREATE FUNCTION budget.refuse_edit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'budget.audit is append-only'; END $$;
CREATE TABLE alerts.alerts (
    alert bigint NOT NULL,
    workspace text NOT NULL,
    fingerprint text NOT NULL,
    campaign text,
    episodes integer DEFAULT 0 NOT NULL,
    labels jsonb NOT NULL
);
ALTER TABLE alerts.alerts ALTER COLUMN alert ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME alerts.alerts_alert_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE alerts.configurations (
    revision bigint NOT NULL,
    workspace text NOT NULL,
    version integer NOT NULL,
    text text,
    sha256 text NOT NULL,
    made_by text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE alerts.configurations ALTER COLUMN revision ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME alerts.configurations_revision_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE alerts.deliveries (
    "position" bigint NOT NULL,
    delivery text NOT NULL,
    workspace text NOT NULL,
    group_id bigint NOT NULL,
    receiver text NOT NULL,
    channel_id text NOT NULL,
    target jsonb NOT NULL,
    locale text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    plain text NOT NULL,
    html text NOT NULL,
    subject text NOT NULL,
    thread_root text,
    thread_previous text,
    state text NOT NULL,
    claims integer DEFAULT 0 NOT NULL,
    attempts jsonb DEFAULT '[]'::jsonb NOT NULL,
    possible_duplicate boolean DEFAULT false NOT NULL,
    shrunk integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    next_attempt_at timestamp with time zone DEFAULT now() NOT NULL,
    claimed_until timestamp with time zone,
    delivered_at timestamp with time zone
);
ALTER TABLE alerts.deliveries ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME alerts.deliveries_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE alerts.destinations (
    destination text NOT NULL,
    blocked_until timestamp with time zone,
    sent_at timestamp with time zone[] NOT NULL
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
    stripped boolean DEFAULT false NOT NULL
);
CREATE TABLE alerts.figures (
    workspace text NOT NULL,
    breach text NOT NULL,
    seq integer NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    figures jsonb NOT NULL
);
CREATE TABLE alerts.group_members (
    group_id bigint NOT NULL,
    alert bigint NOT NULL,
    episode integer NOT NULL,
    active boolean DEFAULT true NOT NULL
);
CREATE TABLE alerts.groups (
    group_id bigint NOT NULL,
    workspace text NOT NULL,
    group_key text NOT NULL,
    receiver text NOT NULL,
    labels jsonb NOT NULL,
    snapshot jsonb NOT NULL,
    flushed_at timestamp with time zone,
    due_at timestamp with time zone,
    active boolean DEFAULT false NOT NULL
);
ALTER TABLE alerts.groups ALTER COLUMN group_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME alerts.groups_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE alerts.idempotency (
    workspace text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status integer NOT NULL,
    headers jsonb NOT NULL,
    reply jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE alerts.notifications (
    notification bigint NOT NULL,
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
    explain jsonb NOT NULL
);
ALTER TABLE alerts.notifications ALTER COLUMN notification ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME alerts.notifications_notification_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE alerts.notify_log (
    group_id bigint NOT NULL,
    channel_id text NOT NULL,
    channel jsonb NOT NULL,
    told_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    thread_root text NOT NULL,
    thread_last text NOT NULL
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
    accepted_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE alerts.outbox (
    id bigint NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE alerts.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME alerts.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE alerts.progress (
    workspace text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    complete_through timestamp with time zone NOT NULL,
    expected_interval_s integer,
    set_aside integer DEFAULT 0 NOT NULL,
    settled_through timestamp with time zone,
    set_aside_until timestamp with time zone
);
CREATE TABLE alerts.told (
    group_id bigint NOT NULL,
    channel_id text NOT NULL,
    alert bigint NOT NULL,
    episode integer NOT NULL,
    seq integer NOT NULL,
    severity text NOT NULL,
    firing boolean DEFAULT false NOT NULL
);
CREATE TABLE alerts.transitions (
    alert bigint NOT NULL,
    episode integer NOT NULL,
    seq integer NOT NULL,
    breach jsonb NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE alerts.witness (
    group_id text NOT NULL,
    cluster text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    written_at timestamp with time zone
);
CREATE TABLE budget.accounts (
    account_id integer NOT NULL,
    entries bigint DEFAULT 0 NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    latest_at timestamp with time zone,
    sealed_at timestamp with time zone,
    sealed_through timestamp with time zone,
    balance numeric DEFAULT 0 NOT NULL,
    corrections numeric DEFAULT 0 NOT NULL,
    sealed_actual numeric DEFAULT 0 NOT NULL,
    sealed_corrections numeric DEFAULT 0 NOT NULL,
    workspace text NOT NULL,
    kind text NOT NULL,
    campaign text NOT NULL,
    line text NOT NULL,
    source text NOT NULL,
    currency text NOT NULL,
    sealed_set_aside integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='20000');
ALTER TABLE budget.accounts ALTER COLUMN account_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME budget.accounts_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE budget.audit (
    workspace text NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    object text NOT NULL,
    detail jsonb NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL
);
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
    close_reason text
);
CREATE TABLE budget.catalogue_versions (
    workspace text NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE budget.changes (
    change bigint NOT NULL,
    account_id integer NOT NULL,
    correction boolean NOT NULL,
    day date,
    period_start timestamp with time zone,
    period_end timestamp with time zone,
    amount numeric DEFAULT 0 NOT NULL,
    known_ms bigint
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='20000');
ALTER TABLE budget.changes ALTER COLUMN change ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME budget.changes_change_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE budget.days (
    account_id integer NOT NULL,
    day date NOT NULL,
    actual numeric DEFAULT 0 NOT NULL
)
WITH (fillfactor='80');
CREATE TABLE budget.decisions (
    workspace text NOT NULL,
    object text NOT NULL,
    role text NOT NULL,
    decided_by text NOT NULL,
    verdict text NOT NULL,
    opinion text NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    amount bigint NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE budget.entries (
    entry bigint NOT NULL,
    amount bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    stream_id integer NOT NULL,
    account_id integer NOT NULL,
    kind smallint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    bodyhash bytea,
    corrects bigint,
    period_start timestamp with time zone,
    period_end timestamp with time zone,
    period text,
    event_id text,
    entity text
);
CREATE SEQUENCE budget.entry_blocks
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
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
    key text NOT NULL COLLATE pg_catalog."C"
)
WITH (fillfactor='80');
CREATE TABLE budget.held (
    held bigint NOT NULL,
    workspace text NOT NULL,
    account_id integer NOT NULL,
    stream_id integer NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
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
    recorded_at timestamp with time zone NOT NULL
);
ALTER TABLE budget.held ALTER COLUMN held ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME budget.held_held_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE budget.idempotency (
    workspace text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status integer NOT NULL,
    headers jsonb NOT NULL,
    reply jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE budget.import_facts (
    stream_id integer NOT NULL,
    revision bigint NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    import_id text NOT NULL,
    counted_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE budget.import_progress (
    workspace text NOT NULL,
    import_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    counted_at timestamp with time zone DEFAULT now() NOT NULL
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
    amount numeric DEFAULT 0 NOT NULL,
    counted_at timestamp with time zone DEFAULT now() NOT NULL,
    outdated bigint DEFAULT 0 NOT NULL
);
CREATE TABLE budget.ledger_checks (
    workspace text NOT NULL,
    known_since timestamp with time zone DEFAULT now() NOT NULL,
    tried_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone,
    took_ms bigint NOT NULL,
    drift numeric DEFAULT 0 NOT NULL,
    holds boolean DEFAULT true NOT NULL
);
CREATE TABLE budget.line_sources (
    account_id integer NOT NULL,
    source text NOT NULL
);
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
    curve_before jsonb
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
    deleted_at timestamp with time zone
);
CREATE TABLE budget.offset_gaps (
    group_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    from_offset bigint NOT NULL,
    to_offset bigint NOT NULL,
    lost_from timestamp with time zone,
    lost_to timestamp with time zone NOT NULL,
    reason text NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE budget.outbox (
    id bigint NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE budget.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME budget.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE budget.plan_lines (
    workspace text NOT NULL,
    campaign text NOT NULL,
    plan_version integer NOT NULL,
    line text NOT NULL,
    name text NOT NULL,
    allocated bigint NOT NULL,
    curve jsonb NOT NULL
);
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
    applied_at timestamp with time zone
);
CREATE TABLE budget.progress (
    workspace text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    complete_through timestamp with time zone NOT NULL,
    expected_interval_s integer,
    set_aside integer DEFAULT 0 NOT NULL,
    settled_through timestamp with time zone,
    set_aside_until timestamp with time zone
);
CREATE TABLE budget.reports (
    workspace text NOT NULL,
    source text NOT NULL,
    report text NOT NULL,
    mode text NOT NULL,
    grain text NOT NULL
);
CREATE TABLE budget.streams (
    stream_id integer NOT NULL,
    workspace text NOT NULL,
    source text NOT NULL,
    stream text NOT NULL
);
ALTER TABLE budget.streams ALTER COLUMN stream_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME budget.streams_stream_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE budget.suspense_told (
    workspace text NOT NULL,
    source text NOT NULL,
    version bigint NOT NULL,
    entries bigint NOT NULL,
    told jsonb NOT NULL,
    told_at timestamp with time zone NOT NULL
);
CREATE TABLE budget.witness (
    group_id text NOT NULL,
    cluster text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    written_at timestamp with time zone
);
CREATE TABLE ingest.api_keys (
    key_id text NOT NULL,
    workspace text NOT NULL,
    name text NOT NULL,
    hash bytea NOT NULL,
    sources text[] NOT NULL,
    rate_per_s integer,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
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
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE ingest.offset_gaps (
    group_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    from_offset bigint NOT NULL,
    to_offset bigint NOT NULL,
    lost_from timestamp with time zone,
    lost_to timestamp with time zone NOT NULL,
    reason text NOT NULL,
    accepted_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE ingest.outbox (
    id bigint NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ingest.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ingest.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE ingest.progress (
    workspace text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    complete_through timestamp with time zone NOT NULL,
    expected_interval_s integer,
    set_aside integer DEFAULT 0 NOT NULL,
    settled_through timestamp with time zone,
    set_aside_until timestamp with time zone
);
CREATE TABLE ingest.quarantines (
    workspace text NOT NULL,
    source text NOT NULL,
    since timestamp with time zone NOT NULL,
    reason text NOT NULL,
    released_at timestamp with time zone,
    released_by text,
    release_reason text
);
CREATE TABLE ingest.rejections (
    rejection bigint NOT NULL,
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
    settled_by text
);
ALTER TABLE ingest.rejections ALTER COLUMN rejection ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ingest.rejections_rejection_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE ingest.sources (
    workspace text NOT NULL,
    source text NOT NULL,
    time_zone text,
    currency text,
    expected_interval_s integer,
    money_report text,
    last_received timestamp with time zone,
    complete_through timestamp with time zone,
    version integer DEFAULT 0 NOT NULL,
    measures_report text,
    CONSTRAINT sources_interval_ck CHECK ((expected_interval_s > 0))
);
CREATE TABLE ingest.witness (
    group_id text NOT NULL,
    cluster text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    written_at timestamp with time zone
);
CREATE TABLE kpi.breaches (
    id bigint NOT NULL,
    workspace text NOT NULL,
    breach text NOT NULL,
    campaign text NOT NULL,
    rule text NOT NULL,
    open boolean NOT NULL
);
ALTER TABLE kpi.breaches ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kpi.breaches_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE kpi.catalog (
    workspace text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    version bigint NOT NULL,
    deleted boolean NOT NULL,
    object jsonb NOT NULL
);
CREATE TABLE kpi.catalog_versions (
    workspace text NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE kpi.deltas (
    stream integer NOT NULL,
    id text NOT NULL,
    bodyhash bytea NOT NULL,
    at_ms bigint NOT NULL
);
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
    complete_ms bigint DEFAULT 0 NOT NULL,
    earlier text DEFAULT ''::text NOT NULL
)
WITH (fillfactor='80');
CREATE TABLE kpi.feeds (
    workspace text NOT NULL,
    campaign text NOT NULL,
    line text NOT NULL,
    measure text NOT NULL,
    source text NOT NULL,
    grain_ms bigint NOT NULL
);
CREATE TABLE kpi.figures (
    workspace text NOT NULL,
    breach text NOT NULL,
    key text NOT NULL,
    content bytea NOT NULL,
    event bytea,
    told_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone
);
CREATE TABLE kpi.held (
    id bigint NOT NULL,
    workspace text NOT NULL,
    source text NOT NULL,
    entity text NOT NULL,
    period text NOT NULL,
    start_ms bigint NOT NULL,
    measure text NOT NULL,
    end_ms bigint NOT NULL,
    known_ms bigint NOT NULL,
    currency text NOT NULL,
    told text DEFAULT ''::text NOT NULL,
    amount numeric NOT NULL,
    levels jsonb NOT NULL,
    measures text NOT NULL,
    partition integer,
    "position" bigint,
    value bytea
);
ALTER TABLE kpi.held ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kpi.held_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE kpi.idempotency (
    workspace text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    status integer NOT NULL,
    headers jsonb NOT NULL,
    reply jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE kpi.import_progress (
    workspace text NOT NULL,
    import_id text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    counted_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE kpi.imports (
    workspace text NOT NULL,
    import_id text NOT NULL,
    inserted bigint NOT NULL,
    updated bigint NOT NULL,
    unchanged bigint NOT NULL,
    outdated bigint NOT NULL,
    rejected bigint NOT NULL,
    suspense bigint NOT NULL,
    counted_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE kpi.lines (
    workspace text NOT NULL,
    campaign text NOT NULL,
    line text NOT NULL,
    seq bigint NOT NULL,
    totals bytea,
    complete_ms bigint,
    gap_seq bigint,
    gap_at timestamp with time zone
)
WITH (fillfactor='50');
CREATE TABLE kpi.moves (
    id bigint NOT NULL,
    workspace text NOT NULL,
    source text NOT NULL,
    match jsonb NOT NULL,
    since_ms bigint NOT NULL,
    start_ms bigint NOT NULL,
    entity text NOT NULL,
    stream integer NOT NULL,
    period text NOT NULL
);
ALTER TABLE kpi.moves ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kpi.moves_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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
    accepted_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE kpi.outbox (
    id bigint NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    value bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE kpi.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kpi.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE kpi.panes (
    series bigint NOT NULL,
    start_ms bigint NOT NULL,
    end_ms bigint NOT NULL,
    known_ms bigint NOT NULL,
    amount numeric NOT NULL
)
WITH (fillfactor='70');
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
    amount numeric NOT NULL
)
WITH (fillfactor='80');
CREATE TABLE kpi.progress (
    workspace text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    complete_through timestamp with time zone NOT NULL,
    expected_interval_s integer,
    set_aside integer DEFAULT 0 NOT NULL,
    settled_through timestamp with time zone,
    set_aside_until timestamp with time zone
);
CREATE TABLE kpi.reports (
    stream integer NOT NULL,
    workspace text NOT NULL,
    source text NOT NULL,
    report text NOT NULL,
    mode text NOT NULL,
    grain text NOT NULL
);
ALTER TABLE kpi.reports ALTER COLUMN stream ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kpi.reports_stream_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE kpi.rule_versions (
    workspace text NOT NULL,
    rule text NOT NULL,
    version bigint NOT NULL,
    body jsonb NOT NULL,
    deleted boolean NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamp with time zone NOT NULL
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
    updated_at timestamp with time zone NOT NULL
);
CREATE TABLE kpi.series (
    series bigint NOT NULL,
    workspace text NOT NULL,
    campaign text NOT NULL,
    line text NOT NULL,
    measure text NOT NULL
);
ALTER TABLE kpi.series ALTER COLUMN series ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kpi.series_series_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE kpi.source_touches (
    id bigint NOT NULL,
    workspace text NOT NULL,
    source text NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000');
ALTER TABLE kpi.source_touches ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kpi.source_touches_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE kpi.sources (
    workspace text NOT NULL,
    source text NOT NULL,
    complete_ms bigint,
    expected_interval_s integer,
    set_aside integer DEFAULT 0 NOT NULL,
    settled_ms bigint
)
WITH (fillfactor='50');
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
    plan_version bigint
)
WITH (fillfactor='70');
CREATE TABLE kpi.suspense (
    workspace text NOT NULL,
    source text NOT NULL,
    version bigint NOT NULL,
    since timestamp with time zone,
    object jsonb NOT NULL,
    episode bigint DEFAULT 0 NOT NULL,
    seq bigint DEFAULT 0 NOT NULL,
    open boolean DEFAULT false NOT NULL
);
CREATE TABLE kpi.touches (
    id bigint NOT NULL,
    workspace text NOT NULL,
    campaign text NOT NULL,
    line text,
    touched_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000');
ALTER TABLE kpi.touches ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME kpi.touches_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE kpi.transitions (
    workspace text NOT NULL,
    breach text NOT NULL,
    seq bigint NOT NULL,
    campaign text NOT NULL,
    transition text NOT NULL,
    event jsonb NOT NULL,
    decided_at timestamp with time zone NOT NULL
);
CREATE TABLE kpi.units (
    workspace text NOT NULL,
    campaign text NOT NULL,
    due_ms bigint
);
CREATE TABLE kpi.witness (
    group_id text NOT NULL,
    cluster text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    written_at timestamp with time zone
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE runtime.clock (
    "only" boolean DEFAULT true NOT NULL,
    now timestamp with time zone NOT NULL,
    CONSTRAINT clock_one_row CHECK ("only")
);
INSERT INTO alerts.alerts OVERRIDING SYSTEM VALUE VALUES
	(2, 'default', 'fdaf5997d5a5f5c6', 'spring', 1, '{"line": "search", "rule": "ctr-low", "campaign": "spring"}'),
	(1, 'default', '7faec57989299ac7', NULL, 2, '{"rule": "suspense", "source": "shop/ads"}'),
	(3, 'default', '32a880f0dc83e861', NULL, 1, '{"rule": "suspense", "source": "desk"}'),
	(5, 'default', 'a94b28cfc86b76b3', NULL, 1, '{"rule": "suspense", "source": "till,eu:1"}'),
	(6, 'default', 'f73fcf561252bde1', NULL, 1, '{"rule": "suspense", "source": "google-ads/1234567890"}'),
	(7, 'default', '06f38934c3bbc76c', 'spring', 1, '{"line": "search", "rule": "pacing-high", "campaign": "spring"}'),
	(8, 'default', '4aff95bf7ea98f2d', 'spring', 1, '{"line": "social", "rule": "used-some", "team": "press", "campaign": "spring"}'),
	(9, 'default', '5899acc578cf4134', 'spring', 1, '{"line": "social", "rule": "used-high", "team": "desk", "campaign": "spring"}');
INSERT INTO alerts.configurations OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 1, E'route:\n  receiver: ops\n  group_by: [campaign, line]\n  group_wait: 0s\n  group_interval: 1m\n  repeat_interval: 4h\n  routes:\n    - {matchers: [''team="desk"''], receiver: desk}\n    - {matchers: [''team="press"''], receiver: press}\n    - {matchers: [''rule="suspense"''], receiver: books}\nreceivers:\n  - name: ops\n    locale: en\n    dingtalk_configs: [{url_env: OPS_URL, secret_env: OPS_SECRET}]\n    email_configs: [{to: [ops@example.com, boss@example.com], from: paceline@example.com}]\n  - {name: desk, locale: en, dingtalk_configs: [{url_env: DESK_URL, secret_env: WRONG_SECRET}]}\n  - {name: press, locale: en, dingtalk_configs: [{url_env: PRESS_URL}]}\n  - {name: books, locale: en, email_configs: [{to: [books@example.com], from: paceline@example.com}]}\n', 'cf2146ca6ad4757eb88d2049c14683e06c29337bc473c3cecc9af79b07289d47', 'start', '2026-11-30 22:36:21.595856+00'),
	(2, 'default', 2, E'route:\n  receiver: ops\n  group_by: [campaign, line]\n  group_wait: 0s\n  group_interval: 1m\n  repeat_interval: 30d\n  routes:\n    - {matchers: [''team="desk"''], receiver: desk}\n    - {matchers: [''team="press"''], receiver: press}\n    - {matchers: [''rule="suspense"''], receiver: books}\nreceivers:\n  - name: ops\n    locale: en\n    dingtalk_configs: [{url_env: OPS_URL, secret_env: OPS_SECRET}]\n    email_configs: [{to: [ops@example.com, boss@example.com], from: paceline@example.com}]\n  - {name: desk, locale: en, dingtalk_configs: [{url_env: DESK_URL, secret_env: WRONG_SECRET}]}\n  - {name: press, locale: en, dingtalk_configs: [{url_env: PRESS_URL}]}\n  - {name: books, locale: en, email_configs: [{to: [books@example.com], from: paceline@example.com}]}\n', '448c5dec46543bfad67c4a307e787988a3996a642aac303eb02edec8104967c2', 'ada', '2026-11-30 22:36:32.16037+00');
INSERT INTO alerts.deliveries OVERRIDING SYSTEM VALUE VALUES
	(1, '9c7ba6ecd6654ff4a9194cf8ad88cc3b', 'default', 1, 'books', 'email:books@example.com', '{"to": "books@example.com", "kind": "email", "sender": "paceline@example.com"}', 'en', '[Warning] source shop/ads: CNY 10.00 spent and not assigned to any line, the oldest waits since Nov 21, 02:00', E'#### 🟠 Warning · source shop/ads\n**CNY 10.00 spent and not assigned to any line, the oldest waits since Nov 21, 02:00**\n\n- Items: 2\n- Amount: CNY 10.00\n- Named as: campaign c3, campaign c4\n- Figures as of: Nov 22, 02:00\n- Limit: at or above 24 hours is warning\n- Since: Nov 21, 02:00\n- What you can do: add the mapping that is missing, assign this money to a line, or have finance write it off\n- Rule: Money waits that belongs to no line yet\n\nAll times UTC', E'🟠 Warning · source shop/ads\nCNY 10.00 spent and not assigned to any line, the oldest waits since Nov 21, 02:00\n  Items: 2\n  Amount: CNY 10.00\n  Named as: campaign c3, campaign c4\n  Figures as of: Nov 22, 02:00\n  Limit: at or above 24 hours is warning\n  Since: Nov 21, 02:00\n  What you can do: add the mapping that is missing, assign this money to a line, or have finance write it off\n  Rule: Money waits that belongs to no line yet\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Warning: CNY 10.00 spent and not assigned to any line, the oldest waits since Nov 21, 02:00</div>\n<h2 style="font-size:17px;margin:20px 0 4px">🟠 Warning · source shop/ads</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #bc4c00"><strong>CNY 10.00 spent and not assigned to any line, the oldest waits since Nov 21, 02:00</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Items</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">2</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Amount</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 10.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Named as</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">campaign c3, campaign c4</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 02:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">at or above 24 hours is warning</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 21, 02:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">What you can do</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">add the mapping that is missing, assign this money to a line, or have finance write it off</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Money waits that belongs to no line yet</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · books</p>\n</body>\n</html>', '[Warning] source shop/ads: CNY 10.00 spent and not assigned to any line, the oldest waits since Nov 21, 02:00', NULL, NULL, 'delivered', 1, '[{"at": "2026-11-30T22:36:26.437907Z", "class": "delivered", "duration_ms": 419, "http_status": null, "provider_code": "250", "provider_message": "Message accepted"}]', false, 0, '2026-11-30 22:36:26.043209+00', '2026-11-30 22:36:26.857405+00', NULL, '2026-11-30 22:36:26.857405+00'),
	(3, 'f908bda5345b4489bad2ec581abdd2d8', 'default', 2, 'ops', 'dingtalk:OPS_URL', '{"kind": "dingtalk", "url_env": "OPS_URL", "at_mobiles": [], "secret_env": "OPS_SECRET"}', 'en', '[Warning] spring / search ads (search): Click-through rate is low: 0.2%', E'#### 🟠 Warning · spring / search ads (search)\n**Click-through rate is low: 0.2%**\n\n- Click-through rate: 0.2%\n- Clicks: 2\n- Impressions: 1,000\n- Figures as of: Nov 22, 04:00 (complete)\n- Limit: below 1% is warning\n- Since: Nov 22, 04:00\n- Window: Nov 22, 03:00–04:00\n- Owner: ops\n- Rule: ctr-low\n\nAll times UTC', E'🟠 Warning · spring / search ads (search)\nClick-through rate is low: 0.2%\n  Click-through rate: 0.2%\n  Clicks: 2\n  Impressions: 1,000\n  Figures as of: Nov 22, 04:00 (complete)\n  Limit: below 1% is warning\n  Since: Nov 22, 04:00\n  Window: Nov 22, 03:00–04:00\n  Owner: ops\n  Rule: ctr-low\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Warning: Click-through rate is low: 0.2%</div>\n<h2 style="font-size:17px;margin:20px 0 4px">🟠 Warning · spring / search ads (search)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #bc4c00"><strong>Click-through rate is low: 0.2%</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Click-through rate</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">0.2%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Clicks</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">2</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Impressions</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1,000</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 04:00 (complete)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">below 1% is warning</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 04:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Window</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 03:00–04:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ctr-low</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · ops</p>\n</body>\n</html>', '[Warning] spring / search ads (search): Click-through rate is low: 0.2%', NULL, NULL, 'delivered', 1, '[{"at": "2026-11-30T22:36:33.744193Z", "class": "delivered", "duration_ms": 312, "http_status": 200, "provider_code": "0", "provider_message": "ok"}]', false, 0, '2026-11-30 22:36:33.542591+00', '2026-11-30 22:36:34.056357+00', NULL, '2026-11-30 22:36:34.056357+00'),
	(8, 'd1ade517a84f40ea88a65a3887f8e24a', 'default', 2, 'ops', 'email:ops@example.com', '{"to": "ops@example.com", "kind": "email", "sender": "paceline@example.com"}', 'en', '[Resolved] spring / search ads (search): Click-through rate is now 3%, no longer below the limit', E'#### ✅ Resolved · spring / search ads (search)\n**Click-through rate is now 3%, no longer below the limit**\n\n- Click-through rate: 3%\n- Clicks: 30\n- Impressions: 1,000\n- Figures as of: Nov 22, 05:00 (complete)\n- Lasted: 1 hour (from Nov 22, 04:00 to Nov 22, 05:00)\n- Window: Nov 22, 04:00–05:00\n- Owner: ops\n- Rule: ctr-low\n\nAll times UTC', E'✅ Resolved · spring / search ads (search)\nClick-through rate is now 3%, no longer below the limit\n  Click-through rate: 3%\n  Clicks: 30\n  Impressions: 1,000\n  Figures as of: Nov 22, 05:00 (complete)\n  Lasted: 1 hour (from Nov 22, 04:00 to Nov 22, 05:00)\n  Window: Nov 22, 04:00–05:00\n  Owner: ops\n  Rule: ctr-low\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Resolved: Click-through rate is now 3%, no longer below the limit</div>\n<h2 style="font-size:17px;margin:20px 0 4px">✅ Resolved · spring / search ads (search)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #1a7f37"><strong>Click-through rate is now 3%, no longer below the limit</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Click-through rate</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">3%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Clicks</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">30</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Impressions</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1,000</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 05:00 (complete)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Lasted</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1 hour (from Nov 22, 04:00 to Nov 22, 05:00)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Window</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 04:00–05:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ctr-low</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · ops</p>\n</body>\n</html>', '[Resolved] spring / search ads (search): Click-through rate is now 3%, no longer below the limit', 'db0873c283ef405dac41ceb0d2a4dbc5', 'db0873c283ef405dac41ceb0d2a4dbc5', 'delivered', 1, '[{"at": "2026-11-30T22:36:35.300722Z", "class": "delivered", "duration_ms": 330, "http_status": null, "provider_code": "250", "provider_message": "Message accepted"}]', false, 0, '2026-11-30 22:36:35.15957+00', '2026-11-30 22:36:35.631391+00', NULL, '2026-11-30 22:36:35.631391+00'),
	(2, 'f6e46a44993b4a67b9d1ab030a87c39f', 'default', 1, 'books', 'email:books@example.com', '{"to": "books@example.com", "kind": "email", "sender": "paceline@example.com"}', 'en', '[Resolved] source shop/ads: No money of this source waits for its line for too long any more', E'#### ✅ Resolved · source shop/ads\n**No money of this source waits for its line for too long any more**\n\n- Items: 2\n- Amount: CNY 20.00\n- Figures as of: Nov 22, 02:00\n- Lasted: 1 day (from Nov 21, 02:00 to Nov 22, 02:00)\n- Rule: Money waits that belongs to no line yet\n\nAll times UTC', E'✅ Resolved · source shop/ads\nNo money of this source waits for its line for too long any more\n  Items: 2\n  Amount: CNY 20.00\n  Figures as of: Nov 22, 02:00\n  Lasted: 1 day (from Nov 21, 02:00 to Nov 22, 02:00)\n  Rule: Money waits that belongs to no line yet\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Resolved: No money of this source waits for its line for too long any more</div>\n<h2 style="font-size:17px;margin:20px 0 4px">✅ Resolved · source shop/ads</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #1a7f37"><strong>No money of this source waits for its line for too long any more</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Items</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">2</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Amount</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 20.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 02:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Lasted</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1 day (from Nov 21, 02:00 to Nov 22, 02:00)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Money waits that belongs to no line yet</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · books</p>\n</body>\n</html>', '[Resolved] source shop/ads: No money of this source waits for its line for too long any more', '9c7ba6ecd6654ff4a9194cf8ad88cc3b', '9c7ba6ecd6654ff4a9194cf8ad88cc3b', 'delivered', 1, '[{"at": "2026-11-30T22:36:32.487780Z", "class": "delivered", "duration_ms": 18, "http_status": null, "provider_code": "250", "provider_message": "Message accepted"}]', false, 0, '2026-11-30 22:36:32.277752+00', '2026-11-30 22:36:32.505875+00', NULL, '2026-11-30 22:36:32.505875+00'),
	(4, 'c68c3275dc1344b3b6fbeea75a331186', 'default', 2, 'ops', 'email:boss@example.com', '{"to": "boss@example.com", "kind": "email", "sender": "paceline@example.com"}', 'en', '[Warning] spring / search ads (search): Click-through rate is low: 0.2%', E'#### 🟠 Warning · spring / search ads (search)\n**Click-through rate is low: 0.2%**\n\n- Click-through rate: 0.2%\n- Clicks: 2\n- Impressions: 1,000\n- Figures as of: Nov 22, 04:00 (complete)\n- Limit: below 1% is warning\n- Since: Nov 22, 04:00\n- Window: Nov 22, 03:00–04:00\n- Owner: ops\n- Rule: ctr-low\n\nAll times UTC', E'🟠 Warning · spring / search ads (search)\nClick-through rate is low: 0.2%\n  Click-through rate: 0.2%\n  Clicks: 2\n  Impressions: 1,000\n  Figures as of: Nov 22, 04:00 (complete)\n  Limit: below 1% is warning\n  Since: Nov 22, 04:00\n  Window: Nov 22, 03:00–04:00\n  Owner: ops\n  Rule: ctr-low\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Warning: Click-through rate is low: 0.2%</div>\n<h2 style="font-size:17px;margin:20px 0 4px">🟠 Warning · spring / search ads (search)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #bc4c00"><strong>Click-through rate is low: 0.2%</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Click-through rate</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">0.2%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Clicks</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">2</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Impressions</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1,000</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 04:00 (complete)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">below 1% is warning</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 04:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Window</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 03:00–04:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ctr-low</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · ops</p>\n</body>\n</html>', '[Warning] spring / search ads (search): Click-through rate is low: 0.2%', NULL, NULL, 'delivered', 1, '[{"at": "2026-11-30T22:36:34.056469Z", "class": "delivered", "duration_ms": 94, "http_status": null, "provider_code": "250", "provider_message": "Message accepted"}]', false, 0, '2026-11-30 22:36:33.542591+00', '2026-11-30 22:36:34.150576+00', NULL, '2026-11-30 22:36:34.150576+00'),
	(13, '8ae1e488f4b444e985da216f752786d5', 'default', 5, 'desk', 'dingtalk:DESK_URL', '{"kind": "dingtalk", "url_env": "DESK_URL", "at_mobiles": [], "secret_env": "WRONG_SECRET"}', 'en', '[Critical] spring / social ads (social): Over budget: 103.25% used', E'#### 🔴 Critical · spring / social ads (social)\n**Over budget: 103.25% used**\n\n- Budget used: 103.25%\n- Actual spend: CNY 413.00\n- Planned to date: CNY 138.54\n- Budget of this line: CNY 400.00\n- Forecast at this pace: CNY 1,192.39\n- Remaining budget: ‑CNY 13.00\n- Spend against plan: 298.1%\n- Figures as of: Nov 30, 18:00 (completeness unknown: a source has not said)\n- Note: 1 event of the source is set aside; figures may change\n- Limit: at or above 100% of the budget is critical\n- Since: Nov 30, 20:00\n- What you can do: pause the line and ask for a transfer or a draw on the reserve\n- Owner: ops\n- Rule: used-high\n\nAll times UTC', E'🔴 Critical · spring / social ads (social)\nOver budget: 103.25% used\n  Budget used: 103.25%\n  Actual spend: CNY 413.00\n  Planned to date: CNY 138.54\n  Budget of this line: CNY 400.00\n  Forecast at this pace: CNY 1,192.39\n  Remaining budget: ‑CNY 13.00\n  Spend against plan: 298.1%\n  Figures as of: Nov 30, 18:00 (completeness unknown: a source has not said)\n  Note: 1 event of the source is set aside; figures may change\n  Limit: at or above 100% of the budget is critical\n  Since: Nov 30, 20:00\n  What you can do: pause the line and ask for a transfer or a draw on the reserve\n  Owner: ops\n  Rule: used-high\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Critical: Over budget: 103.25% used</div>\n<h2 style="font-size:17px;margin:20px 0 4px">🔴 Critical · spring / social ads (social)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #cf222e"><strong>Over budget: 103.25% used</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Budget used</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">103.25%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Actual spend</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 413.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Planned to date</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 138.54</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Budget of this line</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 400.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Forecast at this pace</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 1,192.39</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Remaining budget</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">‑CNY 13.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Spend against plan</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">298.1%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 18:00 (completeness unknown: a source has not said)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Note</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1 event of the source is set aside; figures may change</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">at or above 100% of the budget is critical</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 20:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">What you can do</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">pause the line and ask for a transfer or a draw on the reserve</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">used-high</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · desk</p>\n</body>\n</html>', '[Critical] spring / social ads (social): Over budget: 103.25% used', NULL, NULL, 'failed', 1, '[{"at": "2026-11-30T22:36:41.490740Z", "class": "permanent_config", "duration_ms": 34, "http_status": 200, "provider_code": "310000", "provider_message": "sign not match"}]', false, 0, '2026-11-30 22:36:41.386058+00', '2026-11-30 22:37:23.426681+00', NULL, NULL),
	(5, 'db0873c283ef405dac41ceb0d2a4dbc5', 'default', 2, 'ops', 'email:ops@example.com', '{"to": "ops@example.com", "kind": "email", "sender": "paceline@example.com"}', 'en', '[Warning] spring / search ads (search): Click-through rate is low: 0.2%', E'#### 🟠 Warning · spring / search ads (search)\n**Click-through rate is low: 0.2%**\n\n- Click-through rate: 0.2%\n- Clicks: 2\n- Impressions: 1,000\n- Figures as of: Nov 22, 04:00 (complete)\n- Limit: below 1% is warning\n- Since: Nov 22, 04:00\n- Window: Nov 22, 03:00–04:00\n- Owner: ops\n- Rule: ctr-low\n\nAll times UTC', E'🟠 Warning · spring / search ads (search)\nClick-through rate is low: 0.2%\n  Click-through rate: 0.2%\n  Clicks: 2\n  Impressions: 1,000\n  Figures as of: Nov 22, 04:00 (complete)\n  Limit: below 1% is warning\n  Since: Nov 22, 04:00\n  Window: Nov 22, 03:00–04:00\n  Owner: ops\n  Rule: ctr-low\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Warning: Click-through rate is low: 0.2%</div>\n<h2 style="font-size:17px;margin:20px 0 4px">🟠 Warning · spring / search ads (search)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #bc4c00"><strong>Click-through rate is low: 0.2%</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Click-through rate</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">0.2%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Clicks</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">2</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Impressions</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1,000</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 04:00 (complete)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">below 1% is warning</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 04:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Window</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 03:00–04:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ctr-low</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · ops</p>\n</body>\n</html>', '[Warning] spring / search ads (search): Click-through rate is low: 0.2%', NULL, NULL, 'delivered', 1, '[{"at": "2026-11-30T22:36:34.106234Z", "class": "delivered", "duration_ms": 89, "http_status": null, "provider_code": "250", "provider_message": "Message accepted"}]', false, 0, '2026-11-30 22:36:33.542591+00', '2026-11-30 22:36:34.19579+00', NULL, '2026-11-30 22:36:34.19579+00'),
	(6, '8920a1565d32456a85f6c0bcb0255b23', 'default', 2, 'ops', 'dingtalk:OPS_URL', '{"kind": "dingtalk", "url_env": "OPS_URL", "at_mobiles": [], "secret_env": "OPS_SECRET"}', 'en', '[Resolved] spring / search ads (search): Click-through rate is now 3%, no longer below the limit', E'#### ✅ Resolved · spring / search ads (search)\n**Click-through rate is now 3%, no longer below the limit**\n\n- Click-through rate: 3%\n- Clicks: 30\n- Impressions: 1,000\n- Figures as of: Nov 22, 05:00 (complete)\n- Lasted: 1 hour (from Nov 22, 04:00 to Nov 22, 05:00)\n- Window: Nov 22, 04:00–05:00\n- Owner: ops\n- Rule: ctr-low\n\nAll times UTC', E'✅ Resolved · spring / search ads (search)\nClick-through rate is now 3%, no longer below the limit\n  Click-through rate: 3%\n  Clicks: 30\n  Impressions: 1,000\n  Figures as of: Nov 22, 05:00 (complete)\n  Lasted: 1 hour (from Nov 22, 04:00 to Nov 22, 05:00)\n  Window: Nov 22, 04:00–05:00\n  Owner: ops\n  Rule: ctr-low\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Resolved: Click-through rate is now 3%, no longer below the limit</div>\n<h2 style="font-size:17px;margin:20px 0 4px">✅ Resolved · spring / search ads (search)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #1a7f37"><strong>Click-through rate is now 3%, no longer below the limit</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Click-through rate</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">3%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Clicks</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">30</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Impressions</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1,000</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 05:00 (complete)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Lasted</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1 hour (from Nov 22, 04:00 to Nov 22, 05:00)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Window</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 04:00–05:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ctr-low</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · ops</p>\n</body>\n</html>', '[Resolved] spring / search ads (search): Click-through rate is now 3%, no longer below the limit', 'f908bda5345b4489bad2ec581abdd2d8', 'f908bda5345b4489bad2ec581abdd2d8', 'delivered', 1, '[{"at": "2026-11-30T22:36:35.259378Z", "class": "delivered", "duration_ms": 357, "http_status": 200, "provider_code": "0", "provider_message": "ok"}]', false, 0, '2026-11-30 22:36:35.15957+00', '2026-11-30 22:36:35.622177+00', NULL, '2026-11-30 22:36:35.622177+00'),
	(7, 'c0c16993926140c284a4e0501248fb44', 'default', 2, 'ops', 'email:boss@example.com', '{"to": "boss@example.com", "kind": "email", "sender": "paceline@example.com"}', 'en', '[Resolved] spring / search ads (search): Click-through rate is now 3%, no longer below the limit', E'#### ✅ Resolved · spring / search ads (search)\n**Click-through rate is now 3%, no longer below the limit**\n\n- Click-through rate: 3%\n- Clicks: 30\n- Impressions: 1,000\n- Figures as of: Nov 22, 05:00 (complete)\n- Lasted: 1 hour (from Nov 22, 04:00 to Nov 22, 05:00)\n- Window: Nov 22, 04:00–05:00\n- Owner: ops\n- Rule: ctr-low\n\nAll times UTC', E'✅ Resolved · spring / search ads (search)\nClick-through rate is now 3%, no longer below the limit\n  Click-through rate: 3%\n  Clicks: 30\n  Impressions: 1,000\n  Figures as of: Nov 22, 05:00 (complete)\n  Lasted: 1 hour (from Nov 22, 04:00 to Nov 22, 05:00)\n  Window: Nov 22, 04:00–05:00\n  Owner: ops\n  Rule: ctr-low\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Resolved: Click-through rate is now 3%, no longer below the limit</div>\n<h2 style="font-size:17px;margin:20px 0 4px">✅ Resolved · spring / search ads (search)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #1a7f37"><strong>Click-through rate is now 3%, no longer below the limit</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Click-through rate</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">3%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Clicks</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">30</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Impressions</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1,000</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 05:00 (complete)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Lasted</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1 hour (from Nov 22, 04:00 to Nov 22, 05:00)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Window</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 04:00–05:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ctr-low</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · ops</p>\n</body>\n</html>', '[Resolved] spring / search ads (search): Click-through rate is now 3%, no longer below the limit', 'c68c3275dc1344b3b6fbeea75a331186', 'c68c3275dc1344b3b6fbeea75a331186', 'delivered', 1, '[{"at": "2026-11-30T22:36:35.270393Z", "class": "delivered", "duration_ms": 352, "http_status": null, "provider_code": "250", "provider_message": "Message accepted"}]', false, 0, '2026-11-30 22:36:35.15957+00', '2026-11-30 22:36:35.625717+00', NULL, '2026-11-30 22:36:35.625717+00'),
	(9, 'bd368823aab34ce4ab8865ea508dc7e8', 'default', 1, 'books', 'email:books@example.com', '{"to": "books@example.com", "kind": "email", "sender": "paceline@example.com"}', 'en', '[Warning] source shop/ads: CNY 20.00 spent and not assigned to any line, the oldest waits since Nov 22, 02:00 (and 3 mo…', E'#### 🟠 Warning · source shop/ads\n**CNY 20.00 spent and not assigned to any line, the oldest waits since Nov 22, 02:00**\n\n- Items: 2\n- Amount: CNY 20.00\n- Named as: campaign c9, campaign c5\n- Figures as of: Nov 30, 19:00\n- Limit: at or above 24 hours is warning\n- Since: Nov 22, 02:00\n- What you can do: add the mapping that is missing, assign this money to a line, or have finance write it off\n- Rule: Money waits that belongs to no line yet\n\n#### 🟠 Warning · source desk\n**CNY 5.00 spent and not assigned to any line, the oldest waits since Nov 22, 02:00**\n\n- Items: 1\n- Amount: CNY 5.00\n- Named as: ghost/search\n- Figures as of: Nov 30, 19:00\n- Limit: at or above 24 hours is warning\n- Since: Nov 22, 02:00\n- What you can do: add the mapping that is missing, assign this money to a line, or have finance write it off\n- Rule: Money waits that belongs to no line yet\n\n#### 🟠 Warning · source till,eu:1\n**CNY 1.75 spent and not assigned to any line, the oldest waits since Nov 22, 02:00**\n\n- Items: 1\n- Amount: CNY 1.75\n- Named as: campaign t1\n- Figures as of: Nov 30, 19:00\n- Limit: at or above 24 hours is warning\n- Since: Nov 22, 02:00\n- What you can do: add the mapping that is missing, assign this money to a line, or have finance write it off\n- Rule: Money waits that belongs to no line yet\n\n#### 🟠 Warning · source google-ads/1234567890\n**CNY 3.00 spent and not assigned to any line, the oldest waits since Nov 22, 05:02**\n\n- Items: 1\n- Amount: CNY 3.00\n- Named as: account 1234567890, campaign 222\n- Figures as of: Nov 30, 19:00\n- Limit: at or above 24 hours is warning\n- Since: Nov 22, 05:02\n- What you can do: add the mapping that is missing, assign this money to a line, or have finance write it off\n- Rule: Money waits that belongs to no line yet\n\nAll times UTC', E'🟠 Warning · source shop/ads\nCNY 20.00 spent and not assigned to any line, the oldest waits since Nov 22, 02:00\n  Items: 2\n  Amount: CNY 20.00\n  Named as: campaign c9, campaign c5\n  Figures as of: Nov 30, 19:00\n  Limit: at or above 24 hours is warning\n  Since: Nov 22, 02:00\n  What you can do: add the mapping that is missing, assign this money to a line, or have finance write it off\n  Rule: Money waits that belongs to no line yet\n\n🟠 Warning · source desk\nCNY 5.00 spent and not assigned to any line, the oldest waits since Nov 22, 02:00\n  Items: 1\n  Amount: CNY 5.00\n  Named as: ghost/search\n  Figures as of: Nov 30, 19:00\n  Limit: at or above 24 hours is warning\n  Since: Nov 22, 02:00\n  What you can do: add the mapping that is missing, assign this money to a line, or have finance write it off\n  Rule: Money waits that belongs to no line yet\n\n🟠 Warning · source till,eu:1\nCNY 1.75 spent and not assigned to any line, the oldest waits since Nov 22, 02:00\n  Items: 1\n  Amount: CNY 1.75\n  Named as: campaign t1\n  Figures as of: Nov 30, 19:00\n  Limit: at or above 24 hours is warning\n  Since: Nov 22, 02:00\n  What you can do: add the mapping that is missing, assign this money to a line, or have finance write it off\n  Rule: Money waits that belongs to no line yet\n\n🟠 Warning · source google-ads/1234567890\nCNY 3.00 spent and not assigned to any line, the oldest waits since Nov 22, 05:02\n  Items: 1\n  Amount: CNY 3.00\n  Named as: account 1234567890, campaign 222\n  Figures as of: Nov 30, 19:00\n  Limit: at or above 24 hours is warning\n  Since: Nov 22, 05:02\n  What you can do: add the mapping that is missing, assign this money to a line, or have finance write it off\n  Rule: Money waits that belongs to no line yet\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Warning: CNY 20.00 spent and not assigned to any line, the oldest waits since Nov 22, 02:00 (and 3 more)</div>\n<h2 style="font-size:17px;margin:20px 0 4px">🟠 Warning · source shop/ads</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #bc4c00"><strong>CNY 20.00 spent and not assigned to any line, the oldest waits since Nov 22, 02:00</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Items</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">2</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Amount</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 20.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Named as</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">campaign c9, campaign c5</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 19:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">at or above 24 hours is warning</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 02:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">What you can do</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">add the mapping that is missing, assign this money to a line, or have finance write it off</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Money waits that belongs to no line yet</td></tr>\n</table>\n<h2 style="font-size:17px;margin:20px 0 4px">🟠 Warning · source desk</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #bc4c00"><strong>CNY 5.00 spent and not assigned to any line, the oldest waits since Nov 22, 02:00</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Items</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Amount</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 5.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Named as</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ghost/search</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 19:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">at or above 24 hours is warning</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 02:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">What you can do</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">add the mapping that is missing, assign this money to a line, or have finance write it off</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Money waits that belongs to no line yet</td></tr>\n</table>\n<h2 style="font-size:17px;margin:20px 0 4px">🟠 Warning · source till,eu:1</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #bc4c00"><strong>CNY 1.75 spent and not assigned to any line, the oldest waits since Nov 22, 02:00</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Items</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Amount</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 1.75</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Named as</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">campaign t1</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 19:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">at or above 24 hours is warning</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 02:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">What you can do</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">add the mapping that is missing, assign this money to a line, or have finance write it off</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Money waits that belongs to no line yet</td></tr>\n</table>\n<h2 style="font-size:17px;margin:20px 0 4px">🟠 Warning · source google-ads/1234567890</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #bc4c00"><strong>CNY 3.00 spent and not assigned to any line, the oldest waits since Nov 22, 05:02</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Items</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Amount</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 3.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Named as</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">account 1234567890, campaign 222</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 19:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">at or above 24 hours is warning</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 22, 05:02</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">What you can do</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">add the mapping that is missing, assign this money to a line, or have finance write it off</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Money waits that belongs to no line yet</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · books</p>\n</body>\n</html>', '[Warning] source shop/ads: CNY 20.00 spent and not assigned to any line, the oldest waits since Nov 22, 02:00 (and 3 mo…', NULL, NULL, 'delivered', 1, '[{"at": "2026-11-30T22:36:39.820315Z", "class": "delivered", "duration_ms": 18, "http_status": null, "provider_code": "250", "provider_message": "Message accepted"}]', false, 0, '2026-11-30 22:36:39.723791+00', '2026-11-30 22:36:39.838461+00', NULL, '2026-11-30 22:36:39.838461+00'),
	(10, '5de94e24ce694f80872eb80da38bd3b2', 'default', 2, 'ops', 'dingtalk:OPS_URL', '{"kind": "dingtalk", "url_env": "OPS_URL", "at_mobiles": [], "secret_env": "OPS_SECRET"}', 'en', '[Critical] spring / search ads (search): Spending too fast: 225.38% of plan', E'#### 🔴 Critical · spring / search ads (search)\n**Spending too fast: 225.38% of plan**\n\n- Spend against plan: 225.38%\n- Actual spend: CNY 565.33 (of which corrections CNY 2.00)\n- Planned to date: CNY 250.83\n- Budget of this line: CNY 700.00\n- Forecast at this pace: CNY 1,577.67\n- Remaining budget: CNY 134.67\n- Budget used: 80.76%\n- Figures as of: Nov 30, 18:00 (completeness unknown: a source has not said)\n- Limit: at or above 150% of plan is critical\n- Since: Nov 30, 19:00\n- What you can do: bid or daily budget\n- Owner: ops\n- Rule: pacing-high\n\nAll times UTC', E'🔴 Critical · spring / search ads (search)\nSpending too fast: 225.38% of plan\n  Spend against plan: 225.38%\n  Actual spend: CNY 565.33 (of which corrections CNY 2.00)\n  Planned to date: CNY 250.83\n  Budget of this line: CNY 700.00\n  Forecast at this pace: CNY 1,577.67\n  Remaining budget: CNY 134.67\n  Budget used: 80.76%\n  Figures as of: Nov 30, 18:00 (completeness unknown: a source has not said)\n  Limit: at or above 150% of plan is critical\n  Since: Nov 30, 19:00\n  What you can do: bid or daily budget\n  Owner: ops\n  Rule: pacing-high\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Critical: Spending too fast: 225.38% of plan</div>\n<h2 style="font-size:17px;margin:20px 0 4px">🔴 Critical · spring / search ads (search)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #cf222e"><strong>Spending too fast: 225.38% of plan</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Spend against plan</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">225.38%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Actual spend</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 565.33 (of which corrections CNY 2.00)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Planned to date</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 250.83</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Budget of this line</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 700.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Forecast at this pace</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 1,577.67</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Remaining budget</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 134.67</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Budget used</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">80.76%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 18:00 (completeness unknown: a source has not said)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">at or above 150% of plan is critical</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 19:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">What you can do</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">bid or daily budget</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">pacing-high</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · ops</p>\n</body>\n</html>', '[Critical] spring / search ads (search): Spending too fast: 225.38% of plan', NULL, NULL, 'delivered', 1, '[{"at": "2026-11-30T22:36:40.495921Z", "class": "delivered", "duration_ms": 3, "http_status": 200, "provider_code": "0", "provider_message": "ok"}]', false, 0, '2026-11-30 22:36:40.435892+00', '2026-11-30 22:36:40.498857+00', NULL, '2026-11-30 22:36:40.498857+00'),
	(11, '57a48292c57d4304a8719af7d4238f11', 'default', 2, 'ops', 'email:boss@example.com', '{"to": "boss@example.com", "kind": "email", "sender": "paceline@example.com"}', 'en', '[Critical] spring / search ads (search): Spending too fast: 225.38% of plan', E'#### 🔴 Critical · spring / search ads (search)\n**Spending too fast: 225.38% of plan**\n\n- Spend against plan: 225.38%\n- Actual spend: CNY 565.33 (of which corrections CNY 2.00)\n- Planned to date: CNY 250.83\n- Budget of this line: CNY 700.00\n- Forecast at this pace: CNY 1,577.67\n- Remaining budget: CNY 134.67\n- Budget used: 80.76%\n- Figures as of: Nov 30, 18:00 (completeness unknown: a source has not said)\n- Limit: at or above 150% of plan is critical\n- Since: Nov 30, 19:00\n- What you can do: bid or daily budget\n- Owner: ops\n- Rule: pacing-high\n\nAll times UTC', E'🔴 Critical · spring / search ads (search)\nSpending too fast: 225.38% of plan\n  Spend against plan: 225.38%\n  Actual spend: CNY 565.33 (of which corrections CNY 2.00)\n  Planned to date: CNY 250.83\n  Budget of this line: CNY 700.00\n  Forecast at this pace: CNY 1,577.67\n  Remaining budget: CNY 134.67\n  Budget used: 80.76%\n  Figures as of: Nov 30, 18:00 (completeness unknown: a source has not said)\n  Limit: at or above 150% of plan is critical\n  Since: Nov 30, 19:00\n  What you can do: bid or daily budget\n  Owner: ops\n  Rule: pacing-high\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Critical: Spending too fast: 225.38% of plan</div>\n<h2 style="font-size:17px;margin:20px 0 4px">🔴 Critical · spring / search ads (search)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #cf222e"><strong>Spending too fast: 225.38% of plan</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Spend against plan</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">225.38%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Actual spend</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 565.33 (of which corrections CNY 2.00)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Planned to date</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 250.83</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Budget of this line</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 700.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Forecast at this pace</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 1,577.67</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Remaining budget</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 134.67</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Budget used</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">80.76%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 18:00 (completeness unknown: a source has not said)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">at or above 150% of plan is critical</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 19:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">What you can do</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">bid or daily budget</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">pacing-high</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · ops</p>\n</body>\n</html>', '[Critical] spring / search ads (search): Spending too fast: 225.38% of plan', NULL, NULL, 'delivered', 1, '[{"at": "2026-11-30T22:36:40.506304Z", "class": "delivered", "duration_ms": 31, "http_status": null, "provider_code": "250", "provider_message": "Message accepted"}]', false, 0, '2026-11-30 22:36:40.435892+00', '2026-11-30 22:36:40.53766+00', NULL, '2026-11-30 22:36:40.53766+00'),
	(12, '57c6ad0d6ee54ed0a685e3425095dd86', 'default', 2, 'ops', 'email:ops@example.com', '{"to": "ops@example.com", "kind": "email", "sender": "paceline@example.com"}', 'en', '[Critical] spring / search ads (search): Spending too fast: 225.38% of plan', E'#### 🔴 Critical · spring / search ads (search)\n**Spending too fast: 225.38% of plan**\n\n- Spend against plan: 225.38%\n- Actual spend: CNY 565.33 (of which corrections CNY 2.00)\n- Planned to date: CNY 250.83\n- Budget of this line: CNY 700.00\n- Forecast at this pace: CNY 1,577.67\n- Remaining budget: CNY 134.67\n- Budget used: 80.76%\n- Figures as of: Nov 30, 18:00 (completeness unknown: a source has not said)\n- Limit: at or above 150% of plan is critical\n- Since: Nov 30, 19:00\n- What you can do: bid or daily budget\n- Owner: ops\n- Rule: pacing-high\n\nAll times UTC', E'🔴 Critical · spring / search ads (search)\nSpending too fast: 225.38% of plan\n  Spend against plan: 225.38%\n  Actual spend: CNY 565.33 (of which corrections CNY 2.00)\n  Planned to date: CNY 250.83\n  Budget of this line: CNY 700.00\n  Forecast at this pace: CNY 1,577.67\n  Remaining budget: CNY 134.67\n  Budget used: 80.76%\n  Figures as of: Nov 30, 18:00 (completeness unknown: a source has not said)\n  Limit: at or above 150% of plan is critical\n  Since: Nov 30, 19:00\n  What you can do: bid or daily budget\n  Owner: ops\n  Rule: pacing-high\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Critical: Spending too fast: 225.38% of plan</div>\n<h2 style="font-size:17px;margin:20px 0 4px">🔴 Critical · spring / search ads (search)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #cf222e"><strong>Spending too fast: 225.38% of plan</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Spend against plan</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">225.38%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Actual spend</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 565.33 (of which corrections CNY 2.00)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Planned to date</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 250.83</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Budget of this line</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 700.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Forecast at this pace</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 1,577.67</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Remaining budget</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 134.67</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Budget used</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">80.76%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 18:00 (completeness unknown: a source has not said)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">at or above 150% of plan is critical</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 19:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">What you can do</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">bid or daily budget</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">pacing-high</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · ops</p>\n</body>\n</html>', '[Critical] spring / search ads (search): Spending too fast: 225.38% of plan', NULL, NULL, 'delivered', 1, '[{"at": "2026-11-30T22:36:40.524598Z", "class": "delivered", "duration_ms": 68, "http_status": null, "provider_code": "250", "provider_message": "Message accepted"}]', false, 0, '2026-11-30 22:36:40.435892+00', '2026-11-30 22:36:40.592442+00', NULL, '2026-11-30 22:36:40.592442+00'),
	(14, '9e58e11c94c84246bf7dd8f8efc2b4f1', 'default', 6, 'press', 'dingtalk:PRESS_URL', '{"kind": "dingtalk", "url_env": "PRESS_URL", "at_mobiles": [], "secret_env": null}', 'en', '[Info] spring / social ads (social): Over budget: 103.25% used', E'#### 🔵 Info · spring / social ads (social)\n**Over budget: 103.25% used**\n\n- Budget used: 103.25%\n- Actual spend: CNY 413.00\n- Planned to date: CNY 138.54\n- Budget of this line: CNY 400.00\n- Forecast at this pace: CNY 1,192.39\n- Remaining budget: ‑CNY 13.00\n- Spend against plan: 298.1%\n- Figures as of: Nov 30, 18:00 (completeness unknown: a source has not said)\n- Note: 1 event of the source is set aside; figures may change\n- Limit: at or above 90% of the budget is info\n- Since: Nov 30, 20:00\n- What you can do: pause the line and ask for a transfer or a draw on the reserve\n- Owner: ops\n- Rule: used-some\n\nAll times UTC', E'🔵 Info · spring / social ads (social)\nOver budget: 103.25% used\n  Budget used: 103.25%\n  Actual spend: CNY 413.00\n  Planned to date: CNY 138.54\n  Budget of this line: CNY 400.00\n  Forecast at this pace: CNY 1,192.39\n  Remaining budget: ‑CNY 13.00\n  Spend against plan: 298.1%\n  Figures as of: Nov 30, 18:00 (completeness unknown: a source has not said)\n  Note: 1 event of the source is set aside; figures may change\n  Limit: at or above 90% of the budget is info\n  Since: Nov 30, 20:00\n  What you can do: pause the line and ask for a transfer or a draw on the reserve\n  Owner: ops\n  Rule: used-some\n\nAll times UTC', E'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>\n<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">\n<div style="display:none;max-height:0;overflow:hidden">Info: Over budget: 103.25% used</div>\n<h2 style="font-size:17px;margin:20px 0 4px">🔵 Info · spring / social ads (social)</h2>\n<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #0969da"><strong>Over budget: 103.25% used</strong></p>\n<table role="presentation" style="border-collapse:collapse;font-size:14px">\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Budget used</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">103.25%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Actual spend</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 413.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Planned to date</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 138.54</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Budget of this line</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 400.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Forecast at this pace</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">CNY 1,192.39</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Remaining budget</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">‑CNY 13.00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Spend against plan</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">298.1%</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Figures as of</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 18:00 (completeness unknown: a source has not said)</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Note</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">1 event of the source is set aside; figures may change</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Limit</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">at or above 90% of the budget is info</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Since</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">Nov 30, 20:00</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">What you can do</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">pause the line and ask for a transfer or a draw on the reserve</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Owner</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">ops</td></tr>\n<tr><td style="padding:2px 14px 2px 0;color:#59636e;vertical-align:top">Rule</td><td style="padding:2px 0;vertical-align:top;overflow-wrap:anywhere">used-some</td></tr>\n</table>\n<p style="color:#8b949e;font-size:12px;margin-top:24px">All times UTC · Paceline · press</p>\n</body>\n</html>', '[Info] spring / social ads (social): Over budget: 103.25% used', NULL, NULL, 'parked', 1, '[{"at": "2026-11-30T22:36:41.536146Z", "class": "rate_limited", "duration_ms": 50, "http_status": 200, "provider_code": "130101", "provider_message": "send too fast, exceed 20 times per minute"}]', false, 0, '2026-11-30 22:36:41.386058+00', '2026-11-30 22:37:41.586966+00', NULL, NULL);
INSERT INTO alerts.destinations VALUES
	('default/dingtalk:OPS_URL', NULL, '{"2026-11-30 22:36:33.736121+00","2026-11-30 22:36:35.242311+00","2026-11-30 22:36:40.477912+00"}'),
	('default/dingtalk:DESK_URL', NULL, '{"2026-11-30 22:36:41.465544+00"}'),
	('default/dingtalk:PRESS_URL', '2026-11-30 22:37:41.586966+00', '{"2026-11-30 22:36:41.490733+00"}');
INSERT INTO alerts.episodes VALUES
	(1, 1, 'default', 'suspense/source:shop/ads/1', 2, 'resolved', 'warning', 0, '2026-11-21 02:00:00+00', '2026-11-22 02:00:00+00', '2026-11-22 02:00:00+00', false),
	(2, 1, 'default', 'ctr-low/line:search/1', 2, 'resolved', 'warning', 0, '2026-11-22 04:00:00+00', '2026-11-22 05:00:00+00', '2026-11-22 05:00:00+00', false),
	(6, 1, 'default', 'suspense/source:google-ads/1234567890/1', 1, 'firing', 'warning', 0, '2026-11-22 05:02:00+00', NULL, '2026-11-30 19:00:00+00', false),
	(5, 1, 'default', 'suspense/source:till,eu:1/1', 1, 'firing', 'warning', 0, '2026-11-22 02:00:00+00', NULL, '2026-11-30 19:00:00+00', false),
	(3, 1, 'default', 'suspense/source:desk/1', 1, 'firing', 'warning', 0, '2026-11-22 02:00:00+00', NULL, '2026-11-30 19:00:00+00', false),
	(1, 2, 'default', 'suspense/source:shop/ads/2', 1, 'firing', 'warning', 0, '2026-11-22 02:00:00+00', NULL, '2026-11-30 19:00:00+00', false),
	(7, 1, 'default', 'pacing-high/line:search/1', 1, 'firing', 'critical', 0, '2026-11-30 19:00:00+00', NULL, '2026-11-30 19:00:00+00', false),
	(9, 1, 'default', 'used-high/line:social/1', 1, 'firing', 'critical', 0, '2026-11-30 20:00:00+00', NULL, '2026-11-30 20:00:00+00', false),
	(8, 1, 'default', 'used-some/line:social/1', 1, 'firing', 'info', 0, '2026-11-30 20:00:00+00', NULL, '2026-11-30 20:00:00+00', false);
INSERT INTO alerts.figures VALUES
	('default', 'suspense/source:shop/ads/1', 1, '2026-11-22 02:00:00+00', '{"seq": 1, "rule": "suspense", "group": {"source": "shop/ads"}, "value": "24.000000", "breach": "suspense/source:shop/ads/1", "window": null, "numbers": {"hours": "24", "items": "4", "amount": "30.00"}, "sources": [], "set_aside": 0, "decided_at": "2026-11-22T02:00:00Z", "figures_at": "2026-11-22T02:00:00Z", "plan_version": null}');
INSERT INTO alerts.group_members VALUES
	(1, 1, 1, false),
	(2, 2, 1, false),
	(1, 1, 2, true),
	(1, 3, 1, true),
	(1, 5, 1, true),
	(1, 6, 1, true),
	(2, 7, 1, true),
	(5, 9, 1, true),
	(6, 8, 1, true);
INSERT INTO alerts.groups OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', '{}/{rule="suspense"}:{}', 'books', '{}', '{"receiver": {"name": "books", "locale": "en", "channels": [{"id": "email:books@example.com", "kind": "email", "target": {"to": "books@example.com", "kind": "email", "sender": "paceline@example.com"}}], "send_resolved": true}, "intervals": {"wait": "P0D", "repeat": "P30D", "interval": "PT60S"}}', '2026-11-30 19:00:00+00', '2026-12-30 19:00:00.000001+00', true),
	(2, 'default', '{}:{campaign="spring", line="search"}', 'ops', '{"line": "search", "campaign": "spring"}', '{"receiver": {"name": "ops", "locale": "en", "channels": [{"id": "dingtalk:OPS_URL", "kind": "dingtalk", "target": {"kind": "dingtalk", "url_env": "OPS_URL", "at_mobiles": [], "secret_env": "OPS_SECRET"}}, {"id": "email:boss@example.com", "kind": "email", "target": {"to": "boss@example.com", "kind": "email", "sender": "paceline@example.com"}}, {"id": "email:ops@example.com", "kind": "email", "target": {"to": "ops@example.com", "kind": "email", "sender": "paceline@example.com"}}], "send_resolved": true}, "intervals": {"wait": "P0D", "repeat": "P30D", "interval": "PT60S"}}', '2026-11-30 19:00:00+00', '2026-12-30 19:00:00.000001+00', true),
	(5, 'default', '{}/{team="desk"}:{campaign="spring", line="social"}', 'desk', '{"line": "social", "campaign": "spring"}', '{"receiver": {"name": "desk", "locale": "en", "channels": [{"id": "dingtalk:DESK_URL", "kind": "dingtalk", "target": {"kind": "dingtalk", "url_env": "DESK_URL", "at_mobiles": [], "secret_env": "WRONG_SECRET"}}], "send_resolved": true}, "intervals": {"wait": "P0D", "repeat": "P30D", "interval": "PT60S"}}', '2026-11-30 20:00:00+00', '2026-12-30 20:00:00.000001+00', true),
	(6, 'default', '{}/{team="press"}:{campaign="spring", line="social"}', 'press', '{"line": "social", "campaign": "spring"}', '{"receiver": {"name": "press", "locale": "en", "channels": [{"id": "dingtalk:PRESS_URL", "kind": "dingtalk", "target": {"kind": "dingtalk", "url_env": "PRESS_URL", "at_mobiles": [], "secret_env": null}}], "send_resolved": true}, "intervals": {"wait": "P0D", "repeat": "P30D", "interval": "PT60S"}}', '2026-11-30 20:00:00+00', '2026-12-30 20:00:00.000001+00', true);
INSERT INTO alerts.notifications OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', '9c7ba6ecd6654ff4a9194cf8ad88cc3b', 1, 'books', 'email:books@example.com', 'email', 1, 1, 1, '7faec57989299ac7', NULL, 'first notification', 'firing', 'warning', NULL, 'en', '2026-11-22 02:00:00+00', '{"rule": "suspense", "source": "shop/ads"}', '{"op": ">=", "kpi": "", "rule": "suspense", "value": "24.000000", "breach": "suspense/source:shop/ads/1", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "24", "items": "2", "amount": "10.00"}, "threshold": "24.000000", "event_time": "2026-11-22T02:00:00Z", "figures_at": "2026-11-22T02:00:00Z", "plan_version": null, "rule_version": 1, "complete_through": null}'),
	(2, 'default', 'f6e46a44993b4a67b9d1ab030a87c39f', 1, 'books', 'email:books@example.com', 'email', 1, 1, 2, '7faec57989299ac7', NULL, 'all alerts resolved', 'resolved', 'warning', NULL, 'en', '2026-11-22 04:00:00+00', '{"rule": "suspense", "source": "shop/ads"}', '{"op": ">=", "kpi": "", "rule": "suspense", "value": "0.000000", "breach": "suspense/source:shop/ads/1", "window": null, "crossed": [], "numbers": {"hours": "0", "items": "2", "amount": "20.00"}, "threshold": "24.000000", "event_time": "2026-11-22T02:00:00Z", "figures_at": "2026-11-22T02:00:00Z", "plan_version": null, "rule_version": 1, "complete_through": null}'),
	(3, 'default', 'f908bda5345b4489bad2ec581abdd2d8', 2, 'ops', 'dingtalk:OPS_URL', 'dingtalk', 2, 1, 1, 'fdaf5997d5a5f5c6', 'spring', 'first notification', 'firing', 'warning', NULL, 'en', '2026-11-22 04:00:00+00', '{"line": "search", "rule": "ctr-low", "campaign": "spring"}', '{"op": "<", "kpi": "ctr", "rule": "ctr-low", "value": "0.002000", "breach": "ctr-low/line:search/1", "window": {"end": "2026-11-22T04:00:00Z", "kind": "tumbling", "start": "2026-11-22T03:00:00Z"}, "crossed": ["0.01"], "numbers": {"clicks": "2", "impressions": "1000"}, "threshold": "0.01", "event_time": "2026-11-22T04:00:00Z", "figures_at": "2026-11-22T04:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": "2026-11-22T04:00:00Z"}'),
	(4, 'default', 'c68c3275dc1344b3b6fbeea75a331186', 2, 'ops', 'email:boss@example.com', 'email', 2, 1, 1, 'fdaf5997d5a5f5c6', 'spring', 'first notification', 'firing', 'warning', NULL, 'en', '2026-11-22 04:00:00+00', '{"line": "search", "rule": "ctr-low", "campaign": "spring"}', '{"op": "<", "kpi": "ctr", "rule": "ctr-low", "value": "0.002000", "breach": "ctr-low/line:search/1", "window": {"end": "2026-11-22T04:00:00Z", "kind": "tumbling", "start": "2026-11-22T03:00:00Z"}, "crossed": ["0.01"], "numbers": {"clicks": "2", "impressions": "1000"}, "threshold": "0.01", "event_time": "2026-11-22T04:00:00Z", "figures_at": "2026-11-22T04:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": "2026-11-22T04:00:00Z"}'),
	(5, 'default', 'db0873c283ef405dac41ceb0d2a4dbc5', 2, 'ops', 'email:ops@example.com', 'email', 2, 1, 1, 'fdaf5997d5a5f5c6', 'spring', 'first notification', 'firing', 'warning', NULL, 'en', '2026-11-22 04:00:00+00', '{"line": "search", "rule": "ctr-low", "campaign": "spring"}', '{"op": "<", "kpi": "ctr", "rule": "ctr-low", "value": "0.002000", "breach": "ctr-low/line:search/1", "window": {"end": "2026-11-22T04:00:00Z", "kind": "tumbling", "start": "2026-11-22T03:00:00Z"}, "crossed": ["0.01"], "numbers": {"clicks": "2", "impressions": "1000"}, "threshold": "0.01", "event_time": "2026-11-22T04:00:00Z", "figures_at": "2026-11-22T04:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": "2026-11-22T04:00:00Z"}'),
	(6, 'default', '8920a1565d32456a85f6c0bcb0255b23', 2, 'ops', 'dingtalk:OPS_URL', 'dingtalk', 2, 1, 2, 'fdaf5997d5a5f5c6', 'spring', 'all alerts resolved', 'resolved', 'warning', NULL, 'en', '2026-11-22 05:00:00+00', '{"line": "search", "rule": "ctr-low", "campaign": "spring"}', '{"op": "<", "kpi": "ctr", "rule": "ctr-low", "value": "0.030000", "breach": "ctr-low/line:search/1", "window": {"end": "2026-11-22T05:00:00Z", "kind": "tumbling", "start": "2026-11-22T04:00:00Z"}, "crossed": [], "numbers": {"clicks": "30", "impressions": "1000"}, "threshold": "0.01", "event_time": "2026-11-22T05:00:00Z", "figures_at": "2026-11-22T05:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": "2026-11-22T05:00:00Z"}'),
	(7, 'default', 'c0c16993926140c284a4e0501248fb44', 2, 'ops', 'email:boss@example.com', 'email', 2, 1, 2, 'fdaf5997d5a5f5c6', 'spring', 'all alerts resolved', 'resolved', 'warning', NULL, 'en', '2026-11-22 05:00:00+00', '{"line": "search", "rule": "ctr-low", "campaign": "spring"}', '{"op": "<", "kpi": "ctr", "rule": "ctr-low", "value": "0.030000", "breach": "ctr-low/line:search/1", "window": {"end": "2026-11-22T05:00:00Z", "kind": "tumbling", "start": "2026-11-22T04:00:00Z"}, "crossed": [], "numbers": {"clicks": "30", "impressions": "1000"}, "threshold": "0.01", "event_time": "2026-11-22T05:00:00Z", "figures_at": "2026-11-22T05:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": "2026-11-22T05:00:00Z"}'),
	(8, 'default', 'd1ade517a84f40ea88a65a3887f8e24a', 2, 'ops', 'email:ops@example.com', 'email', 2, 1, 2, 'fdaf5997d5a5f5c6', 'spring', 'all alerts resolved', 'resolved', 'warning', NULL, 'en', '2026-11-22 05:00:00+00', '{"line": "search", "rule": "ctr-low", "campaign": "spring"}', '{"op": "<", "kpi": "ctr", "rule": "ctr-low", "value": "0.030000", "breach": "ctr-low/line:search/1", "window": {"end": "2026-11-22T05:00:00Z", "kind": "tumbling", "start": "2026-11-22T04:00:00Z"}, "crossed": [], "numbers": {"clicks": "30", "impressions": "1000"}, "threshold": "0.01", "event_time": "2026-11-22T05:00:00Z", "figures_at": "2026-11-22T05:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": "2026-11-22T05:00:00Z"}'),
	(9, 'default', 'bd368823aab34ce4ab8865ea508dc7e8', 1, 'books', 'email:books@example.com', 'email', 1, 2, 1, '7faec57989299ac7', NULL, 'first notification', 'firing', 'warning', NULL, 'en', '2026-11-30 19:00:00+00', '{"rule": "suspense", "source": "shop/ads"}', '{"op": ">=", "kpi": "", "rule": "suspense", "value": "209.000000", "breach": "suspense/source:shop/ads/2", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "209", "items": "2", "amount": "20.00"}, "threshold": "24.000000", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "plan_version": null, "rule_version": 1, "complete_through": null}'),
	(10, 'default', 'bd368823aab34ce4ab8865ea508dc7e8', 1, 'books', 'email:books@example.com', 'email', 3, 1, 1, '32a880f0dc83e861', NULL, 'first notification', 'firing', 'warning', NULL, 'en', '2026-11-30 19:00:00+00', '{"rule": "suspense", "source": "desk"}', '{"op": ">=", "kpi": "", "rule": "suspense", "value": "209.000000", "breach": "suspense/source:desk/1", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "209", "items": "1", "amount": "5.00"}, "threshold": "24.000000", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "plan_version": null, "rule_version": 1, "complete_through": null}'),
	(11, 'default', 'bd368823aab34ce4ab8865ea508dc7e8', 1, 'books', 'email:books@example.com', 'email', 5, 1, 1, 'a94b28cfc86b76b3', NULL, 'first notification', 'firing', 'warning', NULL, 'en', '2026-11-30 19:00:00+00', '{"rule": "suspense", "source": "till,eu:1"}', '{"op": ">=", "kpi": "", "rule": "suspense", "value": "209.000000", "breach": "suspense/source:till,eu:1/1", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "209", "items": "1", "amount": "1.75"}, "threshold": "24.000000", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "plan_version": null, "rule_version": 1, "complete_through": null}'),
	(12, 'default', 'bd368823aab34ce4ab8865ea508dc7e8', 1, 'books', 'email:books@example.com', 'email', 6, 1, 1, 'f73fcf561252bde1', NULL, 'first notification', 'firing', 'warning', NULL, 'en', '2026-11-30 19:00:00+00', '{"rule": "suspense", "source": "google-ads/1234567890"}', '{"op": ">=", "kpi": "", "rule": "suspense", "value": "205.966667", "breach": "suspense/source:google-ads/1234567890/1", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "205", "items": "1", "amount": "3.00"}, "threshold": "24.000000", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "plan_version": null, "rule_version": 1, "complete_through": null}'),
	(13, 'default', '5de94e24ce694f80872eb80da38bd3b2', 2, 'ops', 'dingtalk:OPS_URL', 'dingtalk', 7, 1, 1, '06f38934c3bbc76c', 'spring', 'first notification', 'firing', 'critical', NULL, 'en', '2026-11-30 19:00:00+00', '{"line": "search", "rule": "pacing-high", "campaign": "spring"}', '{"op": ">=", "kpi": "budget.pacing_ratio", "rule": "pacing-high", "value": "2.253821", "breach": "pacing-high/line:search/1", "window": null, "crossed": ["1.5"], "numbers": {"actual": "565.333333", "allocated": "700.00", "committed": "0.00", "remaining": "134.666667", "used_ratio": "0.807619", "corrections": "2.00", "forecast_end": "1577.67442", "pacing_ratio": "2.253821", "planned_to_date": "250.833333"}, "threshold": "1.5", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": null}'),
	(14, 'default', '57a48292c57d4304a8719af7d4238f11', 2, 'ops', 'email:boss@example.com', 'email', 7, 1, 1, '06f38934c3bbc76c', 'spring', 'first notification', 'firing', 'critical', NULL, 'en', '2026-11-30 19:00:00+00', '{"line": "search", "rule": "pacing-high", "campaign": "spring"}', '{"op": ">=", "kpi": "budget.pacing_ratio", "rule": "pacing-high", "value": "2.253821", "breach": "pacing-high/line:search/1", "window": null, "crossed": ["1.5"], "numbers": {"actual": "565.333333", "allocated": "700.00", "committed": "0.00", "remaining": "134.666667", "used_ratio": "0.807619", "corrections": "2.00", "forecast_end": "1577.67442", "pacing_ratio": "2.253821", "planned_to_date": "250.833333"}, "threshold": "1.5", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": null}'),
	(15, 'default', '57c6ad0d6ee54ed0a685e3425095dd86', 2, 'ops', 'email:ops@example.com', 'email', 7, 1, 1, '06f38934c3bbc76c', 'spring', 'first notification', 'firing', 'critical', NULL, 'en', '2026-11-30 19:00:00+00', '{"line": "search", "rule": "pacing-high", "campaign": "spring"}', '{"op": ">=", "kpi": "budget.pacing_ratio", "rule": "pacing-high", "value": "2.253821", "breach": "pacing-high/line:search/1", "window": null, "crossed": ["1.5"], "numbers": {"actual": "565.333333", "allocated": "700.00", "committed": "0.00", "remaining": "134.666667", "used_ratio": "0.807619", "corrections": "2.00", "forecast_end": "1577.67442", "pacing_ratio": "2.253821", "planned_to_date": "250.833333"}, "threshold": "1.5", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": null}'),
	(16, 'default', '8ae1e488f4b444e985da216f752786d5', 5, 'desk', 'dingtalk:DESK_URL', 'dingtalk', 9, 1, 1, '5899acc578cf4134', 'spring', 'first notification', 'firing', 'critical', NULL, 'en', '2026-11-30 20:00:00+00', '{"line": "social", "rule": "used-high", "team": "desk", "campaign": "spring"}', '{"op": ">=", "kpi": "budget.used_ratio", "rule": "used-high", "value": "1.032500", "breach": "used-high/line:social/1", "window": null, "crossed": ["1.00"], "numbers": {"actual": "413.00", "allocated": "400.00", "committed": "0.00", "remaining": "-13.00", "used_ratio": "1.032500", "corrections": "0.00", "forecast_end": "1192.394291", "pacing_ratio": "2.980986", "planned_to_date": "138.544776"}, "threshold": "1.00", "event_time": "2026-11-30T20:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": null}'),
	(17, 'default', '9e58e11c94c84246bf7dd8f8efc2b4f1', 6, 'press', 'dingtalk:PRESS_URL', 'dingtalk', 8, 1, 1, '4aff95bf7ea98f2d', 'spring', 'first notification', 'firing', 'info', NULL, 'en', '2026-11-30 20:00:00+00', '{"line": "social", "rule": "used-some", "team": "press", "campaign": "spring"}', '{"op": ">=", "kpi": "budget.used_ratio", "rule": "used-some", "value": "1.032500", "breach": "used-some/line:social/1", "window": null, "crossed": ["0.90"], "numbers": {"actual": "413.00", "allocated": "400.00", "committed": "0.00", "remaining": "-13.00", "used_ratio": "1.032500", "corrections": "0.00", "forecast_end": "1192.394291", "pacing_ratio": "2.980986", "planned_to_date": "138.544776"}, "threshold": "0.90", "event_time": "2026-11-30T20:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "plan_version": 2, "rule_version": 1, "complete_through": null}');
INSERT INTO alerts.notify_log VALUES
	(1, 'email:books@example.com', '{"id": "email:books@example.com", "kind": "email", "target": {"to": "books@example.com", "kind": "email", "sender": "paceline@example.com"}}', '2026-11-30 19:00:00+00', 'first notification', 'bd368823aab34ce4ab8865ea508dc7e8', 'bd368823aab34ce4ab8865ea508dc7e8'),
	(2, 'dingtalk:OPS_URL', '{"id": "dingtalk:OPS_URL", "kind": "dingtalk", "target": {"kind": "dingtalk", "url_env": "OPS_URL", "at_mobiles": [], "secret_env": "OPS_SECRET"}}', '2026-11-30 19:00:00+00', 'first notification', '5de94e24ce694f80872eb80da38bd3b2', '5de94e24ce694f80872eb80da38bd3b2'),
	(2, 'email:boss@example.com', '{"id": "email:boss@example.com", "kind": "email", "target": {"to": "boss@example.com", "kind": "email", "sender": "paceline@example.com"}}', '2026-11-30 19:00:00+00', 'first notification', '57a48292c57d4304a8719af7d4238f11', '57a48292c57d4304a8719af7d4238f11'),
	(2, 'email:ops@example.com', '{"id": "email:ops@example.com", "kind": "email", "target": {"to": "ops@example.com", "kind": "email", "sender": "paceline@example.com"}}', '2026-11-30 19:00:00+00', 'first notification', '57c6ad0d6ee54ed0a685e3425095dd86', '57c6ad0d6ee54ed0a685e3425095dd86'),
	(5, 'dingtalk:DESK_URL', '{"id": "dingtalk:DESK_URL", "kind": "dingtalk", "target": {"kind": "dingtalk", "url_env": "DESK_URL", "at_mobiles": [], "secret_env": "WRONG_SECRET"}}', '2026-11-30 20:00:00+00', 'first notification', '8ae1e488f4b444e985da216f752786d5', '8ae1e488f4b444e985da216f752786d5'),
	(6, 'dingtalk:PRESS_URL', '{"id": "dingtalk:PRESS_URL", "kind": "dingtalk", "target": {"kind": "dingtalk", "url_env": "PRESS_URL", "at_mobiles": [], "secret_env": null}}', '2026-11-30 20:00:00+00', 'first notification', '9e58e11c94c84246bf7dd8f8efc2b4f1', '9e58e11c94c84246bf7dd8f8efc2b4f1');
INSERT INTO alerts.told VALUES
	(1, 'email:books@example.com', 1, 1, 2, 'warning', false),
	(2, 'dingtalk:OPS_URL', 2, 1, 2, 'warning', false),
	(2, 'email:boss@example.com', 2, 1, 2, 'warning', false),
	(2, 'email:ops@example.com', 2, 1, 2, 'warning', false),
	(1, 'email:books@example.com', 1, 2, 1, 'warning', true),
	(1, 'email:books@example.com', 3, 1, 1, 'warning', true),
	(1, 'email:books@example.com', 5, 1, 1, 'warning', true),
	(1, 'email:books@example.com', 6, 1, 1, 'warning', true),
	(2, 'dingtalk:OPS_URL', 7, 1, 1, 'critical', true),
	(2, 'email:boss@example.com', 7, 1, 1, 'critical', true),
	(2, 'email:ops@example.com', 7, 1, 1, 'critical', true),
	(5, 'dingtalk:DESK_URL', 9, 1, 1, 'critical', true),
	(6, 'dingtalk:PRESS_URL', 8, 1, 1, 'info', true);
INSERT INTO alerts.transitions VALUES
	(1, 1, 1, '{"op": ">=", "kpi": "", "seq": 1, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "shop/ads"}, "names": {"source": "shop/ads"}, "owner": null, "since": "2026-11-21T02:00:00Z", "value": "24.000000", "breach": "suspense/source:shop/ads/1", "labels": {"rule": "suspense", "source": "shop/ads"}, "reason": "threshold_crossed", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "24", "items": "2", "amount": "10.00"}, "sources": [], "subject": {"source": "shop/ads"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-22T02:00:00Z", "event_time": "2026-11-22T02:00:00Z", "figures_at": "2026-11-22T02:00:00Z", "transition": "firing", "annotations": {"names": "campaign c3, campaign c4", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": null}', '2026-11-30 22:36:25.895117+00'),
	(1, 1, 2, '{"op": ">=", "kpi": "", "seq": 2, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "shop/ads"}, "names": {"source": "shop/ads"}, "owner": null, "since": "2026-11-21T02:00:00Z", "value": "0.000000", "breach": "suspense/source:shop/ads/1", "labels": {"rule": "suspense", "source": "shop/ads"}, "reason": "recovered", "window": null, "crossed": [], "numbers": {"hours": "0", "items": "2", "amount": "20.00"}, "sources": [], "subject": {"source": "shop/ads"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-22T02:00:00Z", "event_time": "2026-11-22T02:00:00Z", "figures_at": "2026-11-22T02:00:00Z", "transition": "resolved", "annotations": {"names": "campaign c5, campaign c9", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": "warning"}', '2026-11-30 22:36:29.251618+00'),
	(2, 1, 1, '{"op": "<", "kpi": "ctr", "seq": 1, "kind": "kpi", "rule": "ctr-low", "cause": null, "group": {"line": "search"}, "names": {"line": "search ads", "rule": "ctr-low", "campaign": "spring"}, "owner": "ops", "since": "2026-11-22T04:00:00Z", "value": "0.002000", "breach": "ctr-low/line:search/1", "labels": {"line": "search", "rule": "ctr-low", "campaign": "spring"}, "reason": "threshold_crossed", "window": {"end": "2026-11-22T04:00:00Z", "kind": "tumbling", "start": "2026-11-22T03:00:00Z"}, "crossed": ["0.01"], "numbers": {"clicks": "2", "impressions": "1000"}, "sources": [{"source": "shop/site", "complete_through": "2026-11-22T04:00:00Z"}], "subject": null, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "0.01", "time_zone": "UTC", "decided_at": "2026-11-22T04:00:00Z", "event_time": "2026-11-22T04:00:00Z", "figures_at": "2026-11-22T04:00:00Z", "transition": "firing", "annotations": {"lever": null, "bucket": null, "runbook": null}, "plan_version": 2, "rule_version": 1, "previous_severity": null}', '2026-11-30 22:36:33.470807+00'),
	(2, 1, 2, '{"op": "<", "kpi": "ctr", "seq": 2, "kind": "kpi", "rule": "ctr-low", "cause": null, "group": {"line": "search"}, "names": {"line": "search ads", "rule": "ctr-low", "campaign": "spring"}, "owner": "ops", "since": "2026-11-22T04:00:00Z", "value": "0.030000", "breach": "ctr-low/line:search/1", "labels": {"line": "search", "rule": "ctr-low", "campaign": "spring"}, "reason": "above_reset", "window": {"end": "2026-11-22T05:00:00Z", "kind": "tumbling", "start": "2026-11-22T04:00:00Z"}, "crossed": [], "numbers": {"clicks": "30", "impressions": "1000"}, "sources": [{"source": "shop/site", "complete_through": "2026-11-22T05:00:00Z"}], "subject": null, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "0.01", "time_zone": "UTC", "decided_at": "2026-11-22T05:00:00Z", "event_time": "2026-11-22T05:00:00Z", "figures_at": "2026-11-22T05:00:00Z", "transition": "resolved", "annotations": {"lever": null, "bucket": null, "runbook": null}, "plan_version": 2, "rule_version": 1, "previous_severity": "warning"}', '2026-11-30 22:36:35.062826+00'),
	(6, 1, 1, '{"op": ">=", "kpi": "", "seq": 1, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "google-ads/1234567890"}, "names": {"source": "google-ads/1234567890"}, "owner": null, "since": "2026-11-22T05:02:00Z", "value": "205.966667", "breach": "suspense/source:google-ads/1234567890/1", "labels": {"rule": "suspense", "source": "google-ads/1234567890"}, "reason": "threshold_crossed", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "205", "items": "1", "amount": "3.00"}, "sources": [], "subject": {"source": "google-ads/1234567890"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-30T19:00:00Z", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "transition": "firing", "annotations": {"names": "account 1234567890, campaign 222", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": null}', '2026-11-30 22:36:39.675372+00'),
	(5, 1, 1, '{"op": ">=", "kpi": "", "seq": 1, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "till,eu:1"}, "names": {"source": "till,eu:1"}, "owner": null, "since": "2026-11-22T02:00:00Z", "value": "209.000000", "breach": "suspense/source:till,eu:1/1", "labels": {"rule": "suspense", "source": "till,eu:1"}, "reason": "threshold_crossed", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "209", "items": "1", "amount": "1.75"}, "sources": [], "subject": {"source": "till,eu:1"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-30T19:00:00Z", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "transition": "firing", "annotations": {"names": "campaign t1", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": null}', '2026-11-30 22:36:39.675372+00'),
	(3, 1, 1, '{"op": ">=", "kpi": "", "seq": 1, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "desk"}, "names": {"source": "desk"}, "owner": null, "since": "2026-11-22T02:00:00Z", "value": "209.000000", "breach": "suspense/source:desk/1", "labels": {"rule": "suspense", "source": "desk"}, "reason": "threshold_crossed", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "209", "items": "1", "amount": "5.00"}, "sources": [], "subject": {"source": "desk"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-30T19:00:00Z", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "transition": "firing", "annotations": {"names": "ghost/search", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": null}', '2026-11-30 22:36:39.675372+00'),
	(1, 2, 1, '{"op": ">=", "kpi": "", "seq": 1, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "shop/ads"}, "names": {"source": "shop/ads"}, "owner": null, "since": "2026-11-22T02:00:00Z", "value": "209.000000", "breach": "suspense/source:shop/ads/2", "labels": {"rule": "suspense", "source": "shop/ads"}, "reason": "threshold_crossed", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "209", "items": "2", "amount": "20.00"}, "sources": [], "subject": {"source": "shop/ads"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-30T19:00:00Z", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "transition": "firing", "annotations": {"names": "campaign c9, campaign c5", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": null}', '2026-11-30 22:36:39.675372+00'),
	(7, 1, 1, '{"op": ">=", "kpi": "budget.pacing_ratio", "seq": 1, "kind": "budget", "rule": "pacing-high", "cause": null, "group": {"line": "search"}, "names": {"line": "search ads", "rule": "pacing-high", "campaign": "spring"}, "owner": "ops", "since": "2026-11-30T19:00:00Z", "value": "2.253821", "breach": "pacing-high/line:search/1", "labels": {"line": "search", "rule": "pacing-high", "campaign": "spring"}, "reason": "threshold_crossed", "window": null, "crossed": ["1.5"], "numbers": {"actual": "565.333333", "allocated": "700.00", "committed": "0.00", "remaining": "134.666667", "used_ratio": "0.807619", "corrections": "2.00", "forecast_end": "1577.67442", "pacing_ratio": "2.253821", "planned_to_date": "250.833333"}, "sources": [{"source": "budget/search", "complete_through": null}], "subject": null, "corrects": null, "currency": "CNY", "severity": "critical", "set_aside": 0, "threshold": "1.5", "time_zone": "UTC", "decided_at": "2026-11-30T19:00:00Z", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "transition": "firing", "annotations": {"lever": "bid or daily budget", "bucket": null, "runbook": null}, "plan_version": 2, "rule_version": 1, "previous_severity": null}', '2026-11-30 22:36:40.409865+00'),
	(9, 1, 1, '{"op": ">=", "kpi": "budget.used_ratio", "seq": 1, "kind": "budget", "rule": "used-high", "cause": null, "group": {"line": "social"}, "names": {"line": "social ads", "rule": "used-high", "campaign": "spring"}, "owner": "ops", "since": "2026-11-30T20:00:00Z", "value": "1.032500", "breach": "used-high/line:social/1", "labels": {"line": "social", "rule": "used-high", "team": "desk", "campaign": "spring"}, "reason": "threshold_crossed", "window": null, "crossed": ["1.00"], "numbers": {"actual": "413.00", "allocated": "400.00", "committed": "0.00", "remaining": "-13.00", "used_ratio": "1.032500", "corrections": "0.00", "forecast_end": "1192.394291", "pacing_ratio": "2.980986", "planned_to_date": "138.544776"}, "sources": [{"source": "budget/social", "complete_through": null}], "subject": null, "corrects": null, "currency": "CNY", "severity": "critical", "set_aside": 1, "threshold": "1.00", "time_zone": "UTC", "decided_at": "2026-11-30T20:00:00Z", "event_time": "2026-11-30T20:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "transition": "firing", "annotations": {"lever": null, "bucket": null, "runbook": null}, "plan_version": 2, "rule_version": 1, "previous_severity": null}', '2026-11-30 22:36:41.33826+00'),
	(8, 1, 1, '{"op": ">=", "kpi": "budget.used_ratio", "seq": 1, "kind": "budget", "rule": "used-some", "cause": null, "group": {"line": "social"}, "names": {"line": "social ads", "rule": "used-some", "campaign": "spring"}, "owner": "ops", "since": "2026-11-30T20:00:00Z", "value": "1.032500", "breach": "used-some/line:social/1", "labels": {"line": "social", "rule": "used-some", "team": "press", "campaign": "spring"}, "reason": "threshold_crossed", "window": null, "crossed": ["0.90"], "numbers": {"actual": "413.00", "allocated": "400.00", "committed": "0.00", "remaining": "-13.00", "used_ratio": "1.032500", "corrections": "0.00", "forecast_end": "1192.394291", "pacing_ratio": "2.980986", "planned_to_date": "138.544776"}, "sources": [{"source": "budget/social", "complete_through": null}], "subject": null, "corrects": null, "currency": "CNY", "severity": "info", "set_aside": 1, "threshold": "0.90", "time_zone": "UTC", "decided_at": "2026-11-30T20:00:00Z", "event_time": "2026-11-30T20:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "transition": "firing", "annotations": {"lever": null, "bucket": null, "runbook": null}, "plan_version": 2, "rule_version": 1, "previous_severity": null}', '2026-11-30 22:36:41.33826+00');
INSERT INTO alerts.witness VALUES
	('alerts', 'PBdOxquXQmirQYOvWeiojg', 'breaches.figures.v1', 1, 1, '2026-11-30 22:36:27.536+00'),
	('alerts', 'PBdOxquXQmirQYOvWeiojg', 'breaches.v1', 13, 2, '2026-11-30 22:36:35.056+00'),
	('alerts', 'PBdOxquXQmirQYOvWeiojg', 'breaches.v1', 0, 1, '2026-11-30 22:36:39.67+00'),
	('alerts', 'PBdOxquXQmirQYOvWeiojg', 'breaches.v1', 1, 4, '2026-11-30 22:36:39.67+00'),
	('alerts', 'PBdOxquXQmirQYOvWeiojg', 'breaches.v1', 11, 1, '2026-11-30 22:36:39.67+00'),
	('alerts', 'PBdOxquXQmirQYOvWeiojg', 'breaches.v1', 12, 1, '2026-11-30 22:36:40.405+00'),
	('alerts', 'PBdOxquXQmirQYOvWeiojg', 'breaches.v1', 2, 1, '2026-11-30 22:36:41.334+00'),
	('alerts', 'PBdOxquXQmirQYOvWeiojg', 'breaches.v1', 10, 1, '2026-11-30 22:36:41.334+00');
INSERT INTO budget.accounts OVERRIDING SYSTEM VALUE VALUES
	(1, 5, 16, '2026-11-30 18:00:00+00', '2026-11-30 20:00:00+00', NULL, 565333333, 2000000, 565333333, 2000000, 'default', 'line', 'spring', 'search', '', 'CNY', 0),
	(4, 1, 8, '2026-11-20 02:00:00+00', '2026-11-30 20:00:00+00', NULL, 3000000, 0, 3000000, 0, 'default', 'line', 'summer', 'search', '', 'CNY', 0),
	(8, 1, 0, '2026-11-20 04:00:00+00', NULL, NULL, 5000000, 0, 0, 0, 'default', 'suspense', '', '', 'desk', 'CNY', 0),
	(9, 1, 0, '2026-11-22 01:00:00+00', NULL, NULL, 1750000, 0, 0, 0, 'default', 'suspense', '', '', 'till,eu:1', 'CNY', 0),
	(2, 6, 18, '2026-11-30 18:00:00+00', '2026-11-30 20:00:00+00', NULL, 413000000, 0, 413000000, 0, 'default', 'line', 'spring', 'social', '', 'CNY', 1),
	(40, 1, 0, '2026-11-22 00:00:00+00', NULL, NULL, 3000000, 0, 0, 0, 'default', 'suspense', '', '', 'google-ads/1234567890', 'CNY', 0),
	(7, 8, 0, '2026-11-22 00:00:00+00', NULL, NULL, 20000000, 0, 0, 0, 'default', 'suspense', '', '', 'shop/ads', 'CNY', 0),
	(17, 3, 0, '2026-11-22 00:00:00+00', NULL, NULL, 6000000, 0, 0, 0, 'default', 'written_off', '', '', 'shop/ads', 'CNY', 0),
	(3, 1, 5, '2026-11-20 03:00:00+00', '2026-11-22 02:00:00+00', NULL, 9000000, 0, 9000000, 0, 'default', 'line', 'past', 'search', '', 'CNY', 0),
	(25, 1, 0, '2026-11-20 05:00:00+00', NULL, NULL, 750000, 0, 0, 0, 'default', 'exception', 'past', '', '', 'CNY', 0),
	(5, 2, 0, '2026-11-19 16:00:00+00', NULL, NULL, 3750000, 0, 0, 0, 'default', 'exception', 'spring', '', '', 'CNY', 0),
	(6, 1, 0, '2026-11-20 03:00:00+00', NULL, NULL, 7000000, 0, 0, 0, 'default', 'exception', 'winter', '', '', 'CNY', 0);
INSERT INTO budget.audit VALUES
	('default', 1, '2026-11-20 00:00:00+00', 'li.na', 'campaign_created', 'campaign/spring', '{"version": 1}', '\x0000000000000000000000000000000000000000000000000000000000000000', '\x8d6a8b33b80e7147802b10db4f466872d0d6e3e6444b9c3d561b073687995697'),
	('default', 2, '2026-11-20 00:00:00+00', 'li.na', 'campaign_created', 'campaign/summer', '{"version": 1}', '\x8d6a8b33b80e7147802b10db4f466872d0d6e3e6444b9c3d561b073687995697', '\x0ae564d52c8e5ac7a2b97d314f4b23fc49ace3084649622b45f3cf9d8059abaf'),
	('default', 3, '2026-11-20 00:00:00+00', 'li.na', 'campaign_created', 'campaign/winter', '{"version": 1}', '\x0ae564d52c8e5ac7a2b97d314f4b23fc49ace3084649622b45f3cf9d8059abaf', '\x1f2ce3e0ae10b4ac390c22e842c56fb0d253d1fb5814cef23631c9f8cd6438cd'),
	('default', 4, '2026-11-20 00:00:00+00', 'li.na', 'campaign_created', 'campaign/autumn', '{"version": 1}', '\x1f2ce3e0ae10b4ac390c22e842c56fb0d253d1fb5814cef23631c9f8cd6438cd', '\xcb58d94a55bea3b5bff94557be6bab32388cc453d8679d2464b287cf9541df78'),
	('default', 5, '2026-11-20 00:00:00+00', 'li.na', 'campaign_created', 'campaign/past', '{"version": 1}', '\xcb58d94a55bea3b5bff94557be6bab32388cc453d8679d2464b287cf9541df78', '\xf8a620f92eabc90f0929c74ddf8e2f5671c0ae33390713289baaf77337f00dd6'),
	('default', 6, '2026-11-20 00:00:00+00', 'li.na', 'plan_created', 'plan/spring/1', '{"total": 1000000000}', '\xf8a620f92eabc90f0929c74ddf8e2f5671c0ae33390713289baaf77337f00dd6', '\xa5c44ee83751b99d7165cc1dea19c0bfea8cef588b14d4fe1c1712f48b94f24a'),
	('default', 7, '2026-11-20 00:00:00+00', 'li.na', 'plan_submitted', 'plan/spring/1', '{"comment": "please", "effective_from": "2026-11-20T00:00:00Z"}', '\xa5c44ee83751b99d7165cc1dea19c0bfea8cef588b14d4fe1c1712f48b94f24a', '\xe0a463f8798aaa42a095842372c0306d69828512a86c6b0b2133dc0d7ddf013d'),
	('default', 8, '2026-11-20 00:00:00+00', 'zhao.min', 'decided', 'plan/spring/1', '{"as": "approver", "amount": "1000.00", "status": "in_review", "opinion": "ok", "version": 1, "currency": "CNY", "decision": "approve"}', '\xe0a463f8798aaa42a095842372c0306d69828512a86c6b0b2133dc0d7ddf013d', '\xba381d282d14dc82079ce805e21d5678cadd3f1daf79a5a0cd218dfe90829d5c'),
	('default', 9, '2026-11-20 00:00:00+00', 'qian.wei', 'decided', 'plan/spring/1', '{"as": "finance", "amount": "1000.00", "status": "approved", "opinion": "ok", "version": 1, "currency": "CNY", "decision": "approve"}', '\xba381d282d14dc82079ce805e21d5678cadd3f1daf79a5a0cd218dfe90829d5c', '\x146943da45923abde83a07932e6b96feb1f291a91a7c7c367a4760c31d3cea35'),
	('default', 10, '2026-11-20 00:00:00+00', 'li.na', 'plan_created', 'plan/past/1', '{"total": 50000000}', '\x146943da45923abde83a07932e6b96feb1f291a91a7c7c367a4760c31d3cea35', '\x3efd2188961c2e48737de14db89a91c38d2d3e3d2fd42f290f2264a60a57ef5d'),
	('default', 11, '2026-11-20 00:00:00+00', 'li.na', 'plan_submitted', 'plan/past/1', '{"comment": "please", "effective_from": "2026-11-20T00:00:00Z"}', '\x3efd2188961c2e48737de14db89a91c38d2d3e3d2fd42f290f2264a60a57ef5d', '\x17af2f19da8704125c63e11a895bb0fd39ae53ae95d5750855701751ab81f7ca'),
	('default', 12, '2026-11-20 00:00:00+00', 'zhao.min', 'decided', 'plan/past/1', '{"as": "approver", "amount": "50.00", "status": "in_review", "opinion": "ok", "version": 1, "currency": "CNY", "decision": "approve"}', '\x17af2f19da8704125c63e11a895bb0fd39ae53ae95d5750855701751ab81f7ca', '\xa3711ebe56140065a54a792c8da8ec748b5f502991e331566b1c60d342764b8c'),
	('default', 13, '2026-11-20 00:00:00+00', 'qian.wei', 'decided', 'plan/past/1', '{"as": "finance", "amount": "50.00", "status": "approved", "opinion": "ok", "version": 1, "currency": "CNY", "decision": "approve"}', '\xa3711ebe56140065a54a792c8da8ec748b5f502991e331566b1c60d342764b8c', '\x45f7ad9bd62e1460e9fc0011037522d007270d767da12e5fb8fb9e238a2b5314'),
	('default', 14, '2026-11-20 00:00:00+00', 'li.na', 'plan_created', 'plan/summer/1', '{"total": 100000000}', '\x45f7ad9bd62e1460e9fc0011037522d007270d767da12e5fb8fb9e238a2b5314', '\x2e2294512f89aa22c7492efef934751cce11582df4c9a4151e1e445c8009a453'),
	('default', 15, '2026-11-20 00:00:00+00', 'li.na', 'plan_submitted', 'plan/summer/1', '{"comment": "please", "effective_from": "2026-11-20T00:00:00Z"}', '\x2e2294512f89aa22c7492efef934751cce11582df4c9a4151e1e445c8009a453', '\x5dcaeb48b174d2728090bbe2e448c1907ef0b21c6c1bb87e43ea18957361d883'),
	('default', 16, '2026-11-20 00:00:00+00', 'zhao.min', 'decided', 'plan/summer/1', '{"as": "approver", "amount": "100.00", "status": "in_review", "opinion": "ok", "version": 1, "currency": "CNY", "decision": "approve"}', '\x5dcaeb48b174d2728090bbe2e448c1907ef0b21c6c1bb87e43ea18957361d883', '\x6966d6629377205118ece5fc0e8d0ffddb2cfac02bf26e862b3e8353cbfcc389'),
	('default', 17, '2026-11-20 00:00:00+00', 'qian.wei', 'decided', 'plan/summer/1', '{"as": "finance", "amount": "100.00", "status": "approved", "opinion": "ok", "version": 1, "currency": "CNY", "decision": "approve"}', '\x6966d6629377205118ece5fc0e8d0ffddb2cfac02bf26e862b3e8353cbfcc389', '\xa79dde94b9c6283d9184e07d2dca36173c49f006e31349de92ae348f59672034'),
	('default', 18, '2026-11-20 00:00:00+00', 'li.na', 'plan_created', 'plan/winter/1', '{"total": 80000000}', '\xa79dde94b9c6283d9184e07d2dca36173c49f006e31349de92ae348f59672034', '\x0a284a00b9e7c48d6d3e4462b0b1a4c794f933dd1624bdfc60f0cbd70e8ca4a6'),
	('default', 19, '2026-11-20 00:00:00+00', 'li.na', 'plan_submitted', 'plan/winter/1', '{"comment": "please", "effective_from": null}', '\x0a284a00b9e7c48d6d3e4462b0b1a4c794f933dd1624bdfc60f0cbd70e8ca4a6', '\xcbea303b149b1e8ef6fd730ee5773cc54a23d6addb603506bc108a53bec0d38b'),
	('default', 20, '2026-11-20 00:00:00+00', 'zhao.min', 'decided', 'plan/winter/1', '{"as": "approver", "amount": "80.00", "status": "in_review", "opinion": "ok", "version": 1, "currency": "CNY", "decision": "approve"}', '\xcbea303b149b1e8ef6fd730ee5773cc54a23d6addb603506bc108a53bec0d38b', '\x4cc9713994f5d128f91bd637ede984ae218a1c8942b8f340b0ef76aad1242ef0'),
	('default', 21, '2026-11-20 00:00:00+00', 'li.na', 'plan_created', 'plan/autumn/1', '{"total": 60000000}', '\x4cc9713994f5d128f91bd637ede984ae218a1c8942b8f340b0ef76aad1242ef0', '\x69487ea3c2aa034c1ca9aa77f5ba90a6d27b89af7143065a0404647ff709d89d'),
	('default', 22, '2026-11-20 00:00:00+00', 'li.na', 'mapping_created', 'mapping/m1', '{"line": "search", "match": {"campaign": "c1"}, "source": "shop/ads", "mapping": "m1", "campaign": "spring", "effective_from": null}', '\x69487ea3c2aa034c1ca9aa77f5ba90a6d27b89af7143065a0404647ff709d89d', '\x5ad72d092ceb20a2d4701df405e03595e2e06edd532f6e2bb214e4cfa492b1e8'),
	('default', 23, '2026-11-20 00:00:00+00', 'li.na', 'mapping_created', 'mapping/m2', '{"line": "social", "match": {"campaign": "c2"}, "source": "shop/ads", "mapping": "m2", "campaign": "spring", "effective_from": null}', '\x5ad72d092ceb20a2d4701df405e03595e2e06edd532f6e2bb214e4cfa492b1e8', '\x2af06b3480d628c2d23a592057f1f90a6fb9b21d019d001159e3a36e1d7db669'),
	('default', 24, '2026-11-20 00:00:00+00', 'li.na', 'mapping_created', 'mapping/m3', '{"line": "search", "match": {"campaign": "c1"}, "source": "shop/site", "mapping": "m3", "campaign": "spring", "effective_from": null}', '\x2af06b3480d628c2d23a592057f1f90a6fb9b21d019d001159e3a36e1d7db669', '\x8345ce12bec728e2b60b21f23e5a0370d09bf620ed097f7671e9cbaa0a868861'),
	('default', 25, '2026-11-20 00:00:00+00', 'li.na', 'mapping_created', 'mapping/m4', '{"line": "social", "match": {"campaign": "c2"}, "source": "shop/site", "mapping": "m4", "campaign": "spring", "effective_from": null}', '\x8345ce12bec728e2b60b21f23e5a0370d09bf620ed097f7671e9cbaa0a868861', '\xbc8d5686fb01b91e9270d91c3c30acd68d1a6b69d5e1b09144cabbdeb6d14c14'),
	('default', 26, '2026-11-20 00:00:00+00', 'li.na', 'mapping_created', 'mapping/m5', '{"line": "social", "match": {"campaign": "111"}, "source": "google-ads/1234567890", "mapping": "m5", "campaign": "spring", "effective_from": null}', '\xbc8d5686fb01b91e9270d91c3c30acd68d1a6b69d5e1b09144cabbdeb6d14c14', '\x4abd86e0f5bd1df8048b24cc9f95b698a3ed2353ae9a87636d423d03e8c8c4e3'),
	('default', 27, '2026-11-22 02:00:00+00', 'li.na', 'mapping_changed', 'mapping/m2', '{"line": "search", "match": {"campaign": "c2"}, "source": "shop/ads", "mapping": "m2", "campaign": "spring", "effective_from": null}', '\x4abd86e0f5bd1df8048b24cc9f95b698a3ed2353ae9a87636d423d03e8c8c4e3', '\xb8a528f0866b69c23a6a81172687466665c96abdb4e7f050e6c882b36ed839d0'),
	('default', 28, '2026-11-22 02:00:00+00', 'li.na', 'suspense_assigned', 'suspense/1', '{"of": {"ids": [1]}, "line": "social", "items": 1, "reason": "it is ours", "amounts": {"CNY": "4.00"}, "campaign": "spring"}', '\xb8a528f0866b69c23a6a81172687466665c96abdb4e7f050e6c882b36ed839d0', '\xb4aa2995dd53dcdf676c070dc11e00b34c178900026d0374d8e6082571c837d2'),
	('default', 29, '2026-11-22 02:00:00+00', 'qian.wei', 'suspense_written_off', 'suspense/2', '{"of": {"ids": [2]}, "items": 1, "reason": "nobody''s", "amounts": {"CNY": "6.00"}}', '\xb4aa2995dd53dcdf676c070dc11e00b34c178900026d0374d8e6082571c837d2', '\xaad75eb69384afa2e8024c621bc37e31fd759515acd0d8dbcf14db82c38e7b84'),
	('default', 30, '2026-11-22 02:00:00+00', 'qian.wei', 'suspense_written_off', 'suspense/6', '{"of": {"ids": [6]}, "items": 1, "reason": "nobody''s", "amounts": {"CNY": "8.00"}}', '\xaad75eb69384afa2e8024c621bc37e31fd759515acd0d8dbcf14db82c38e7b84', '\xb19b4922419ea480af4d9cfcade28464c7387acd2658a168867f8673d7ebed7b'),
	('default', 31, '2026-11-22 02:00:00+00', 'qian.wei', 'suspense_restored', 'suspense/11', '{"of": {"ids": [11]}, "items": 1, "reason": "somebody''s", "amounts": {"CNY": "8.00"}}', '\xb19b4922419ea480af4d9cfcade28464c7387acd2658a168867f8673d7ebed7b', '\x16e10ebfd7a6bb09c5bc92f148637e97445017b299a034e9a337ed29d588afef'),
	('default', 32, '2026-11-22 02:00:00+00', 'qian.wei', 'campaign_closed', 'campaign/past', '{"reason": "settled"}', '\x16e10ebfd7a6bb09c5bc92f148637e97445017b299a034e9a337ed29d588afef', '\xce9b3f0fd010dcf1a2661425d3c56d825c0e444094cd306eb11d17f526770d03'),
	('default', 33, '2026-11-22 02:00:00+00', 'zhao.min', 'decided', 'exception/3', '{"as": "approver", "amount": "2.50", "status": "in_review", "opinion": "fine", "version": 16387, "currency": "CNY", "decision": "approve"}', '\xce9b3f0fd010dcf1a2661425d3c56d825c0e444094cd306eb11d17f526770d03', '\xd00854ba56df2059b3fdd94c73e5067f9dfae98450385faeaafe5c562c5bc83a'),
	('default', 34, '2026-11-22 02:00:00+00', 'li.na', 'plan_created', 'plan/spring/2', '{"total": 1100000000}', '\xd00854ba56df2059b3fdd94c73e5067f9dfae98450385faeaafe5c562c5bc83a', '\xabf834fb5caa4a5d8f204e53ace77f26437bcdcc79963cc90060722d8a29a29f'),
	('default', 35, '2026-11-22 02:00:00+00', 'li.na', 'plan_submitted', 'plan/spring/2', '{"comment": "please", "effective_from": null}', '\xabf834fb5caa4a5d8f204e53ace77f26437bcdcc79963cc90060722d8a29a29f', '\x8990e58f1615ab2fc54ae69f7ea299c0b22302d21d80a307db6accf13f681e43'),
	('default', 36, '2026-11-22 02:00:00+00', 'zhao.min', 'decided', 'plan/spring/2', '{"as": "approver", "amount": "1100.00", "status": "in_review", "opinion": "ok", "version": 2, "currency": "CNY", "decision": "approve"}', '\x8990e58f1615ab2fc54ae69f7ea299c0b22302d21d80a307db6accf13f681e43', '\x05cb29d90d8d2d22798c1739da076b6bcd4ea17f24322e9abc96648cfb0f3048'),
	('default', 37, '2026-11-22 02:00:00+00', 'qian.wei', 'decided', 'plan/spring/2', '{"as": "finance", "amount": "1100.00", "status": "approved", "opinion": "ok", "version": 2, "currency": "CNY", "decision": "approve"}', '\x05cb29d90d8d2d22798c1739da076b6bcd4ea17f24322e9abc96648cfb0f3048', '\xb15d86f5f4f50b56ad390f20604cd4f50db1d36f3e35c208b59ba86c3c0edc0d'),
	('default', 38, '2026-11-22 02:00:00+00', 'li.na', 'plan_created', 'plan/spring/3', '{"total": 1300000000}', '\xb15d86f5f4f50b56ad390f20604cd4f50db1d36f3e35c208b59ba86c3c0edc0d', '\x5caaab6f00cf47a9a6dcba555d42a3b7f80e35305d0970685d4de68a28e9a177'),
	('default', 39, '2026-11-22 02:00:00+00', 'li.na', 'plan_submitted', 'plan/spring/3', '{"comment": "please", "effective_from": null}', '\x5caaab6f00cf47a9a6dcba555d42a3b7f80e35305d0970685d4de68a28e9a177', '\x74db0b1a67eef70c8eedc0cc9f6d7125160bf5976f74a14de61394af25dd614f'),
	('default', 40, '2026-11-22 02:00:00+00', 'qian.wei', 'decided', 'plan/spring/3', '{"as": "finance", "amount": "1300.00", "status": "in_review", "opinion": "ok", "version": 3, "currency": "CNY", "decision": "approve"}', '\x74db0b1a67eef70c8eedc0cc9f6d7125160bf5976f74a14de61394af25dd614f', '\x2e9e46dfcb34a7031707767ce7d6409c32e1c017ed2aeb6d4a7a974828a60f1d'),
	('default', 41, '2026-11-22 02:00:00+00', 'li.na', 'plan_created', 'plan/spring/4', '{"total": 1000000}', '\x2e9e46dfcb34a7031707767ce7d6409c32e1c017ed2aeb6d4a7a974828a60f1d', '\x125e421c2e722c1097c5ff0aad3a81da7c0a9ba5be980a4f67fbc6a9f9ccb4d1'),
	('default', 42, '2026-11-22 02:00:00+00', 'li.na', 'plan_submitted', 'plan/spring/4', '{"comment": "please", "effective_from": null}', '\x125e421c2e722c1097c5ff0aad3a81da7c0a9ba5be980a4f67fbc6a9f9ccb4d1', '\xb65572f9afb33d9ec44fd12e4f95fe164dfa6516609e1339e630c0bcdd60d8ec'),
	('default', 43, '2026-11-22 02:00:00+00', 'qian.wei', 'decided', 'plan/spring/4', '{"as": "finance", "amount": "1.00", "status": "rejected", "opinion": "ok", "version": 4, "currency": "CNY", "decision": "reject"}', '\xb65572f9afb33d9ec44fd12e4f95fe164dfa6516609e1339e630c0bcdd60d8ec', '\x4354af9884cb79f2bb28b3f0c3a1493ecc8c219e83e92279fdfacdd013ac907f'),
	('default', 44, '2026-11-22 02:00:00+00', 'li.na', 'plan_created', 'plan/summer/2', '{"total": 120000000}', '\x4354af9884cb79f2bb28b3f0c3a1493ecc8c219e83e92279fdfacdd013ac907f', '\x4817394bb04a8a3d598f5dc0b9c7f38ab7927d9df20890c4e276b9193bbfd7be'),
	('default', 45, '2026-11-22 02:00:00+00', 'li.na', 'plan_submitted', 'plan/summer/2', '{"comment": "please", "effective_from": "2026-12-05T00:00:00Z"}', '\x4817394bb04a8a3d598f5dc0b9c7f38ab7927d9df20890c4e276b9193bbfd7be', '\xca007ea6651b0b2a15cfd827447b38976e2ec0b5dddb20e1ba5a1204782c2200'),
	('default', 46, '2026-11-22 02:00:00+00', 'zhao.min', 'decided', 'plan/summer/2', '{"as": "approver", "amount": "120.00", "status": "in_review", "opinion": "ok", "version": 2, "currency": "CNY", "decision": "approve"}', '\xca007ea6651b0b2a15cfd827447b38976e2ec0b5dddb20e1ba5a1204782c2200', '\x50b2cb60513d4bb29e45c2ebdf8b636aa7d70931301d26d15201a085ccbc91e6'),
	('default', 47, '2026-11-22 02:00:00+00', 'qian.wei', 'decided', 'plan/summer/2', '{"as": "finance", "amount": "120.00", "status": "approved", "opinion": "ok", "version": 2, "currency": "CNY", "decision": "approve"}', '\x50b2cb60513d4bb29e45c2ebdf8b636aa7d70931301d26d15201a085ccbc91e6', '\xeaf882e19397738af9b724503dd9f67f247cc5034b1613699443a5fb4694a5a3'),
	('default', 48, '2026-11-22 05:02:00+00', 'li.na', 'mapping_changed', 'mapping/m4', '{"line": "search", "match": {"campaign": "c2"}, "source": "shop/site", "mapping": "m4", "campaign": "spring", "effective_from": null}', '\xeaf882e19397738af9b724503dd9f67f247cc5034b1613699443a5fb4694a5a3', '\xf55fcbec90d507b36131cc57c5546edd8124a9cd538f47a9cbf33f093a01b940');
INSERT INTO budget.campaigns VALUES
	('default', 'autumn', 1, 'draft', 'autumn', 'CNY', 'UTC', '2026-11-20 00:00:00+00', '2026-12-20 00:00:00+00', 'ops', '{"region": null, "stages": [], "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "attributes": {}, "management_mode": "project"}', NULL, NULL, 'li.na', '2026-11-20 00:00:00+00', NULL, NULL, NULL),
	('default', 'summer', 3, 'approved', 'summer', 'CNY', 'UTC', '2026-11-20 00:00:00+00', '2026-12-20 00:00:00+00', 'ops', '{"region": null, "stages": [], "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "attributes": {}, "management_mode": "project"}', 1, '2026-11-20 00:00:00+00', 'li.na', '2026-11-20 00:00:00+00', NULL, NULL, NULL),
	('default', 'winter', 2, 'in_review', 'winter', 'CNY', 'UTC', '2026-11-20 00:00:00+00', '2026-12-20 00:00:00+00', 'ops', '{"region": null, "stages": [], "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "attributes": {}, "management_mode": "project"}', NULL, NULL, 'li.na', '2026-11-20 00:00:00+00', NULL, NULL, NULL),
	('default', 'past', 4, 'closed', 'past', 'CNY', 'UTC', '2026-11-20 00:00:00+00', '2026-11-25 00:00:00+00', 'ops', '{"region": null, "stages": [], "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-11-25T00:00:00Z", "relevance": "test"}], "attributes": {}, "management_mode": "project"}', 1, '2026-11-20 00:00:00+00', 'li.na', '2026-11-20 00:00:00+00', 'qian.wei', '2026-11-22 02:00:00+00', 'settled'),
	('default', 'spring', 4, 'approved', 'spring', 'CNY', 'UTC', '2026-11-20 00:00:00+00', '2026-12-20 00:00:00+00', 'ops', '{"region": null, "stages": [], "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "attributes": {}, "management_mode": "project"}', 2, '2026-11-20 00:00:00+00', 'li.na', '2026-11-20 00:00:00+00', NULL, NULL, NULL);
INSERT INTO budget.catalogue_versions VALUES
	('default', 17);
INSERT INTO budget.days VALUES
	(3, '2026-11-20', 9000000),
	(4, '2026-11-20', 3000000),
	(1, '2026-11-21', 20000000),
	(1, '2026-11-20', 45333333),
	(2, '2026-11-20', 4000000),
	(2, '2026-11-21', 12500000),
	(2, '2026-11-22', 1500000),
	(1, '2026-11-30', 500000000),
	(2, '2026-11-30', 395000000);
INSERT INTO budget.decisions VALUES
	('default', 'plan/spring/1', 'approver', 'zhao.min', 'approve', 'ok', '2026-11-20 00:00:00+00', 1000000000, 1),
	('default', 'plan/spring/1', 'finance', 'qian.wei', 'approve', 'ok', '2026-11-20 00:00:00+00', 1000000000, 1),
	('default', 'plan/past/1', 'approver', 'zhao.min', 'approve', 'ok', '2026-11-20 00:00:00+00', 50000000, 1),
	('default', 'plan/past/1', 'finance', 'qian.wei', 'approve', 'ok', '2026-11-20 00:00:00+00', 50000000, 1),
	('default', 'plan/summer/1', 'approver', 'zhao.min', 'approve', 'ok', '2026-11-20 00:00:00+00', 100000000, 1),
	('default', 'plan/summer/1', 'finance', 'qian.wei', 'approve', 'ok', '2026-11-20 00:00:00+00', 100000000, 1),
	('default', 'plan/winter/1', 'approver', 'zhao.min', 'approve', 'ok', '2026-11-20 00:00:00+00', 80000000, 1),
	('default', 'exception/3', 'approver', 'zhao.min', 'approve', 'fine', '2026-11-22 02:00:00+00', 2500000, 16387),
	('default', 'plan/spring/2', 'approver', 'zhao.min', 'approve', 'ok', '2026-11-22 02:00:00+00', 1100000000, 2),
	('default', 'plan/spring/2', 'finance', 'qian.wei', 'approve', 'ok', '2026-11-22 02:00:00+00', 1100000000, 2),
	('default', 'plan/spring/3', 'finance', 'qian.wei', 'approve', 'ok', '2026-11-22 02:00:00+00', 1300000000, 3),
	('default', 'plan/spring/4', 'finance', 'qian.wei', 'reject', 'ok', '2026-11-22 02:00:00+00', 1000000, 4),
	('default', 'plan/summer/2', 'approver', 'zhao.min', 'approve', 'ok', '2026-11-22 02:00:00+00', 120000000, 2),
	('default', 'plan/summer/2', 'finance', 'qian.wei', 'approve', 'ok', '2026-11-22 02:00:00+00', 120000000, 2);
INSERT INTO budget.entries VALUES
	(16384, 9000000, '2026-11-20 03:00:00+00', '2026-11-21 02:00:00+00', 1, 3, 0, 'e-5', '\x80e10010e9410d07fd57912b5969ae04', NULL, NULL, NULL, NULL, NULL, NULL),
	(16392, 7000000, '2026-11-20 03:00:00+00', '2026-11-21 02:00:00+00', 1, 6, 0, 'e-6', '\x9c0a5e9f8ab3c7f990c9707cc2e0af5b', NULL, NULL, NULL, NULL, NULL, NULL),
	(16391, 3000000, '2026-11-20 02:00:00+00', '2026-11-21 02:00:00+00', 1, 4, 0, 'e-7', '\x62541ebc0d1ddc980e3fd1df73515018', NULL, NULL, NULL, NULL, NULL, NULL),
	(16387, 2500000, '2026-11-19 15:00:00+00', '2026-11-21 02:00:00+00', 1, 5, 0, 'e-8', '\x656179450755137d5ff76cd82edec81d', NULL, NULL, NULL, NULL, NULL, NULL),
	(16389, 1250000, '2026-11-19 16:00:00+00', '2026-11-21 02:00:00+00', 1, 5, 0, 'e-9', '\xff9d73a031637ced4aeba7e9a4606945', NULL, NULL, NULL, NULL, NULL, NULL),
	(16388, 10000000, '2026-11-21 00:00:00+00', '2026-11-21 02:00:00+00', 2, 1, 0, '2026-11-20|campaign=c1|@1', NULL, NULL, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-1', '{"campaign":"c1"}'),
	(16385, 33333333, '2026-11-21 00:00:00+00', '2026-11-21 02:00:00+00', 2, 2, 0, '2026-11-20|campaign=c2|@1', NULL, NULL, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-2', '{"campaign":"c2"}'),
	(16390, 4000000, '2026-11-21 00:00:00+00', '2026-11-21 02:00:00+00', 2, 7, 0, '2026-11-20|campaign=c3|@1', NULL, NULL, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-3', '{"campaign":"c3"}'),
	(16386, 6000000, '2026-11-21 00:00:00+00', '2026-11-21 02:00:00+00', 2, 7, 0, '2026-11-20|campaign=c4|@1', NULL, NULL, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-4', '{"campaign":"c4"}'),
	(32769, 5000000, '2026-11-20 04:00:00+00', '2026-11-22 02:00:00+00', 1, 8, 0, 'e-14', '\x98a23da33f91a21f6e8f1a8eb81f18b0', NULL, NULL, NULL, NULL, NULL, NULL),
	(32773, 1750000, '2026-11-22 01:00:00+00', '2026-11-22 02:00:00+00', 3, 9, 0, 'e-15', '\xa773cea5e87515ec766e695b761170c0', NULL, NULL, NULL, NULL, NULL, '{"campaign":"t1"}'),
	(32771, 2000000, '2026-11-21 00:00:00+00', '2026-11-22 02:00:00+00', 2, 1, 1, '2026-11-20|campaign=c1|@2', NULL, 16388, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-10', '{"campaign":"c1"}'),
	(32772, 20000000, '2026-11-22 00:00:00+00', '2026-11-22 02:00:00+00', 2, 1, 0, '2026-11-21|campaign=c1|@1', NULL, NULL, '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-21', 'e-11', '{"campaign":"c1"}'),
	(32768, 8000000, '2026-11-22 00:00:00+00', '2026-11-22 02:00:00+00', 2, 7, 0, '2026-11-21|campaign=c5|@1', NULL, NULL, '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-21', 'e-12', '{"campaign":"c5"}'),
	(32770, 12000000, '2026-11-22 00:00:00+00', '2026-11-22 02:00:00+00', 2, 7, 0, '2026-11-21|campaign=c9|@1', NULL, NULL, '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-21', 'e-13', '{"campaign":"c9"}'),
	(49154, 33333333, '2026-11-21 00:00:00+00', '2026-11-22 02:00:00+00', 4, 1, 2, '2|2026-11-20|campaign=c2||+', NULL, 16385, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-2', '{"campaign":"c2"}'),
	(49152, -33333333, '2026-11-21 00:00:00+00', '2026-11-22 02:00:00+00', 4, 2, 2, '2|2026-11-20|campaign=c2||-', NULL, 16385, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-2', '{"campaign":"c2"}'),
	(65538, 4000000, '2026-11-21 00:00:00+00', '2026-11-22 02:00:00+00', 5, 2, 2, '2|2026-11-20|campaign=c3||+', NULL, 16390, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-3', '{"campaign":"c3"}'),
	(65536, -4000000, '2026-11-21 00:00:00+00', '2026-11-22 02:00:00+00', 5, 7, 2, '2|2026-11-20|campaign=c3||-', NULL, 16390, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-3', '{"campaign":"c3"}'),
	(81922, 6000000, '2026-11-21 00:00:00+00', '2026-11-22 02:00:00+00', 6, 17, 2, '2|2026-11-20|campaign=c4||+', NULL, 16386, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-4', '{"campaign":"c4"}'),
	(81920, -6000000, '2026-11-21 00:00:00+00', '2026-11-22 02:00:00+00', 6, 7, 2, '2|2026-11-20|campaign=c4||-', NULL, 16386, '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-20', 'e-4', '{"campaign":"c4"}'),
	(98306, 8000000, '2026-11-22 00:00:00+00', '2026-11-22 02:00:00+00', 7, 17, 2, '2|2026-11-21|campaign=c5||+', NULL, 32768, '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-21', 'e-12', '{"campaign":"c5"}'),
	(98304, -8000000, '2026-11-22 00:00:00+00', '2026-11-22 02:00:00+00', 7, 7, 2, '2|2026-11-21|campaign=c5||-', NULL, 32768, '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-21', 'e-12', '{"campaign":"c5"}'),
	(114690, 8000000, '2026-11-22 00:00:00+00', '2026-11-22 02:00:00+00', 8, 7, 2, '2|2026-11-21|campaign=c5||+', NULL, 98306, '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-21', 'e-12', '{"campaign":"c5"}'),
	(114688, -8000000, '2026-11-22 00:00:00+00', '2026-11-22 02:00:00+00', 8, 17, 2, '2|2026-11-21|campaign=c5||-', NULL, 98306, '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-21', 'e-12', '{"campaign":"c5"}'),
	(131072, 750000, '2026-11-20 05:00:00+00', '2026-11-22 02:00:00+00', 1, 25, 0, 'e-16', '\xe66a50fc88a227271f6c8fe25b384661', NULL, NULL, NULL, NULL, NULL, NULL),
	(147457, 12500000, '2026-11-22 00:00:00+00', '2026-11-22 05:02:00+00', 9, 2, 0, '2026-11-21|account=1234567890,campaign=111|@1795323720000', NULL, NULL, '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-21', '01M8Q9MQ49KW7TGCSSF6GMX90P-1', '{"account":"1234567890","campaign":"111"}'),
	(147456, 3000000, '2026-11-22 00:00:00+00', '2026-11-22 05:02:00+00', 9, 40, 0, '2026-11-21|account=1234567890,campaign=222|@1795323720000', NULL, NULL, '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-21', '01M8Q9MQ49KW7TGCSSF6GMX90P-2', '{"account":"1234567890","campaign":"222"}'),
	(163840, 1500000, '2026-11-22 04:02:00+00', '2026-11-22 05:02:00+00', 10, 2, 0, 'e-28', '\x5f0bd7725cd21ef4ce3aab613262ad21', NULL, NULL, NULL, NULL, NULL, NULL),
	(180224, 500000000, '2026-11-30 18:00:00+00', '2026-11-30 19:00:00+00', 1, 1, 0, 'e-30', '\x9d347f4d4058f6905fb993c35161107c', NULL, NULL, NULL, NULL, NULL, NULL),
	(196608, 395000000, '2026-11-30 18:00:00+00', '2026-11-30 20:00:00+00', 1, 2, 0, 'e-31', '\x68af54df6ef1ed66b3934094077b4f22', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO budget.facts VALUES
	(2, 12000000, 32771, '2026-11-22 01:00:00+00', '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', 2, 1, 'CNY', '2026-11-20|campaign=c1|'),
	(1, 20000000, 32772, '2026-11-22 02:00:00+00', '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', 2, 1, 'CNY', '2026-11-21|campaign=c1|'),
	(1, 12000000, 32770, '2026-11-22 02:00:00+00', '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', 2, 7, 'CNY', '2026-11-21|campaign=c9|'),
	(1, 33333333, 49154, '2026-11-21 02:00:00+00', '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', 2, 1, 'CNY', '2026-11-20|campaign=c2|'),
	(1, 4000000, 65538, '2026-11-21 02:00:00+00', '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', 2, 2, 'CNY', '2026-11-20|campaign=c3|'),
	(1, 6000000, 81922, '2026-11-21 02:00:00+00', '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', 2, 17, 'CNY', '2026-11-20|campaign=c4|'),
	(1, 8000000, 114690, '2026-11-22 02:00:00+00', '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', 2, 7, 'CNY', '2026-11-21|campaign=c5|'),
	(1795323720000, 12500000, 147457, '2026-11-22 05:02:00+00', '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', 9, 2, 'CNY', '2026-11-21|account=1234567890,campaign=111|'),
	(1795323720000, 3000000, 147456, '2026-11-22 05:02:00+00', '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', 9, 40, 'CNY', '2026-11-21|account=1234567890,campaign=222|');
INSERT INTO budget.held OVERRIDING SYSTEM VALUE VALUES
	(3, 'default', 5, 1, 'e-8', false, 'open', 'before_approval', 2500000, 16387, 'desk', 'e-8', 'CNY', 'spring', 'search', '{}', NULL, '2026-11-19 15:00:00+00', '2026-11-19 15:05:00+00', '2026-11-19 15:00:00+00', '2026-11-21 02:00:00+00'),
	(4, 'default', 5, 1, 'e-9', false, 'open', 'before_approval', 1250000, 16389, 'desk', 'e-9', 'CNY', 'spring', 'social', '{}', NULL, '2026-11-19 16:00:00+00', '2026-11-19 16:05:00+00', '2026-11-19 16:00:00+00', '2026-11-21 02:00:00+00'),
	(5, 'default', 6, 1, 'e-6', false, 'open', 'not_approved', 7000000, 16392, 'desk', 'e-6', 'CNY', 'winter', 'search', '{}', NULL, '2026-11-20 03:00:00+00', '2026-11-20 03:05:00+00', '2026-11-20 03:00:00+00', '2026-11-21 02:00:00+00'),
	(7, 'default', 7, 2, '2026-11-21|campaign=c9|', true, 'open', 'unmapped', 12000000, 32770, 'shop/ads', 'e-13', 'CNY', NULL, NULL, '{"campaign": "c9"}', '2026-11-21', '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-22 02:00:00+00'),
	(8, 'default', 8, 1, 'e-14', false, 'open', 'campaign_unknown', 5000000, 32769, 'desk', 'e-14', 'CNY', 'ghost', 'search', '{}', NULL, '2026-11-20 04:00:00+00', '2026-11-20 04:05:00+00', '2026-11-20 04:00:00+00', '2026-11-22 02:00:00+00'),
	(9, 'default', 9, 3, 'e-15', false, 'open', 'unmapped', 1750000, 32773, 'till,eu:1', 'e-15', 'CNY', NULL, NULL, '{"campaign": "t1"}', NULL, '2026-11-22 01:00:00+00', '2026-11-22 01:05:00+00', '2026-11-22 01:00:00+00', '2026-11-22 02:00:00+00'),
	(10, 'default', 17, 2, '2026-11-20|campaign=c4|', true, 'written_off', 'unmapped', 6000000, 81922, 'shop/ads', 'e-4', 'CNY', NULL, NULL, '{"campaign": "c4"}', '2026-11-20', '2026-11-20 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-21 00:00:00+00', '2026-11-22 02:00:00+00'),
	(12, 'default', 7, 2, '2026-11-21|campaign=c5|', true, 'open', 'unmapped', 8000000, 114690, 'shop/ads', 'e-12', 'CNY', NULL, NULL, '{"campaign": "c5"}', '2026-11-21', '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-22 02:00:00+00'),
	(13, 'default', 25, 1, 'e-16', false, 'open', 'after_close', 750000, 131072, 'desk', 'e-16', 'CNY', 'past', 'search', '{}', NULL, '2026-11-20 05:00:00+00', '2026-11-20 05:05:00+00', '2026-11-20 05:00:00+00', '2026-11-22 02:00:00+00'),
	(14, 'default', 40, 9, '2026-11-21|account=1234567890,campaign=222|', true, 'open', 'unmapped', 3000000, 147456, 'google-ads/1234567890', '01M8Q9MQ49KW7TGCSSF6GMX90P-2', 'CNY', NULL, NULL, '{"account": "1234567890", "campaign": "222"}', '2026-11-21', '2026-11-21 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-22 05:02:00+00');
INSERT INTO budget.idempotency VALUES
	('default', 'POST /v1/campaigns', '1261a5ac56454abeaff9199d92472c98-1', '\xba06c2ed8bcf9990e2f952e218567ac2', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/spring"}', '{"name": "spring", "owner": "ops", "region": null, "stages": [], "status": "draft", "ends_at": "2026-12-20T00:00:00Z", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "version": 1, "campaign": "spring", "currency": "CNY", "closed_at": null, "closed_by": null, "starts_at": "2026-11-20T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-20T00:00:00Z", "created_by": "li.na", "close_reason": null, "plan_version": null, "effective_from": null, "management_mode": "project"}', '2026-11-30 22:36:23.086307+00'),
	('default', 'POST /v1/campaigns', '4b9738eccd5041d09443fa40704d579c-2', '\xbacc36418461790312e877766b6f578a', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/summer"}', '{"name": "summer", "owner": "ops", "region": null, "stages": [], "status": "draft", "ends_at": "2026-12-20T00:00:00Z", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "version": 1, "campaign": "summer", "currency": "CNY", "closed_at": null, "closed_by": null, "starts_at": "2026-11-20T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-20T00:00:00Z", "created_by": "li.na", "close_reason": null, "plan_version": null, "effective_from": null, "management_mode": "project"}', '2026-11-30 22:36:23.256417+00'),
	('default', 'POST /v1/campaigns', 'cdc74eae03e44c1e9d658fbe6f357e0d-3', '\xbb8b58643b13204659d0521e48b839a3', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/winter"}', '{"name": "winter", "owner": "ops", "region": null, "stages": [], "status": "draft", "ends_at": "2026-12-20T00:00:00Z", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "version": 1, "campaign": "winter", "currency": "CNY", "closed_at": null, "closed_by": null, "starts_at": "2026-11-20T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-20T00:00:00Z", "created_by": "li.na", "close_reason": null, "plan_version": null, "effective_from": null, "management_mode": "project"}', '2026-11-30 22:36:23.303597+00'),
	('default', 'POST /v1/campaigns', 'c5e08e7e34274f16946b3b93ad8bd4a6-4', '\x4a149598524f994ff9357bce930747a1', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/autumn"}', '{"name": "autumn", "owner": "ops", "region": null, "stages": [], "status": "draft", "ends_at": "2026-12-20T00:00:00Z", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "version": 1, "campaign": "autumn", "currency": "CNY", "closed_at": null, "closed_by": null, "starts_at": "2026-11-20T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-20T00:00:00Z", "created_by": "li.na", "close_reason": null, "plan_version": null, "effective_from": null, "management_mode": "project"}', '2026-11-30 22:36:23.360948+00'),
	('default', 'POST /v1/campaigns', 'c49c2535270d4c779662f1068b43a25a-5', '\x582fcbc195712239dd6c67641d55070b', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/past"}', '{"name": "past", "owner": "ops", "region": null, "stages": [], "status": "draft", "ends_at": "2026-11-25T00:00:00Z", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-11-25T00:00:00Z", "relevance": "test"}], "version": 1, "campaign": "past", "currency": "CNY", "closed_at": null, "closed_by": null, "starts_at": "2026-11-20T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-20T00:00:00Z", "created_by": "li.na", "close_reason": null, "plan_version": null, "effective_from": null, "management_mode": "project"}', '2026-11-30 22:36:23.537737+00'),
	('default', 'POST /v1/campaigns/spring/plans', 'b40dd582388b4d128aa25e668cf433a3-6', '\x25c1790a30f3481339dcd16127fc38fc', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/spring/plans/1"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 1}', '2026-11-30 22:36:23.592352+00'),
	('default', 'POST /v1/campaigns/spring/plans/1/submit', '47faa4031024465391465d39f7303e13-7', '\xb7b9e87eeacec6a342c8a5805dad8f6a', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-11-22T00:00:00Z", "status": "in_review"}', '2026-11-30 22:36:23.635682+00'),
	('default', 'POST /v1/campaigns/spring/plans/1/decisions', '549904df00bf48eeb2e7624384e08c29-8', '\x8067a7b391b3909bf1e66f912379318a', 200, '{}', '{"needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-20T00:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 22:36:23.685256+00'),
	('default', 'POST /v1/campaigns/spring/plans/1/decisions', '5e431c847f654b2d97a4e049967d52ec-9', '\x0c5d62e43b7beb57db6598b4b9227af5', 200, '{}', '{"needs": [], "status": "approved", "decisions": [{"as": "approver", "at": "2026-11-20T00:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}, {"as": "finance", "at": "2026-11-20T00:00:00Z", "by": "qian.wei", "opinion": "ok", "decision": "approve"}], "approved_at": "2026-11-20T00:00:00Z"}', '2026-11-30 22:36:23.742627+00'),
	('default', 'POST /v1/campaigns/past/plans', 'b328461416da4d18a5b7ebee7cdbb4fd-10', '\x0c6eae6e49fc1167c3e4a10741954c57', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/past/plans/1"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 1}', '2026-11-30 22:36:23.846797+00'),
	('default', 'POST /v1/campaigns/past/plans/1/submit', '803528e00a9645fb9c59fa3816c91969-11', '\xb7b9e87eeacec6a342c8a5805dad8f6a', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-11-22T00:00:00Z", "status": "in_review"}', '2026-11-30 22:36:23.902014+00'),
	('default', 'POST /v1/campaigns/past/plans/1/decisions', '6c881dd70012444b96941d8b9ee15350-12', '\x8067a7b391b3909bf1e66f912379318a', 200, '{}', '{"needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-20T00:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 22:36:23.917066+00'),
	('default', 'POST /v1/campaigns/past/plans/1/decisions', 'c5637d2cef6d4a91b9ee36bd7b453806-13', '\x0c5d62e43b7beb57db6598b4b9227af5', 200, '{}', '{"needs": [], "status": "approved", "decisions": [{"as": "approver", "at": "2026-11-20T00:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}, {"as": "finance", "at": "2026-11-20T00:00:00Z", "by": "qian.wei", "opinion": "ok", "decision": "approve"}], "approved_at": "2026-11-20T00:00:00Z"}', '2026-11-30 22:36:23.944114+00'),
	('default', 'POST /v1/campaigns/summer/plans', 'ad2b7d5516b047a4a14b550aa1a595bc-14', '\xf61fc5f81ec80854b8be22fa1d5b4306', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/summer/plans/1"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 1}', '2026-11-30 22:36:24.023537+00'),
	('default', 'POST /v1/campaigns/summer/plans/1/submit', '4afc5e42b3b349c5843161574cef89ac-15', '\xb7b9e87eeacec6a342c8a5805dad8f6a', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-11-22T00:00:00Z", "status": "in_review"}', '2026-11-30 22:36:24.055025+00'),
	('default', 'POST /v1/campaigns/summer/plans/1/decisions', 'a852dbcd0305406ca43525942c13e832-16', '\x8067a7b391b3909bf1e66f912379318a', 200, '{}', '{"needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-20T00:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 22:36:24.082268+00'),
	('default', 'POST /v1/campaigns/summer/plans/1/decisions', 'c90643685469453baa137b52cc27040d-17', '\x0c5d62e43b7beb57db6598b4b9227af5', 200, '{}', '{"needs": [], "status": "approved", "decisions": [{"as": "approver", "at": "2026-11-20T00:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}, {"as": "finance", "at": "2026-11-20T00:00:00Z", "by": "qian.wei", "opinion": "ok", "decision": "approve"}], "approved_at": "2026-11-20T00:00:00Z"}', '2026-11-30 22:36:24.12726+00'),
	('default', 'POST /v1/campaigns/winter/plans', '5b72347905b34ae0bf91e4ddc0457e1a-18', '\xd54e7af308e538fb90eebf1bc4f51f54', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/winter/plans/1"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 1}', '2026-11-30 22:36:24.254055+00'),
	('default', 'POST /v1/campaigns/winter/plans/1/submit', 'b5569cb0389045619687a85089a4d443-19', '\x0e6311f4fadd06aef6d34085e399d764', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-11-22T00:00:00Z", "status": "in_review"}', '2026-11-30 22:36:24.287467+00'),
	('default', 'POST /v1/campaigns/winter/plans/1/decisions', 'e803da5cb29a4deca8ae30e9d91e2485-20', '\x8067a7b391b3909bf1e66f912379318a', 200, '{}', '{"needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-20T00:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 22:36:24.3279+00'),
	('default', 'POST /v1/campaigns/autumn/plans', '0a595684cd6e43b995dc1efc56a0777d-21', '\xb004bf335a6ee8432947cad594ffc30c', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/autumn/plans/1"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 1}', '2026-11-30 22:36:24.364593+00'),
	('default', 'POST /v1/mappings', 'f982d267c37a4454a11210a0395a4e82-22', '\x9dc18ad8a9a9906e022c25659e692acf', 201, '{"ETag": "\"1\"", "Location": "/v1/mappings/m1"}', '{"moved": {"amount": {"amount": "0.00", "currency": "CNY"}, "entries": 0}, "mapping": "m1", "version": 1, "findings": []}', '2026-11-30 22:36:24.421525+00'),
	('default', 'POST /v1/mappings', '0f186bf15dec4fecadc56a99dd64d2aa-23', '\x7678706da1bbce22b23bc04542eac0ea', 201, '{"ETag": "\"1\"", "Location": "/v1/mappings/m2"}', '{"moved": {"amount": {"amount": "0.00", "currency": "CNY"}, "entries": 0}, "mapping": "m2", "version": 1, "findings": []}', '2026-11-30 22:36:24.51435+00'),
	('default', 'POST /v1/mappings', '9684ce78906d46e3bc9bee8826e551da-26', '\x6a0641dc609e588bddec89cfb55c95bf', 201, '{"ETag": "\"1\"", "Location": "/v1/mappings/m5"}', '{"moved": {"amount": {"amount": "0.00", "currency": "CNY"}, "entries": 0}, "mapping": "m5", "version": 1, "findings": []}', '2026-11-30 22:36:24.642608+00'),
	('default', 'POST /v1/suspense/1/assign', '5aaad4780cb14b16aa4a59abfbbcaa15-29', '\x83e46ca2e7f7588bb0301c2cf9796159', 200, '{}', '{"left": 0, "amounts": [{"amount": "4.00", "currency": "CNY"}], "entries": 1}', '2026-11-30 22:36:28.857721+00'),
	('default', 'POST /v1/suspense/2/write-off', '991b37ccde4f4dfa8858f30c637b4bf7-30', '\x33cccc546d65e34a7382b80cbea49c12', 200, '{}', '{"left": 0, "amounts": [{"amount": "6.00", "currency": "CNY"}], "entries": 1}', '2026-11-30 22:36:28.950069+00'),
	('default', 'POST /v1/suspense/6/write-off', 'aa2babf9c01849b49b70174a0e8c2a15-31', '\x33cccc546d65e34a7382b80cbea49c12', 200, '{}', '{"left": 0, "amounts": [{"amount": "8.00", "currency": "CNY"}], "entries": 1}', '2026-11-30 22:36:29.017846+00'),
	('default', 'POST /v1/suspense/11/restore', 'bb07ef651a7645eaaa744551adf68977-32', '\xe8b71e7b591a0086c37eae23649b6dbf', 200, '{}', '{"left": 0, "amounts": [{"amount": "8.00", "currency": "CNY"}], "entries": 1}', '2026-11-30 22:36:29.538408+00'),
	('default', 'POST /v1/exceptions/3/decisions', 'fd5ed3df59e142f2b58af87daddb7387-35', '\x1d3cb34bea58d323df6e35a622a59afe', 200, '{}', '{"moved": {"entries": 0}, "needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-22T02:00:00Z", "by": "zhao.min", "opinion": "fine", "decision": "approve"}]}', '2026-11-30 22:36:30.417303+00'),
	('default', 'POST /v1/campaigns/spring/plans', 'b08ccaa33e3d4f6789d62d5352336531-36', '\x182b7fe0921227c591f57568502b9c5e', 201, '{"ETag": "\"2\"", "Location": "/v1/campaigns/spring/plans/2"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 2}', '2026-11-30 22:36:30.459004+00'),
	('default', 'POST /v1/campaigns/spring/plans/2/submit', 'f66d80cdc1754e93a468182d8834c2dc-37', '\x0e6311f4fadd06aef6d34085e399d764', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-11-24T02:00:00Z", "status": "in_review"}', '2026-11-30 22:36:30.499726+00'),
	('default', 'POST /v1/campaigns/spring/plans', '8dda16c5584b45acabee44bb9c6a4781-40', '\x5721d2d868e6002788f43f448bd311e8', 201, '{"ETag": "\"3\"", "Location": "/v1/campaigns/spring/plans/3"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 3}', '2026-11-30 22:36:30.660394+00'),
	('default', 'POST /v1/campaigns/spring/plans/3/submit', '9431626ec3f94ef8ba7c046948483b7d-41', '\x0e6311f4fadd06aef6d34085e399d764', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-11-24T02:00:00Z", "status": "in_review"}', '2026-11-30 22:36:30.681797+00'),
	('default', 'POST /v1/mappings', 'eeec85876d92439d9b503a2d6fe32339-24', '\xc00ef00edbef16f6f86c6d130f6370dd', 201, '{"ETag": "\"1\"", "Location": "/v1/mappings/m3"}', '{"moved": {"amount": {"amount": "0.00", "currency": "CNY"}, "entries": 0}, "mapping": "m3", "version": 1, "findings": []}', '2026-11-30 22:36:24.553711+00'),
	('default', 'POST /v1/mappings', '74188cb541a446a7b7bf0ec126a648b2-25', '\xe6758c1756c646f60bb085c2bdc5f9d7', 201, '{"ETag": "\"1\"", "Location": "/v1/mappings/m4"}', '{"moved": {"amount": {"amount": "0.00", "currency": "CNY"}, "entries": 0}, "mapping": "m4", "version": 1, "findings": []}', '2026-11-30 22:36:24.606401+00'),
	('default', 'POST /v1/campaigns/past/close', '6633d804ba654a648c3bba8ef55cce72-33', '\x879b3b663394c9ed0802da390cb154e9', 200, '{"ETag": "\"4\""}', '{"name": "past", "owner": "ops", "region": null, "stages": [], "status": "closed", "ends_at": "2026-11-25T00:00:00Z", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-11-25T00:00:00Z", "relevance": "test"}], "version": 4, "campaign": "past", "currency": "CNY", "closed_at": "2026-11-22T02:00:00Z", "closed_by": "qian.wei", "starts_at": "2026-11-20T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-20T00:00:00Z", "created_by": "li.na", "close_reason": "settled", "plan_version": 1, "effective_from": "2026-11-20T00:00:00Z", "management_mode": "project"}', '2026-11-30 22:36:29.600521+00'),
	('default', 'POST /v1/campaigns/spring/plans/2/decisions', '6ef74cd52e9944e19111e68e06941678-38', '\x8067a7b391b3909bf1e66f912379318a', 200, '{}', '{"needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-22T02:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 22:36:30.53601+00'),
	('default', 'POST /v1/campaigns/spring/plans/2/decisions', '14854a8b9d354456b2e45454b62b525a-39', '\x0c5d62e43b7beb57db6598b4b9227af5', 200, '{}', '{"needs": [], "status": "approved", "decisions": [{"as": "approver", "at": "2026-11-22T02:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}, {"as": "finance", "at": "2026-11-22T02:00:00Z", "by": "qian.wei", "opinion": "ok", "decision": "approve"}], "approved_at": "2026-11-22T02:00:00Z"}', '2026-11-30 22:36:30.588774+00'),
	('default', 'POST /v1/campaigns/spring/plans/3/decisions', 'c499eb0a59334192b4982b15dd1954fb-42', '\x0c5d62e43b7beb57db6598b4b9227af5', 200, '{}', '{"needs": ["approver"], "status": "in_review", "decisions": [{"as": "finance", "at": "2026-11-22T02:00:00Z", "by": "qian.wei", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 22:36:30.734986+00'),
	('default', 'POST /v1/campaigns/spring/plans', 'f1a6cc68355c45759ecca051af85fd2c-43', '\xc20fcc502719b01dce62911938291420', 201, '{"ETag": "\"4\"", "Location": "/v1/campaigns/spring/plans/4"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 4}', '2026-11-30 22:36:30.754951+00'),
	('default', 'POST /v1/campaigns/spring/plans/4/submit', '726b75a0b5134036959aa0f9181a6255-44', '\x0e6311f4fadd06aef6d34085e399d764', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-11-24T02:00:00Z", "status": "in_review"}', '2026-11-30 22:36:30.779475+00'),
	('default', 'POST /v1/campaigns/spring/plans/4/decisions', 'c53f839312b84bdf965305783bd8d565-45', '\xd1f2e3fd1db38ab95c1166398fa2597f', 200, '{}', '{"needs": [], "status": "rejected", "decisions": [{"as": "finance", "at": "2026-11-22T02:00:00Z", "by": "qian.wei", "opinion": "ok", "decision": "reject"}], "approved_at": null}', '2026-11-30 22:36:30.805466+00'),
	('default', 'POST /v1/campaigns/summer/plans', 'f8c099d51d33445ab87de03ab67a0e99-46', '\x15b5183dd59844d11dc69f944654e66d', 201, '{"ETag": "\"2\"", "Location": "/v1/campaigns/summer/plans/2"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 2}', '2026-11-30 22:36:30.849224+00'),
	('default', 'POST /v1/campaigns/summer/plans/2/submit', 'fcb0d1354969472989427a08543ae5d3-47', '\x99da51da82ef2a927e796894717fafb2', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-11-24T02:00:00Z", "status": "in_review"}', '2026-11-30 22:36:30.928925+00'),
	('default', 'POST /v1/campaigns/summer/plans/2/decisions', '2c2f565aa0d943bd966770258f9b7d96-48', '\x8067a7b391b3909bf1e66f912379318a', 200, '{}', '{"needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-22T02:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 22:36:30.960958+00'),
	('default', 'POST /v1/campaigns/summer/plans/2/decisions', '6048c9a330844acfa2f4b8a67571f72f-49', '\x0c5d62e43b7beb57db6598b4b9227af5', 200, '{}', '{"needs": [], "status": "approved", "decisions": [{"as": "approver", "at": "2026-11-22T02:00:00Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}, {"as": "finance", "at": "2026-11-22T02:00:00Z", "by": "qian.wei", "opinion": "ok", "decision": "approve"}], "approved_at": "2026-11-22T02:00:00Z"}', '2026-11-30 22:36:30.997855+00');
INSERT INTO budget.import_facts VALUES
	(9, 1795323720000, '2026-11-21|account=1234567890,campaign=111|', '01M8Q9MQ49KW7TGCSSF6GMX90P', '2026-11-30 22:36:37.909312+00'),
	(9, 1795323720000, '2026-11-21|account=1234567890,campaign=222|', '01M8Q9MQ49KW7TGCSSF6GMX90P', '2026-11-30 22:36:37.909312+00');
INSERT INTO budget.import_progress VALUES
	('default', '01M8Q9MQ49KW7TGCSSF6GMX90P', 'spend.v1', 13, 3, '2026-11-30 22:36:37.909312+00'),
	('default', '01M8Q9MQ49KW7TGCSSF6GMX90P', 'spend.v1', 23, 4, '2026-11-30 22:36:37.909312+00');
INSERT INTO budget.imports VALUES
	('default', '01M8Q9MQ49KW7TGCSSF6GMX90P', 'CNY', 2, 0, 0, 0, 0, 0, '2026-11-30 22:36:37.909312+00', 0);
INSERT INTO budget.ledger_checks VALUES
	('default', '2026-11-30 22:36:25.495958+00', '2026-11-30 22:36:25.495958+00', '2026-11-30 22:36:25.513422+00', 21, 0, true);
INSERT INTO budget.line_sources VALUES
	(1, 'shop/ads'),
	(1, 'shop/site'),
	(2, 'google-ads/1234567890'),
	(3, 'desk'),
	(4, 'desk'),
	(2, 'shop/ads'),
	(2, 'bank'),
	(1, 'desk'),
	(2, 'desk');
INSERT INTO budget.lines VALUES
	('default', 'past', 'search', 1, 1, false, 'search ads', NULL, 'search', 50000000, '{"amounts": [0, 50000000], "instants": [1795132800000000, 1795564800000000]}', NULL, NULL),
	('default', 'summer', 'search', 1, 1, false, 'search ads', NULL, 'search', 100000000, '{"amounts": [0, 100000000], "instants": [1795132800000000, 1797724800000000]}', NULL, NULL),
	('default', 'spring', 'search', 2, 2, false, 'search ads', NULL, 'search', 700000000, '{"amounts": [0, 48611111, 700000000], "instants": [1795132800000000, 1795312800000000, 1797724800000000]}', 700000000, '{"amounts": [0, 700000000], "instants": [1795132800000000, 1797724800000000]}'),
	('default', 'spring', 'social', 2, 2, false, 'social ads', NULL, 'social', 400000000, '{"amounts": [0, 20833333, 400000000], "instants": [1795132800000000, 1795312800000000, 1797724800000000]}', 300000000, '{"amounts": [0, 300000000], "instants": [1795132800000000, 1797724800000000]}');
INSERT INTO budget.mappings VALUES
	('default', 'm1', 1, 'shop/ads', '{"campaign": "c1"}', 'campaign=c1', 'spring', 'search', NULL, 'li.na', '2026-11-20 00:00:00+00', NULL, NULL),
	('default', 'm3', 1, 'shop/site', '{"campaign": "c1"}', 'campaign=c1', 'spring', 'search', NULL, 'li.na', '2026-11-20 00:00:00+00', NULL, NULL),
	('default', 'm5', 1, 'google-ads/1234567890', '{"campaign": "111"}', 'campaign=111', 'spring', 'social', NULL, 'li.na', '2026-11-20 00:00:00+00', NULL, NULL),
	('default', 'm2', 2, 'shop/ads', '{"campaign": "c2"}', 'campaign=c2', 'spring', 'search', NULL, 'li.na', '2026-11-20 00:00:00+00', NULL, NULL),
	('default', 'm4', 2, 'shop/site', '{"campaign": "c2"}', 'campaign=c2', 'spring', 'search', NULL, 'li.na', '2026-11-20 00:00:00+00', NULL, NULL);
INSERT INTO budget.plan_lines VALUES
	('default', 'spring', 1, 'search', 'search ads', 700000000, '{"amounts": [0, 700000000], "instants": [1795132800000000, 1797724800000000]}'),
	('default', 'spring', 1, 'social', 'social ads', 300000000, '{"amounts": [0, 300000000], "instants": [1795132800000000, 1797724800000000]}'),
	('default', 'past', 1, 'search', 'search ads', 50000000, '{"amounts": [0, 50000000], "instants": [1795132800000000, 1795564800000000]}'),
	('default', 'summer', 1, 'search', 'search ads', 100000000, '{"amounts": [0, 100000000], "instants": [1795132800000000, 1797724800000000]}'),
	('default', 'spring', 2, 'search', 'search ads', 700000000, '{"amounts": [0, 48611111, 700000000], "instants": [1795132800000000, 1795312800000000, 1797724800000000]}'),
	('default', 'spring', 2, 'social', 'social ads', 400000000, '{"amounts": [0, 20833333, 400000000], "instants": [1795132800000000, 1795312800000000, 1797724800000000]}');
INSERT INTO budget.plans VALUES
	('default', 'past', 1, 'in_force', 50000000, '{"lines": [{"cap": null, "key": false, "line": "search", "name": "search ads", "owner": null, "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "50.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "50.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-20 00:00:00+00', 'li.na', '2026-11-20 00:00:00+00', 'please', '2026-11-20 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-20 00:00:00+00', '2026-11-20 00:00:00+00'),
	('default', 'winter', 1, 'in_review', 80000000, '{"lines": [{"cap": null, "key": false, "line": "search", "name": "search ads", "owner": null, "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "80.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "80.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-20 00:00:00+00', 'li.na', '2026-11-20 00:00:00+00', 'please', NULL, '2026-11-22 00:00:00+00', NULL, NULL),
	('default', 'autumn', 1, 'draft', 60000000, '{"lines": [{"cap": null, "key": false, "line": "search", "name": "search ads", "owner": null, "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "60.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "60.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-20 00:00:00+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
	('default', 'summer', 1, 'in_force', 100000000, '{"lines": [{"cap": null, "key": false, "line": "search", "name": "search ads", "owner": null, "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "100.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "100.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-20 00:00:00+00', 'li.na', '2026-11-20 00:00:00+00', 'please', '2026-11-20 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-20 00:00:00+00', '2026-11-20 00:00:00+00'),
	('default', 'spring', 1, 'superseded', 1000000000, '{"lines": [{"cap": null, "key": false, "line": "search", "name": "search ads", "owner": null, "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "700.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}, {"cap": null, "key": false, "line": "social", "name": "social ads", "owner": null, "channel": "social", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "300.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "1000.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-20 00:00:00+00', 'li.na', '2026-11-20 00:00:00+00', 'please', '2026-11-20 00:00:00+00', '2026-11-22 00:00:00+00', '2026-11-20 00:00:00+00', '2026-11-20 00:00:00+00'),
	('default', 'spring', 3, 'in_review', 1300000000, '{"lines": [{"cap": null, "key": false, "line": "search", "name": "search ads", "owner": null, "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "900.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}, {"cap": null, "key": false, "line": "social", "name": "social ads", "owner": null, "channel": "social", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "400.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "1300.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-22 02:00:00+00', 'li.na', '2026-11-22 02:00:00+00', 'please', NULL, '2026-11-24 02:00:00+00', NULL, NULL),
	('default', 'spring', 2, 'in_force', 1100000000, '{"lines": [{"cap": null, "key": false, "line": "search", "name": "search ads", "owner": null, "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "700.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}, {"cap": null, "key": false, "line": "social", "name": "social ads", "owner": null, "channel": "social", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "400.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "1100.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-22 02:00:00+00', 'li.na', '2026-11-22 02:00:00+00', 'please', '2026-11-22 02:00:00+00', '2026-11-24 02:00:00+00', '2026-11-22 02:00:00+00', '2026-11-22 02:00:00+00'),
	('default', 'spring', 4, 'rejected', 1000000, '{"lines": [{"cap": null, "key": false, "line": "search", "name": "search ads", "owner": null, "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "0.50", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}, {"cap": null, "key": false, "line": "social", "name": "social ads", "owner": null, "channel": "social", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "0.50", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "1.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-22 02:00:00+00', 'li.na', '2026-11-22 02:00:00+00', 'please', NULL, '2026-11-24 02:00:00+00', NULL, NULL),
	('default', 'summer', 2, 'approved', 120000000, '{"lines": [{"cap": null, "key": false, "line": "search", "name": "search ads", "owner": null, "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "120.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "120.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-22 02:00:00+00', 'li.na', '2026-11-22 02:00:00+00', 'please', '2026-12-05 00:00:00+00', '2026-11-24 02:00:00+00', '2026-11-22 02:00:00+00', NULL);
INSERT INTO budget.progress VALUES
	('default', 'shop/site', 'spend.v1', 0, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 1, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 2, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 3, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 4, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 5, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 6, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 7, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 8, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 9, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 10, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 11, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 12, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 13, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 14, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 15, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 16, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 17, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 18, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 19, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 20, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 21, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 22, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'spend.v1', 23, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'bank', 'spend.v1', 0, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 1, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 2, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 3, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 4, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 5, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 6, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 7, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 8, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 9, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 10, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 11, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 12, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 13, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 14, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 15, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 16, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 17, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 18, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 19, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 20, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 21, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 22, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'spend.v1', 23, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL);
INSERT INTO budget.reports VALUES
	('default', 'desk', '', 'delta', ''),
	('default', 'shop/ads', 'daily', 'snapshot', 'day'),
	('default', 'till,eu:1', '', 'delta', ''),
	('default', 'google-ads/1234567890', 'campaign-daily', 'snapshot', 'day'),
	('default', 'bank', '', 'delta', '');
INSERT INTO budget.streams OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'desk', 'd'),
	(2, 'default', 'shop/ads', 's/daily'),
	(3, 'default', 'till,eu:1', 'd'),
	(4, 'default', 'shop/ads', 'm/mapping/m2/2'),
	(5, 'default', 'shop/ads', 'm/suspense/1'),
	(6, 'default', 'shop/ads', 'm/suspense/2'),
	(7, 'default', 'shop/ads', 'm/suspense/6'),
	(8, 'default', 'shop/ads', 'm/written_off/11'),
	(9, 'default', 'google-ads/1234567890', 's/campaign-daily'),
	(10, 'default', 'bank', 'd');
INSERT INTO budget.suspense_told VALUES
	('default', 'desk', 1, 1, '{"items": 1, "names": ["ghost/search"], "since": "2026-11-22T02:00:00+00:00", "source": "desk", "amounts": [{"amount": "5.00", "currency": "CNY"}], "reasons": {"campaign_unknown": 1}}', '2026-11-30 22:36:27.364337+00'),
	('default', 'till,eu:1', 1, 1, '{"items": 1, "names": ["campaign t1"], "since": "2026-11-22T02:00:00+00:00", "source": "till,eu:1", "amounts": [{"amount": "1.75", "currency": "CNY"}], "reasons": {"unmapped": 1}}', '2026-11-30 22:36:27.364337+00'),
	('default', 'shop/ads', 6, 8, '{"items": 2, "names": ["campaign c9", "campaign c5"], "since": "2026-11-22T02:00:00+00:00", "source": "shop/ads", "amounts": [{"amount": "20.00", "currency": "CNY"}], "reasons": {"unmapped": 2}}', '2026-11-30 22:36:29.674568+00'),
	('default', 'google-ads/1234567890', 1, 1, '{"items": 1, "names": ["account 1234567890, campaign 222"], "since": "2026-11-22T05:02:00+00:00", "source": "google-ads/1234567890", "amounts": [{"amount": "3.00", "currency": "CNY"}], "reasons": {"unmapped": 1}}', '2026-11-30 22:36:38.043338+00');
INSERT INTO budget.witness VALUES
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 14, 3, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 15, 6, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 16, 3, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 17, 3, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 18, 4, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 19, 5, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 20, 3, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 21, 3, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 22, 3, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 23, 5, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 6, 6, '2026-11-30 22:36:40.253+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 8, 5, '2026-11-30 22:36:41.099+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 0, 3, '2026-11-30 22:36:38.51+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 1, 3, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 2, 4, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 3, 3, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 4, 3, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 5, 4, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 7, 3, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 9, 4, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 10, 5, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 11, 4, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 12, 4, '2026-11-30 22:36:38.511+00'),
	('budget', 'PBdOxquXQmirQYOvWeiojg', 'spend.v1', 13, 4, '2026-11-30 22:36:38.511+00');
INSERT INTO ingest.api_keys VALUES
	('8da8e117c8e5', 'default', 'shop', '\x47051551fa07e60530adda5e5f276eca77798a19b2febc1dcfa56ab1ff9e3314', '{shop/*}', NULL, 'ada', '2026-11-30 22:36:23.0212+00', NULL, NULL);
INSERT INTO ingest.rejections OVERRIDING SYSTEM VALUE VALUES
	(1, 'ingest/b200f3d501434ff983d5cc1d46174780/amount_not_decimal', 'default', 'bank', 'e-27', 'amount_not_decimal', '''1,5'' is not a decimal string', NULL, NULL, NULL, '{"id": "e-27", "data": {"line": "social", "amount": "1,5", "campaign": "spring", "currency": "CNY"}, "time": "2026-11-22T04:02:00Z", "type": "paceline.spend.v1", "source": "bank", "specversion": "1.0"}', '2026-11-22 05:02:00+00', 's#e-27', '2026-11-22 04:00:00+00', NULL, NULL);
INSERT INTO ingest.sources VALUES
	('default', 'shop/ads', 'UTC', 'CNY', 86400, 'daily', '2026-11-22 02:00:00+00', NULL, 1, NULL),
	('default', 'till,eu:1', NULL, NULL, NULL, NULL, '2026-11-22 02:00:00+00', NULL, 0, NULL),
	('default', 'shop/site', 'UTC', 'CNY', 3600, NULL, '2026-11-22 05:00:00+00', '2026-11-22 05:00:00+00', 1, NULL),
	('default', 'google-ads/1234567890', NULL, NULL, NULL, NULL, '2026-11-22 05:02:00+00', NULL, 0, NULL),
	('default', 'bank', NULL, NULL, NULL, NULL, '2026-11-22 05:02:00+00', '2026-11-22 05:02:00+00', 0, NULL),
	('default', 'desk', NULL, NULL, NULL, NULL, '2026-11-30 20:00:00+00', NULL, 0, NULL);
INSERT INTO ingest.witness VALUES
	('ingest-rejections', 'PBdOxquXQmirQYOvWeiojg', 'rejected.v1', 2, 1, '2026-11-30 22:36:39.008+00');
INSERT INTO kpi.breaches OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'suspense/source:shop/ads/1', '', 'suspense', false),
	(3, 'default', 'ctr-low/line:search/1', 'spring', 'ctr-low', false),
	(5, 'default', 'suspense/source:desk/1', '', 'suspense', true),
	(6, 'default', 'suspense/source:google-ads/1234567890/1', '', 'suspense', true),
	(7, 'default', 'suspense/source:shop/ads/2', '', 'suspense', true),
	(8, 'default', 'suspense/source:till,eu:1/1', '', 'suspense', true),
	(9, 'default', 'pacing-high/line:search/1', 'spring', 'pacing-high', true),
	(10, 'default', 'used-high/line:social/1', 'spring', 'used-high', true),
	(11, 'default', 'used-some/line:social/1', 'spring', 'used-some', true);
INSERT INTO kpi.catalog VALUES
	('default', 'campaign', 'autumn', 1, false, '{"name": "autumn", "owner": "ops", "status": "draft", "ends_at": "2026-12-20T00:00:00+00:00", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "campaign": "autumn", "currency": "CNY", "starts_at": "2026-11-20T00:00:00+00:00", "time_zone": "UTC", "plan_version": null}'),
	('default', 'line', 'past/search', 1, false, '{"line": "search", "name": "search ads", "owner": null, "channel": "search", "campaign": "past", "plan_version": 1}'),
	('default', 'campaign', 'summer', 3, false, '{"name": "summer", "owner": "ops", "status": "approved", "ends_at": "2026-12-20T00:00:00+00:00", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "campaign": "summer", "currency": "CNY", "starts_at": "2026-11-20T00:00:00+00:00", "time_zone": "UTC", "plan_version": 1}'),
	('default', 'line', 'summer/search', 1, false, '{"line": "search", "name": "search ads", "owner": null, "channel": "search", "campaign": "summer", "plan_version": 1}'),
	('default', 'campaign', 'winter', 2, false, '{"name": "winter", "owner": "ops", "status": "in_review", "ends_at": "2026-12-20T00:00:00+00:00", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "campaign": "winter", "currency": "CNY", "starts_at": "2026-11-20T00:00:00+00:00", "time_zone": "UTC", "plan_version": null}'),
	('default', 'mapping', 'm1', 1, false, '{"line": "search", "match": {"campaign": "c1"}, "source": "shop/ads", "mapping": "m1", "campaign": "spring", "effective_from": null}'),
	('default', 'mapping', 'm3', 1, false, '{"line": "search", "match": {"campaign": "c1"}, "source": "shop/site", "mapping": "m3", "campaign": "spring", "effective_from": null}'),
	('default', 'mapping', 'm5', 1, false, '{"line": "social", "match": {"campaign": "111"}, "source": "google-ads/1234567890", "mapping": "m5", "campaign": "spring", "effective_from": null}'),
	('default', 'suspense', 'desk', 1, false, '{"items": 1, "names": ["ghost/search"], "since": "2026-11-22T02:00:00+00:00", "source": "desk", "amounts": [{"amount": "5.00", "currency": "CNY"}], "reasons": {"campaign_unknown": 1}}'),
	('default', 'suspense', 'till,eu:1', 1, false, '{"items": 1, "names": ["campaign t1"], "since": "2026-11-22T02:00:00+00:00", "source": "till,eu:1", "amounts": [{"amount": "1.75", "currency": "CNY"}], "reasons": {"unmapped": 1}}'),
	('default', 'mapping', 'm2', 2, false, '{"line": "search", "match": {"campaign": "c2"}, "source": "shop/ads", "mapping": "m2", "campaign": "spring", "effective_from": null}'),
	('default', 'campaign', 'past', 4, false, '{"name": "past", "owner": "ops", "status": "closed", "ends_at": "2026-11-25T00:00:00+00:00", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-11-25T00:00:00Z", "relevance": "test"}], "campaign": "past", "currency": "CNY", "starts_at": "2026-11-20T00:00:00+00:00", "time_zone": "UTC", "plan_version": 1}'),
	('default', 'suspense', 'shop/ads', 6, false, '{"items": 2, "names": ["campaign c9", "campaign c5"], "since": "2026-11-22T02:00:00+00:00", "source": "shop/ads", "amounts": [{"amount": "20.00", "currency": "CNY"}], "reasons": {"unmapped": 2}}'),
	('default', 'campaign', 'spring', 4, false, '{"name": "spring", "owner": "ops", "status": "approved", "ends_at": "2026-12-20T00:00:00+00:00", "targets": [{"form": "absolute", "unit": "CNY", "value": "1", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-20T00:00:00Z", "relevance": "test"}], "campaign": "spring", "currency": "CNY", "starts_at": "2026-11-20T00:00:00+00:00", "time_zone": "UTC", "plan_version": 2}'),
	('default', 'line', 'spring/search', 2, false, '{"line": "search", "name": "search ads", "owner": null, "channel": "search", "campaign": "spring", "plan_version": 2}'),
	('default', 'line', 'spring/social', 2, false, '{"line": "social", "name": "social ads", "owner": null, "channel": "social", "campaign": "spring", "plan_version": 2}'),
	('default', 'mapping', 'm4', 2, false, '{"line": "search", "match": {"campaign": "c2"}, "source": "shop/site", "mapping": "m4", "campaign": "spring", "effective_from": null}'),
	('default', 'suspense', 'google-ads/1234567890', 1, false, '{"items": 1, "names": ["account 1234567890, campaign 222"], "since": "2026-11-22T05:02:00+00:00", "source": "google-ads/1234567890", "amounts": [{"amount": "3.00", "currency": "CNY"}], "reasons": {"unmapped": 1}}');
INSERT INTO kpi.catalog_versions VALUES
	('default', 5);
INSERT INTO kpi.deltas VALUES
	(1, 'e-25', '\x9e8cdb1ad92b92c0059b932bdd2c3e0c', 1795321800000),
	(1, 'e-26', '\x0c57f78030916613a9f6dabe947ef370', 1795321800000);
INSERT INTO kpi.facts VALUES
	(2, '2026-11-22T03', 'campaign=c1', '', 1, '{"clicks":2000000,"impressions":1000000000}', 1795316400000, 1795320000000, 'spring', 'search', '', 0, ''),
	(2, '2026-11-22T04', 'campaign=c1', '', 1, '{"clicks":30000000,"impressions":1000000000}', 1795320000000, 1795323600000, 'spring', 'search', '', 1795320000000, ''),
	(2, '2026-11-22T03', 'campaign=c2', '', 1, '{"clicks":20000000,"impressions":500000000}', 1795316400000, 1795320000000, 'spring', 'search', '', 0, ''),
	(2, '2026-11-22T04', 'campaign=c2', '', 1, '{"clicks":21000000,"impressions":510000000}', 1795320000000, 1795323600000, 'spring', 'search', '', 1795320000000, ''),
	(6, '2026-11-21', 'account=1234567890,campaign=111', '', 1795323720000, '{"clicks":4000000,"impressions":100000000}', 1795219200000, 1795305600000, 'spring', 'social', '', 0, '');
INSERT INTO kpi.feeds VALUES
	('default', 'past', 'search', 'spend', 'budget', 300000),
	('default', 'spring', 'search', 'spend', 'budget', 86400000),
	('default', 'spring', 'social', 'spend', 'budget', 86400000),
	('default', 'summer', 'search', 'spend', 'budget', 300000),
	('default', 'spring', 'search', 'clicks', 'shop/site', 3600000),
	('default', 'spring', 'search', 'impressions', 'shop/site', 3600000),
	('default', 'spring', 'social', 'clicks', 'shop/site', 3600000),
	('default', 'spring', 'social', 'impressions', 'shop/site', 3600000),
	('default', 'spring', 'social', 'clicks', 'shop/site', 300000),
	('default', 'spring', 'social', 'impressions', 'shop/site', 300000),
	('default', 'spring', 'search', 'clicks', 'shop/site', 300000),
	('default', 'spring', 'search', 'impressions', 'shop/site', 300000),
	('default', 'spring', 'social', 'clicks', 'google-ads/1234567890', 86400000),
	('default', 'spring', 'social', 'impressions', 'google-ads/1234567890', 86400000),
	('default', 'spring', 'social', 'spend', 'budget', 300000),
	('default', 'spring', 'search', 'spend', 'budget', 300000);
INSERT INTO kpi.figures VALUES
	('default', 'pacing-high/line:search/1', 'default|pacing-high|line:search', '\x5b312c22322e323533383231222c7b22616c6c6f6361746564223a223730302e3030222c2261637475616c223a223536352e333333333333222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a223133342e363636363637222c22706c616e6e65645f746f5f64617465223a223235302e383333333333222c22636f7272656374696f6e73223a22322e3030222c22757365645f726174696f223a22302e383037363139222c22706163696e675f726174696f223a22322e323533383231222c22666f7265636173745f656e64223a22313537372e3637343432227d2c6e756c6c2c305d', NULL, '2026-11-30 19:00:00+00', NULL),
	('default', 'used-high/line:social/1', 'default|used-high|line:social', '\x5b312c22312e303332353030222c7b22616c6c6f6361746564223a223430302e3030222c2261637475616c223a223431332e3030222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a222d31332e3030222c22706c616e6e65645f746f5f64617465223a223133382e353434373736222c22636f7272656374696f6e73223a22302e3030222c22757365645f726174696f223a22312e303332353030222c22706163696e675f726174696f223a22322e393830393836222c22666f7265636173745f656e64223a22313139322e333934323931227d2c6e756c6c2c315d', NULL, '2026-11-30 20:00:00+00', NULL),
	('default', 'used-some/line:social/1', 'default|used-some|line:social', '\x5b312c22312e303332353030222c7b22616c6c6f6361746564223a223430302e3030222c2261637475616c223a223431332e3030222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a222d31332e3030222c22706c616e6e65645f746f5f64617465223a223133382e353434373736222c22636f7272656374696f6e73223a22302e3030222c22757365645f726174696f223a22312e303332353030222c22706163696e675f726174696f223a22322e393830393836222c22666f7265636173745f656e64223a22313139322e333934323931227d2c6e756c6c2c315d', NULL, '2026-11-30 20:00:00+00', NULL);
INSERT INTO kpi.held OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'shop/site', 'campaign=c9', '2026-11-22T03', 1795316400000, '', 1795320000000, 0, '', '5d5aabc206c5d68bf04178f2141ccfe4', 0, '{"campaign": "c9"}', E'clicks\nimpressions', 7, 0, '\x7b2274797065223a22706163656c696e652e6d6574726963732e7631222c227370656376657273696f6e223a22312e30222c226964223a22652d3139222c22736f75726365223a2273686f702f73697465222c22776f726b7370616365223a2264656661756c74222c2272656365697665646174223a22323032362d31312d32325430343a30303a30305a222c2274696d65223a22323032362d31312d32325430333a30303a30305a222c22626f647968617368223a226530643537633963653635653730633036613138343235623361303036616561222c2264617461223a7b22656e74697479223a7b2263616d706169676e223a226339227d2c226d6f6465223a22736e617073686f74222c227265706f7274223a22686f75726c79222c22706572696f64223a22323032362d31312d3232543033222c227265766973696f6e223a312c226d65617375726573223a7b22636c69636b73223a392c22696d7072657373696f6e73223a3730307d2c2263757272656e6379223a22434e59222c22706572696f645f7374617274223a22323032362d31312d32325430333a30303a30305a222c22706572696f645f656e64223a22323032362d31312d32325430343a30303a30305a227d7d'),
	(2, 'default', 'shop/site', 'campaign=c9', '2026-11-22T04', 1795320000000, '', 1795323600000, 1795320000000, '', '52209875ebdc8971dc75bfac1fadd860', 0, '{"campaign": "c9"}', E'clicks\nimpressions', 7, 2, '\x7b2274797065223a22706163656c696e652e6d6574726963732e7631222c227370656376657273696f6e223a22312e30222c226964223a22652d3233222c22736f75726365223a2273686f702f73697465222c22776f726b7370616365223a2264656661756c74222c2272656365697665646174223a22323032362d31312d32325430353a30303a30305a222c2274696d65223a22323032362d31312d32325430343a30303a30305a222c22626f647968617368223a226564663430343536613631356432613362303139656462646131343830653939222c2264617461223a7b22656e74697479223a7b2263616d706169676e223a226339227d2c226d6f6465223a22736e617073686f74222c227265706f7274223a22686f75726c79222c22706572696f64223a22323032362d31312d3232543034222c227265766973696f6e223a312c226d65617375726573223a7b22636c69636b73223a392c22696d7072657373696f6e73223a3731307d2c2263757272656e6379223a22434e59222c22706572696f645f7374617274223a22323032362d31312d32325430343a30303a30305a222c22706572696f645f656e64223a22323032362d31312d32325430353a30303a30305a227d7d'),
	(3, 'default', 'shop/site', 'campaign=c9', '', 1795321800000, 'clicks', 1795322100000, 1795323600000, '', '', 5000000, '{"campaign": "c9"}', 'clicks', NULL, NULL, NULL),
	(4, 'default', 'shop/site', 'campaign=c9', '', 1795321800000, 'impressions', 1795322100000, 1795323600000, '', '', 70000000, '{"campaign": "c9"}', 'impressions', NULL, NULL, NULL),
	(5, 'default', 'google-ads/1234567890', 'account=1234567890,campaign=222', '2026-11-21', 1795219200000, '', 1795305600000, 0, '', '4a6e1a9bc5bd8169b29dd79122b8c942', 0, '{"account": "1234567890", "campaign": "222"}', E'clicks\nimpressions', 13, 2, '\x7b2274797065223a22706163656c696e652e6d6574726963732e7631222c227370656376657273696f6e223a22312e30222c226964223a2230314d3851394d5134394b573754474353534636474d583930502d322d6d222c22736f75726365223a22676f6f676c652d6164732f31323334353637383930222c22776f726b7370616365223a2264656661756c74222c2272656365697665646174223a22323032362d31312d32325430353a30323a30305a222c22696d706f72746964223a2230314d3851394d5134394b573754474353534636474d58393050222c2274696d65223a22323032362d31312d32325430353a30323a30305a222c22626f647968617368223a223839623134376332333839373037366633323430636563623665633538616330222c2264617461223a7b22656e74697479223a7b226163636f756e74223a2231323334353637383930222c2263616d706169676e223a22323232227d2c226d6f6465223a22736e617073686f74222c227265706f7274223a2263616d706169676e2d6461696c79222c22706572696f64223a22323032362d31312d3231222c227265766973696f6e223a313739353332333732303030302c226d65617375726573223a7b22636c69636b73223a2231222c22696d7072657373696f6e73223a223530227d2c2263757272656e6379223a22434e59222c22706572696f645f7374617274223a22323032362d31312d32315430303a30303a30305a222c22706572696f645f656e64223a22323032362d31312d32325430303a30303a30305a227d7d');
INSERT INTO kpi.idempotency VALUES
	('default', 'POST /v1/rules', 'a8309eadb997490d9ab5bf72c5a8de14-50', '\x987ca9d3a4c5bfaf142995eb182ac8e3', 201, '{"ETag": "\"1\"", "Location": "/v1/rules/ctr-low"}', '{"for": 0, "kpi": "ctr", "min": null, "name": null, "rule": "ctr-low", "scope": {"lines": ["search"], "campaign": "spring"}, "labels": {}, "status": "active", "window": {"hop": null, "kind": "tumbling", "size": "60m"}, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": "<", "reset": null, "levels": [{"value": "0.01", "severity": "warning"}]}, "created_at": "2026-11-22T02:00:00Z", "created_by": "li.na", "updated_at": "2026-11-22T02:00:00Z", "annotations": {}, "keep_firing": 0, "rule_version": 1, "effective_from_window": "2026-11-22T02:00:00Z"}', '2026-11-30 22:36:31.433142+00'),
	('default', 'POST /v1/rules', '789fb82d26b5482c8cd2c9a9edccb34a-51', '\xef10ab613c5c9f6586ce59a8fc7c3512', 201, '{"ETag": "\"1\"", "Location": "/v1/rules/pacing-high"}', '{"for": 0, "kpi": "budget.pacing_ratio", "min": null, "name": null, "rule": "pacing-high", "scope": {"lines": ["search"], "campaign": "spring"}, "labels": {}, "status": "active", "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "1.5", "severity": "critical"}]}, "created_at": "2026-11-22T02:00:00Z", "created_by": "li.na", "updated_at": "2026-11-22T02:00:00Z", "annotations": {"lever": "bid or daily budget"}, "keep_firing": 0, "rule_version": 1, "effective_from_window": null}', '2026-11-30 22:36:31.475239+00'),
	('default', 'POST /v1/rules', '5e734fcb6e04462ca901fd673756cde1-52', '\x2a964b8f6a8497e64dbb246ef6c47ef3', 201, '{"ETag": "\"1\"", "Location": "/v1/rules/used-high"}', '{"for": 0, "kpi": "budget.used_ratio", "min": null, "name": null, "rule": "used-high", "scope": {"lines": ["social"], "campaign": "spring"}, "labels": {"team": "desk"}, "status": "active", "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "1.00", "severity": "critical"}]}, "created_at": "2026-11-22T02:00:00Z", "created_by": "li.na", "updated_at": "2026-11-22T02:00:00Z", "annotations": {}, "keep_firing": 0, "rule_version": 1, "effective_from_window": null}', '2026-11-30 22:36:31.527759+00'),
	('default', 'POST /v1/rules', '320e06e9c2164f4f8ed91704d6c830ec-53', '\x5cfbcb266070374a35cdac482fefd4c8', 201, '{"ETag": "\"1\"", "Location": "/v1/rules/used-some"}', '{"for": 0, "kpi": "budget.used_ratio", "min": null, "name": null, "rule": "used-some", "scope": {"lines": ["social"], "campaign": "spring"}, "labels": {"team": "press"}, "status": "active", "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "0.90", "severity": "info"}]}, "created_at": "2026-11-22T02:00:00Z", "created_by": "li.na", "updated_at": "2026-11-22T02:00:00Z", "annotations": {}, "keep_firing": 0, "rule_version": 1, "effective_from_window": null}', '2026-11-30 22:36:31.571306+00');
INSERT INTO kpi.import_progress VALUES
	('default', '01M8Q9MQ49KW7TGCSSF6GMX90P', 'metrics.v1', 13, 3, '2026-11-30 22:36:37.908491+00'),
	('default', '01M8Q9MQ49KW7TGCSSF6GMX90P', 'metrics.v1', 23, 3, '2026-11-30 22:36:37.908491+00');
INSERT INTO kpi.imports VALUES
	('default', '01M8Q9MQ49KW7TGCSSF6GMX90P', 1, 0, 0, 0, 0, 1, '2026-11-30 22:36:37.908491+00');
INSERT INTO kpi.lines VALUES
	('default', 'spring', 'social', 18, '\x7b2263616d706169676e223a22737072696e67222c226c696e65223a22736f6369616c222c22736571223a31382c22706c616e5f76657273696f6e223a322c2263757272656e6379223a22434e59222c22616c6c6f6361746564223a223430302e3030222c2261637475616c223a223431332e3030222c22636f7272656374696f6e73223a22302e3030222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a222d31332e3030222c22706c616e6e65645f746f5f64617465223a223133382e353434373736222c22757365645f726174696f223a22312e303332353030222c22706163696e675f726174696f223a22322e393830393836222c22666f7265636173745f656e64223a22313139322e333934323931222c22636f6d706c6574655f7468726f756768223a6e756c6c2c2266726573686e657373223a2273696c656e74222c226e616d6573223a7b2263616d706169676e223a22737072696e67222c226c696e65223a22736f6369616c20616473227d2c226368616e676573223a5b5d2c2261735f6f66223a22323032362d31312d33305432303a30303a30305a222c22616e63686f72223a22323032362d31312d33305431383a30303a30305a222c2274696d655f7a6f6e65223a22555443222c226f776e6572223a226f7073222c226368616e6e656c223a22736f6369616c222c22706c616e5f6265666f7265223a7b22616c6c6f6361746564223a223330302e3030222c22706c616e6e65645f746f5f64617465223a223130372e3530227d2c227365745f6173696465223a312c22736574746c65645f7468726f756768223a6e756c6c7d', NULL, NULL, NULL),
	('default', 'spring', 'search', 16, '\x7b2263616d706169676e223a22737072696e67222c226c696e65223a22736561726368222c22736571223a31362c22706c616e5f76657273696f6e223a322c2263757272656e6379223a22434e59222c22616c6c6f6361746564223a223730302e3030222c2261637475616c223a223536352e333333333333222c22636f7272656374696f6e73223a22322e3030222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a223133342e363636363637222c22706c616e6e65645f746f5f64617465223a223235302e383333333333222c22757365645f726174696f223a22302e383037363139222c22706163696e675f726174696f223a22322e323533383231222c22666f7265636173745f656e64223a22313537372e3637343432222c22636f6d706c6574655f7468726f756768223a6e756c6c2c2266726573686e657373223a2273696c656e74222c226e616d6573223a7b2263616d706169676e223a22737072696e67222c226c696e65223a2273656172636820616473227d2c226368616e676573223a5b5d2c2261735f6f66223a22323032362d31312d33305432303a30303a30305a222c22616e63686f72223a22323032362d31312d33305431383a30303a30305a222c2274696d655f7a6f6e65223a22555443222c226f776e6572223a226f7073222c226368616e6e656c223a22736561726368222c22706c616e5f6265666f7265223a6e756c6c2c227365745f6173696465223a302c22736574746c65645f7468726f756768223a6e756c6c7d', NULL, NULL, NULL),
	('default', 'summer', 'search', 8, '\x7b2263616d706169676e223a2273756d6d6572222c226c696e65223a22736561726368222c22736571223a382c22706c616e5f76657273696f6e223a312c2263757272656e6379223a22434e59222c22616c6c6f6361746564223a223130302e3030222c2261637475616c223a22332e3030222c22636f7272656374696f6e73223a22302e3030222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a2239372e3030222c22706c616e6e65645f746f5f64617465223a22302e323737373738222c22757365645f726174696f223a22302e303330303030222c22706163696e675f726174696f223a2231302e373939393931222c22666f7265636173745f656e64223a22313037392e393939313336222c22636f6d706c6574655f7468726f756768223a6e756c6c2c2266726573686e657373223a2273696c656e74222c226e616d6573223a7b2263616d706169676e223a2273756d6d6572222c226c696e65223a2273656172636820616473227d2c226368616e676573223a5b5d2c2261735f6f66223a22323032362d31312d33305432303a30303a30305a222c22616e63686f72223a22323032362d31312d32305430323a30303a30305a222c2274696d655f7a6f6e65223a22555443222c226f776e6572223a226f7073222c226368616e6e656c223a22736561726368222c22706c616e5f6265666f7265223a6e756c6c2c227365745f6173696465223a302c22736574746c65645f7468726f756768223a6e756c6c7d', NULL, NULL, NULL),
	('default', 'past', 'search', 5, '\x7b2263616d706169676e223a2270617374222c226c696e65223a22736561726368222c22736571223a352c22706c616e5f76657273696f6e223a312c2263757272656e6379223a22434e59222c22616c6c6f6361746564223a2235302e3030222c2261637475616c223a22392e3030222c22636f7272656374696f6e73223a22302e3030222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a2234312e3030222c22706c616e6e65645f746f5f64617465223a22312e3235222c22757365645f726174696f223a22302e313830303030222c22706163696e675f726174696f223a22372e323030303030222c22666f7265636173745f656e64223a223336302e3030222c22636f6d706c6574655f7468726f756768223a6e756c6c2c2266726573686e657373223a2273696c656e74222c226e616d6573223a7b2263616d706169676e223a2270617374222c226c696e65223a2273656172636820616473227d2c226368616e676573223a5b5d2c2261735f6f66223a22323032362d31312d32325430323a30303a30305a222c22616e63686f72223a22323032362d31312d32305430333a30303a30305a222c2274696d655f7a6f6e65223a22555443222c226f776e6572223a226f7073222c226368616e6e656c223a22736561726368222c22706c616e5f6265666f7265223a6e756c6c2c227365745f6173696465223a302c22736574746c65645f7468726f756768223a6e756c6c7d', NULL, NULL, NULL);
INSERT INTO kpi.panes VALUES
	(4, 1795140000000, 1795140300000, 0, 3000000),
	(1, 1795143600000, 1795143900000, 0, 9000000),
	(2, 1795219200000, 1795305600000, 0, 20000000),
	(2, 1795132800000, 1795219200000, 0, 45333333),
	(3, 1795132800000, 1795219200000, 0, 4000000),
	(5, 1795316400000, 1795320000000, 0, 22000000),
	(6, 1795316400000, 1795320000000, 0, 1500000000),
	(5, 1795320000000, 1795323600000, 0, 51000000),
	(6, 1795320000000, 1795323600000, 0, 1510000000),
	(5, 1795321800000, 1795322100000, 1795323600000, 5000000),
	(6, 1795321800000, 1795322100000, 1795323600000, 90000000),
	(7, 1795219200000, 1795305600000, 0, 4000000),
	(8, 1795219200000, 1795305600000, 0, 100000000),
	(3, 1795219200000, 1795305600000, 0, 12500000),
	(3, 1795320000000, 1795320300000, 0, 1500000),
	(2, 1796061600000, 1796061900000, 0, 500000000),
	(3, 1796061600000, 1796061900000, 0, 395000000);
INSERT INTO kpi.placed VALUES
	('default', 'shop/site', 1795321800000, 'campaign=c2', 1795322100000, 1795323600000, 'clicks', '', 'spring', 'search', 5000000),
	('default', 'shop/site', 1795321800000, 'campaign=c2', 1795322100000, 1795323600000, 'impressions', '', 'spring', 'search', 90000000);
INSERT INTO kpi.progress VALUES
	('default', 'shop/site', 'metrics.v1', 0, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 1, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 2, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 3, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 4, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 5, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 6, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 7, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 8, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 9, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 10, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 11, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 12, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 13, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 14, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 15, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 16, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 17, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 18, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 19, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 20, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 21, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 22, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'shop/site', 'metrics.v1', 23, '2026-11-22 05:00:00+00', 3600, 0, '2026-11-22 05:00:00+00', NULL),
	('default', 'bank', 'metrics.v1', 0, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 1, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 2, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 3, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 4, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 5, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 6, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 7, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 8, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 9, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 10, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 11, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 12, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 13, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 14, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 15, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 16, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 17, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 18, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 19, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 20, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 21, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 22, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL),
	('default', 'bank', 'metrics.v1', 23, '2026-11-22 05:02:00+00', NULL, 1, '2026-11-22 05:02:00+00', NULL);
INSERT INTO kpi.reports OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'shop/site', '', 'delta', 'pane'),
	(2, 'default', 'shop/site', 'hourly', 'snapshot', 'hour'),
	(5, 'default', 'google-ads/1234567890', '', 'delta', 'pane'),
	(6, 'default', 'google-ads/1234567890', 'campaign-daily', 'snapshot', 'day');
INSERT INTO kpi.rule_versions VALUES
	('default', 'ctr-low', 1, '{"for": 0, "kpi": "ctr", "min": null, "name": null, "rule": "ctr-low", "scope": {"lines": ["search"], "campaign": "spring"}, "labels": {}, "window": {"hop": null, "kind": "tumbling", "size": "60m"}, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": "<", "reset": null, "levels": [{"value": "0.01", "severity": "warning"}]}, "annotations": {}, "keep_firing": 0}', false, 'li.na', '2026-11-22 02:00:00+00'),
	('default', 'pacing-high', 1, '{"for": 0, "kpi": "budget.pacing_ratio", "min": null, "name": null, "rule": "pacing-high", "scope": {"lines": ["search"], "campaign": "spring"}, "labels": {}, "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "1.5", "severity": "critical"}]}, "annotations": {"lever": "bid or daily budget"}, "keep_firing": 0}', false, 'li.na', '2026-11-22 02:00:00+00'),
	('default', 'used-high', 1, '{"for": 0, "kpi": "budget.used_ratio", "min": null, "name": null, "rule": "used-high", "scope": {"lines": ["social"], "campaign": "spring"}, "labels": {"team": "desk"}, "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "1.00", "severity": "critical"}]}, "annotations": {}, "keep_firing": 0}', false, 'li.na', '2026-11-22 02:00:00+00'),
	('default', 'used-some', 1, '{"for": 0, "kpi": "budget.used_ratio", "min": null, "name": null, "rule": "used-some", "scope": {"lines": ["social"], "campaign": "spring"}, "labels": {"team": "press"}, "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "0.90", "severity": "info"}]}, "annotations": {}, "keep_firing": 0}', false, 'li.na', '2026-11-22 02:00:00+00'),
	('default', 'ctr-low', 2, '{"for": 0, "kpi": "ctr", "min": null, "name": null, "rule": "ctr-low", "scope": {"lines": ["search"], "campaign": "spring"}, "labels": {}, "window": {"hop": null, "kind": "tumbling", "size": "60m"}, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": "<", "reset": null, "levels": [{"value": "0.012", "severity": "warning"}]}, "annotations": {}, "keep_firing": 0}', false, 'li.na', '2026-11-22 05:02:00+00');
INSERT INTO kpi.rules VALUES
	('default', 'pacing-high', 1, 'spring', '{"for": 0, "kpi": "budget.pacing_ratio", "min": null, "name": null, "rule": "pacing-high", "scope": {"lines": ["search"], "campaign": "spring"}, "labels": {}, "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "1.5", "severity": "critical"}]}, "annotations": {"lever": "bid or daily budget"}, "keep_firing": 0}', false, 1795312800000, 'li.na', '2026-11-22 02:00:00+00', '2026-11-22 02:00:00+00'),
	('default', 'used-high', 1, 'spring', '{"for": 0, "kpi": "budget.used_ratio", "min": null, "name": null, "rule": "used-high", "scope": {"lines": ["social"], "campaign": "spring"}, "labels": {"team": "desk"}, "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "1.00", "severity": "critical"}]}, "annotations": {}, "keep_firing": 0}', false, 1795312800000, 'li.na', '2026-11-22 02:00:00+00', '2026-11-22 02:00:00+00'),
	('default', 'used-some', 1, 'spring', '{"for": 0, "kpi": "budget.used_ratio", "min": null, "name": null, "rule": "used-some", "scope": {"lines": ["social"], "campaign": "spring"}, "labels": {"team": "press"}, "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "0.90", "severity": "info"}]}, "annotations": {}, "keep_firing": 0}', false, 1795312800000, 'li.na', '2026-11-22 02:00:00+00', '2026-11-22 02:00:00+00'),
	('default', 'ctr-low', 2, 'spring', '{"for": 0, "kpi": "ctr", "min": null, "name": null, "rule": "ctr-low", "scope": {"lines": ["search"], "campaign": "spring"}, "labels": {}, "window": {"hop": null, "kind": "tumbling", "size": "60m"}, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": "<", "reset": null, "levels": [{"value": "0.012", "severity": "warning"}]}, "annotations": {}, "keep_firing": 0}', false, 1795323720000, 'li.na', '2026-11-22 02:00:00+00', '2026-11-22 05:02:00+00');
INSERT INTO kpi.series OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'past', 'search', 'spend'),
	(2, 'default', 'spring', 'search', 'spend'),
	(3, 'default', 'spring', 'social', 'spend'),
	(4, 'default', 'summer', 'search', 'spend'),
	(5, 'default', 'spring', 'search', 'clicks'),
	(6, 'default', 'spring', 'search', 'impressions'),
	(7, 'default', 'spring', 'social', 'clicks'),
	(8, 'default', 'spring', 'social', 'impressions');
INSERT INTO kpi.sources VALUES
	('default', 'shop/site', 1795323600000, 3600, 0, 1795323600000),
	('default', 'bank', 1795323720000, NULL, 1, 1795323720000);
INSERT INTO kpi.standings VALUES
	('default', 'ctr-low', 'line:search', 'spring', 2, 1795323600000, 1, 2, NULL, NULL, 1795320000000, false, NULL),
	('default', 'pacing-high', 'line:search', 'spring', 1, 0, 1, 1, 'critical', 1796065200000, NULL, false, 2),
	('default', 'used-high', 'line:social', 'spring', 1, 0, 1, 1, 'critical', 1796068800000, NULL, false, 2),
	('default', 'used-some', 'line:social', 'spring', 1, 0, 1, 1, 'info', 1796068800000, NULL, false, 2);
INSERT INTO kpi.suspense VALUES
	('default', 'desk', 1, '2026-11-22 02:00:00+00', '{"items": 1, "names": ["ghost/search"], "since": "2026-11-22T02:00:00+00:00", "source": "desk", "amounts": [{"amount": "5.00", "currency": "CNY"}], "reasons": {"campaign_unknown": 1}}', 1, 1, true),
	('default', 'till,eu:1', 1, '2026-11-22 02:00:00+00', '{"items": 1, "names": ["campaign t1"], "since": "2026-11-22T02:00:00+00:00", "source": "till,eu:1", "amounts": [{"amount": "1.75", "currency": "CNY"}], "reasons": {"unmapped": 1}}', 1, 1, true),
	('default', 'shop/ads', 6, '2026-11-22 02:00:00+00', '{"items": 2, "names": ["campaign c9", "campaign c5"], "since": "2026-11-22T02:00:00+00:00", "source": "shop/ads", "amounts": [{"amount": "20.00", "currency": "CNY"}], "reasons": {"unmapped": 2}}', 2, 1, true),
	('default', 'google-ads/1234567890', 1, '2026-11-22 05:02:00+00', '{"items": 1, "names": ["account 1234567890, campaign 222"], "since": "2026-11-22T05:02:00+00:00", "source": "google-ads/1234567890", "amounts": [{"amount": "3.00", "currency": "CNY"}], "reasons": {"unmapped": 1}}', 1, 1, true);
INSERT INTO kpi.transitions VALUES
	('default', 'suspense/source:shop/ads/1', 1, '', 'firing', '{"op": ">=", "kpi": "", "seq": 1, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "shop/ads"}, "names": {"source": "shop/ads"}, "owner": null, "since": "2026-11-21T02:00:00Z", "value": "24.000000", "breach": "suspense/source:shop/ads/1", "labels": {"rule": "suspense", "source": "shop/ads"}, "reason": "threshold_crossed", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "24", "items": "2", "amount": "10.00"}, "sources": [], "subject": {"source": "shop/ads"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-22T02:00:00Z", "event_time": "2026-11-22T02:00:00Z", "figures_at": "2026-11-22T02:00:00Z", "transition": "firing", "annotations": {"names": "campaign c3, campaign c4", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": null}', '2026-11-22 02:00:00+00'),
	('default', 'suspense/source:shop/ads/1', 2, '', 'resolved', '{"op": ">=", "kpi": "", "seq": 2, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "shop/ads"}, "names": {"source": "shop/ads"}, "owner": null, "since": "2026-11-21T02:00:00Z", "value": "0.000000", "breach": "suspense/source:shop/ads/1", "labels": {"rule": "suspense", "source": "shop/ads"}, "reason": "recovered", "window": null, "crossed": [], "numbers": {"hours": "0", "items": "2", "amount": "20.00"}, "sources": [], "subject": {"source": "shop/ads"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-22T02:00:00Z", "event_time": "2026-11-22T02:00:00Z", "figures_at": "2026-11-22T02:00:00Z", "transition": "resolved", "annotations": {"names": "campaign c5, campaign c9", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": "warning"}', '2026-11-22 02:00:00+00'),
	('default', 'ctr-low/line:search/1', 1, 'spring', 'firing', '{"op": "<", "kpi": "ctr", "seq": 1, "kind": "kpi", "rule": "ctr-low", "cause": null, "group": {"line": "search"}, "names": {"line": "search ads", "rule": "ctr-low", "campaign": "spring"}, "owner": "ops", "since": "2026-11-22T04:00:00Z", "value": "0.002000", "breach": "ctr-low/line:search/1", "labels": {"line": "search", "rule": "ctr-low", "campaign": "spring"}, "reason": "threshold_crossed", "window": {"end": "2026-11-22T04:00:00Z", "kind": "tumbling", "start": "2026-11-22T03:00:00Z"}, "crossed": ["0.01"], "numbers": {"clicks": "2", "impressions": "1000"}, "sources": [{"source": "shop/site", "complete_through": "2026-11-22T04:00:00Z"}], "subject": null, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "0.01", "time_zone": "UTC", "decided_at": "2026-11-22T04:00:00Z", "event_time": "2026-11-22T04:00:00Z", "figures_at": "2026-11-22T04:00:00Z", "transition": "firing", "annotations": {"lever": null, "bucket": null, "runbook": null}, "plan_version": 2, "rule_version": 1, "previous_severity": null}', '2026-11-22 04:00:00+00'),
	('default', 'ctr-low/line:search/1', 2, 'spring', 'resolved', '{"op": "<", "kpi": "ctr", "seq": 2, "kind": "kpi", "rule": "ctr-low", "cause": null, "group": {"line": "search"}, "names": {"line": "search ads", "rule": "ctr-low", "campaign": "spring"}, "owner": "ops", "since": "2026-11-22T04:00:00Z", "value": "0.030000", "breach": "ctr-low/line:search/1", "labels": {"line": "search", "rule": "ctr-low", "campaign": "spring"}, "reason": "above_reset", "window": {"end": "2026-11-22T05:00:00Z", "kind": "tumbling", "start": "2026-11-22T04:00:00Z"}, "crossed": [], "numbers": {"clicks": "30", "impressions": "1000"}, "sources": [{"source": "shop/site", "complete_through": "2026-11-22T05:00:00Z"}], "subject": null, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "0.01", "time_zone": "UTC", "decided_at": "2026-11-22T05:00:00Z", "event_time": "2026-11-22T05:00:00Z", "figures_at": "2026-11-22T05:00:00Z", "transition": "resolved", "annotations": {"lever": null, "bucket": null, "runbook": null}, "plan_version": 2, "rule_version": 1, "previous_severity": "warning"}', '2026-11-22 05:00:00+00'),
	('default', 'suspense/source:desk/1', 1, '', 'firing', '{"op": ">=", "kpi": "", "seq": 1, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "desk"}, "names": {"source": "desk"}, "owner": null, "since": "2026-11-22T02:00:00Z", "value": "209.000000", "breach": "suspense/source:desk/1", "labels": {"rule": "suspense", "source": "desk"}, "reason": "threshold_crossed", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "209", "items": "1", "amount": "5.00"}, "sources": [], "subject": {"source": "desk"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-30T19:00:00Z", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "transition": "firing", "annotations": {"names": "ghost/search", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": null}', '2026-11-30 19:00:00+00'),
	('default', 'suspense/source:google-ads/1234567890/1', 1, '', 'firing', '{"op": ">=", "kpi": "", "seq": 1, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "google-ads/1234567890"}, "names": {"source": "google-ads/1234567890"}, "owner": null, "since": "2026-11-22T05:02:00Z", "value": "205.966667", "breach": "suspense/source:google-ads/1234567890/1", "labels": {"rule": "suspense", "source": "google-ads/1234567890"}, "reason": "threshold_crossed", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "205", "items": "1", "amount": "3.00"}, "sources": [], "subject": {"source": "google-ads/1234567890"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-30T19:00:00Z", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "transition": "firing", "annotations": {"names": "account 1234567890, campaign 222", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": null}', '2026-11-30 19:00:00+00'),
	('default', 'suspense/source:shop/ads/2', 1, '', 'firing', '{"op": ">=", "kpi": "", "seq": 1, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "shop/ads"}, "names": {"source": "shop/ads"}, "owner": null, "since": "2026-11-22T02:00:00Z", "value": "209.000000", "breach": "suspense/source:shop/ads/2", "labels": {"rule": "suspense", "source": "shop/ads"}, "reason": "threshold_crossed", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "209", "items": "2", "amount": "20.00"}, "sources": [], "subject": {"source": "shop/ads"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-30T19:00:00Z", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "transition": "firing", "annotations": {"names": "campaign c9, campaign c5", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": null}', '2026-11-30 19:00:00+00'),
	('default', 'suspense/source:till,eu:1/1', 1, '', 'firing', '{"op": ">=", "kpi": "", "seq": 1, "kind": "suspense", "rule": "suspense", "cause": null, "group": {"source": "till,eu:1"}, "names": {"source": "till,eu:1"}, "owner": null, "since": "2026-11-22T02:00:00Z", "value": "209.000000", "breach": "suspense/source:till,eu:1/1", "labels": {"rule": "suspense", "source": "till,eu:1"}, "reason": "threshold_crossed", "window": null, "crossed": ["24.000000"], "numbers": {"hours": "209", "items": "1", "amount": "1.75"}, "sources": [], "subject": {"source": "till,eu:1"}, "corrects": null, "currency": "CNY", "severity": "warning", "set_aside": 0, "threshold": "24.000000", "time_zone": "UTC", "decided_at": "2026-11-30T19:00:00Z", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T19:00:00Z", "transition": "firing", "annotations": {"names": "campaign t1", "runbook": null}, "plan_version": null, "rule_version": 1, "previous_severity": null}', '2026-11-30 19:00:00+00'),
	('default', 'pacing-high/line:search/1', 1, 'spring', 'firing', '{"op": ">=", "kpi": "budget.pacing_ratio", "seq": 1, "kind": "budget", "rule": "pacing-high", "cause": null, "group": {"line": "search"}, "names": {"line": "search ads", "rule": "pacing-high", "campaign": "spring"}, "owner": "ops", "since": "2026-11-30T19:00:00Z", "value": "2.253821", "breach": "pacing-high/line:search/1", "labels": {"line": "search", "rule": "pacing-high", "campaign": "spring"}, "reason": "threshold_crossed", "window": null, "crossed": ["1.5"], "numbers": {"actual": "565.333333", "allocated": "700.00", "committed": "0.00", "remaining": "134.666667", "used_ratio": "0.807619", "corrections": "2.00", "forecast_end": "1577.67442", "pacing_ratio": "2.253821", "planned_to_date": "250.833333"}, "sources": [{"source": "budget/search", "complete_through": null}], "subject": null, "corrects": null, "currency": "CNY", "severity": "critical", "set_aside": 0, "threshold": "1.5", "time_zone": "UTC", "decided_at": "2026-11-30T19:00:00Z", "event_time": "2026-11-30T19:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "transition": "firing", "annotations": {"lever": "bid or daily budget", "bucket": null, "runbook": null}, "plan_version": 2, "rule_version": 1, "previous_severity": null}', '2026-11-30 19:00:00+00'),
	('default', 'used-high/line:social/1', 1, 'spring', 'firing', '{"op": ">=", "kpi": "budget.used_ratio", "seq": 1, "kind": "budget", "rule": "used-high", "cause": null, "group": {"line": "social"}, "names": {"line": "social ads", "rule": "used-high", "campaign": "spring"}, "owner": "ops", "since": "2026-11-30T20:00:00Z", "value": "1.032500", "breach": "used-high/line:social/1", "labels": {"line": "social", "rule": "used-high", "team": "desk", "campaign": "spring"}, "reason": "threshold_crossed", "window": null, "crossed": ["1.00"], "numbers": {"actual": "413.00", "allocated": "400.00", "committed": "0.00", "remaining": "-13.00", "used_ratio": "1.032500", "corrections": "0.00", "forecast_end": "1192.394291", "pacing_ratio": "2.980986", "planned_to_date": "138.544776"}, "sources": [{"source": "budget/social", "complete_through": null}], "subject": null, "corrects": null, "currency": "CNY", "severity": "critical", "set_aside": 1, "threshold": "1.00", "time_zone": "UTC", "decided_at": "2026-11-30T20:00:00Z", "event_time": "2026-11-30T20:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "transition": "firing", "annotations": {"lever": null, "bucket": null, "runbook": null}, "plan_version": 2, "rule_version": 1, "previous_severity": null}', '2026-11-30 20:00:00+00'),
	('default', 'used-some/line:social/1', 1, 'spring', 'firing', '{"op": ">=", "kpi": "budget.used_ratio", "seq": 1, "kind": "budget", "rule": "used-some", "cause": null, "group": {"line": "social"}, "names": {"line": "social ads", "rule": "used-some", "campaign": "spring"}, "owner": "ops", "since": "2026-11-30T20:00:00Z", "value": "1.032500", "breach": "used-some/line:social/1", "labels": {"line": "social", "rule": "used-some", "team": "press", "campaign": "spring"}, "reason": "threshold_crossed", "window": null, "crossed": ["0.90"], "numbers": {"actual": "413.00", "allocated": "400.00", "committed": "0.00", "remaining": "-13.00", "used_ratio": "1.032500", "corrections": "0.00", "forecast_end": "1192.394291", "pacing_ratio": "2.980986", "planned_to_date": "138.544776"}, "sources": [{"source": "budget/social", "complete_through": null}], "subject": null, "corrects": null, "currency": "CNY", "severity": "info", "set_aside": 1, "threshold": "0.90", "time_zone": "UTC", "decided_at": "2026-11-30T20:00:00Z", "event_time": "2026-11-30T20:00:00Z", "figures_at": "2026-11-30T18:00:00Z", "transition": "firing", "annotations": {"lever": null, "bucket": null, "runbook": null}, "plan_version": 2, "rule_version": 1, "previous_severity": null}', '2026-11-30 20:00:00+00');
INSERT INTO kpi.units VALUES
	('default', 'autumn', 4611686018427387904),
	('default', 'past', 4611686018427387904),
	('default', 'summer', 4611686018427387904),
	('default', 'winter', 4611686018427387904),
	('default', 'spring', 1795327200000);
INSERT INTO kpi.witness VALUES
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 16, 3, '2026-11-30 22:36:24.309+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 13, 1, '2026-11-30 22:36:24.559+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 4, 1, '2026-11-30 22:36:38.12+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 0, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 23, 1, '2026-11-30 22:36:24.646+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 1, 5, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 20, 2, '2026-11-30 22:36:24.75+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 2, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 10, 3, '2026-11-30 22:36:27.458+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 2, 4, '2026-11-30 22:36:29.655+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'budget.totals.v1', 8, 5, '2026-11-30 22:36:29.732+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 7, 2, '2026-11-30 22:36:30.687+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 18, 10, '2026-11-30 22:36:30.687+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 21, 5, '2026-11-30 22:36:30.687+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 3, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 4, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 5, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 6, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 7, 6, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'catalog.v1', 17, 4, '2026-11-30 22:36:37.404+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 8, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 9, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 10, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 11, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 12, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 13, 4, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 14, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 15, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 16, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 17, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 18, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 19, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 20, 6, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 21, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 22, 3, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'metrics.v1', 23, 4, '2026-11-30 22:36:38.511+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'budget.totals.v1', 3, 8, '2026-11-30 22:36:40.836+00'),
	('kpi-monitor', 'PBdOxquXQmirQYOvWeiojg', 'budget.totals.v1', 16, 34, '2026-11-30 22:36:41.189+00');
INSERT INTO public.alembic_version VALUES
	('0015_measures_imports');
INSERT INTO runtime.clock VALUES
	(true, '2026-11-30 20:00:00+00');
SELECT pg_catalog.setval('alerts.alerts_alert_seq', 9, true);
SELECT pg_catalog.setval('alerts.configurations_revision_seq', 2, true);
SELECT pg_catalog.setval('alerts.deliveries_position_seq', 14, true);
SELECT pg_catalog.setval('alerts.groups_group_id_seq', 6, true);
SELECT pg_catalog.setval('alerts.notifications_notification_seq', 17, true);
SELECT pg_catalog.setval('alerts.outbox_id_seq', 34, true);
SELECT pg_catalog.setval('budget.accounts_account_id_seq', 40, true);
SELECT pg_catalog.setval('budget.changes_change_seq', 42, true);
SELECT pg_catalog.setval('budget.entry_blocks', 12, true);
SELECT pg_catalog.setval('budget.held_held_seq', 14, true);
SELECT pg_catalog.setval('budget.outbox_id_seq', 83, true);
SELECT pg_catalog.setval('budget.streams_stream_id_seq', 10, true);
SELECT pg_catalog.setval('ingest.outbox_id_seq', 1, false);
SELECT pg_catalog.setval('ingest.rejections_rejection_seq', 1, true);
SELECT pg_catalog.setval('kpi.breaches_id_seq', 11, true);
SELECT pg_catalog.setval('kpi.held_id_seq', 5, true);
SELECT pg_catalog.setval('kpi.moves_id_seq', 1, false);
SELECT pg_catalog.setval('kpi.outbox_id_seq', 12, true);
SELECT pg_catalog.setval('kpi.reports_stream_seq', 6, true);
SELECT pg_catalog.setval('kpi.series_series_seq', 16, true);
SELECT pg_catalog.setval('kpi.source_touches_id_seq', 4, true);
SELECT pg_catalog.setval('kpi.touches_id_seq', 70, true);
ALTER TABLE ONLY alerts.alerts
    ADD CONSTRAINT alerts_fingerprint_key UNIQUE (workspace, fingerprint);
ALTER TABLE ONLY alerts.alerts
    ADD CONSTRAINT alerts_pk PRIMARY KEY (alert);
ALTER TABLE ONLY alerts.configurations
    ADD CONSTRAINT configurations_pk PRIMARY KEY (revision);
ALTER TABLE ONLY alerts.configurations
    ADD CONSTRAINT configurations_version_key UNIQUE (workspace, version);
ALTER TABLE ONLY alerts.deliveries
    ADD CONSTRAINT deliveries_delivery_key UNIQUE (delivery);
ALTER TABLE ONLY alerts.deliveries
    ADD CONSTRAINT deliveries_pk PRIMARY KEY ("position");
ALTER TABLE ONLY alerts.destinations
    ADD CONSTRAINT destinations_pk PRIMARY KEY (destination);
ALTER TABLE ONLY alerts.episodes
    ADD CONSTRAINT episodes_breach_key UNIQUE (workspace, breach);
ALTER TABLE ONLY alerts.episodes
    ADD CONSTRAINT episodes_pk PRIMARY KEY (alert, episode);
ALTER TABLE ONLY alerts.figures
    ADD CONSTRAINT figures_pk PRIMARY KEY (workspace, breach);
ALTER TABLE ONLY alerts.group_members
    ADD CONSTRAINT group_members_pk PRIMARY KEY (group_id, alert, episode);
ALTER TABLE ONLY alerts.groups
    ADD CONSTRAINT groups_key UNIQUE (workspace, group_key, receiver);
ALTER TABLE ONLY alerts.groups
    ADD CONSTRAINT groups_pk PRIMARY KEY (group_id);
ALTER TABLE ONLY alerts.idempotency
    ADD CONSTRAINT idempotency_pk PRIMARY KEY (workspace, route, key);
ALTER TABLE ONLY alerts.notifications
    ADD CONSTRAINT notifications_pk PRIMARY KEY (notification);
ALTER TABLE ONLY alerts.notify_log
    ADD CONSTRAINT notify_log_pk PRIMARY KEY (group_id, channel_id);
ALTER TABLE ONLY alerts.offset_gaps
    ADD CONSTRAINT offset_gaps_pk PRIMARY KEY (group_id, topic, partition, from_offset);
ALTER TABLE ONLY alerts.outbox
    ADD CONSTRAINT outbox_pk PRIMARY KEY (id);
ALTER TABLE ONLY alerts.progress
    ADD CONSTRAINT progress_pk PRIMARY KEY (workspace, source, topic, partition);
ALTER TABLE ONLY alerts.told
    ADD CONSTRAINT told_pk PRIMARY KEY (group_id, channel_id, alert, episode);
ALTER TABLE ONLY alerts.transitions
    ADD CONSTRAINT transitions_pk PRIMARY KEY (alert, episode, seq);
ALTER TABLE ONLY alerts.witness
    ADD CONSTRAINT witness_pk PRIMARY KEY (group_id, cluster, topic, partition);
ALTER TABLE ONLY budget.accounts
    ADD CONSTRAINT accounts_key UNIQUE (workspace, campaign, line, kind, source, currency);
ALTER TABLE ONLY budget.accounts
    ADD CONSTRAINT accounts_pk PRIMARY KEY (account_id);
ALTER TABLE ONLY budget.audit
    ADD CONSTRAINT audit_pk PRIMARY KEY (workspace, seq);
ALTER TABLE ONLY budget.campaigns
    ADD CONSTRAINT campaigns_pk PRIMARY KEY (workspace, campaign);
ALTER TABLE ONLY budget.catalogue_versions
    ADD CONSTRAINT catalogue_versions_pk PRIMARY KEY (workspace);
ALTER TABLE ONLY budget.changes
    ADD CONSTRAINT changes_pk PRIMARY KEY (change);
ALTER TABLE ONLY budget.days
    ADD CONSTRAINT days_pk PRIMARY KEY (account_id, day);
ALTER TABLE ONLY budget.decisions
    ADD CONSTRAINT decisions_pk PRIMARY KEY (workspace, object, role, version);
ALTER TABLE ONLY budget.entries
    ADD CONSTRAINT entries_pk PRIMARY KEY (stream_id, id);
ALTER TABLE ONLY budget.facts
    ADD CONSTRAINT facts_pk PRIMARY KEY (stream_id, key);
ALTER TABLE ONLY budget.held
    ADD CONSTRAINT held_key UNIQUE (stream_id, key);
ALTER TABLE ONLY budget.held
    ADD CONSTRAINT held_pk PRIMARY KEY (held);
ALTER TABLE ONLY budget.idempotency
    ADD CONSTRAINT idempotency_pk PRIMARY KEY (workspace, route, key);
ALTER TABLE ONLY budget.import_facts
    ADD CONSTRAINT import_facts_pk PRIMARY KEY (stream_id, key, import_id);
ALTER TABLE ONLY budget.import_progress
    ADD CONSTRAINT import_progress_pk PRIMARY KEY (workspace, import_id, topic, partition);
ALTER TABLE ONLY budget.imports
    ADD CONSTRAINT imports_pk PRIMARY KEY (workspace, import_id, currency);
ALTER TABLE ONLY budget.ledger_checks
    ADD CONSTRAINT ledger_checks_pk PRIMARY KEY (workspace);
ALTER TABLE ONLY budget.line_sources
    ADD CONSTRAINT line_sources_pk PRIMARY KEY (account_id, source);
ALTER TABLE ONLY budget.lines
    ADD CONSTRAINT lines_pk PRIMARY KEY (workspace, campaign, line);
ALTER TABLE ONLY budget.mappings
    ADD CONSTRAINT mappings_pk PRIMARY KEY (workspace, mapping);
ALTER TABLE ONLY budget.offset_gaps
    ADD CONSTRAINT offset_gaps_pk PRIMARY KEY (group_id, topic, partition, from_offset);
ALTER TABLE ONLY budget.outbox
    ADD CONSTRAINT outbox_pk PRIMARY KEY (id);
ALTER TABLE ONLY budget.plan_lines
    ADD CONSTRAINT plan_lines_pk PRIMARY KEY (workspace, campaign, plan_version, line);
ALTER TABLE ONLY budget.plans
    ADD CONSTRAINT plans_pk PRIMARY KEY (workspace, campaign, plan_version);
ALTER TABLE ONLY budget.progress
    ADD CONSTRAINT progress_pk PRIMARY KEY (workspace, source, topic, partition);
ALTER TABLE ONLY budget.reports
    ADD CONSTRAINT reports_pk PRIMARY KEY (workspace, source, report);
ALTER TABLE ONLY budget.streams
    ADD CONSTRAINT streams_key UNIQUE (workspace, source, stream);
ALTER TABLE ONLY budget.streams
    ADD CONSTRAINT streams_pk PRIMARY KEY (stream_id);
ALTER TABLE ONLY budget.suspense_told
    ADD CONSTRAINT suspense_told_pk PRIMARY KEY (workspace, source);
ALTER TABLE ONLY budget.witness
    ADD CONSTRAINT witness_pk PRIMARY KEY (group_id, cluster, topic, partition);
ALTER TABLE ONLY ingest.api_keys
    ADD CONSTRAINT api_keys_hash_uq UNIQUE (hash);
ALTER TABLE ONLY ingest.api_keys
    ADD CONSTRAINT api_keys_pk PRIMARY KEY (key_id);
ALTER TABLE ONLY ingest.idempotency
    ADD CONSTRAINT idempotency_pk PRIMARY KEY (workspace, route, key);
ALTER TABLE ONLY ingest.offset_gaps
    ADD CONSTRAINT offset_gaps_pk PRIMARY KEY (group_id, topic, partition, from_offset);
ALTER TABLE ONLY ingest.outbox
    ADD CONSTRAINT outbox_pk PRIMARY KEY (id);
ALTER TABLE ONLY ingest.progress
    ADD CONSTRAINT progress_pk PRIMARY KEY (workspace, source, topic, partition);
ALTER TABLE ONLY ingest.quarantines
    ADD CONSTRAINT quarantines_pk PRIMARY KEY (workspace, source, since);
ALTER TABLE ONLY ingest.rejections
    ADD CONSTRAINT rejections_message_uq UNIQUE (message);
ALTER TABLE ONLY ingest.rejections
    ADD CONSTRAINT rejections_pk PRIMARY KEY (rejection);
ALTER TABLE ONLY ingest.sources
    ADD CONSTRAINT sources_pk PRIMARY KEY (workspace, source);
ALTER TABLE ONLY ingest.witness
    ADD CONSTRAINT witness_pk PRIMARY KEY (group_id, cluster, topic, partition);
ALTER TABLE ONLY kpi.breaches
    ADD CONSTRAINT breaches_pk PRIMARY KEY (workspace, breach);
ALTER TABLE ONLY kpi.catalog
    ADD CONSTRAINT catalog_pk PRIMARY KEY (workspace, kind, id);
ALTER TABLE ONLY kpi.catalog_versions
    ADD CONSTRAINT catalog_versions_pk PRIMARY KEY (workspace);
ALTER TABLE ONLY kpi.deltas
    ADD CONSTRAINT deltas_pk PRIMARY KEY (stream, id);
ALTER TABLE ONLY kpi.facts
    ADD CONSTRAINT facts_pk PRIMARY KEY (stream, period, entity, dims);
ALTER TABLE ONLY kpi.feeds
    ADD CONSTRAINT feeds_pk PRIMARY KEY (workspace, campaign, line, measure, source, grain_ms);
ALTER TABLE ONLY kpi.figures
    ADD CONSTRAINT figures_pk PRIMARY KEY (workspace, breach);
ALTER TABLE ONLY kpi.held
    ADD CONSTRAINT held_pk PRIMARY KEY (workspace, source, entity, period, start_ms, measure, end_ms, known_ms, currency, told);
ALTER TABLE ONLY kpi.idempotency
    ADD CONSTRAINT idempotency_pk PRIMARY KEY (workspace, route, key);
ALTER TABLE ONLY kpi.import_progress
    ADD CONSTRAINT import_progress_pk PRIMARY KEY (workspace, import_id, topic, partition);
ALTER TABLE ONLY kpi.imports
    ADD CONSTRAINT imports_pk PRIMARY KEY (workspace, import_id);
ALTER TABLE ONLY kpi.lines
    ADD CONSTRAINT lines_pk PRIMARY KEY (workspace, campaign, line);
ALTER TABLE ONLY kpi.moves
    ADD CONSTRAINT moves_pk PRIMARY KEY (id);
ALTER TABLE ONLY kpi.offset_gaps
    ADD CONSTRAINT offset_gaps_pk PRIMARY KEY (group_id, topic, partition, from_offset);
ALTER TABLE ONLY kpi.outbox
    ADD CONSTRAINT outbox_pk PRIMARY KEY (id);
ALTER TABLE ONLY kpi.panes
    ADD CONSTRAINT panes_pk PRIMARY KEY (series, start_ms, end_ms, known_ms);
ALTER TABLE ONLY kpi.placed
    ADD CONSTRAINT placed_pk PRIMARY KEY (workspace, source, start_ms, entity, end_ms, known_ms, measure, currency, campaign, line);
ALTER TABLE ONLY kpi.progress
    ADD CONSTRAINT progress_pk PRIMARY KEY (workspace, source, topic, partition);
ALTER TABLE ONLY kpi.reports
    ADD CONSTRAINT reports_pk PRIMARY KEY (workspace, source, report);
ALTER TABLE ONLY kpi.rule_versions
    ADD CONSTRAINT rule_versions_pk PRIMARY KEY (workspace, rule, version);
ALTER TABLE ONLY kpi.rules
    ADD CONSTRAINT rules_pk PRIMARY KEY (workspace, rule);
ALTER TABLE ONLY kpi.series
    ADD CONSTRAINT series_pk PRIMARY KEY (workspace, campaign, line, measure);
ALTER TABLE ONLY kpi.source_touches
    ADD CONSTRAINT source_touches_pk PRIMARY KEY (id);
ALTER TABLE ONLY kpi.sources
    ADD CONSTRAINT sources_pk PRIMARY KEY (workspace, source);
ALTER TABLE ONLY kpi.standings
    ADD CONSTRAINT standings_pk PRIMARY KEY (workspace, rule, group_key);
ALTER TABLE ONLY kpi.suspense
    ADD CONSTRAINT suspense_pk PRIMARY KEY (workspace, source);
ALTER TABLE ONLY kpi.touches
    ADD CONSTRAINT touches_pk PRIMARY KEY (workspace, campaign, id);
ALTER TABLE ONLY kpi.transitions
    ADD CONSTRAINT transitions_pk PRIMARY KEY (workspace, breach, seq);
ALTER TABLE ONLY kpi.units
    ADD CONSTRAINT units_pk PRIMARY KEY (workspace, campaign);
ALTER TABLE ONLY kpi.witness
    ADD CONSTRAINT witness_pk PRIMARY KEY (group_id, cluster, topic, partition);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY runtime.clock
    ADD CONSTRAINT clock_pk PRIMARY KEY ("only");
CREATE INDEX alerts_campaign ON alerts.alerts USING btree (workspace, campaign, alert);
CREATE INDEX alerts_workspace ON alerts.alerts USING btree (workspace, alert);
CREATE INDEX deliveries_order ON alerts.deliveries USING btree (group_id, channel_id, "position") WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text, 'parked'::text, 'failed'::text]));
CREATE INDEX deliveries_state ON alerts.deliveries USING btree (workspace, state) WHERE (state <> 'delivered'::text);
CREATE INDEX deliveries_unsent ON alerts.deliveries USING btree (next_attempt_at, "position") WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text, 'parked'::text, 'failed'::text]));
CREATE INDEX episodes_closed ON alerts.episodes USING btree (decided_at) WHERE ((state = ANY (ARRAY['resolved'::text, 'withdrawn'::text])) AND (NOT stripped));
CREATE INDEX episodes_open ON alerts.episodes USING btree (workspace, alert, episode) WHERE (state <> ALL (ARRAY['resolved'::text, 'withdrawn'::text]));
CREATE INDEX figures_decided ON alerts.figures USING btree (decided_at);
CREATE INDEX group_members_active ON alerts.group_members USING btree (group_id) WHERE active;
CREATE INDEX group_members_alert ON alerts.group_members USING btree (alert, episode);
CREATE INDEX groups_asleep ON alerts.groups USING btree (flushed_at) WHERE ((due_at IS NULL) AND (NOT active));
CREATE INDEX groups_due ON alerts.groups USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX idempotency_created ON alerts.idempotency USING btree (created_at);
CREATE INDEX notifications_alert ON alerts.notifications USING btree (alert, episode);
CREATE INDEX notifications_campaign ON alerts.notifications USING btree (workspace, campaign, notification);
CREATE INDEX notifications_decided ON alerts.notifications USING btree (decided_at);
CREATE INDEX notifications_delivery ON alerts.notifications USING btree (delivery);
CREATE INDEX notifications_receiver ON alerts.notifications USING btree (workspace, receiver, notification);
CREATE INDEX notifications_withheld ON alerts.notifications USING btree (workspace, state, notification) WHERE (state IS NOT NULL);
CREATE INDEX notifications_workspace ON alerts.notifications USING btree (workspace, notification);
CREATE INDEX progress_waiting ON alerts.progress USING btree (set_aside_until) WHERE (set_aside_until IS NOT NULL);
CREATE INDEX told_alert ON alerts.told USING btree (alert, episode);
CREATE INDEX told_firing ON alerts.told USING btree (group_id) WHERE firing;
CREATE INDEX accounts_suspense ON budget.accounts USING btree (workspace, source) WHERE (kind = 'suspense'::text);
CREATE INDEX entries_account ON budget.entries USING btree (account_id, entry);
CREATE INDEX held_account ON budget.held USING btree (account_id, held);
CREATE INDEX held_workspace ON budget.held USING btree (workspace, held);
CREATE INDEX idempotency_created ON budget.idempotency USING btree (created_at);
CREATE INDEX import_facts_counted ON budget.import_facts USING brin (counted_at);
CREATE INDEX import_facts_import ON budget.import_facts USING btree (import_id);
CREATE INDEX line_sources_source ON budget.line_sources USING btree (source, account_id);
CREATE UNIQUE INDEX mappings_match_key ON budget.mappings USING btree (workspace, source, match_text, effective_from) NULLS NOT DISTINCT WHERE (deleted_at IS NULL);
CREATE INDEX plans_waiting ON budget.plans USING btree (effective_from) WHERE (status = 'approved'::text);
CREATE INDEX progress_waiting ON budget.progress USING btree (set_aside_until) WHERE (set_aside_until IS NOT NULL);
CREATE INDEX idempotency_created ON ingest.idempotency USING btree (created_at);
CREATE INDEX progress_waiting ON ingest.progress USING btree (set_aside_until) WHERE (set_aside_until IS NOT NULL);
CREATE UNIQUE INDEX quarantines_open_uq ON ingest.quarantines USING btree (workspace, source) WHERE (released_at IS NULL);
CREATE INDEX rejections_open_ix ON ingest.rejections USING btree (workspace, source, rejected_at) WHERE ((subject IS NOT NULL) AND (settled_at IS NULL));
CREATE INDEX rejections_rejected_at_ix ON ingest.rejections USING btree (rejected_at);
CREATE INDEX rejections_source_ix ON ingest.rejections USING btree (workspace, source, rejected_at);
CREATE INDEX rejections_workspace_ix ON ingest.rejections USING btree (workspace, rejection);
CREATE INDEX breaches_page ON kpi.breaches USING btree (workspace, id);
CREATE INDEX catalog_lines ON kpi.catalog USING btree (workspace, ((object ->> 'campaign'::text))) WHERE (kind = 'line'::text);
CREATE INDEX catalog_removed_lines ON kpi.catalog USING btree (workspace) WHERE ((kind = 'line'::text) AND deleted);
CREATE INDEX deltas_at ON kpi.deltas USING brin (at_ms) WITH (autosummarize='on');
CREATE INDEX feeds_source ON kpi.feeds USING btree (workspace, source);
CREATE INDEX figures_due ON kpi.figures USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX held_start ON kpi.held USING brin (start_ms) WITH (autosummarize='on');
CREATE INDEX idempotency_created ON kpi.idempotency USING btree (created_at);
CREATE INDEX panes_start ON kpi.panes USING brin (start_ms) WITH (autosummarize='on');
CREATE INDEX placed_start ON kpi.placed USING brin (start_ms) WITH (autosummarize='on');
CREATE INDEX progress_waiting ON kpi.progress USING btree (set_aside_until) WHERE (set_aside_until IS NOT NULL);
CREATE INDEX rules_campaign ON kpi.rules USING btree (workspace, campaign);
CREATE INDEX standings_campaign ON kpi.standings USING btree (workspace, campaign);
CREATE INDEX suspense_open ON kpi.suspense USING btree (workspace, source) WHERE open;
CREATE INDEX suspense_waiting ON kpi.suspense USING btree (since) WHERE ((NOT open) AND (since IS NOT NULL));
CREATE INDEX transitions_ended ON kpi.transitions USING btree (decided_at) WHERE (transition = 'resolved'::text);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE ON budget.audit FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit();

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
    partly boolean DEFAULT false NOT NULL,
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
    subject text NOT NULL,
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
    expected_interval_s integer
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
    currency text NOT NULL
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
    amount numeric DEFAULT 0 NOT NULL
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
    decided_at timestamp with time zone NOT NULL
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
    counted_at timestamp with time zone DEFAULT now() NOT NULL
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
    curve jsonb NOT NULL
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
    approved_at timestamp with time zone
);
CREATE TABLE budget.progress (
    workspace text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    complete_through timestamp with time zone NOT NULL,
    expected_interval_s integer
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
    expected_interval_s integer
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
    rejected_at timestamp with time zone NOT NULL
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
    currency text NOT NULL
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
CREATE TABLE kpi.progress (
    workspace text NOT NULL,
    source text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    complete_through timestamp with time zone NOT NULL,
    expected_interval_s integer
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
    expected_interval_s integer
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
    too_coarse boolean NOT NULL
)
WITH (fillfactor='70');
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
	(1, 'default', '06f38934c3bbc76c', 'spring', 1, '{"line": "search", "rule": "pacing-high", "campaign": "spring"}');
INSERT INTO alerts.deliveries OVERRIDING SYSTEM VALUE VALUES
	(1, '42ef1cd9a6de4d7d8ca5cc8e2c7025d8', 'default', 1, 'ops', 'email:boss@example.com,ops@example.com', '{"to": ["boss@example.com", "ops@example.com"], "kind": "email", "sender": ""}', 'zh-CN', '【严重】Spring sale <b> / search ads（search）：花费过快，实际是计划的 213.68%', '#### 🔴 严重 · Spring sale <b> / search ads（search）
**花费过快，实际是计划的 213.68%**
- 触发条件：达到 150% 即为严重
- 开始时间：11月30日 18:08
- 相关数据：实际花费 ¥710.50，计划应花 ¥332.50，预算项额度 ¥700.00，按此进度期末预计 ¥1,495.79，剩余预算 -¥10.50，预算使用率 101.5%
- 数据截至：11月30日 18:08（来源尚未确认完整到何时）
- 调整方向：bid or daily budget
- 负责人：wang.lei
- 规则：Spending too fast
时间均为 UTC', '🔴 严重 · Spring sale <b> / search ads（search）
花费过快，实际是计划的 213.68%
  触发条件：达到 150% 即为严重
  开始时间：11月30日 18:08
  相关数据：实际花费 ¥710.50，计划应花 ¥332.50，预算项额度 ¥700.00，按此进度期末预计 ¥1,495.79，剩余预算 -¥10.50，预算使用率 101.5%
  数据截至：11月30日 18:08（来源尚未确认完整到何时）
  调整方向：bid or daily budget
  负责人：wang.lei
  规则：Spending too fast
时间均为 UTC', '<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="font-family:sans-serif;font-size:15px;line-height:1.5;color:#1f2328;max-width:640px">
<div style="display:none;max-height:0;overflow:hidden">严重：花费过快，实际是计划的 213.68%</div>
<h2 style="font-size:17px;margin:20px 0 4px">🔴 严重 · Spring sale &lt;b&gt; / search ads（search）</h2>
<p style="margin:0 0 8px;padding-left:10px;border-left:4px solid #cf222e"><strong>花费过快，实际是计划的 213.68%</strong></p>
<table role="presentation" style="border-collapse:collapse;font-size:14px">
<tr><td style="padding:2px 14px 2px 0;color:#59636e;white-space:nowrap;vertical-align:top">触发条件</td><td style="padding:2px 0">达到 150% 即为严重</td></tr>
<tr><td style="padding:2px 14px 2px 0;color:#59636e;white-space:nowrap;vertical-align:top">开始时间</td><td style="padding:2px 0">11月30日 18:08</td></tr>
<tr><td style="padding:2px 14px 2px 0;color:#59636e;white-space:nowrap;vertical-align:top">相关数据</td><td style="padding:2px 0">实际花费 ¥710.50，计划应花 ¥332.50，预算项额度 ¥700.00，按此进度期末预计 ¥1,495.79，剩余预算 -¥10.50，预算使用率 101.5%</td></tr>
<tr><td style="padding:2px 14px 2px 0;color:#59636e;white-space:nowrap;vertical-align:top">数据截至</td><td style="padding:2px 0">11月30日 18:08（来源尚未确认完整到何时）</td></tr>
<tr><td style="padding:2px 14px 2px 0;color:#59636e;white-space:nowrap;vertical-align:top">调整方向</td><td style="padding:2px 0">bid or daily budget</td></tr>
<tr><td style="padding:2px 14px 2px 0;color:#59636e;white-space:nowrap;vertical-align:top">负责人</td><td style="padding:2px 0">wang.lei</td></tr>
<tr><td style="padding:2px 14px 2px 0;color:#59636e;white-space:nowrap;vertical-align:top">规则</td><td style="padding:2px 0">Spending too fast</td></tr>
</table>
<p style="color:#8b949e;font-size:12px;margin-top:24px">时间均为 UTC · Paceline · ops</p>
</body>
</html>', '【首次提醒：严重】Spring sale <b> / search ads（search）：花费过快，实际是计划的 213.68%', NULL, NULL, 'delivered', 1, '[{"at": "2026-11-30T18:08:02.590513Z", "class": "delivered", "duration_ms": 10, "http_status": null, "provider_code": "250", "provider_message": "OK"}]', false, 0, false, '2026-11-30 18:08:02.517783+00', '2026-11-30 18:08:02.600178+00', NULL, '2026-11-30 18:08:02.600178+00');
INSERT INTO alerts.episodes VALUES
	(1, 1, 'default', 'pacing-high/line:search/1', 1, 'firing', 'critical', 0, '2026-11-30 18:08:01.405+00', NULL, '2026-11-30 18:08:01.449214+00', false);
INSERT INTO alerts.group_members VALUES
	(1, 1, 1, true);
INSERT INTO alerts.groups OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', '{}:{campaign="spring", line="search"}', 'ops', '{"line": "search", "campaign": "spring"}', '{"receiver": {"name": "ops", "locale": "zh-CN", "channels": [{"id": "email:boss@example.com,ops@example.com", "kind": "email", "target": {"to": ["boss@example.com", "ops@example.com"], "kind": "email", "sender": ""}}], "send_resolved": true}, "intervals": {"wait": "PT1S", "repeat": "PT14400S", "interval": "PT2S"}}', '2026-11-30 18:08:02.51802+00', '2026-11-30 22:08:02.518021+00', true);
INSERT INTO alerts.notifications OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', '42ef1cd9a6de4d7d8ca5cc8e2c7025d8', 1, 'ops', 'email:boss@example.com,ops@example.com', 'email', 1, 1, 1, '06f38934c3bbc76c', 'spring', 'first notification', 'firing', 'critical', NULL, 'zh-CN', '2026-11-30 18:08:02.51802+00', '{"line": "search", "rule": "pacing-high", "campaign": "spring"}', '{"op": ">=", "kpi": "budget.pacing_ratio", "rule": "pacing-high", "value": "2.136842", "breach": "pacing-high/line:search/1", "window": null, "crossed": ["1.2", "1.5"], "numbers": {"actual": "710.50", "allocated": "700.00", "committed": "0.00", "remaining": "-10.50", "used_ratio": "1.015000", "corrections": "0.00", "forecast_end": "1495.789474", "pacing_ratio": "2.136842", "planned_to_date": "332.50"}, "threshold": "1.5", "event_time": "2026-11-30T18:08:01.405000Z", "plan_version": 1, "rule_version": 1, "complete_through": null}');
INSERT INTO alerts.notify_log VALUES
	(1, 'email:boss@example.com,ops@example.com', '{"id": "email:boss@example.com,ops@example.com", "kind": "email", "target": {"to": ["boss@example.com", "ops@example.com"], "kind": "email", "sender": ""}}', '2026-11-30 18:08:02.51802+00', 'first notification', '【首次提醒：严重】Spring sale <b> / search ads（search）：花费过快，实际是计划的 213.68%', '42ef1cd9a6de4d7d8ca5cc8e2c7025d8', '42ef1cd9a6de4d7d8ca5cc8e2c7025d8');
INSERT INTO alerts.told VALUES
	(1, 'email:boss@example.com,ops@example.com', 1, 1, 1, 'critical', true);
INSERT INTO alerts.transitions VALUES
	(1, 1, 1, '{"op": ">=", "kpi": "budget.pacing_ratio", "seq": 1, "kind": "budget", "rule": "pacing-high", "group": {"line": "search"}, "names": {"line": "search ads", "rule": "Spending too fast", "campaign": "Spring sale <b>"}, "owner": "wang.lei", "since": "2026-11-30T18:08:01.405000Z", "value": "2.136842", "breach": "pacing-high/line:search/1", "labels": {"line": "search", "rule": "pacing-high", "campaign": "spring"}, "reason": "threshold_crossed", "window": null, "crossed": ["1.2", "1.5"], "numbers": {"actual": "710.50", "allocated": "700.00", "committed": "0.00", "remaining": "-10.50", "used_ratio": "1.015000", "corrections": "0.00", "forecast_end": "1495.789474", "pacing_ratio": "2.136842", "planned_to_date": "332.50"}, "sources": [{"source": "budget/search", "complete_through": null}], "corrects": null, "currency": "CNY", "severity": "critical", "threshold": "1.5", "time_zone": "UTC", "decided_at": "2026-11-30T18:08:01.449214Z", "event_time": "2026-11-30T18:08:01.405000Z", "transition": "firing", "annotations": {"lever": "bid or daily budget", "bucket": null, "runbook": null}, "plan_version": 1, "rule_version": 1, "previous_severity": null}', '2026-11-30 18:08:01.464726+00');
INSERT INTO alerts.witness VALUES
	('alerts', 'P6zxzLCtQImeqUiLA1pSKg', 'breaches.v1', 12, 1, '2026-11-30 18:08:01.461+00');
INSERT INTO budget.accounts OVERRIDING SYSTEM VALUE VALUES
	(4, 1, 3, '2026-11-30 18:00:00+00', '2026-11-30 18:08:01.72233+00', '2026-11-30 18:00:00+00', 3000000, 0, 3000000, 0, 'default', 'line', 'dollars', 'L1', '', 'USD'),
	(1, 7, 8, '2026-11-30 18:00:00+00', '2026-11-30 18:08:07.77591+00', '2026-11-30 18:00:00+00', 743333333, -2000000, 743333333, -2000000, 'default', 'line', 'spring', 'search', '', 'CNY'),
	(2, 3, 6, '2026-11-28 00:00:00+00', '2026-11-30 18:08:07.77591+00', '2026-11-30 18:00:00+00', 7000000, 0, 7000000, 0, 'default', 'line', 'spring', 'social', '', 'CNY'),
	(15, 1, 0, '2026-11-30 18:00:00+00', NULL, NULL, 2000000, 0, 0, 0, 'default', 'exception', 'gone', '', '', 'CNY'),
	(3, 1, 4, '2026-11-30 18:00:00+00', '2026-11-30 18:08:07.839966+00', '2026-11-30 18:00:00+00', 9000000, 0, 9000000, 0, 'default', 'line', 'gone', 'L1', '', 'CNY'),
	(16, 2, 0, '2026-11-30 00:00:00+00', NULL, NULL, 15500000, 0, 0, 0, 'default', 'suspense', '', '', 'google-ads/1234567890', 'CNY'),
	(5, 1, 0, '2026-11-30 18:00:00+00', NULL, NULL, 20000000, 0, 0, 0, 'default', 'exception', 'half', '', '', 'CNY'),
	(6, 2, 0, '2026-11-30 18:00:00+00', NULL, NULL, 17000000, 0, 0, 0, 'default', 'suspense', '', '', 'shop/ads', 'CNY'),
	(7, 1, 0, '2026-11-30 00:00:00+00', NULL, NULL, 44000000, 0, 0, 0, 'default', 'suspense', '', '', 'shop/ads', 'JPY');
INSERT INTO budget.audit VALUES
	('default', 1, '2026-11-30 18:08:00.429096+00', 'li.na', 'campaign_created', 'campaign/spring', '{"version": 1}', '\x0000000000000000000000000000000000000000000000000000000000000000', '\xbc51a1f44fdbdcf216f20285a37c905ba96fba6e30a2dfe87269bea4721f5a51'),
	('default', 2, '2026-11-30 18:08:00.482977+00', 'li.na', 'plan_created', 'plan/spring/1', '{"total": 1100000000}', '\xbc51a1f44fdbdcf216f20285a37c905ba96fba6e30a2dfe87269bea4721f5a51', '\x6cf3665eb45f54122aae4d3c6877677d004c1224dd7e6d2401638b48c54f4402'),
	('default', 3, '2026-11-30 18:08:00.552784+00', 'li.na', 'plan_submitted', 'plan/spring/1', '{"comment": "please", "effective_from": "2026-11-26T00:00:00Z"}', '\x6cf3665eb45f54122aae4d3c6877677d004c1224dd7e6d2401638b48c54f4402', '\x8cb2d35ecbc17e2cbb8b872f14c93871e639455542d90f220a0b1072ad08f437'),
	('default', 4, '2026-11-30 18:08:00.588199+00', 'zhao.min', 'decided', 'plan/spring/1', '{"as": "approver", "status": "in_review", "opinion": "ok", "decision": "approve"}', '\x8cb2d35ecbc17e2cbb8b872f14c93871e639455542d90f220a0b1072ad08f437', '\xec314ba191d5f5bef08add151cddd12afc2f77b30a9ec58f54c76ef6fb919f7a'),
	('default', 5, '2026-11-30 18:08:00.619868+00', 'qian.wei', 'decided', 'plan/spring/1', '{"as": "finance", "status": "approved", "opinion": "ok", "decision": "approve"}', '\xec314ba191d5f5bef08add151cddd12afc2f77b30a9ec58f54c76ef6fb919f7a', '\xc216b1c2eb68c376941b3346acffa8583d68103ec16c428131006a071b39f418'),
	('default', 6, '2026-11-30 18:08:00.672427+00', 'li.na', 'campaign_created', 'campaign/half', '{"version": 1}', '\xc216b1c2eb68c376941b3346acffa8583d68103ec16c428131006a071b39f418', '\x5155dca54175ecb7c4c68fcbc50b2c20becf7cc4697bc3b368bb5106c00efcba'),
	('default', 7, '2026-11-30 18:08:00.708064+00', 'li.na', 'plan_created', 'plan/half/1', '{"total": 500000000}', '\x5155dca54175ecb7c4c68fcbc50b2c20becf7cc4697bc3b368bb5106c00efcba', '\x09b21dac64492f7ab85cc6483ddd07b0bf16b0a09130e0b0d23c17d2c900a926'),
	('default', 8, '2026-11-30 18:08:00.740241+00', 'li.na', 'plan_submitted', 'plan/half/1', '{"comment": "please", "effective_from": "2026-11-26T00:00:00Z"}', '\x09b21dac64492f7ab85cc6483ddd07b0bf16b0a09130e0b0d23c17d2c900a926', '\x3cae41b1fd2c72807a485ebb89f9b217b92cebbd067c34a97939af2958355821'),
	('default', 9, '2026-11-30 18:08:00.773096+00', 'zhao.min', 'decided', 'plan/half/1', '{"as": "approver", "status": "in_review", "opinion": "ok", "decision": "approve"}', '\x3cae41b1fd2c72807a485ebb89f9b217b92cebbd067c34a97939af2958355821', '\xeaf8e4e5b50a204fa5a3b39726f5df4c2f5600c1631a7bff3e2340371e53fdbf'),
	('default', 10, '2026-11-30 18:08:00.802181+00', 'li.na', 'campaign_created', 'campaign/gone', '{"version": 1}', '\xeaf8e4e5b50a204fa5a3b39726f5df4c2f5600c1631a7bff3e2340371e53fdbf', '\x64e3af37ddc5e032946efdc1ebf8fa2bcbc1d2afa3efc0ce5b566f3ed0c44bd3'),
	('default', 11, '2026-11-30 18:08:00.832693+00', 'li.na', 'plan_created', 'plan/gone/1', '{"total": 50000000}', '\x64e3af37ddc5e032946efdc1ebf8fa2bcbc1d2afa3efc0ce5b566f3ed0c44bd3', '\x673bde2e05c8f8bcbcb34ee29d5488259dd8a48723211e819ddb222720e275b0'),
	('default', 12, '2026-11-30 18:08:00.879923+00', 'li.na', 'plan_submitted', 'plan/gone/1', '{"comment": "please", "effective_from": "2026-11-26T00:00:00Z"}', '\x673bde2e05c8f8bcbcb34ee29d5488259dd8a48723211e819ddb222720e275b0', '\x92d7e9972f7c37a8495ca5acf1077611f36135e4a7813b3236d6834addacb70f'),
	('default', 13, '2026-11-30 18:08:00.911658+00', 'zhao.min', 'decided', 'plan/gone/1', '{"as": "approver", "status": "in_review", "opinion": "ok", "decision": "approve"}', '\x92d7e9972f7c37a8495ca5acf1077611f36135e4a7813b3236d6834addacb70f', '\x4eb66829772936c4be99816045fd7c137211c68e54bc14e8865d80a30f27ee91'),
	('default', 14, '2026-11-30 18:08:00.93562+00', 'qian.wei', 'decided', 'plan/gone/1', '{"as": "finance", "status": "approved", "opinion": "ok", "decision": "approve"}', '\x4eb66829772936c4be99816045fd7c137211c68e54bc14e8865d80a30f27ee91', '\x7beb0a4445bd54a0fcd466ed18b86e3dd45835c78cc428aa17b9fd0eba4fd244'),
	('default', 15, '2026-11-30 18:08:00.969009+00', 'li.na', 'campaign_created', 'campaign/dollars', '{"version": 1}', '\x7beb0a4445bd54a0fcd466ed18b86e3dd45835c78cc428aa17b9fd0eba4fd244', '\x2cc80d7a0d898a74db5c6543d8e27b4dea60bca0e69a18957b4c8a847277282f'),
	('default', 16, '2026-11-30 18:08:00.998614+00', 'li.na', 'plan_created', 'plan/dollars/1', '{"total": 90000000}', '\x2cc80d7a0d898a74db5c6543d8e27b4dea60bca0e69a18957b4c8a847277282f', '\xca66ee95a750f1d3e2875ec66ba08082f8d0113441405960bd94be8e7c7d2b0c'),
	('default', 17, '2026-11-30 18:08:01.026948+00', 'li.na', 'plan_submitted', 'plan/dollars/1', '{"comment": "please", "effective_from": "2026-11-26T00:00:00Z"}', '\xca66ee95a750f1d3e2875ec66ba08082f8d0113441405960bd94be8e7c7d2b0c', '\x85763a06d4c5b721a7afb65f5285cf427418960525474c1a2192332096fdc522'),
	('default', 18, '2026-11-30 18:08:01.059651+00', 'zhao.min', 'decided', 'plan/dollars/1', '{"as": "approver", "status": "in_review", "opinion": "ok", "decision": "approve"}', '\x85763a06d4c5b721a7afb65f5285cf427418960525474c1a2192332096fdc522', '\xdb25cd4f2a714d8c0c9c3009e1698259de9a69c4eea6293957adb93437dbb257'),
	('default', 19, '2026-11-30 18:08:01.083204+00', 'qian.wei', 'decided', 'plan/dollars/1', '{"as": "finance", "status": "approved", "opinion": "ok", "decision": "approve"}', '\xdb25cd4f2a714d8c0c9c3009e1698259de9a69c4eea6293957adb93437dbb257', '\x2c910a2dafe7305c57596bec399ebf4704b7bce34555d89728f68b4d609b243d'),
	('default', 20, '2026-11-30 18:08:01.130409+00', 'li.na', 'mapping_created', 'mapping/m1', '{"line": "search", "match": {"campaign": "c1"}, "source": "shop/ads", "mapping": "m1", "campaign": "spring", "effective_from": null}', '\x2c910a2dafe7305c57596bec399ebf4704b7bce34555d89728f68b4d609b243d', '\x4aa8386e34c569f5edc25bf5e60f3646af64e4270729451b4d1999f61a78bf44'),
	('default', 21, '2026-11-30 18:08:01.160742+00', 'li.na', 'mapping_created', 'mapping/m2', '{"line": "social", "match": {"campaign": "c2"}, "source": "shop/ads", "mapping": "m2", "campaign": "spring", "effective_from": null}', '\x4aa8386e34c569f5edc25bf5e60f3646af64e4270729451b4d1999f61a78bf44', '\x55f8eb3a6ab31cf8ce107fbc9c167d764399d101fc19b115a01786b78e09092f'),
	('default', 22, '2026-11-30 18:08:01.206191+00', 'li.na', 'mapping_created', 'mapping/m3', '{"line": "social", "match": {"ad": "x,device=m"}, "source": "shop/ads", "mapping": "m3", "campaign": "spring", "effective_from": null}', '\x55f8eb3a6ab31cf8ce107fbc9c167d764399d101fc19b115a01786b78e09092f', '\xe441b637785d8e335484ab9b3e548da1832860db27ecac51a3c503ba322ac19c'),
	('default', 23, '2026-11-30 18:08:07.740191+00', 'li.na', 'mapping_changed', 'mapping/m2', '{"line": "search", "match": {"campaign": "c2"}, "source": "shop/ads", "mapping": "m2", "campaign": "spring", "effective_from": null}', '\xe441b637785d8e335484ab9b3e548da1832860db27ecac51a3c503ba322ac19c', '\x5c9d82e0db201b3aec5a68b62fb33350a434addbea4e389d3ae840bcc4042366'),
	('default', 24, '2026-11-30 18:08:07.778083+00', 'qian.wei', 'campaign_closed', 'campaign/gone', '{"reason": "stopped"}', '\x5c9d82e0db201b3aec5a68b62fb33350a434addbea4e389d3ae840bcc4042366', '\xac145775f4fdfaf7e1123418a11a285f96f83d068c818c8e1f7b59b763aea0a9'),
	('default', 25, '2026-11-30 18:08:20.165724+00', 'zhao.min', 'decided', 'exception/5', '{"as": "approver", "status": "in_review", "opinion": "fine", "decision": "approve"}', '\xac145775f4fdfaf7e1123418a11a285f96f83d068c818c8e1f7b59b763aea0a9', '\x3cb1e9dc7d880f788ac8554a24a72e49d87a9e7f8286e52ff3c132046b34856c');
INSERT INTO budget.campaigns VALUES
	('default', 'spring', 3, 'approved', 'Spring sale <b>', 'CNY', 'UTC', '2026-11-26 00:00:00+00', '2026-12-06 00:00:00+00', 'li.na', '{"region": null, "stages": [], "targets": [{"form": "absolute", "unit": "CNY", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "attributes": {}, "management_mode": "project"}', 1, '2026-11-26 00:00:00+00', 'li.na', '2026-11-30 18:08:00.429096+00', NULL, NULL, NULL),
	('default', 'half', 2, 'in_review', 'half', 'CNY', 'UTC', '2026-11-26 00:00:00+00', '2026-12-06 00:00:00+00', 'li.na', '{"region": null, "stages": [], "targets": [{"form": "absolute", "unit": "CNY", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "attributes": {}, "management_mode": "project"}', NULL, NULL, 'li.na', '2026-11-30 18:08:00.672427+00', NULL, NULL, NULL),
	('default', 'dollars', 3, 'approved', 'dollars', 'USD', 'UTC', '2026-11-26 00:00:00+00', '2026-12-06 00:00:00+00', 'li.na', '{"region": null, "stages": [], "targets": [{"form": "absolute", "unit": "USD", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "attributes": {}, "management_mode": "project"}', 1, '2026-11-26 00:00:00+00', 'li.na', '2026-11-30 18:08:00.969009+00', NULL, NULL, NULL),
	('default', 'gone', 4, 'closed', 'gone', 'CNY', 'UTC', '2026-11-26 00:00:00+00', '2026-12-06 00:00:00+00', 'li.na', '{"region": null, "stages": [], "targets": [{"form": "absolute", "unit": "CNY", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "attributes": {}, "management_mode": "project"}', 1, '2026-11-26 00:00:00+00', 'li.na', '2026-11-30 18:08:00.802181+00', 'qian.wei', '2026-11-30 18:08:07.778083+00', 'stopped');
INSERT INTO budget.catalogue_versions VALUES
	('default', 12);
INSERT INTO budget.days VALUES
	(1, '2026-11-27', 10000000),
	(2, '2026-11-27', 7000000),
	(3, '2026-11-30', 9000000),
	(4, '2026-11-30', 3000000),
	(1, '2026-11-28', 118500000),
	(1, '2026-11-30', 501500000),
	(1, '2026-11-29', 113333333),
	(2, '2026-11-29', 0);
INSERT INTO budget.decisions VALUES
	('default', 'plan/spring/1', 'approver', 'zhao.min', 'approve', 'ok', '2026-11-30 18:08:00.588199+00'),
	('default', 'plan/spring/1', 'finance', 'qian.wei', 'approve', 'ok', '2026-11-30 18:08:00.619868+00'),
	('default', 'plan/half/1', 'approver', 'zhao.min', 'approve', 'ok', '2026-11-30 18:08:00.773096+00'),
	('default', 'plan/gone/1', 'approver', 'zhao.min', 'approve', 'ok', '2026-11-30 18:08:00.911658+00'),
	('default', 'plan/gone/1', 'finance', 'qian.wei', 'approve', 'ok', '2026-11-30 18:08:00.93562+00'),
	('default', 'plan/dollars/1', 'approver', 'zhao.min', 'approve', 'ok', '2026-11-30 18:08:01.059651+00'),
	('default', 'plan/dollars/1', 'finance', 'qian.wei', 'approve', 'ok', '2026-11-30 18:08:01.083204+00'),
	('default', 'exception/5', 'approver', 'zhao.min', 'approve', 'fine', '2026-11-30 18:08:20.165724+00');
INSERT INTO budget.entries VALUES
	(16392, 20000000, '2026-11-30 18:00:00+00', '2026-11-30 18:08:01.362034+00', 1, 5, 0, 'd-2', '\xcb96ef759e921cf35050439d9ff792d5', NULL, NULL, NULL, NULL, NULL, NULL),
	(16391, 5000000, '2026-11-30 18:00:00+00', '2026-11-30 18:08:01.362034+00', 1, 6, 0, 'd-3', '\xd4104419c04b09f77a6f9c9ef26b5ff0', NULL, NULL, NULL, NULL, NULL, NULL),
	(16395, 9000000, '2026-11-30 18:00:00+00', '2026-11-30 18:08:01.362034+00', 1, 3, 0, 'd-4', '\x536e2b43964949074b8d6fde8f8bdd79', NULL, NULL, NULL, NULL, NULL, NULL),
	(16387, 3000000, '2026-11-30 18:00:00+00', '2026-11-30 18:08:01.362034+00', 1, 4, 0, 'd-5', '\xcefa9dcedc0e280c9f56d21d9236a5b9', NULL, NULL, NULL, NULL, NULL, NULL),
	(16384, 7000000, '2026-11-28 00:00:00+00', '2026-11-30 18:08:01.362034+00', 2, 2, 0, '2026-11-27|ad=x,device=m,campaign=c7|@1', NULL, NULL, '2026-11-27 00:00:00+00', '2026-11-28 00:00:00+00', '2026-11-27', 'd67b64f2-97b8-470c-9671-5cb6d9983161', '{"ad":"x,device=m","campaign":"c7"}'),
	(16390, 10000000, '2026-11-28 00:00:00+00', '2026-11-30 18:08:01.362034+00', 2, 1, 0, '2026-11-27|campaign=c1|ad=x,device=m@1', NULL, NULL, '2026-11-27 00:00:00+00', '2026-11-28 00:00:00+00', '2026-11-27', 'b2d8c4cf-a8b4-4da4-bd19-d0afabc1010b', '{"campaign":"c1"}'),
	(16388, 120500000, '2026-11-29 00:00:00+00', '2026-11-30 18:08:01.362034+00', 2, 1, 0, '2026-11-28|campaign=c1|@1', NULL, NULL, '2026-11-28 00:00:00+00', '2026-11-29 00:00:00+00', '2026-11-28', '580baf93-49e2-4710-946d-8a668e98d9ba', '{"campaign":"c1"}'),
	(16389, 80000000, '2026-11-30 00:00:00+00', '2026-11-30 18:08:01.362034+00', 2, 1, 0, '2026-11-29|campaign=c1|@1', NULL, NULL, '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-29', 'a1c8940f-ce1f-4858-8cc4-b2c05825d71f', '{"campaign":"c1"}'),
	(16393, 33333333, '2026-11-30 00:00:00+00', '2026-11-30 18:08:01.362034+00', 2, 2, 0, '2026-11-29|campaign=c2|@1', NULL, NULL, '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-29', '538d6c3e-ed6f-48af-ad56-0e6261be8256', '{"campaign":"c2"}'),
	(16385, 44000000, '2026-11-30 00:00:00+00', '2026-11-30 18:08:01.362034+00', 2, 7, 0, '2026-11-29|campaign=c8|@1', NULL, NULL, '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-29', '4275fe59-947c-4330-b09c-8e1b79203f0d', '{"campaign":"c8"}'),
	(16394, 12000000, '2026-11-30 00:00:00+00', '2026-11-30 18:08:01.362034+00', 2, 6, 0, '2026-11-29|campaign=c9|@1', NULL, NULL, '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-29', '0dc3a45f-89f1-4596-b4a1-a928b5317831', '{"campaign":"c9"}'),
	(32768, -2000000, '2026-11-29 00:00:00+00', '2026-11-30 18:08:01.431773+00', 2, 1, 1, '2026-11-28|campaign=c1|@2', NULL, 16388, '2026-11-28 00:00:00+00', '2026-11-29 00:00:00+00', '2026-11-28', '0d5a89fa-578c-492a-a015-20b18366c88f', '{"campaign":"c1"}'),
	(49152, 1500000, '2026-11-30 18:00:00+00', '2026-11-30 18:08:01.569442+00', 1, 1, 0, 'good-1', '\x173268a1c852b7663a7e8549db5dbd74', NULL, NULL, NULL, NULL, NULL, NULL),
	(16386, 500000000, '2026-11-30 18:00:00+00', '2026-11-30 18:08:01.362034+00', 1, 1, 0, 'd-1', '\x9d347f4d4058f6905fb993c35161107c', NULL, NULL, NULL, NULL, NULL, NULL),
	(81922, 33333333, '2026-11-30 00:00:00+00', '2026-11-30 18:08:07.740191+00', 3, 1, 2, '2|2026-11-29|campaign=c2||+', NULL, 16393, '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-29', '538d6c3e-ed6f-48af-ad56-0e6261be8256', '{"campaign":"c2"}'),
	(81920, -33333333, '2026-11-30 00:00:00+00', '2026-11-30 18:08:07.740191+00', 3, 2, 2, '2|2026-11-29|campaign=c2||-', NULL, 16393, '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-29', '538d6c3e-ed6f-48af-ad56-0e6261be8256', '{"campaign":"c2"}'),
	(98304, 2000000, '2026-11-30 18:00:00+00', '2026-11-30 18:08:07.831042+00', 1, 15, 0, 'd-6', '\xe3a1edc956a78bf67fb35054ac879d04', NULL, NULL, NULL, NULL, NULL, NULL),
	(114689, 12500000, '2026-11-30 00:00:00+00', '2026-11-30 18:08:21.258051+00', 4, 16, 0, '2026-11-29|account=1234567890,campaign=111|@1796062101241', NULL, NULL, '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-29', '01M8PT9FQSY1DZD4N0CF23ASQJ-1', '{"account":"1234567890","campaign":"111"}'),
	(114688, 3000000, '2026-11-30 00:00:00+00', '2026-11-30 18:08:21.258051+00', 4, 16, 0, '2026-11-29|account=1234567890,campaign=222|@1796062101241', NULL, NULL, '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-29', '01M8PT9FQSY1DZD4N0CF23ASQJ-2', '{"account":"1234567890","campaign":"222"}');
INSERT INTO budget.facts VALUES
	(1, 7000000, 16384, '2026-11-30 18:00:00+00', '2026-11-27 00:00:00+00', '2026-11-28 00:00:00+00', 2, 2, 'CNY', '2026-11-27|ad=x,device=m,campaign=c7|'),
	(1, 10000000, 16390, '2026-11-30 18:00:00+00', '2026-11-27 00:00:00+00', '2026-11-28 00:00:00+00', 2, 1, 'CNY', '2026-11-27|campaign=c1|ad=x,device=m'),
	(1, 80000000, 16389, '2026-11-30 18:00:00+00', '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', 2, 1, 'CNY', '2026-11-29|campaign=c1|'),
	(1, 44000000, 16385, '2026-11-30 18:00:00+00', '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', 2, 7, 'JPY', '2026-11-29|campaign=c8|'),
	(1, 12000000, 16394, '2026-11-30 18:00:00+00', '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', 2, 6, 'CNY', '2026-11-29|campaign=c9|'),
	(2, 118500000, 32768, '2026-11-30 18:00:00+00', '2026-11-28 00:00:00+00', '2026-11-29 00:00:00+00', 2, 1, 'CNY', '2026-11-28|campaign=c1|'),
	(1, 33333333, 81922, '2026-11-30 18:00:00+00', '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', 2, 1, 'CNY', '2026-11-29|campaign=c2|'),
	(1796062101241, 12500000, 114689, '2026-11-30 18:08:21.245842+00', '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', 4, 16, 'CNY', '2026-11-29|account=1234567890,campaign=111|'),
	(1796062101241, 3000000, 114688, '2026-11-30 18:08:21.245842+00', '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', 4, 16, 'CNY', '2026-11-29|account=1234567890,campaign=222|');
INSERT INTO budget.held OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 7, 2, '2026-11-29|campaign=c8|', true, 'open', 'unmapped', 44000000, 16385, 'shop/ads', '4275fe59-947c-4330-b09c-8e1b79203f0d', 'JPY', NULL, NULL, '{"campaign": "c8"}', '2026-11-29', '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-30 18:08:01.362034+00'),
	(2, 'default', 6, 2, '2026-11-29|campaign=c9|', true, 'open', 'unmapped', 12000000, 16394, 'shop/ads', '0dc3a45f-89f1-4596-b4a1-a928b5317831', 'CNY', NULL, NULL, '{"campaign": "c9"}', '2026-11-29', '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-30 18:08:01.362034+00'),
	(3, 'default', 6, 1, 'd-3', false, 'open', 'unknown_campaign', 5000000, 16391, 'shop/ads', 'd-3', 'CNY', 'sprng', 'L1', '{}', NULL, '2026-11-30 18:00:00+00', '2026-11-30 18:05:00+00', '2026-11-30 18:00:00+00', '2026-11-30 18:08:01.362034+00'),
	(4, 'default', 5, 1, 'd-2', false, 'open', 'not_approved', 20000000, 16392, 'shop/ads', 'd-2', 'CNY', 'half', 'L1', '{}', NULL, '2026-11-30 18:00:00+00', '2026-11-30 18:05:00+00', '2026-11-30 18:00:00+00', '2026-11-30 18:08:01.362034+00'),
	(5, 'default', 15, 1, 'd-6', false, 'open', 'after_close', 2000000, 98304, 'shop/ads', 'd-6', 'CNY', 'gone', 'L1', '{}', NULL, '2026-11-30 18:00:00+00', '2026-11-30 18:05:00+00', '2026-11-30 18:00:00+00', '2026-11-30 18:08:07.831042+00'),
	(6, 'default', 16, 4, '2026-11-29|account=1234567890,campaign=111|', true, 'open', 'unmapped', 12500000, 114689, 'google-ads/1234567890', '01M8PT9FQSY1DZD4N0CF23ASQJ-1', 'CNY', NULL, NULL, '{"account": "1234567890", "campaign": "111"}', '2026-11-29', '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-30 18:08:21.258051+00'),
	(7, 'default', 16, 4, '2026-11-29|account=1234567890,campaign=222|', true, 'open', 'unmapped', 3000000, 114688, 'google-ads/1234567890', '01M8PT9FQSY1DZD4N0CF23ASQJ-2', 'CNY', NULL, NULL, '{"account": "1234567890", "campaign": "222"}', '2026-11-29', '2026-11-29 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-30 00:00:00+00', '2026-11-30 18:08:21.258051+00');
INSERT INTO budget.idempotency VALUES
	('default', 'POST /v1/campaigns', '85ed750a-f03d-4e1d-a4b3-17e90e8e47c2', '\xa49abbedd49b9a7a52a88ecc0a15ce60', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/spring"}', '{"name": "Spring sale <b>", "owner": "li.na", "region": null, "stages": [], "status": "draft", "ends_at": "2026-12-06T00:00:00Z", "targets": [{"form": "absolute", "unit": "CNY", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "version": 1, "campaign": "spring", "currency": "CNY", "closed_at": null, "closed_by": null, "starts_at": "2026-11-26T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-30T18:08:00.429096Z", "created_by": "li.na", "close_reason": null, "plan_version": null, "effective_from": null, "management_mode": "project"}', '2026-11-30 18:08:00.428958+00'),
	('default', 'POST /v1/campaigns/spring/plans', '14be0336-64e0-4aca-a56a-c5b33bc4c692', '\xe3bbd90ce83004f57ec8f8b240d2b665', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/spring/plans/1"}', '{"status": "draft", "findings": [], "plan_version": 1}', '2026-11-30 18:08:00.482795+00'),
	('default', 'POST /v1/campaigns/spring/plans/1/submit', '74121a61-7876-4a30-a923-15288642b335', '\xad3c879be71632c3f0200a0dc0dbb188', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-12-02T18:08:00.552784Z", "status": "in_review"}', '2026-11-30 18:08:00.552527+00'),
	('default', 'POST /v1/campaigns/spring/plans/1/decisions', 'e0f50c27-147c-4f50-b71c-5015cef090b6', '\x8067a7b391b3909bf1e66f912379318a', 200, '{}', '{"needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-30T18:08:00.588199Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 18:08:00.586602+00'),
	('default', 'POST /v1/campaigns/spring/plans/1/decisions', '74525165-1f15-49b5-a2db-dc3788c346ab', '\x0c5d62e43b7beb57db6598b4b9227af5', 200, '{}', '{"needs": [], "status": "approved", "decisions": [{"as": "approver", "at": "2026-11-30T18:08:00.588199Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}, {"as": "finance", "at": "2026-11-30T18:08:00.619868Z", "by": "qian.wei", "opinion": "ok", "decision": "approve"}], "approved_at": "2026-11-30T18:08:00.619868Z"}', '2026-11-30 18:08:00.619757+00'),
	('default', 'POST /v1/campaigns', 'd4f97349-7716-43ca-b932-da65656a7b78', '\xb66152081878700b28255c46d42e2a7a', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/half"}', '{"name": "half", "owner": "li.na", "region": null, "stages": [], "status": "draft", "ends_at": "2026-12-06T00:00:00Z", "targets": [{"form": "absolute", "unit": "CNY", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "version": 1, "campaign": "half", "currency": "CNY", "closed_at": null, "closed_by": null, "starts_at": "2026-11-26T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-30T18:08:00.672427Z", "created_by": "li.na", "close_reason": null, "plan_version": null, "effective_from": null, "management_mode": "project"}', '2026-11-30 18:08:00.672343+00'),
	('default', 'POST /v1/campaigns/half/plans', 'f1111884-eef5-4ef3-90bd-a6e2ff560a83', '\x67a5e95f136dd1202eb8ea1db7f5b3a2', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/half/plans/1"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 1}', '2026-11-30 18:08:00.707944+00'),
	('default', 'POST /v1/campaigns/half/plans/1/submit', '3999482b-7d5b-4183-b983-d8b6a02b59f6', '\xad3c879be71632c3f0200a0dc0dbb188', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-12-02T18:08:00.740241Z", "status": "in_review"}', '2026-11-30 18:08:00.740091+00'),
	('default', 'POST /v1/campaigns/half/plans/1/decisions', '691756d3-e9f3-40fd-aa52-73103dbda4e7', '\x8067a7b391b3909bf1e66f912379318a', 200, '{}', '{"needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-30T18:08:00.773096Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 18:08:00.772925+00'),
	('default', 'POST /v1/campaigns', '0146cc09-9142-46fc-af12-c6d3bd557cef', '\x682aabac70c3dcb1e51464b5b5585033', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/gone"}', '{"name": "gone", "owner": "li.na", "region": null, "stages": [], "status": "draft", "ends_at": "2026-12-06T00:00:00Z", "targets": [{"form": "absolute", "unit": "CNY", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "version": 1, "campaign": "gone", "currency": "CNY", "closed_at": null, "closed_by": null, "starts_at": "2026-11-26T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-30T18:08:00.802181Z", "created_by": "li.na", "close_reason": null, "plan_version": null, "effective_from": null, "management_mode": "project"}', '2026-11-30 18:08:00.802084+00'),
	('default', 'POST /v1/campaigns/gone/plans', '137c721f-6bdb-43d5-94c4-9c1dc27e9351', '\xc23d32e1389063ccedb052438b50dc11', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/gone/plans/1"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 1}', '2026-11-30 18:08:00.832588+00'),
	('default', 'POST /v1/campaigns/gone/plans/1/submit', 'b3af05f2-7371-4786-8052-4dc0e01f7403', '\xad3c879be71632c3f0200a0dc0dbb188', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-12-02T18:08:00.879923Z", "status": "in_review"}', '2026-11-30 18:08:00.879802+00'),
	('default', 'POST /v1/campaigns/gone/plans/1/decisions', 'b751d2d0-22c7-4535-90be-71ce5fa7c7b3', '\x8067a7b391b3909bf1e66f912379318a', 200, '{}', '{"needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-30T18:08:00.911658Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 18:08:00.911581+00'),
	('default', 'POST /v1/campaigns/gone/plans/1/decisions', '58d8a4f0-29d7-48c7-a3bb-4a5eb81a2ecc', '\x0c5d62e43b7beb57db6598b4b9227af5', 200, '{}', '{"needs": [], "status": "approved", "decisions": [{"as": "approver", "at": "2026-11-30T18:08:00.911658Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}, {"as": "finance", "at": "2026-11-30T18:08:00.935620Z", "by": "qian.wei", "opinion": "ok", "decision": "approve"}], "approved_at": "2026-11-30T18:08:00.935620Z"}', '2026-11-30 18:08:00.935521+00'),
	('default', 'POST /v1/campaigns', 'f3b0be6f-4ea9-442d-bfed-7d5659edfe11', '\xc0583f45f9f3ab91152141fc1f030d5c', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/dollars"}', '{"name": "dollars", "owner": "li.na", "region": null, "stages": [], "status": "draft", "ends_at": "2026-12-06T00:00:00Z", "targets": [{"form": "absolute", "unit": "USD", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "version": 1, "campaign": "dollars", "currency": "USD", "closed_at": null, "closed_by": null, "starts_at": "2026-11-26T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-30T18:08:00.969009Z", "created_by": "li.na", "close_reason": null, "plan_version": null, "effective_from": null, "management_mode": "project"}', '2026-11-30 18:08:00.968838+00'),
	('default', 'POST /v1/campaigns/dollars/plans', 'e8325e1d-f7b6-4c3d-98ad-c20845bdee36', '\x96032dda1f8ff577aaa7c1cf350c4345', 201, '{"ETag": "\"1\"", "Location": "/v1/campaigns/dollars/plans/1"}', '{"status": "draft", "findings": [{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}], "plan_version": 1}', '2026-11-30 18:08:00.998503+00'),
	('default', 'POST /v1/campaigns/dollars/plans/1/submit', '83ccf10b-602f-4a42-aeec-38b85158b3ed', '\xad3c879be71632c3f0200a0dc0dbb188', 200, '{}', '{"needs": ["approver", "finance"], "due_at": "2026-12-02T18:08:01.026948Z", "status": "in_review"}', '2026-11-30 18:08:01.026863+00'),
	('default', 'POST /v1/campaigns/dollars/plans/1/decisions', 'b02c1721-f516-4c00-94d0-a490a117db7b', '\x8067a7b391b3909bf1e66f912379318a', 200, '{}', '{"needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-30T18:08:01.059651Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}], "approved_at": null}', '2026-11-30 18:08:01.059576+00'),
	('default', 'POST /v1/campaigns/dollars/plans/1/decisions', '529ede75-df28-48a5-b116-4cc2f1fe233f', '\x0c5d62e43b7beb57db6598b4b9227af5', 200, '{}', '{"needs": [], "status": "approved", "decisions": [{"as": "approver", "at": "2026-11-30T18:08:01.059651Z", "by": "zhao.min", "opinion": "ok", "decision": "approve"}, {"as": "finance", "at": "2026-11-30T18:08:01.083204Z", "by": "qian.wei", "opinion": "ok", "decision": "approve"}], "approved_at": "2026-11-30T18:08:01.083204Z"}', '2026-11-30 18:08:01.083123+00'),
	('default', 'POST /v1/mappings', '83920efa-fe00-4a47-9c40-9cd14381d697', '\x9dc18ad8a9a9906e022c25659e692acf', 201, '{"ETag": "\"1\"", "Location": "/v1/mappings/m1"}', '{"moved": {"amount": {"amount": "0.00", "currency": "CNY"}, "entries": 0}, "mapping": "m1", "version": 1, "findings": []}', '2026-11-30 18:08:01.130308+00'),
	('default', 'POST /v1/mappings', '4f9ce0a1-45bb-4d5e-8fb5-784b4764a2bf', '\x7678706da1bbce22b23bc04542eac0ea', 201, '{"ETag": "\"1\"", "Location": "/v1/mappings/m2"}', '{"moved": {"amount": {"amount": "0.00", "currency": "CNY"}, "entries": 0}, "mapping": "m2", "version": 1, "findings": []}', '2026-11-30 18:08:01.160508+00'),
	('default', 'POST /v1/mappings', '0617340c-7c4b-4abf-90c6-a35ea1fa1fe7', '\xc3f2876a1a1416cc5b80a9e324796e2e', 201, '{"ETag": "\"1\"", "Location": "/v1/mappings/m3"}', '{"moved": {"amount": {"amount": "0.00", "currency": "CNY"}, "entries": 0}, "mapping": "m3", "version": 1, "findings": []}', '2026-11-30 18:08:01.206093+00'),
	('default', 'POST /v1/campaigns/gone/close', '4e60de8e-59be-478b-89d2-1e4a53c5810a', '\xe9174f3006130e9f1e9b8eba6b8ba51e', 200, '{"ETag": "\"4\""}', '{"name": "gone", "owner": "li.na", "region": null, "stages": [], "status": "closed", "ends_at": "2026-12-06T00:00:00Z", "targets": [{"form": "absolute", "unit": "CNY", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "version": 4, "campaign": "gone", "currency": "CNY", "closed_at": "2026-11-30T18:08:07.778083Z", "closed_by": "qian.wei", "starts_at": "2026-11-26T00:00:00Z", "time_zone": "UTC", "attributes": {}, "created_at": "2026-11-30T18:08:00.802181Z", "created_by": "li.na", "close_reason": "stopped", "plan_version": 1, "effective_from": "2026-11-26T00:00:00Z", "management_mode": "project"}', '2026-11-30 18:08:07.777944+00'),
	('default', 'POST /v1/exceptions/5/decisions', 'f0f34d06-96ea-45c0-8574-65e9ee5fd7f4', '\x1d3cb34bea58d323df6e35a622a59afe', 200, '{}', '{"moved": {"entries": 0}, "needs": ["finance"], "status": "in_review", "decisions": [{"as": "approver", "at": "2026-11-30T18:08:20.165724Z", "by": "zhao.min", "opinion": "fine", "decision": "approve"}]}', '2026-11-30 18:08:20.165561+00');
INSERT INTO budget.import_progress VALUES
	('default', '01M8PT9FQSY1DZD4N0CF23ASQJ', 'spend.v1', 13, 2, '2026-11-30 18:08:21.253769+00'),
	('default', '01M8PT9FQSY1DZD4N0CF23ASQJ', 'spend.v1', 23, 3, '2026-11-30 18:08:21.253769+00');
INSERT INTO budget.imports VALUES
	('default', '01M8PT9FQSY1DZD4N0CF23ASQJ', 'CNY', 2, 0, 0, 0, 2, 15500000, '2026-11-30 18:08:21.253769+00');
INSERT INTO budget.line_sources VALUES
	(1, 'shop/ads'),
	(2, 'shop/ads'),
	(3, 'shop/ads'),
	(4, 'shop/ads');
INSERT INTO budget.lines VALUES
	('default', 'spring', 'search', 1, 1, false, 'search ads', 'wang.lei', 'search', 700000000, '{"amounts": [0, 700000000], "instants": [1795651200000000, 1796515200000000]}'),
	('default', 'spring', 'social', 1, 1, false, 'social ads', 'wang.lei', 'social', 300000000, '{"amounts": [0, 300000000], "instants": [1795651200000000, 1796515200000000]}'),
	('default', 'gone', 'L1', 1, 1, false, 'L1 ads', 'wang.lei', 'search', 50000000, '{"amounts": [0, 50000000], "instants": [1795651200000000, 1796515200000000]}'),
	('default', 'dollars', 'L1', 1, 1, false, 'L1 ads', 'wang.lei', 'search', 90000000, '{"amounts": [0, 90000000], "instants": [1795651200000000, 1796515200000000]}');
INSERT INTO budget.mappings VALUES
	('default', 'm1', 1, 'shop/ads', '{"campaign": "c1"}', 'campaign=c1', 'spring', 'search', NULL, 'li.na', '2026-11-30 18:08:01.130409+00', NULL, NULL),
	('default', 'm3', 1, 'shop/ads', '{"ad": "x,device=m"}', 'ad=x,device=m', 'spring', 'social', NULL, 'li.na', '2026-11-30 18:08:01.206191+00', NULL, NULL),
	('default', 'm2', 2, 'shop/ads', '{"campaign": "c2"}', 'campaign=c2', 'spring', 'search', NULL, 'li.na', '2026-11-30 18:08:01.160742+00', NULL, NULL);
INSERT INTO budget.plans VALUES
	('default', 'dollars', 1, 'approved', 90000000, '{"lines": [{"cap": null, "key": false, "line": "L1", "name": "L1 ads", "owner": "wang.lei", "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "90.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "90.00", "currency": "USD"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-30 18:08:00.998614+00', 'li.na', '2026-11-30 18:08:01.026948+00', 'please', '2026-11-26 00:00:00+00', '2026-12-02 18:08:01.026948+00', '2026-11-30 18:08:01.083204+00'),
	('default', 'spring', 1, 'approved', 1100000000, '{"lines": [{"cap": null, "key": false, "line": "search", "name": "search ads", "owner": "wang.lei", "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "700.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}, {"cap": null, "key": false, "line": "social", "name": "social ads", "owner": "wang.lei", "channel": "social", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "300.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "1100.00", "currency": "CNY"}, "reserve": [{"amount": "100.00", "bucket": "flexible", "draw_condition": "price war"}]}', '[]', 'li.na', '2026-11-30 18:08:00.482977+00', 'li.na', '2026-11-30 18:08:00.552784+00', 'please', '2026-11-26 00:00:00+00', '2026-12-02 18:08:00.552784+00', '2026-11-30 18:08:00.619868+00'),
	('default', 'half', 1, 'in_review', 500000000, '{"lines": [{"cap": null, "key": false, "line": "L1", "name": "L1 ads", "owner": "wang.lei", "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "500.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "500.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-30 18:08:00.708064+00', 'li.na', '2026-11-30 18:08:00.740241+00', 'please', '2026-11-26 00:00:00+00', '2026-12-02 18:08:00.740241+00', NULL),
	('default', 'gone', 1, 'approved', 50000000, '{"lines": [{"cap": null, "key": false, "line": "L1", "name": "L1 ads", "owner": "wang.lei", "channel": "search", "percent": null, "phasing": {"kind": "even"}, "targets": ["sales"], "category": "advertising", "priority": null, "allocated": "50.00", "remainder": false, "cost_nature": "direct", "cost_behavior": "variable"}], "total": {"amount": "50.00", "currency": "CNY"}, "reserve": []}', '[{"code": "reserve_missing", "line": null, "detail": "no money is kept in reserve", "severity": "info"}]', 'li.na', '2026-11-30 18:08:00.832693+00', 'li.na', '2026-11-30 18:08:00.879923+00', 'please', '2026-11-26 00:00:00+00', '2026-12-02 18:08:00.879923+00', '2026-11-30 18:08:00.93562+00');
INSERT INTO budget.progress VALUES
	('default', 'shop/ads', 'spend.v1', 0, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 1, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 2, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 3, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 4, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 5, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 6, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 7, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 8, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 9, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 10, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 11, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 12, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 13, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 14, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 15, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 16, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 17, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 18, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 19, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 20, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 21, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 22, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'spend.v1', 23, '2026-11-30 18:00:00+00', NULL);
INSERT INTO budget.reports VALUES
	('default', 'shop/ads', '', 'delta', ''),
	('default', 'shop/ads', 'daily', 'snapshot', 'day'),
	('default', 'google-ads/1234567890', 'campaign-daily', 'snapshot', 'day');
INSERT INTO budget.streams OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'shop/ads', 'd'),
	(2, 'default', 'shop/ads', 's/daily'),
	(3, 'default', 'shop/ads', 'm/mapping/m2/2'),
	(4, 'default', 'google-ads/1234567890', 's/campaign-daily');
INSERT INTO budget.witness VALUES
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 0, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 1, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 2, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 3, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 4, 4, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 5, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 6, 2, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 7, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 8, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 9, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 10, 3, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 11, 2, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 14, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 15, 5, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 16, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 17, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 18, 2, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 19, 2, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 20, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 21, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 22, 1, '2026-11-30 18:08:01.655+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 12, 3, '2026-11-30 18:08:07.827+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 13, 2, '2026-11-30 18:08:21.247+00'),
	('budget', 'P6zxzLCtQImeqUiLA1pSKg', 'spend.v1', 23, 3, '2026-11-30 18:08:21.247+00');
INSERT INTO ingest.api_keys VALUES
	('0a06484ed6b6', 'default', 'cli', '\xfd4b1842dbec4ded6c5136a75304c3599d3a6c36ebf969e3c21e5ecdfe53deaf', '{shop/*}', NULL, 'paceline-cli', '2026-11-30 18:07:57.514756+00', NULL, NULL),
	('c3eb87b7d135', 'default', 'cli', '\xe54c12977f29eace7a8f2d48661d0e0379f0d26ef23d7bfad4a7163c69aff98f', '{shop/*}', NULL, 'paceline-cli', '2026-11-30 18:08:17.728122+00', NULL, NULL);
INSERT INTO ingest.rejections OVERRIDING SYSTEM VALUE VALUES
	(1, 'ingest/3fdd581cc578444db8a52d9714583693/amount_not_decimal', 'default', 'shop/ads', 'bad-1', 'amount_not_decimal', '''1,5'' is not a decimal string', NULL, NULL, NULL, '{"id": "bad-1", "data": {"line": "search", "amount": "1,5", "campaign": "spring", "currency": "CNY"}, "time": "2026-11-30T18:00:00Z", "type": "paceline.spend.v1", "source": "shop/ads", "workspace": null, "specversion": "1.0"}', '2026-11-30 18:08:01.563256+00'),
	(2, 'budget/spend.v1/4/2/id_reused', 'default', 'shop/ads', 'd-1', 'id_reused', 'id ''d-1'' of shop/ads was posted with another body', 'spend.v1', 4, 2, '{"id": "d-1", "data": {"line": "search", "amount": "501.00", "campaign": "spring", "currency": "CNY", "period_end": "2026-11-30T18:05:00Z", "period_start": "2026-11-30T18:00:00Z"}, "time": "2026-11-30T18:00:00Z", "type": "paceline.spend.v1", "source": "shop/ads", "bodyhash": "5f9860fb070ced3ab2cdbf77c149ee57", "workspace": "default", "receivedat": "2026-11-30T18:08:01.619357Z", "specversion": "1.0"}', '2026-11-30 18:08:01.627714+00');
INSERT INTO ingest.sources VALUES
	('default', 'shop/ads', 'UTC', 'CNY', 3600, 'daily', '2026-11-30 18:08:07.826842+00', '2026-11-30 18:00:00+00', 1),
	('default', 'google-ads/1234567890', NULL, NULL, NULL, NULL, '2026-11-30 18:08:21.245842+00', NULL, 0);
INSERT INTO ingest.witness VALUES
	('ingest-rejections', 'P6zxzLCtQImeqUiLA1pSKg', 'rejected.v1', 9, 2, '2026-11-30 18:08:01.657+00');
INSERT INTO kpi.breaches OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'pacing-high/line:search/1', 'spring', 'pacing-high', true);
INSERT INTO kpi.catalog VALUES
	('default', 'campaign', 'spring', 3, false, '{"name": "Spring sale <b>", "owner": "li.na", "status": "approved", "ends_at": "2026-12-06T00:00:00+00:00", "targets": [{"form": "absolute", "unit": "CNY", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "campaign": "spring", "currency": "CNY", "starts_at": "2026-11-26T00:00:00+00:00", "time_zone": "UTC", "plan_version": 1}'),
	('default', 'line', 'spring/search', 1, false, '{"line": "search", "name": "search ads", "owner": "wang.lei", "channel": "search", "campaign": "spring", "plan_version": 1}'),
	('default', 'line', 'spring/social', 1, false, '{"line": "social", "name": "social ads", "owner": "wang.lei", "channel": "social", "campaign": "spring", "plan_version": 1}'),
	('default', 'campaign', 'half', 2, false, '{"name": "half", "owner": "li.na", "status": "in_review", "ends_at": "2026-12-06T00:00:00+00:00", "targets": [{"form": "absolute", "unit": "CNY", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "campaign": "half", "currency": "CNY", "starts_at": "2026-11-26T00:00:00+00:00", "time_zone": "UTC", "plan_version": null}'),
	('default', 'line', 'gone/L1', 1, false, '{"line": "L1", "name": "L1 ads", "owner": "wang.lei", "channel": "search", "campaign": "gone", "plan_version": 1}'),
	('default', 'campaign', 'dollars', 3, false, '{"name": "dollars", "owner": "li.na", "status": "approved", "ends_at": "2026-12-06T00:00:00+00:00", "targets": [{"form": "absolute", "unit": "USD", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "campaign": "dollars", "currency": "USD", "starts_at": "2026-11-26T00:00:00+00:00", "time_zone": "UTC", "plan_version": 1}'),
	('default', 'line', 'dollars/L1', 1, false, '{"line": "L1", "name": "L1 ads", "owner": "wang.lei", "channel": "search", "campaign": "dollars", "plan_version": 1}'),
	('default', 'mapping', 'm1', 1, false, '{"line": "search", "match": {"campaign": "c1"}, "source": "shop/ads", "mapping": "m1", "campaign": "spring", "effective_from": null}'),
	('default', 'mapping', 'm3', 1, false, '{"line": "social", "match": {"ad": "x,device=m"}, "source": "shop/ads", "mapping": "m3", "campaign": "spring", "effective_from": null}'),
	('default', 'mapping', 'm2', 2, false, '{"line": "search", "match": {"campaign": "c2"}, "source": "shop/ads", "mapping": "m2", "campaign": "spring", "effective_from": null}'),
	('default', 'campaign', 'gone', 4, false, '{"name": "gone", "owner": "li.na", "status": "closed", "ends_at": "2026-12-06T00:00:00+00:00", "targets": [{"form": "absolute", "unit": "CNY", "value": "5000", "parent": null, "target": "sales", "measure": "revenue", "primary": true, "baseline": null, "deadline": "2026-12-06T00:00:00Z", "relevance": "annual plan"}], "campaign": "gone", "currency": "CNY", "starts_at": "2026-11-26T00:00:00+00:00", "time_zone": "UTC", "plan_version": 1}');
INSERT INTO kpi.catalog_versions VALUES
	('default', 3);
INSERT INTO kpi.deltas VALUES
	(1, 'md-1', '\x89e5ec47b044cafd63d5f6f8a349d83f', 1795989600000);
INSERT INTO kpi.facts VALUES
	(2, '2026-11-29T00', 'campaign=c1', '', 1, '{"clicks":10000000,"impressions":1000000000,"revenue":12500000}', 1795910400000, 1795914000000, 'spring', 'search', 'CNY'),
	(2, '2026-11-29T01', 'campaign=c1', '', 1, '{"clicks":11000000,"impressions":1001000000,"revenue":12500000}', 1795914000000, 1795917600000, 'spring', 'search', 'CNY'),
	(2, '2026-11-29T02', 'campaign=c1', '', 1, '{"clicks":12000000,"impressions":1002000000,"revenue":12500000}', 1795917600000, 1795921200000, 'spring', 'search', 'CNY'),
	(2, '2026-11-29T03', 'campaign=c1', '', 1, '{"clicks":13000000,"impressions":1003000000,"revenue":12500000}', 1795921200000, 1795924800000, 'spring', 'search', 'CNY');
INSERT INTO kpi.feeds VALUES
	('default', 'dollars', 'L1', 'spend', 'budget', 300000),
	('default', 'gone', 'L1', 'spend', 'budget', 300000),
	('default', 'spring', 'search', 'spend', 'budget', 300000),
	('default', 'spring', 'search', 'spend', 'budget', 86400000),
	('default', 'spring', 'social', 'spend', 'budget', 86400000),
	('default', 'spring', 'search', 'clicks', 'shop/ads', 3600000),
	('default', 'spring', 'search', 'impressions', 'shop/ads', 3600000),
	('default', 'spring', 'search', 'revenue', 'shop/ads', 3600000),
	('default', 'spring', 'search', 'clicks', 'shop/ads', 300000),
	('default', 'spring', 'search', 'impressions', 'shop/ads', 300000);
INSERT INTO kpi.held OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'shop/ads', 'campaign=c9', '2026-11-29T00', 1795910400000, '', 1795914000000, 0, 'CNY', '6687e3510ea1f2dbc96fa3febffa28a2', 0, '{"campaign": "c9"}', 'clicks
impressions
revenue', 10, 0, '\x7b2274797065223a22706163656c696e652e6d6574726963732e7631222c227370656376657273696f6e223a22312e30222c226964223a2266396463383466392d346632342d343766362d623961662d313366386663333338363732222c22736f75726365223a2273686f702f616473222c22776f726b7370616365223a2264656661756c74222c2272656365697665646174223a22323032362d31312d33305431383a30383a30312e3438333036385a222c2274696d65223a22323032362d31312d33305431383a30303a30305a222c22626f647968617368223a223234363932323039306234316664346332363362323235663563663266613035222c2264617461223a7b22656e74697479223a7b2263616d706169676e223a226339227d2c226d6f6465223a22736e617073686f74222c227265706f7274223a226461696c79222c22706572696f64223a22323032362d31312d3239543030222c227265766973696f6e223a312c226d65617375726573223a7b22636c69636b73223a31342c22696d7072657373696f6e73223a313030342c22726576656e7565223a2231322e3530227d2c2263757272656e6379223a22434e59222c22706572696f645f7374617274223a22323032362d31312d32395430303a30303a30305a222c22706572696f645f656e64223a22323032362d31312d32395430313a30303a30305a227d7d'),
	(2, 'default', 'shop/ads', 'campaign=c9', '2026-11-29T01', 1795914000000, '', 1795917600000, 0, 'CNY', '45467f45eb2ce9c011845a4a6d99350c', 0, '{"campaign": "c9"}', 'clicks
impressions
revenue', 10, 1, '\x7b2274797065223a22706163656c696e652e6d6574726963732e7631222c227370656376657273696f6e223a22312e30222c226964223a2232386262343938392d393037632d343030612d623737642d393031383638633039383965222c22736f75726365223a2273686f702f616473222c22776f726b7370616365223a2264656661756c74222c2272656365697665646174223a22323032362d31312d33305431383a30383a30312e3438333036385a222c2274696d65223a22323032362d31312d33305431383a30303a30305a222c22626f647968617368223a226461383037313861323133613430323163303462653862396432303664353439222c2264617461223a7b22656e74697479223a7b2263616d706169676e223a226339227d2c226d6f6465223a22736e617073686f74222c227265706f7274223a226461696c79222c22706572696f64223a22323032362d31312d3239543031222c227265766973696f6e223a312c226d65617375726573223a7b22636c69636b73223a31352c22696d7072657373696f6e73223a313030352c22726576656e7565223a2231322e3530227d2c2263757272656e6379223a22434e59222c22706572696f645f7374617274223a22323032362d31312d32395430313a30303a30305a222c22706572696f645f656e64223a22323032362d31312d32395430323a30303a30305a227d7d'),
	(3, 'default', 'shop/ads', 'campaign=c9', '2026-11-29T02', 1795917600000, '', 1795921200000, 0, 'CNY', '401f93effa87fb00e926e1057a3181c9', 0, '{"campaign": "c9"}', 'clicks
impressions
revenue', 10, 2, '\x7b2274797065223a22706163656c696e652e6d6574726963732e7631222c227370656376657273696f6e223a22312e30222c226964223a2231626137313861302d343866332d346261372d613834662d303762653061316638373762222c22736f75726365223a2273686f702f616473222c22776f726b7370616365223a2264656661756c74222c2272656365697665646174223a22323032362d31312d33305431383a30383a30312e3438333036385a222c2274696d65223a22323032362d31312d33305431383a30303a30305a222c22626f647968617368223a223731636430373265396664313637653261326266663465363736626434666332222c2264617461223a7b22656e74697479223a7b2263616d706169676e223a226339227d2c226d6f6465223a22736e617073686f74222c227265706f7274223a226461696c79222c22706572696f64223a22323032362d31312d3239543032222c227265766973696f6e223a312c226d65617375726573223a7b22636c69636b73223a31362c22696d7072657373696f6e73223a313030362c22726576656e7565223a2231322e3530227d2c2263757272656e6379223a22434e59222c22706572696f645f7374617274223a22323032362d31312d32395430323a30303a30305a222c22706572696f645f656e64223a22323032362d31312d32395430333a30303a30305a227d7d'),
	(4, 'default', 'shop/ads', 'campaign=c9', '2026-11-29T03', 1795921200000, '', 1795924800000, 0, 'CNY', '6024ebfd1edd2eeb85d7ca6eb14b9e58', 0, '{"campaign": "c9"}', 'clicks
impressions
revenue', 10, 3, '\x7b2274797065223a22706163656c696e652e6d6574726963732e7631222c227370656376657273696f6e223a22312e30222c226964223a2232373939353236392d356438362d343536312d383338612d383738323063303462663332222c22736f75726365223a2273686f702f616473222c22776f726b7370616365223a2264656661756c74222c2272656365697665646174223a22323032362d31312d33305431383a30383a30312e3438333036385a222c2274696d65223a22323032362d31312d33305431383a30303a30305a222c22626f647968617368223a226364383331303461353963353330626662393438343264346461393131306134222c2264617461223a7b22656e74697479223a7b2263616d706169676e223a226339227d2c226d6f6465223a22736e617073686f74222c227265706f7274223a226461696c79222c22706572696f64223a22323032362d31312d3239543033222c227265766973696f6e223a312c226d65617375726573223a7b22636c69636b73223a31372c22696d7072657373696f6e73223a313030372c22726576656e7565223a2231322e3530227d2c2263757272656e6379223a22434e59222c22706572696f645f7374617274223a22323032362d31312d32395430333a30303a30305a222c22706572696f645f656e64223a22323032362d31312d32395430343a30303a30305a227d7d'),
	(5, 'default', 'google-ads/1234567890', 'account=1234567890,campaign=111', '2026-11-29', 1795910400000, '', 1795996800000, 0, '', '76233d2508d853f35d8426d16595fff6', 0, '{"account": "1234567890", "campaign": "111"}', 'clicks
impressions', 23, 1, '\x7b2274797065223a22706163656c696e652e6d6574726963732e7631222c227370656376657273696f6e223a22312e30222c226964223a2230314d385054394651535931445a44344e30434632334153514a2d312d6d222c22736f75726365223a22676f6f676c652d6164732f31323334353637383930222c22776f726b7370616365223a2264656661756c74222c2272656365697665646174223a22323032362d31312d33305431383a30383a32312e3234353834325a222c22696d706f72746964223a2230314d385054394651535931445a44344e30434632334153514a222c2274696d65223a22323032362d31312d33305431383a30383a32312e3234353834325a222c22626f647968617368223a226337353135336432616231326332306135386639313733663835393061653565222c2264617461223a7b22656e74697479223a7b226163636f756e74223a2231323334353637383930222c2263616d706169676e223a22313131227d2c226d6f6465223a22736e617073686f74222c227265706f7274223a2263616d706169676e2d6461696c79222c22706572696f64223a22323032362d31312d3239222c227265766973696f6e223a313739363036323130313234312c226d65617375726573223a7b22636c69636b73223a223230222c22696d7072657373696f6e73223a2231303030227d2c2263757272656e6379223a22434e59222c22706572696f645f7374617274223a22323032362d31312d32395430303a30303a30305a222c22706572696f645f656e64223a22323032362d31312d33305430303a30303a30305a227d7d'),
	(6, 'default', 'google-ads/1234567890', 'account=1234567890,campaign=222', '2026-11-29', 1795910400000, '', 1795996800000, 0, '', '11a6f6984be916969346f66daa836179', 0, '{"account": "1234567890", "campaign": "222"}', 'clicks
impressions', 13, 1, '\x7b2274797065223a22706163656c696e652e6d6574726963732e7631222c227370656376657273696f6e223a22312e30222c226964223a2230314d385054394651535931445a44344e30434632334153514a2d322d6d222c22736f75726365223a22676f6f676c652d6164732f31323334353637383930222c22776f726b7370616365223a2264656661756c74222c2272656365697665646174223a22323032362d31312d33305431383a30383a32312e3234353834325a222c22696d706f72746964223a2230314d385054394651535931445a44344e30434632334153514a222c2274696d65223a22323032362d31312d33305431383a30383a32312e3234353834325a222c22626f647968617368223a226564333137636539623562336338303761366231393633616139613165633662222c2264617461223a7b22656e74697479223a7b226163636f756e74223a2231323334353637383930222c2263616d706169676e223a22323232227d2c226d6f6465223a22736e617073686f74222c227265706f7274223a2263616d706169676e2d6461696c79222c22706572696f64223a22323032362d31312d3239222c227265766973696f6e223a313739363036323130313234312c226d65617375726573223a7b22636c69636b73223a2231222c22696d7072657373696f6e73223a22313030227d2c2263757272656e6379223a22434e59222c22706572696f645f7374617274223a22323032362d31312d32395430303a30303a30305a222c22706572696f645f656e64223a22323032362d31312d33305430303a30303a30305a227d7d');
INSERT INTO kpi.idempotency VALUES
	('default', 'POST /v1/rules', '5ffc0d40-b87f-4a43-9f84-42971ca537ed', '\x868275889550d6847a5d45734a70f415', 201, '{"ETag": "\"1\"", "Location": "/v1/rules/pacing-high"}', '{"for": 0, "kpi": "budget.pacing_ratio", "min": null, "name": "Spending too fast", "rule": "pacing-high", "scope": {"lines": null, "campaign": "spring"}, "labels": {}, "status": "active", "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "1.2", "severity": "warning"}, {"value": "1.5", "severity": "critical"}]}, "created_at": "2026-11-30T18:08:01.269413Z", "created_by": "li.na", "updated_at": "2026-11-30T18:08:01.269413Z", "annotations": {"lever": "bid or daily budget", "bucket": null, "runbook": null}, "keep_firing": 0, "rule_version": 1, "effective_from_window": null}', '2026-11-30 18:08:01.265462+00'),
	('default', 'POST /v1/rules', 'a37a95a7-ee9a-41f7-912d-3606ed40edde', '\x289251ffc88b0e629b8bed3b8bb8c74e', 201, '{"ETag": "\"1\"", "Location": "/v1/rules/ctr-low"}', '{"for": 0, "kpi": "ctr", "min": {"impressions": "100"}, "name": "CTR low", "rule": "ctr-low", "scope": {"lines": ["search"], "campaign": "spring"}, "labels": {}, "status": "active", "window": {"hop": null, "kind": "tumbling", "size": "60m"}, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": "<", "reset": "0.015", "levels": [{"value": "0.015", "severity": "warning"}]}, "created_at": "2026-11-30T18:08:01.325310Z", "created_by": "li.na", "updated_at": "2026-11-30T18:08:01.325310Z", "annotations": {}, "keep_firing": 0, "rule_version": 1, "effective_from_window": "2026-11-30T18:00:00Z"}', '2026-11-30 18:08:01.316773+00');
INSERT INTO kpi.lines VALUES
	('default', 'spring', 'social', 6, '\x7b2263616d706169676e223a22737072696e67222c226c696e65223a22736f6369616c222c22736571223a362c22706c616e5f76657273696f6e223a312c2263757272656e6379223a22434e59222c22616c6c6f6361746564223a223330302e3030222c2261637475616c223a22372e3030222c22636f7272656374696f6e73223a22302e3030222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a223239332e3030222c22706c616e6e65645f746f5f64617465223a223134322e3530222c22757365645f726174696f223a22302e303233333333222c22706163696e675f726174696f223a22302e303439313233222c22666f7265636173745f656e64223a2231342e373336383432222c22636f6d706c6574655f7468726f756768223a22323032362d31312d33305431383a30303a30305a222c2266726573686e657373223a226c697665222c226e616d6573223a7b2263616d706169676e223a22537072696e672073616c65203c623e222c226c696e65223a22736f6369616c20616473227d2c226368616e676573223a5b5d2c2261735f6f66223a22323032362d31312d33305431383a30383a30372e3737353931305a222c22616e63686f72223a22323032362d31312d33305431383a30303a30305a222c2274696d655f7a6f6e65223a22555443222c226f776e6572223a2277616e672e6c6569222c226368616e6e656c223a22736f6369616c227d', 1796061600000, NULL, NULL),
	('default', 'spring', 'search', 8, '\x7b2263616d706169676e223a22737072696e67222c226c696e65223a22736561726368222c22736571223a382c22706c616e5f76657273696f6e223a312c2263757272656e6379223a22434e59222c22616c6c6f6361746564223a223730302e3030222c2261637475616c223a223734332e333333333333222c22636f7272656374696f6e73223a222d322e3030222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a222d34332e333333333333222c22706c616e6e65645f746f5f64617465223a223333322e3530222c22757365645f726174696f223a22312e303631393035222c22706163696e675f726174696f223a22322e323335353839222c22666f7265636173745f656e64223a22313536342e3931323238222c22636f6d706c6574655f7468726f756768223a22323032362d31312d33305431383a30303a30305a222c2266726573686e657373223a226c697665222c226e616d6573223a7b2263616d706169676e223a22537072696e672073616c65203c623e222c226c696e65223a2273656172636820616473227d2c226368616e676573223a5b5d2c2261735f6f66223a22323032362d31312d33305431383a30383a30372e3737353931305a222c22616e63686f72223a22323032362d31312d33305431383a30303a30305a222c2274696d655f7a6f6e65223a22555443222c226f776e6572223a2277616e672e6c6569222c226368616e6e656c223a22736561726368227d', 1796061600000, NULL, NULL),
	('default', 'gone', 'L1', 4, '\x7b2263616d706169676e223a22676f6e65222c226c696e65223a224c31222c22736571223a342c22706c616e5f76657273696f6e223a312c2263757272656e6379223a22434e59222c22616c6c6f6361746564223a2235302e3030222c2261637475616c223a22392e3030222c22636f7272656374696f6e73223a22302e3030222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a2234312e3030222c22706c616e6e65645f746f5f64617465223a2232332e3735222c22757365645f726174696f223a22302e313830303030222c22706163696e675f726174696f223a22302e333738393437222c22666f7265636173745f656e64223a2231382e393437333638222c22636f6d706c6574655f7468726f756768223a22323032362d31312d33305431383a30303a30305a222c2266726573686e657373223a226c697665222c226e616d6573223a7b2263616d706169676e223a22676f6e65222c226c696e65223a224c3120616473227d2c226368616e676573223a5b5d2c2261735f6f66223a22323032362d31312d33305431383a30383a30372e3833393936365a222c22616e63686f72223a22323032362d31312d33305431383a30303a30305a222c2274696d655f7a6f6e65223a22555443222c226f776e6572223a2277616e672e6c6569222c226368616e6e656c223a22736561726368227d', 1796061600000, NULL, NULL),
	('default', 'dollars', 'L1', 3, '\x7b2263616d706169676e223a22646f6c6c617273222c226c696e65223a224c31222c22736571223a332c22706c616e5f76657273696f6e223a312c2263757272656e6379223a22555344222c22616c6c6f6361746564223a2239302e3030222c2261637475616c223a22332e3030222c22636f7272656374696f6e73223a22302e3030222c22636f6d6d6974746564223a22302e3030222c2272656d61696e696e67223a2238372e3030222c22706c616e6e65645f746f5f64617465223a2234322e3735222c22757365645f726174696f223a22302e303333333333222c22706163696e675f726174696f223a22302e303730313735222c22666f7265636173745f656e64223a22362e333135373839222c22636f6d706c6574655f7468726f756768223a22323032362d31312d33305431383a30303a30305a222c2266726573686e657373223a226c697665222c226e616d6573223a7b2263616d706169676e223a22646f6c6c617273222c226c696e65223a224c3120616473227d2c226368616e676573223a5b5d2c2261735f6f66223a22323032362d31312d33305431383a30383a30312e3732323333305a222c22616e63686f72223a22323032362d31312d33305431383a30303a30305a222c2274696d655f7a6f6e65223a22555443222c226f776e6572223a2277616e672e6c6569222c226368616e6e656c223a22736561726368227d', 1796061600000, NULL, NULL);
INSERT INTO kpi.panes VALUES
	(3, 1795737600000, 1795824000000, 0, 10000000),
	(4, 1795737600000, 1795824000000, 0, 7000000),
	(3, 1795910400000, 1795996800000, 0, 80000000),
	(4, 1795910400000, 1795996800000, 0, 33333333),
	(1, 1796061600000, 1796061900000, 0, 3000000),
	(2, 1796061600000, 1796061900000, 0, 9000000),
	(3, 1795824000000, 1795910400000, 0, 118500000),
	(5, 1795910400000, 1795914000000, 0, 10000000),
	(6, 1795910400000, 1795914000000, 0, 1000000000),
	(7, 1795910400000, 1795914000000, 0, 12500000),
	(5, 1795914000000, 1795917600000, 0, 11000000),
	(6, 1795914000000, 1795917600000, 0, 1001000000),
	(7, 1795914000000, 1795917600000, 0, 12500000),
	(5, 1795917600000, 1795921200000, 0, 12000000),
	(6, 1795917600000, 1795921200000, 0, 1002000000),
	(7, 1795917600000, 1795921200000, 0, 12500000),
	(5, 1795921200000, 1795924800000, 0, 13000000),
	(6, 1795921200000, 1795924800000, 0, 1003000000),
	(7, 1795921200000, 1795924800000, 0, 12500000),
	(5, 1795989600000, 1795989900000, 0, 3000000),
	(6, 1795989600000, 1795989900000, 0, 500000000),
	(3, 1796061600000, 1796061900000, 0, 501500000),
	(3, 1795910400000, 1795996800000, 1796061600000, 33333333),
	(4, 1795910400000, 1795996800000, 1796061600000, -33333333);
INSERT INTO kpi.progress VALUES
	('default', 'shop/ads', 'metrics.v1', 0, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 1, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 2, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 3, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 4, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 5, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 6, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 7, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 8, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 9, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 10, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 11, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 12, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 13, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 14, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 15, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 16, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 17, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 18, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 19, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 20, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 21, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 22, '2026-11-30 18:00:00+00', NULL),
	('default', 'shop/ads', 'metrics.v1', 23, '2026-11-30 18:00:00+00', NULL);
INSERT INTO kpi.reports OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'shop/ads', '', 'delta', 'pane'),
	(2, 'default', 'shop/ads', 'daily', 'snapshot', 'hour'),
	(4, 'default', 'google-ads/1234567890', '', 'delta', 'pane'),
	(5, 'default', 'google-ads/1234567890', 'campaign-daily', 'snapshot', 'day');
INSERT INTO kpi.rule_versions VALUES
	('default', 'pacing-high', 1, '{"for": 0, "kpi": "budget.pacing_ratio", "min": null, "name": "Spending too fast", "rule": "pacing-high", "scope": {"lines": null, "campaign": "spring"}, "labels": {}, "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "1.2", "severity": "warning"}, {"value": "1.5", "severity": "critical"}]}, "annotations": {"lever": "bid or daily budget", "bucket": null, "runbook": null}, "keep_firing": 0}', false, 'li.na', '2026-11-30 18:08:01.269413+00'),
	('default', 'ctr-low', 1, '{"for": 0, "kpi": "ctr", "min": {"impressions": "100"}, "name": "CTR low", "rule": "ctr-low", "scope": {"lines": ["search"], "campaign": "spring"}, "labels": {}, "window": {"hop": null, "kind": "tumbling", "size": "60m"}, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": "<", "reset": "0.015", "levels": [{"value": "0.015", "severity": "warning"}]}, "annotations": {}, "keep_firing": 0}', false, 'li.na', '2026-11-30 18:08:01.32531+00');
INSERT INTO kpi.rules VALUES
	('default', 'pacing-high', 1, 'spring', '{"for": 0, "kpi": "budget.pacing_ratio", "min": null, "name": "Spending too fast", "rule": "pacing-high", "scope": {"lines": null, "campaign": "spring"}, "labels": {}, "window": null, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": ">=", "reset": null, "levels": [{"value": "1.2", "severity": "warning"}, {"value": "1.5", "severity": "critical"}]}, "annotations": {"lever": "bid or daily budget", "bucket": null, "runbook": null}, "keep_firing": 0}', false, 1796062081269, 'li.na', '2026-11-30 18:08:01.269413+00', '2026-11-30 18:08:01.269413+00'),
	('default', 'ctr-low', 1, 'spring', '{"for": 0, "kpi": "ctr", "min": {"impressions": "100"}, "name": "CTR low", "rule": "ctr-low", "scope": {"lines": ["search"], "campaign": "spring"}, "labels": {}, "window": {"hop": null, "kind": "tumbling", "size": "60m"}, "baseline": null, "group_by": ["line"], "maturity": "0m", "suppress": null, "condition": {"op": "<", "reset": "0.015", "levels": [{"value": "0.015", "severity": "warning"}]}, "annotations": {}, "keep_firing": 0}', false, 1796062081325, 'li.na', '2026-11-30 18:08:01.32531+00', '2026-11-30 18:08:01.32531+00');
INSERT INTO kpi.series OVERRIDING SYSTEM VALUE VALUES
	(1, 'default', 'dollars', 'L1', 'spend'),
	(2, 'default', 'gone', 'L1', 'spend'),
	(3, 'default', 'spring', 'search', 'spend'),
	(4, 'default', 'spring', 'social', 'spend'),
	(5, 'default', 'spring', 'search', 'clicks'),
	(6, 'default', 'spring', 'search', 'impressions'),
	(7, 'default', 'spring', 'search', 'revenue');
INSERT INTO kpi.sources VALUES
	('default', 'shop/ads', 1796061600000, NULL);
INSERT INTO kpi.standings VALUES
	('default', 'pacing-high', 'line:social', 'spring', 1, 0, 0, 0, NULL, NULL, NULL, false),
	('default', 'pacing-high', 'line:search', 'spring', 1, 0, 1, 1, 'critical', 1796062081405, NULL, false),
	('default', 'ctr-low', 'line:search', 'spring', 1, 1796061600000, 0, 0, NULL, NULL, NULL, false);
INSERT INTO kpi.transitions VALUES
	('default', 'pacing-high/line:search/1', 1, 'spring', 'firing', '{"op": ">=", "kpi": "budget.pacing_ratio", "seq": 1, "kind": "budget", "rule": "pacing-high", "group": {"line": "search"}, "names": {"line": "search ads", "rule": "Spending too fast", "campaign": "Spring sale <b>"}, "owner": "wang.lei", "since": "2026-11-30T18:08:01.405000Z", "value": "2.136842", "breach": "pacing-high/line:search/1", "labels": {"line": "search", "rule": "pacing-high", "campaign": "spring"}, "reason": "threshold_crossed", "window": null, "crossed": ["1.2", "1.5"], "numbers": {"actual": "710.50", "allocated": "700.00", "committed": "0.00", "remaining": "-10.50", "used_ratio": "1.015000", "corrections": "0.00", "forecast_end": "1495.789474", "pacing_ratio": "2.136842", "planned_to_date": "332.50"}, "sources": [{"source": "budget/search", "complete_through": null}], "corrects": null, "currency": "CNY", "severity": "critical", "threshold": "1.5", "time_zone": "UTC", "decided_at": "2026-11-30T18:08:01.449214Z", "event_time": "2026-11-30T18:08:01.405000Z", "transition": "firing", "annotations": {"lever": "bid or daily budget", "bucket": null, "runbook": null}, "plan_version": 1, "rule_version": 1, "previous_severity": null}', '2026-11-30 18:08:01.449214+00');
INSERT INTO kpi.units VALUES
	('default', 'half', 4611686018427387904),
	('default', 'gone', 4611686018427387904),
	('default', 'dollars', 4611686018427387904),
	('default', 'spring', 1796065200000);
INSERT INTO kpi.witness VALUES
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'catalog.v1', 18, 3, '2026-11-30 18:08:00.664+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'catalog.v1', 7, 2, '2026-11-30 18:08:00.963+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'catalog.v1', 12, 1, '2026-11-30 18:08:01.165+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'catalog.v1', 13, 1, '2026-11-30 18:08:01.165+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'catalog.v1', 17, 3, '2026-11-30 18:08:01.165+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'catalog.v1', 23, 1, '2026-11-30 18:08:01.246+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 0, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 1, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 2, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 3, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 4, 2, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 5, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 6, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 7, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 8, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 9, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 10, 5, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 11, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 12, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 14, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 15, 5, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 16, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 17, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 18, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 19, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 20, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 21, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 22, 1, '2026-11-30 18:08:01.655+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'budget.totals.v1', 16, 17, '2026-11-30 18:08:07.781+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'budget.totals.v1', 5, 4, '2026-11-30 18:08:07.841+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'catalog.v1', 21, 9, '2026-11-30 18:08:07.841+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 13, 2, '2026-11-30 18:08:21.247+00'),
	('kpi-monitor', 'P6zxzLCtQImeqUiLA1pSKg', 'metrics.v1', 23, 2, '2026-11-30 18:08:21.247+00');
INSERT INTO public.alembic_version VALUES
	('0005_alerts');
SELECT pg_catalog.setval('alerts.alerts_alert_seq', 1, true);
SELECT pg_catalog.setval('alerts.deliveries_position_seq', 1, true);
SELECT pg_catalog.setval('alerts.groups_group_id_seq', 1, true);
SELECT pg_catalog.setval('alerts.notifications_notification_seq', 1, true);
SELECT pg_catalog.setval('alerts.outbox_id_seq', 2, true);
SELECT pg_catalog.setval('budget.accounts_account_id_seq', 16, true);
SELECT pg_catalog.setval('budget.changes_change_seq', 29, true);
SELECT pg_catalog.setval('budget.entry_blocks', 7, true);
SELECT pg_catalog.setval('budget.held_held_seq', 7, true);
SELECT pg_catalog.setval('budget.outbox_id_seq', 42, true);
SELECT pg_catalog.setval('budget.streams_stream_id_seq', 4, true);
SELECT pg_catalog.setval('ingest.outbox_id_seq', 1, false);
SELECT pg_catalog.setval('ingest.rejections_rejection_seq', 2, true);
SELECT pg_catalog.setval('kpi.breaches_id_seq', 1, true);
SELECT pg_catalog.setval('kpi.held_id_seq', 6, true);
SELECT pg_catalog.setval('kpi.outbox_id_seq', 1, true);
SELECT pg_catalog.setval('kpi.reports_stream_seq', 5, true);
SELECT pg_catalog.setval('kpi.series_series_seq', 9, true);
SELECT pg_catalog.setval('kpi.source_touches_id_seq', 1, true);
SELECT pg_catalog.setval('kpi.touches_id_seq', 37, true);
ALTER TABLE ONLY alerts.alerts
    ADD CONSTRAINT alerts_fingerprint_key UNIQUE (workspace, fingerprint);
ALTER TABLE ONLY alerts.alerts
    ADD CONSTRAINT alerts_pk PRIMARY KEY (alert);
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
    ADD CONSTRAINT decisions_pk PRIMARY KEY (workspace, object, role);
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
ALTER TABLE ONLY budget.import_progress
    ADD CONSTRAINT import_progress_pk PRIMARY KEY (workspace, import_id, topic, partition);
ALTER TABLE ONLY budget.imports
    ADD CONSTRAINT imports_pk PRIMARY KEY (workspace, import_id, currency);
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
ALTER TABLE ONLY kpi.held
    ADD CONSTRAINT held_pk PRIMARY KEY (workspace, source, entity, period, start_ms, measure, end_ms, known_ms, currency, told);
ALTER TABLE ONLY kpi.idempotency
    ADD CONSTRAINT idempotency_pk PRIMARY KEY (workspace, route, key);
ALTER TABLE ONLY kpi.lines
    ADD CONSTRAINT lines_pk PRIMARY KEY (workspace, campaign, line);
ALTER TABLE ONLY kpi.offset_gaps
    ADD CONSTRAINT offset_gaps_pk PRIMARY KEY (group_id, topic, partition, from_offset);
ALTER TABLE ONLY kpi.outbox
    ADD CONSTRAINT outbox_pk PRIMARY KEY (id);
ALTER TABLE ONLY kpi.panes
    ADD CONSTRAINT panes_pk PRIMARY KEY (series, start_ms, end_ms, known_ms);
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
CREATE INDEX told_alert ON alerts.told USING btree (alert, episode);
CREATE INDEX told_firing ON alerts.told USING btree (group_id) WHERE firing;
CREATE INDEX entries_account ON budget.entries USING btree (account_id, entry);
CREATE INDEX held_account ON budget.held USING btree (account_id, held);
CREATE INDEX held_workspace ON budget.held USING btree (workspace, held);
CREATE INDEX idempotency_created ON budget.idempotency USING btree (created_at);
CREATE INDEX line_sources_source ON budget.line_sources USING btree (source, account_id);
CREATE UNIQUE INDEX mappings_match_key ON budget.mappings USING btree (workspace, source, match_text, effective_from) NULLS NOT DISTINCT WHERE (deleted_at IS NULL);
CREATE INDEX idempotency_created ON ingest.idempotency USING btree (created_at);
CREATE UNIQUE INDEX quarantines_open_uq ON ingest.quarantines USING btree (workspace, source) WHERE (released_at IS NULL);
CREATE INDEX rejections_rejected_at_ix ON ingest.rejections USING btree (rejected_at);
CREATE INDEX rejections_source_ix ON ingest.rejections USING btree (workspace, source, rejected_at);
CREATE INDEX rejections_workspace_ix ON ingest.rejections USING btree (workspace, rejection);
CREATE INDEX breaches_page ON kpi.breaches USING btree (workspace, id);
CREATE INDEX catalog_lines ON kpi.catalog USING btree (workspace, ((object ->> 'campaign'::text))) WHERE (kind = 'line'::text);
CREATE INDEX catalog_removed_lines ON kpi.catalog USING btree (workspace) WHERE ((kind = 'line'::text) AND deleted);
CREATE INDEX deltas_at ON kpi.deltas USING brin (at_ms) WITH (autosummarize='on');
CREATE INDEX feeds_source ON kpi.feeds USING btree (workspace, source);
CREATE INDEX held_start ON kpi.held USING brin (start_ms) WITH (autosummarize='on');
CREATE INDEX idempotency_created ON kpi.idempotency USING btree (created_at);
CREATE INDEX panes_start ON kpi.panes USING brin (start_ms) WITH (autosummarize='on');
CREATE INDEX rules_campaign ON kpi.rules USING btree (workspace, campaign);
CREATE INDEX standings_campaign ON kpi.standings USING btree (workspace, campaign);
CREATE INDEX transitions_ended ON kpi.transitions USING btree (decided_at) WHERE (transition = 'resolved'::text);
CREATE TRIGGER audit_append_only BEFORE DELETE OR UPDATE ON budget.audit FOR EACH ROW EXECUTE FUNCTION budget.refuse_edit();

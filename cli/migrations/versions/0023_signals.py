"""What alerts keeps of each change of state is a signal, whoever said it; those kept as breaches
become signals: figures by themselves, the rule as their origin, labels with group and rule."""

from alembic import op

revision = "0023_signals"
down_revision = "0022_alerts_campaigns"
branch_labels = None
depends_on = None

UPGRADE = (
    "ALTER TABLE alerts.transitions RENAME COLUMN breach TO signal",
    """
    UPDATE alerts.transitions SET signal = jsonb_build_object(
      'id', signal->'breach', 'seq', signal->'seq', 'transition', signal->'transition',
      'reason', signal->'reason', 'severity', signal->'severity',
      'previous_severity', signal->'previous_severity',
      'labels', ((signal->'labels') || (signal->'group') ||
        jsonb_build_object('rule', signal->'rule')) - 'severity',
      'annotations', signal->'annotations', 'group', signal->'group',
      'subject', signal->'subject', 'names', signal->'names', 'owner', signal->'owner',
      'region', signal->'region',
      'event_time', signal->'event_time', 'decided_at', signal->'decided_at',
      'since', signal->'since', 'time_zone', coalesce(signal->'time_zone', '"UTC"'),
      'cause', signal->'cause',
      'origin', jsonb_build_object('kind', signal->'kind', 'rule', signal->'rule',
        'rule_version', signal->'rule_version'),
      'figures', jsonb_build_object(
        'kpi', coalesce(signal->'kpi', '""'), 'value', signal->'value',
        'threshold', signal->'threshold', 'op', signal->'op', 'crossed', signal->'crossed',
        'window', signal->'window', 'numbers', signal->'numbers', 'sources', signal->'sources',
        'plan_version', signal->'plan_version', 'currency', signal->'currency',
        'at', signal->'figures_at', 'set_aside', coalesce(signal->'set_aside', '0'),
        'title', signal->'kpi_title', 'unit', signal->'unit',
        'units', coalesce(signal->'numbers_units', '{}'),
        'titles', coalesce(signal->'titles', '{}')))
    WHERE jsonb_exists(signal, 'breach')
    """,
)
DOWNGRADE = (
    """
    UPDATE alerts.transitions SET signal = jsonb_build_object(
      'breach', signal->'id', 'seq', signal->'seq', 'transition', signal->'transition',
      'reason', signal->'reason', 'severity', signal->'severity',
      'previous_severity', signal->'previous_severity', 'labels', signal->'labels',
      'annotations', signal->'annotations', 'group', signal->'group',
      'subject', signal->'subject', 'names', signal->'names', 'owner', signal->'owner',
      'event_time', signal->'event_time', 'decided_at', signal->'decided_at',
      'since', signal->'since', 'time_zone', signal->'time_zone', 'cause', signal->'cause',
      'corrects', NULL, 'kind', signal#>'{origin,kind}', 'rule', signal#>'{origin,rule}',
      'rule_version', signal#>'{origin,rule_version}', 'kpi', signal#>'{figures,kpi}',
      'value', signal#>'{figures,value}', 'threshold', signal#>'{figures,threshold}',
      'op', signal#>'{figures,op}', 'crossed', signal#>'{figures,crossed}',
      'window', signal#>'{figures,window}', 'numbers', signal#>'{figures,numbers}',
      'sources', signal#>'{figures,sources}', 'plan_version', signal#>'{figures,plan_version}',
      'currency', signal#>'{figures,currency}', 'figures_at', signal#>'{figures,at}',
      'set_aside', signal#>'{figures,set_aside}', 'region', signal->'region',
      'kpi_title', signal#>'{figures,title}', 'unit', signal#>'{figures,unit}',
      'numbers_units', coalesce(signal#>'{figures,units}', '{}'),
      'titles', coalesce(signal#>'{figures,titles}', '{}'))
    WHERE jsonb_exists(signal, 'origin')
    """,
    "ALTER TABLE alerts.transitions RENAME COLUMN signal TO breach",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in DOWNGRADE:
        op.execute(statement)

"""Keys that no two subjects share; what became of each row of an import.

What separates the parts of a key is escaped in them from here on (shared/keys.py). Keys that are
stored and hold such characters are written anew, from what is stored beside them as it was sent:
the entity of a fact's entry, the match of a mapping, the levels of what is held. Dims, and the
entities of facts of metrics, are nowhere else; they are read as names without "=" and values that
go on to the next pair, which is what every platform sends. A key that is well-formed already stays,
so a second run changes nothing; one that would be longer than events may be stays too.
"""

from alembic import op

revision = "0007_keys"
down_revision = "0006_suspense"
branch_labels = None
depends_on = None

IMPORTS = (
    "ALTER TABLE budget.imports ADD COLUMN outdated bigint NOT NULL DEFAULT 0",
    """CREATE TABLE budget.import_facts (
  stream_id integer NOT NULL, revision bigint NOT NULL, key text COLLATE "C" NOT NULL,
  import_id text NOT NULL, counted_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT import_facts_pk PRIMARY KEY (stream_id, key, import_id))""",
    "CREATE INDEX import_facts_import ON budget.import_facts (import_id)",
    "CREATE INDEX import_facts_counted ON budget.import_facts USING brin (counted_at)",
)

# Names and values of a pair, and pairs, as they are escaped.
PART = r"([^\\,=|]|\\[\\,=|])*"
PAIRS = rf"({PART}={PART}(,{PART}={PART})*)?"
OWN = r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]*"
# In the JSON of an entity, whose commas stand between quotes: something that has to be escaped.
ODD = r'[\\|=]|,[^"]|[^"],|[:{,]","'
KEY_BYTES_MAX = 2400

FUNCTIONS = (
    r"""CREATE FUNCTION pg_temp.escaped(part text) RETURNS text IMMUTABLE LANGUAGE sql AS
  $$ SELECT regexp_replace(part, '([\\,=|])', '\\\1', 'g') $$""",
    """CREATE FUNCTION pg_temp.joined(pairs jsonb) RETURNS text IMMUTABLE LANGUAGE sql AS
  $$ SELECT string_agg(key || '=' || value, ',' ORDER BY key COLLATE "C")
     FROM jsonb_each_text(pairs) $$""",
    """CREATE FUNCTION pg_temp.made(pairs jsonb) RETURNS text IMMUTABLE LANGUAGE sql AS
  $$ SELECT string_agg(pg_temp.escaped(key) || '=' || pg_temp.escaped(value), ','
                       ORDER BY key COLLATE "C") FROM jsonb_each_text(pairs) $$""",
    rf"""CREATE FUNCTION pg_temp.reread(pairs text) RETURNS text IMMUTABLE LANGUAGE sql AS $$
  SELECT CASE WHEN pairs ~ '^{PAIRS}$' THEN pairs ELSE (
    SELECT string_agg(
      CASE WHEN n = 1 THEN '' WHEN at > 0 AND before > 0 THEN ',' ELSE '\,' END
      || CASE WHEN at > 0 THEN pg_temp.escaped(left(part, at - 1)) || '='
                               || pg_temp.escaped(substr(part, at + 1))
              ELSE pg_temp.escaped(part) END, '' ORDER BY n)
    FROM (SELECT part, n, strpos(part, '=') AS at,
            count(*) FILTER (WHERE strpos(part, '=') > 0) OVER (
              ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
          FROM unnest(string_to_array(pairs, ',')) WITH ORDINALITY AS p(part, n)) AS parts) END
  $$""",
    r"""CREATE FUNCTION pg_temp.plain(made text) RETURNS text IMMUTABLE LANGUAGE sql AS
  $$ SELECT regexp_replace(made, '\\(.)', '\1', 'g') $$""",
)

# Facts of spend: the entry that last changed a fact has the entity as it was sent.
SPEND_UP = rf"""
CREATE TEMP TABLE renamed ON COMMIT DROP AS
WITH odd AS (
  SELECT f.stream_id, f.key, e.entity::jsonb AS entity, split_part(f.key, '|', 1) AS period
  FROM budget.facts AS f
  LEFT JOIN budget.entries AS e ON e.account_id = f.account_id AND e.entry = f.entry
  WHERE e.entity ~ '{ODD}' OR f.key !~ '^[^|]*[|]({OWN}|{PAIRS})[|]{PAIRS}$'
), subjects AS (
  SELECT *, period || '|' || coalesce(pg_temp.joined(entity), split_part(key, '|', 2)) || '|'
           AS before,
         period || '|' || coalesce(pg_temp.made(entity), split_part(key, '|', 2)) || '|' AS after
  FROM odd
)
SELECT stream_id, key AS old, after || pg_temp.reread(
  substr(key, length(CASE WHEN starts_with(key, after) THEN after ELSE before END) + 1)) AS new
FROM subjects WHERE starts_with(key, after) OR starts_with(key, before)
"""
SPEND_DOWN = r"""
CREATE TEMP TABLE renamed ON COMMIT DROP AS
SELECT stream_id, key AS old, pg_temp.plain(key) AS new FROM budget.facts WHERE key ~ '\\'
"""
# One key may be what another was: all that change are put out of the way first. The mark begins no
# key of a fact, because each of them begins with a year.
SPEND = (
    f"DELETE FROM renamed WHERE new IS NULL OR new = old OR octet_length(new) > {KEY_BYTES_MAX}",
    """DELETE FROM renamed AS r WHERE EXISTS (
  SELECT FROM budget.facts AS f WHERE f.stream_id = r.stream_id AND f.key = r.new
  AND NOT EXISTS (SELECT FROM renamed AS o WHERE o.stream_id = f.stream_id AND o.old = f.key))""",
    """DELETE FROM renamed AS r USING renamed AS o
WHERE r.stream_id = o.stream_id AND r.new = o.new AND r.old > o.old""",
    "ANALYZE renamed",
    """CREATE TEMP TABLE renumbered ON COMMIT DROP AS
SELECT r.stream_id, e.id AS old, r.new || substr(e.id, length(r.old) + 1) AS new
FROM renamed AS r CROSS JOIN LATERAL (
  SELECT e.id FROM budget.entries AS e
  WHERE e.stream_id = r.stream_id AND e.id > (r.old || '@') COLLATE "C"
    AND e.id < (r.old || 'A') COLLATE "C"
    AND substr(e.id, length(r.old) + 2) ~ '^[0-9]+([-+]c?)?$') AS e
UNION ALL
SELECT e.stream_id, e.id AS old,
       r.stream_id || '|' || r.new || substr(e.id, length(r.stream_id || '|' || r.old) + 1) AS new
FROM budget.streams AS m JOIN budget.entries AS e USING (stream_id)
JOIN renamed AS r ON r.stream_id || '|' || r.old = regexp_replace(e.id, '[|][-+]c?$', '')
WHERE m.stream LIKE 'm/%'""",
    "ANALYZE renumbered",
)
MARK = "chr(1) || 'renamed|' || "
RENAME = """
UPDATE budget.{table} AS t SET {column} = {mark}r.new FROM {names} AS r
WHERE t.stream_id = r.stream_id AND t.{column} = {at}
"""
RENAMED = (("facts", "key", "renamed"), ("held", "key", "renamed"), ("entries", "id", "renumbered"))

MAPPINGS_UP = f"""
CREATE TEMP TABLE rematched ON COMMIT DROP AS
SELECT workspace, mapping, pg_temp.made(match) AS new FROM budget.mappings
WHERE match_text IS DISTINCT FROM pg_temp.made(match)
  AND octet_length(pg_temp.made(match)) <= {KEY_BYTES_MAX}
"""
MAPPINGS_DOWN = r"""
CREATE TEMP TABLE rematched ON COMMIT DROP AS
SELECT m.workspace, m.mapping, pg_temp.joined(m.match) AS new FROM budget.mappings AS m
WHERE m.match_text ~ '\\' AND NOT EXISTS (
  SELECT FROM budget.mappings AS o
  WHERE o.workspace = m.workspace AND o.source = m.source AND o.mapping <> m.mapping
    AND pg_temp.joined(o.match) = pg_temp.joined(m.match))
"""
REMATCH = """
UPDATE budget.mappings AS t SET match_text = {mark}r.new FROM rematched AS r
WHERE t.workspace = r.workspace AND t.mapping = r.mapping
"""

# Facts of metrics have nothing beside their key; what is held has its levels.
METRICS_UP = """
CREATE TEMP TABLE retold ON COMMIT DROP AS
SELECT stream, period, entity, dims, pg_temp.reread(entity) AS new_entity,
       pg_temp.reread(dims) AS new_dims
FROM kpi.facts WHERE entity <> pg_temp.reread(entity) OR dims <> pg_temp.reread(dims)
"""
METRICS_DOWN = r"""
CREATE TEMP TABLE retold ON COMMIT DROP AS
SELECT stream, period, entity, dims, pg_temp.plain(entity) AS new_entity,
       pg_temp.plain(dims) AS new_dims
FROM kpi.facts WHERE entity ~ '\\' OR dims ~ '\\'
"""
METRICS = (
    f"DELETE FROM retold WHERE octet_length(new_entity || new_dims) > {KEY_BYTES_MAX}",
    """DELETE FROM retold AS r WHERE EXISTS (
  SELECT FROM kpi.facts AS f WHERE f.stream = r.stream AND f.period = r.period
    AND f.entity = r.new_entity AND f.dims = r.new_dims)""",
    """DELETE FROM retold AS r USING retold AS o
WHERE (r.stream, r.period, r.new_entity, r.new_dims)
    = (o.stream, o.period, o.new_entity, o.new_dims)
  AND (r.entity, r.dims) > (o.entity, o.dims)""",
    """UPDATE kpi.facts AS t SET entity = r.new_entity, dims = r.new_dims FROM retold AS r
WHERE t.stream = r.stream AND t.period = r.period AND t.entity = r.entity AND t.dims = r.dims""",
)
LEVELS = "ARRAY['paceline:campaign', 'paceline:line']"
HELD = """
UPDATE kpi.held AS t SET entity = r.new FROM (
  SELECT id, {new} AS new FROM kpi.held
  WHERE NOT (levels ?& {levels} AND levels - {levels} = '{{}}')) AS r
WHERE t.id = r.id AND t.entity <> r.new AND octet_length(t.source || r.new) <= {most}
  AND NOT EXISTS (SELECT FROM kpi.held AS o WHERE o.workspace = t.workspace
    AND o.source = t.source AND o.entity = r.new)
"""


def rewriting(spend: str, mappings: str, metrics: str, entity: str) -> list[str]:
    """The statements that write stored keys anew, one way or the other."""
    statements = [*FUNCTIONS, spend, *SPEND]
    for table, column, names in RENAMED:
        place = {"table": table, "column": column, "names": names}
        statements.append(RENAME.format(**place, mark=MARK, at="r.old"))
        statements.append(RENAME.format(**place, mark="", at=f"{MARK}r.new"))
    statements += [mappings, REMATCH.format(mark=MARK), REMATCH.format(mark="")]
    held = HELD.format(new=entity, levels=LEVELS, most=KEY_BYTES_MAX)
    return [*statements, metrics, *METRICS, held]


UP = rewriting(SPEND_UP, MAPPINGS_UP, METRICS_UP, "pg_temp.made(levels)")
DOWN = rewriting(SPEND_DOWN, MAPPINGS_DOWN, METRICS_DOWN, "pg_temp.joined(levels)")


def _run(*statements: str) -> None:
    # As they are: a text of SQLAlchemy would take colons for parameters.
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def upgrade() -> None:
    _run("SET LOCAL lock_timeout = '5s'", *IMPORTS, *UP)


def downgrade() -> None:
    _run("SET LOCAL lock_timeout = '5s'", *DOWN)
    _run("DROP TABLE budget.import_facts", "ALTER TABLE budget.imports DROP COLUMN outdated")

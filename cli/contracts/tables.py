"""`python -m cli.contracts.tables`: writes docs/tables/*.sql, which is what the migrations make.

Lines of comment above a table are written by hand and kept.
"""

import re
import tempfile
from pathlib import Path

import asyncpg

from cli.embedded.postgres import PostgresServer
from cli.helpers import run_coroutine
from cli.migrations.migrate import migrate
from cli.paths import ROOT

FOLDER = ROOT / "docs" / "tables"
SCHEMAS = ("runtime", "ingest", "budget", "kpi", "alerts")
_NOTE = re.compile(r"((?:^-- .*\n)+)CREATE TABLE (\S+)", re.MULTILINE)
_TABLES = """
SELECT 'CREATE TABLE ' || c.oid::regclass || E' (\\n  '
  || concat_ws(E',\\n  ', columns, constraints) || E'\\n)'
  || coalesce(' WITH (' || array_to_string(c.reloptions, ', ') || ')', '') || E';\\n'
  || coalesce(indexes, '') || coalesce(triggers, '') AS text, c.oid::regclass::text AS name
FROM pg_class AS c, LATERAL (
  SELECT string_agg(concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod),
    CASE WHEN attcollation <> typcollation THEN 'COLLATE "' || collname || '"' END,
    CASE WHEN attnotnull THEN 'NOT NULL' END,
    CASE attidentity WHEN 'a' THEN 'GENERATED ALWAYS AS IDENTITY' END,
    CASE attgenerated WHEN 's' THEN 'GENERATED ALWAYS AS (' || given || ') STORED'
      ELSE 'DEFAULT ' || given END), E',\\n  ' ORDER BY attnum) AS columns
  FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = atttypid
  LEFT JOIN pg_collation AS l ON l.oid = attcollation
  LEFT JOIN LATERAL (SELECT pg_get_expr(adbin, adrelid) AS given FROM pg_attrdef
    WHERE adrelid = attrelid AND adnum = attnum) ON true
  WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
), LATERAL (
  SELECT string_agg('CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid), E',\\n  '
    ORDER BY contype = 'p' DESC, conname) AS constraints
  FROM pg_constraint WHERE conrelid = c.oid AND contype <> 'n'
), LATERAL (
  SELECT string_agg(pg_get_indexdef(indexrelid) || E';\\n', ''
    ORDER BY indexrelid::regclass::text) AS indexes
  FROM pg_index WHERE indrelid = c.oid AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
), LATERAL (
  SELECT string_agg(pg_get_triggerdef(oid) || E';\\n', '' ORDER BY tgname) AS triggers
  FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal
)
WHERE relkind = 'r' AND relnamespace = $1::regnamespace ORDER BY relname
"""
_SEQUENCES = """
SELECT 'CREATE SEQUENCE ' || oid::regclass || E';\\n' AS text FROM pg_class
WHERE relkind = 'S' AND relnamespace = $1::regnamespace
  AND oid NOT IN (SELECT objid FROM pg_depend WHERE deptype = 'i') ORDER BY relname
"""
_FUNCTIONS = """
SELECT rtrim(pg_get_functiondef(oid), E'\\n') || E';\\n' AS text FROM pg_proc
WHERE pronamespace = $1::regnamespace ORDER BY oid::regprocedure::text
"""


async def tables(database_url: str) -> dict[Path, str]:
    """What each schema of the database has, as the SQL that would make it, by its document."""
    conn = await asyncpg.connect(database_url)
    try:
        found = {}
        for schema in SCHEMAS:
            path = FOLDER / f"{schema}.sql"
            written = path.read_text(encoding="utf-8") if path.exists() else ""
            notes = {name: note for note, name in _NOTE.findall(written)}
            parts = [row["text"] for row in await conn.fetch(_SEQUENCES, schema)]
            parts += [row["text"] for row in await conn.fetch(_FUNCTIONS, schema)]
            rows = await conn.fetch(_TABLES, schema)
            parts += [notes.get(row["name"], "") + row["text"] for row in rows]
            found[path] = "\n".join(parts)
        return found
    finally:
        await conn.close()


def main() -> None:
    """Migrates an empty database of its own and writes what it has."""
    server = PostgresServer()
    with tempfile.TemporaryDirectory() as state:
        Path(state).chmod(0o711)
        try:
            url = server.start(Path(state))
            migrate(url)
            for path, text in run_coroutine(tables(url)).items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        finally:
            server.stop()


if __name__ == "__main__":
    main()

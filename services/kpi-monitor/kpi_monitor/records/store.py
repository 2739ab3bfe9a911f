"""SQL of folding metrics: arrays in, one statement per table, rows in one sorted key order."""

from collections.abc import Mapping
from typing import Any

from kpi_monitor.records.record import KNOWN_MAX_MS, FactKey, MetricsRecord
from kpi_monitor.records.revisions import Restated, contested, first, is_imported
from kpi_monitor.records.shapes import ReportShape
from kpi_monitor.windows import MINUTE_MS, to_ms
from shared.database.pool import Conn, columns, integers

ReportKey = tuple[str, str, str]
"""(workspace, source, report)."""

ADD_REPORTS = """
INSERT INTO kpi.reports (workspace, source, report, mode, grain)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
ON CONFLICT DO NOTHING
RETURNING workspace, source, report
"""
REPORTS = """
SELECT r.workspace, r.source, r.report, r.mode, r.grain, r.stream
FROM unnest($1::text[], $2::text[], $3::text[]) AS u(workspace, source, report)
JOIN kpi.reports r USING (workspace, source, report)
"""
# In the common case all ids are new, and no row need come back.
ADD_DELTAS = """
WITH added AS (
  INSERT INTO kpi.deltas AS d (stream, id, bodyhash, at_ms)
  SELECT * FROM unnest($1::text::int[], $2::text[], $3::bytea[], $4::text::bigint[])
  ON CONFLICT (stream, id) DO UPDATE SET bodyhash = d.bodyhash
  WHERE d.bodyhash <> excluded.bodyhash
  RETURNING stream, id, old.bodyhash AS stored
), fresh AS (SELECT count(*) AS n FROM added WHERE stored IS NULL)
SELECT n, array(SELECT (stream, id, stored) FROM added WHERE n < cardinality($2)) AS found
FROM fresh
"""
MARK = f"""CASE WHEN {{0}}.complete_ms < f.end_ms THEN 0 ELSE least(
        {{0}}.complete_ms / {MINUTE_MS} * {MINUTE_MS}, f.end_ms + {KNOWN_MAX_MS}) END"""
# Where every fact proposed is new or newer, only those that were there before come back. A fact
# keeps its period and its currency; one without money gains only that of the campaign it stands in.
# `earlier`: its states before, where another mark tells them apart from the one that follows.
PUT_FACTS = f"""
WITH stated AS (
  INSERT INTO kpi.facts AS f (stream, period, entity, dims, revision, measures, start_ms,
    end_ms, campaign, line, currency, complete_ms)
  SELECT * FROM unnest($1::text::int[], $2::text[], $3::text[], $4::text[], $5::text::bigint[],
    $6::text[], $7::text::bigint[], $8::text::bigint[], $9::text[], $10::text[], $11::text[],
    $12::text::bigint[])
  ON CONFLICT (stream, period, entity, dims) DO UPDATE
  SET (revision, measures, currency, complete_ms, earlier) = (SELECT
    CASE WHEN fits THEN excluded.revision ELSE f.revision END,
    CASE WHEN fits THEN excluded.measures ELSE f.measures END,
    CASE WHEN fits AND excluded.currency <> '' THEN excluded.currency ELSE f.currency END,
    CASE WHEN fits AND apart THEN excluded.complete_ms ELSE f.complete_ms END,
    CASE WHEN fits AND apart THEN f.earlier || f.complete_ms || ' ' || f.measures || E'\n'
      ELSE f.earlier END
    FROM (SELECT excluded.revision > f.revision AND (excluded.currency IN ('', f.currency)
      OR (f.currency = '' AND excluded.campaign = f.campaign)) AS fits,
      excluded.measures <> f.measures
      AND {MARK.format("f")} <> {MARK.format("excluded")} AS apart) AS checked)
  WHERE excluded.revision > f.revision
     OR (excluded.revision = f.revision AND excluded.measures <> f.measures)
  RETURNING stream, period, entity, dims, old.measures, old.revision,
    old.revision = new.revision AS refused, new.campaign, new.line, new.start_ms, new.end_ms
), counted AS (SELECT count(*) AS n FROM stated)
SELECT n, array(
  SELECT (stream, period, entity, dims, measures, revision, refused, campaign, line, start_ms,
    end_ms) FROM stated
  WHERE measures IS NOT NULL OR n < cardinality($2)) AS found
FROM counted
"""
STORED_FACTS = """
SELECT f.stream, f.period, f.entity, f.dims, f.measures, f.revision, true, f.campaign, f.line,
  f.start_ms, f.end_ms
FROM unnest($1::int[], $2::text[], $3::text[], $4::text[]) AS u(stream, period, entity, dims)
JOIN kpi.facts f USING (stream, period, entity, dims)
"""


async def add_reports(
    conn: Conn, shapes: Mapping[ReportKey, tuple[str, str]]
) -> tuple[set[ReportKey], dict[ReportKey, ReportShape]]:
    """Stores (mode, grain) for reports that have none.

    Returns the reports that are new with this transaction, and the stored shape of all.
    """
    keys = sorted(shapes)
    added = await conn.fetch(ADD_REPORTS, *columns([(*key, *shapes[key]) for key in keys], 5))
    rows = await conn.fetch(REPORTS, *columns(keys, 3))
    new = {(row["workspace"], row["source"], row["report"]) for row in added}
    return new, {
        (row["workspace"], row["source"], row["report"]): ReportShape(
            row["mode"], row["grain"], row["stream"]
        )
        for row in rows
    }


async def add_deltas(
    conn: Conn, deltas: Mapping[int, Mapping[str, MetricsRecord]]
) -> tuple[list[MetricsRecord], dict[tuple[int, str], bytes]]:
    """Stores ids by stream: the events that are new, and the bodies of ids that have another one.

    Plain repeats are in neither.
    """
    ids = {stream: sorted(deltas[stream]) for stream in sorted(deltas)}
    told = [deltas[stream][name] for stream, names in ids.items() for name in names]
    answer = await conn.fetchrow(
        ADD_DELTAS,
        integers(one.stream for one in told),
        [name for names in ids.values() for name in names],
        [bytes.fromhex(one.event.bodyhash) for one in told],
        integers(to_ms(one.event.time) for one in told),
    )
    assert answer is not None
    if answer["n"] == len(told):
        return told, {}
    found = answer["found"]
    new = [deltas[stream][name] for stream, name, stored in found if stored is None]
    return new, {(stream, name): stored for stream, name, stored in found if stored is not None}


async def put_facts(
    conn: Conn, facts: Mapping[FactKey, MetricsRecord]
) -> list[tuple[MetricsRecord, Restated]]:
    """Stores higher revisions of placed facts.

    Returns the events that are new, newer or refused, each with what was there before, and those
    that change nothing where that is of interest: beside others of their poll they state what
    stands already, or they belong to an import, which tells what became of them.
    """
    keys = sorted(facts)
    told = [facts[key] for key in keys]
    streams, periods, entities, dims = zip(*keys, strict=True)
    campaigns, lines = zip(*(one.place or ("", "") for one in told), strict=True)
    answer = await conn.fetchrow(
        PUT_FACTS,
        integers(streams),
        periods,
        entities,
        dims,
        integers(one.revision for one in told),
        [one.measures_text for one in told],
        integers(one.start for one in told),
        integers(one.end for one in told),
        campaigns,
        lines,
        [one.currency for one in told],
        integers(one.complete for one in told),
    )
    assert answer is not None
    before = {tuple(row[:4]): row for row in answer["found"]}
    pairs = list(zip(keys, told, strict=True))
    if answer["n"] == len(told):
        return [(one, _before(one, before.get(key))) for key, one in pairs]
    taken = [(one, _before(one, before[key])) for key, one in pairs if key in before]
    asked = [
        key for key, one in pairs if key not in before and (contested(one) or is_imported(one))
    ]
    rows = await conn.fetch(STORED_FACTS, *columns(asked, 4)) if asked else []
    stands = [(facts[row[0], row[1], row[2], row[3]], row) for row in rows]
    return taken + [(one, _before(one, row)) for one, row in stands]


def _before(told: MetricsRecord, row: Any) -> Restated:
    """From a row of a fact, its key first; without measures there was none."""
    if row is None or row[4] is None:
        return first(told)
    _, _, _, _, measures, revision, refused, campaign, line, start, end = row
    return Restated(measures, revision, refused, (campaign, line), start, end)

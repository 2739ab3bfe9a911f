"""SQL of folding metrics: arrays in, one statement per table, rows in one sorted key order."""

from collections.abc import Iterable, Mapping
from typing import Any

from kpi_monitor.folding import KNOWN_MAX_MS, FactKey, Period, ProgressKey, Shape, Told
from kpi_monitor.outcomes import is_imported
from kpi_monitor.revisions import Restated, contested, first
from kpi_monitor.windows import MINUTE_MS, to_ms
from shared.database.pool import Conn, columns
from shared.events import METRICS_TOPIC, SourceEvent

ReportKey = tuple[str, str, str]
"""(workspace, source, report)."""
Feed = tuple[str, str, str, str, str, int]
"""(workspace, campaign, line, measure, source, grain)."""

PROGRESS = """
SELECT p.workspace, p.source, p.partition,
  coalesce(p.settled_through, p.complete_through) AS settled_through
FROM unnest($1::text[], $2::text[], $3::int[]) AS u(workspace, source, partition)
JOIN kpi.progress p ON p.workspace = u.workspace AND p.source = u.source
  AND p.topic = $4 AND p.partition = u.partition
"""
ADVANCE = """
INSERT INTO kpi.progress AS p
  (workspace, source, topic, partition, complete_through, expected_interval_s, set_aside,
   settled_through, set_aside_until)
SELECT u.workspace, u.source, $1, u.partition, u.complete_through, u.expected_interval_s,
  u.set_aside, u.settled_through, u.set_aside_until
FROM unnest($2::text[], $3::text[], $4::int[], $5::timestamptz[], $6::int[], $7::int[],
  $8::timestamptz[], $9::timestamptz[])
  AS u(workspace, source, partition, complete_through, expected_interval_s, set_aside,
    settled_through, set_aside_until)
ON CONFLICT (workspace, source, topic, partition) DO UPDATE
SET complete_through = excluded.complete_through,
    expected_interval_s = excluded.expected_interval_s, set_aside = excluded.set_aside,
    set_aside_until = excluded.set_aside_until,
    settled_through = greatest(p.settled_through, excluded.settled_through)
WHERE p.complete_through < excluded.complete_through
   OR (p.complete_through = excluded.complete_through
       AND (p.set_aside, p.set_aside_until) IS DISTINCT FROM
           (excluded.set_aside, excluded.set_aside_until))
RETURNING workspace, source
"""
TOUCH_SOURCES = """
INSERT INTO kpi.source_touches (workspace, source) SELECT * FROM unnest($1::text[], $2::text[])
"""
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
UPSERT_FACTS = f"""
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
ADD_SERIES = """
INSERT INTO kpi.series (workspace, campaign, line, measure)
SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS u
ORDER BY 1, 2, 3, 4 ON CONFLICT DO NOTHING
"""
# The source as an expression keeps the look-up on the primary key: before the first ANALYZE the
# index on (workspace, source) looks as good, and reads all feeds of the source for each row.
FEEDS = """
SELECT u.n, s.series
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
  WITH ORDINALITY AS u(workspace, campaign, line, measure, source, grain_ms, n)
JOIN kpi.feeds f ON f.workspace = u.workspace AND f.campaign = u.campaign AND f.line = u.line
  AND f.measure = u.measure AND f.grain_ms = u.grain_ms AND f.source || '' = u.source
JOIN kpi.series s ON s.workspace = u.workspace AND s.campaign = u.campaign AND s.line = u.line
  AND s.measure = u.measure
"""
ADD_FEEDS = """
INSERT INTO kpi.feeds (workspace, campaign, line, measure, source, grain_ms)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
ON CONFLICT DO NOTHING
"""
# The few periods of a batch are passed once.
ADD_PANES = """
INSERT INTO kpi.panes AS p (series, start_ms, end_ms, known_ms, amount)
SELECT u.series, ($4::bigint[])[u.period], ($5::bigint[])[u.period], ($6::bigint[])[u.period],
  u.amount
FROM unnest($1::text::bigint[], $2::text::int[], $3::text::numeric[]) AS u(series, period, amount)
ON CONFLICT (series, start_ms, end_ms, known_ms) DO UPDATE SET amount = p.amount + excluded.amount
"""
TOUCH_UNITS = """
WITH touched AS (
  INSERT INTO kpi.touches (workspace, campaign, line)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
)
INSERT INTO kpi.units (workspace, campaign)
SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS u(workspace, campaign) ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""


def integers(values: Iterable[int]) -> str:
    """An array as the text PostgreSQL reads: the driver takes four times as long for each item."""
    return f"{{{','.join(map(str, values))}}}"


async def progress(conn: Conn, keys: Iterable[ProgressKey]) -> dict[ProgressKey, int]:
    """Completeness (epoch ms) per source and partition of metrics.v1, where one is known.

    Without what was refused and is waited for: what comes meanwhile is not late, it may be that.
    """
    rows = await conn.fetch(PROGRESS, *columns(sorted(keys), 3), METRICS_TOPIC)
    return {
        (row["workspace"], row["source"], row["partition"]): to_ms(row["settled_through"])
        for row in rows
    }


async def advance(conn: Conn, heartbeats: Mapping[ProgressKey, SourceEvent]) -> None:
    """Stores heartbeats, greatest wins, and touches the sources that moved."""
    if not heartbeats:
        return
    rows = [
        (
            *key,
            beat.data.complete_through,
            beat.expectedinterval,
            beat.setaside,
            beat.settled_through,
            beat.setasideuntil,
        )
        for key, beat in sorted(heartbeats.items())
    ]
    moved = await conn.fetch(ADVANCE, METRICS_TOPIC, *columns(rows, 8))
    sources = sorted({(row["workspace"], row["source"]) for row in moved})
    if sources:
        await conn.execute(TOUCH_SOURCES, *columns(sources, 2))


async def fix_reports(
    conn: Conn, shapes: Mapping[ReportKey, tuple[str, str]]
) -> tuple[set[ReportKey], dict[ReportKey, Shape]]:
    """Stores (mode, grain) for reports that have none.

    Returns the reports that are new with this transaction, and the stored shape of all.
    """
    keys = sorted(shapes)
    added = await conn.fetch(ADD_REPORTS, *columns([(*key, *shapes[key]) for key in keys], 5))
    rows = await conn.fetch(REPORTS, *columns(keys, 3))
    new = {(row["workspace"], row["source"], row["report"]) for row in added}
    return new, {
        (row["workspace"], row["source"], row["report"]): Shape(
            row["mode"], row["grain"], row["stream"]
        )
        for row in rows
    }


async def add_deltas(
    conn: Conn, deltas: Mapping[int, Mapping[str, Told]]
) -> tuple[list[Told], dict[tuple[int, str], bytes]]:
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


async def upsert_facts(conn: Conn, facts: Mapping[FactKey, Told]) -> list[tuple[Told, Restated]]:
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
        UPSERT_FACTS,
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


def _before(told: Told, row: Any) -> Restated:
    """From a row of a fact, its key first; without measures there was none."""
    if row is None or row[4] is None:
        return first(told)
    _, _, _, _, measures, revision, refused, campaign, line, start, end = row
    return Restated(measures, revision, refused, (campaign, line), start, end)


async def known_feeds(conn: Conn, feeds: Iterable[Feed]) -> dict[Feed, int]:
    """The numbers of the series of those feeds that are stored."""
    asked = list(feeds)
    rows = await conn.fetch(FEEDS, *columns(asked, 6))
    return {asked[row[0] - 1]: row[1] for row in rows}


async def add_feeds(conn: Conn, feeds: Iterable[Feed]) -> None:
    """Stores who feeds what, with a number for each series that has none."""
    arrays = columns(sorted(feeds), 6)
    await conn.execute(ADD_SERIES, *arrays[:4])
    await conn.execute(ADD_FEEDS, *arrays)


async def add_panes(conn: Conn, sums: Mapping[Period, Mapping[int, int]]) -> None:
    """Adds amounts by series number, in the order of the periods and of these numbers."""
    series: list[int] = []
    places: list[int] = []
    amounts: list[int] = []
    periods = sorted(period for period, mine in sums.items() if mine)
    for place, period in enumerate(periods, start=1):
        mine = sums[period]
        numbers = sorted(mine)
        series += numbers
        places += [place] * len(numbers)
        amounts += [mine[number] for number in numbers]
    if series:
        arrays = integers(series), integers(places), integers(amounts)
        await conn.execute(ADD_PANES, *arrays, *columns(periods, 3))


async def touch(conn: Conn, lines: Iterable[tuple[str, str, str | None]]) -> None:
    """Asks for judgement of (workspace, campaign, line); line None is the whole campaign."""
    rows = sorted(set(lines), key=lambda row: (row[0], row[1], row[2] or ""))
    if rows:
        await conn.execute(TOUCH_UNITS, *columns(rows, 3))

"""The tables of metrics: sums by period, what they were made of, and what waits.

Times named *_ms are epoch milliseconds; amounts are micros. Keys are raw text in an order
that time follows: a hash would destroy locality (design.md section 2).
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from kpi_monitor.schema import table
from shared.database.columns import big, instant, integer, jsonb, serial, text, total

# A number for each measure of a line: panes are by far the most rows, and four texts in their key
# would cost more than half of folding.
SERIES = table(
    "series",
    serial("series"),
    text("workspace"),
    text("campaign"),
    text("line"),
    text("measure"),
    sa.PrimaryKeyConstraint("workspace", "campaign", "line", "measure", name="series_pk"),
)

# Additive sums. `known_ms`: 0, or the source's completeness when a period was told after its end.
PANES = table(
    "panes",
    big("series"),
    big("start_ms"),
    big("end_ms"),
    big("known_ms"),
    total("amount"),
    sa.PrimaryKeyConstraint("series", "start_ms", "end_ms", "known_ms", name="panes_pk"),
    sa.Index("panes_start", "start_ms", postgresql_using="brin"),
)

# Which sources feed which measure of a line, in which grain. Rows are never changed or deleted.
FEEDS = table(
    "feeds",
    text("workspace"),
    text("campaign"),
    text("line"),
    text("measure"),
    text("source"),
    big("grain_ms"),
    sa.PrimaryKeyConstraint(
        "workspace", "campaign", "line", "measure", "source", "grain_ms", name="feeds_pk"
    ),
    sa.Index("feeds_source", "workspace", "source"),
)

# Reports of a source with the mode and grain they keep; `stream` stands for them in longer keys.
REPORTS = table(
    "reports",
    sa.Column("stream", sa.Integer, sa.Identity(always=True), nullable=False),
    text("workspace"),
    text("source"),
    text("report"),
    text("mode"),
    text("grain"),
    sa.PrimaryKeyConstraint("workspace", "source", "report", name="reports_pk"),
)

# Snapshot facts; `campaign`, `line`, `start_ms` and `end_ms` are where the fact is booked, fixed by
# its first statement, the place anew by a mapping; `currency` is that of its money, "" before any
# was stated. `complete_ms`: how far its source was when it came to say what it says; `earlier`:
# what it said before, where a mark tells that apart, a line each: complete_ms, a blank, measures.
FACTS = table(
    "facts",
    integer("stream"),
    text("period"),
    text("entity"),
    text("dims"),
    big("revision"),
    text("measures"),
    big("start_ms"),
    big("end_ms"),
    text("campaign"),
    text("line"),
    text("currency"),
    big("complete_ms", default="0"),
    sa.Column("earlier", sa.Text, nullable=False, server_default=""),
    sa.PrimaryKeyConstraint("stream", "period", "entity", "dims", name="facts_pk"),
)

# What deltas have brought to lines by a mapping, by entity, so that it follows another mapping.
PLACED = table(
    "placed",
    text("workspace"),
    text("source"),
    big("start_ms"),
    text("entity"),
    big("end_ms"),
    big("known_ms"),
    text("measure"),
    text("currency"),
    text("campaign"),
    text("line"),
    total("amount"),
    sa.PrimaryKeyConstraint(
        "workspace",
        "source",
        "start_ms",
        "entity",
        "end_ms",
        "known_ms",
        "measure",
        "currency",
        "campaign",
        "line",
        name="placed_pk",
    ),
    sa.Index("placed_start", "start_ms", postgresql_using="brin"),
)

# What is still to be looked at after a mapping has changed: first sums after (`start_ms`,
# `entity`), then, with a `stream`, its facts after (`period`, `entity`).
MOVES = table(
    "moves",
    serial("id"),
    text("workspace"),
    text("source"),
    jsonb("match"),
    big("since_ms"),
    big("start_ms"),
    text("entity"),
    integer("stream"),
    text("period"),
    sa.PrimaryKeyConstraint("id", name="moves_pk"),
)

# The row of a delta is its dedupe row, kept for the horizon; its stream is the source's report "".
DELTAS = table(
    "deltas",
    integer("stream"),
    text("id"),
    sa.Column("bodyhash", pg.BYTEA, nullable=False),
    big("at_ms"),
    sa.PrimaryKeyConstraint("stream", "id", name="deltas_pk"),
    sa.Index("deltas_at", "at_ms", postgresql_using="brin"),
)

# What no mapping names yet, and money whose campaign is not known: sums of deltas by `measure`, and
# snapshots as they came (`value`, from `partition` at `position`; `told` tells them apart, "" for
# sums; no amount). `measures`: their names, one a line, which together are too long for a key.
# `period`: the label of a snapshot, "" of sums; what a label means may change with its source's
# zone. `known_ms`: the mark of a sum; of a snapshot, how far its source was. `currency` of the
# event's money: two must not become one.
HELD = table(
    "held",
    serial("id"),
    text("workspace"),
    text("source"),
    text("entity"),
    text("period"),
    big("start_ms"),
    text("measure"),
    big("end_ms"),
    big("known_ms"),
    text("currency"),
    sa.Column("told", sa.Text, nullable=False, server_default=""),
    total("amount"),
    jsonb("levels"),
    text("measures"),
    integer("partition", nullable=True),
    big("position", nullable=True),
    sa.Column("value", pg.BYTEA),
    sa.PrimaryKeyConstraint(
        "workspace",
        "source",
        "entity",
        "period",
        "start_ms",
        "measure",
        "end_ms",
        "known_ms",
        "currency",
        "told",
        name="held_pk",
    ),
    sa.Index("held_start", "start_ms", postgresql_using="brin"),
)

# What became of the measures of a file, record by record as it was read.
IMPORTS = table(
    "imports",
    text("workspace"),
    text("import_id"),
    big("inserted"),
    big("updated"),
    big("unchanged"),
    big("outdated"),
    big("rejected"),
    big("suspense"),
    instant("counted_at", now=True),
    sa.PrimaryKeyConstraint("workspace", "import_id", name="imports_pk"),
)

# The next offset to count of an import: a record that is read again is not counted again.
IMPORT_PROGRESS = table(
    "import_progress",
    text("workspace"),
    text("import_id"),
    text("topic"),
    integer("partition"),
    big("next_offset"),
    instant("counted_at", now=True),
    sa.PrimaryKeyConstraint(
        "workspace", "import_id", "topic", "partition", name="import_progress_pk"
    ),
)

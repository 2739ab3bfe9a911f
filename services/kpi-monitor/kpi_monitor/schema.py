"""The schema of kpi-monitor, and how its tables are made."""

import sqlalchemy as sa

from kpi_monitor import SCHEMA
from shared.database.common_tables import common_tables

METADATA = sa.MetaData()
common_tables(METADATA, SCHEMA)


def table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    """A table of this schema."""
    return sa.Table(name, METADATA, *parts, schema=SCHEMA)

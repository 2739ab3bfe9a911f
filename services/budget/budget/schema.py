"""The schema of the budget service, and how its tables are made."""

import sqlalchemy as sa

from shared.database.common_tables import common_tables

SCHEMA = "budget"

metadata = sa.MetaData()
common_tables(metadata, SCHEMA)


def table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    """A table of this schema."""
    return sa.Table(name, metadata, *parts, schema=SCHEMA)

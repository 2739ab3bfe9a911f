"""How tables of this schema are made."""

import sqlalchemy as sa

from budget import SCHEMA
from shared.database.common_tables import common_tables

metadata = sa.MetaData()
common_tables(metadata, SCHEMA)


def table(name: str, *parts: sa.schema.SchemaItem) -> sa.Table:
    """A table of this schema."""
    return sa.Table(name, metadata, *parts, schema=SCHEMA)

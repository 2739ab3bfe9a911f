"""Columns as all schemas have them: not null unless said so, and counting up only where said so.

`default` is SQL; a column that counts up is made by `serial`.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

INSTANT = sa.TIMESTAMP(timezone=True)


def _given(default: str | None) -> sa.TextClause | None:
    return None if default is None else sa.text(default)


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    """Text of any length."""
    return sa.Column(name, sa.Text, nullable=nullable)


def integer(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[int]:
    """32 bits: ids of what is few, versions, counts."""
    return sa.Column(
        name, sa.Integer, nullable=nullable, autoincrement=False, server_default=_given(default)
    )


def big(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[int]:
    """64 bits: one amount in micros, entries, offsets, epoch milliseconds."""
    return sa.Column(
        name, sa.BigInteger, nullable=nullable, autoincrement=False, server_default=_given(default)
    )


def total(name: str, *, default: str | None = None) -> sa.Column[Any]:
    """A sum of micros: numeric, because ten amounts of 10^12 units leave 64 bits."""
    return sa.Column(name, sa.Numeric, nullable=False, server_default=_given(default))


def serial(name: str) -> sa.Column[int]:
    """64 bits that the database counts up; they are never written by us."""
    return sa.Column(name, sa.BigInteger, sa.Identity(always=True), nullable=False)


def instant(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[Any]:
    """A point in time; with `now` the transaction's, unless one is given."""
    return sa.Column(
        name, INSTANT, nullable=nullable, server_default=_given("now()" if now else None)
    )


def flag(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[bool]:
    """True or false."""
    return sa.Column(name, sa.Boolean, nullable=nullable, server_default=_given(default))


def jsonb(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column[Any]:
    """A document; columns of it give and take Python objects (`shared.database`)."""
    return sa.Column(name, pg.JSONB, nullable=nullable, server_default=_given(default))

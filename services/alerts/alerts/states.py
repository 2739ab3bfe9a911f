"""The states of a delivery, in one place for all SQL: partial indexes are found by their text."""

UNSENT = ("pending", "sending", "parked", "failed")
"""Decided to be told and not taken yet."""

UNSENT_SQL = str(UNSENT)
"""The same for a statement, as the predicate of the indexes has it."""

"""The states of a delivery, in one place for all SQL: partial indexes are found by their text."""

UNSENT = ("pending", "sending", "parked", "failed")
"""Decided to be told and not taken yet."""
DELIVERED = "delivered"
"""The provider said so."""
ACCEPTED = "accepted"
"""The provider has it, and says no more."""
ARRIVED = (DELIVERED, ACCEPTED)
"""Never sent again."""
MUTED = "muted"
"""Not told now, by a silence and such; what is told when that ends is a row of its own."""
SUPPRESSED = "suppressed"
"""Told in another way, or not to be told."""

UNSENT_SQL = str(UNSENT)
"""The first for a statement, as the predicate of the indexes has it."""
ARRIVED_SQL = str(ARRIVED)
UNDELIVERED_SQL = f"state <> '{DELIVERED}'"
"""The predicate of the index by state."""

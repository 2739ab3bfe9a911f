"""How long to wait before the next try: twice as long each time, up to a bound. Pure."""

FIRST_S = 0.1
"""Of loops over our own database and broker, which mostly are back in a moment."""


def backoff_s(failures: int, longest_s: float, first_s: float = FIRST_S) -> float:
    """Seconds to wait after that many failures in a row, from 1 on."""
    # Bounded before the power is taken: something may fail all night.
    return min(longest_s, first_s * 2.0 ** min(max(failures - 1, 0), 30))

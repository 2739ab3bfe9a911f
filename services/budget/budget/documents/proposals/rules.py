"""What every proposal that moves money has to state. Pure."""

from shared.errors import InvalidError


def check_amount(amount: int) -> None:
    """Raises InvalidError `amount_zero`."""
    if not amount:
        raise InvalidError("amount_zero", "an amount of 0 moves nothing")

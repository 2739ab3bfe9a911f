"""Links for tests."""

from datetime import timedelta

from alerts.response.links import Links

BASE = "https://alerts.example.com"
LINKS = Links(BASE, b"k" * 32, timedelta(days=7))


def token_of(address: str) -> str:
    """What an address ends with."""
    return address.rpartition("/")[2]

"""What Alertmanager's clients call an alert: a digest of its labels. Pure."""

from collections.abc import Mapping

_OFFSET, _PRIME, _MASK = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF


def label_fingerprint(labels: Mapping[str, str]) -> str:
    """FNV-1a of 64 bits over `name 0xFF value 0xFF`, in the byte order of the names, as 16 hex
    digits (alertmanager.md section 2)."""
    text = b"".join(
        [b"%b\xff%b\xff" % (name.encode(), labels[name].encode()) for name in sorted(labels)]
    )
    number = _OFFSET
    # Only the lowest 64 bits count, and each byte changes the lowest 8: what is above them may stay
    # for a few bytes, and cutting it off costs as much as the arithmetic.
    whole = len(text) // 4 * 4
    for at in range(0, whole, 4):
        first, second, third, fourth = text[at : at + 4]
        number = (
            (((number ^ first) * _PRIME ^ second) * _PRIME ^ third) * _PRIME ^ fourth
        ) * _PRIME
        number &= _MASK
    for byte in text[whole:]:
        number = (number ^ byte) * _PRIME & _MASK
    return f"{number:016x}"

"""What Alertmanager's clients call an alert: a digest of its labels. Pure."""

from collections.abc import Mapping

_OFFSET, _PRIME, _MASK = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF


def label_fingerprint(labels: Mapping[str, str]) -> str:
    """FNV-1a of 64 bits over `name 0xFF value 0xFF`, in the byte order of the names, as 16 hex
    digits (alertmanager.md section 2)."""
    number = _OFFSET
    for name in sorted(labels):
        for byte in b"%b\xff%b\xff" % (name.encode(), labels[name].encode()):
            number = (number ^ byte) * _PRIME & _MASK
    return f"{number:016x}"

"""Which addresses are of the Internet: what a request may go to that a stranger has named.

By IANA's special-purpose registries and not by `is_global`, which knows of them what the Python of
the day does, and takes for global whatever IPv6 has not given out.
"""

from ipaddress import IPv4Address, IPv6Address, ip_network

GIVEN_OUT = ip_network("2000::/3")
"""All of IPv6 that is given out for the Internet; whatever wraps IPv4 or is of one site is not."""
NAT64 = ip_network("64:ff9b::/96")
"""What a network without IPv4 calls an address of it."""
SPECIAL = (
    ip_network("192.0.0.0/24"),  # protocols' own, such as of NAT64
    ip_network("192.88.99.0/24"),  # relays of 6to4
    ip_network("2001::/23"),  # protocols' own: Teredo, benchmarking, ORCHID
    ip_network("2001:db8::/32"),  # documentation
    ip_network("2002::/16"),  # 6to4: a relay would hand it to the IPv4 inside
    ip_network("3fff::/20"),  # documentation
)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the Internet."""
    if address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.is_multicast or any(address in network for network in SPECIAL):
        return False
    return address in GIVEN_OUT if address.version == 6 else address.is_global

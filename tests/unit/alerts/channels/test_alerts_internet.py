"""Which addresses are of the Internet, by IANA's special-purpose registries."""

from ipaddress import ip_address

import pytest

from alerts.channels.web.internet import is_public

PUBLIC = [
    ("8.8.8.8", "the Internet"),
    ("2606:4700::1111", "the Internet"),
    ("64:ff9b::808:808", "the Internet, as a network without IPv4 calls it"),
]
OTHER = [
    ("127.0.0.1", "this machine"),
    ("::1", "this machine"),
    ("0.0.0.0", "nowhere, which is this machine"),  # noqa: S104
    ("::", "nowhere, which is this machine"),
    ("10.1.2.3", "a private network"),
    ("172.16.0.1", "a private network"),
    ("192.168.1.1", "a private network"),
    ("fd00:ec2::254", "the metadata of a cloud"),
    ("169.254.169.254", "the metadata of a cloud"),
    ("100.64.0.1", "behind a carrier's NAT"),
    ("192.0.0.171", "a protocol's own"),
    ("192.88.99.1", "a relay of 6to4"),
    ("198.18.0.1", "benchmarking"),
    ("203.0.113.1", "documentation"),
    ("240.0.0.1", "reserved"),
    ("224.0.0.1", "many"),
    ("ff0e::1", "many"),
    ("fe80::1", "this link"),
    ("fec0::1", "this site, as it was called before fd00::/8"),
    ("::10.0.0.1", "IPv4 in IPv6, as it was called before mapping"),
    ("::ffff:10.0.0.1", "IPv4 in IPv6"),
    ("::ffff:0:10.0.0.1", "IPv4 in IPv6, translated"),
    ("64:ff9b::a9fe:a9fe", "the metadata of a cloud behind NAT64"),
    ("64:ff9b:1::a00:1", "a NAT64 of this network alone"),
    ("100::1", "what is thrown away"),
    ("2001::1", "Teredo, which wraps IPv4"),
    ("2001:2::1", "benchmarking"),
    ("2001:db8::1", "documentation"),
    ("2002:7f00:1::", "6to4, which wraps IPv4"),
    ("3fff::1", "documentation"),
    ("5f00::1", "segment routing inside of a network"),
    ("4000::1", "not given out"),
]


@pytest.mark.parametrize(
    ("address", "public", "why"),
    [(one, True, why) for one, why in PUBLIC] + [(one, False, why) for one, why in OTHER],
)
def test_only_addresses_of_the_internet_are_public(address: str, public: bool, why: str) -> None:
    assert is_public(ip_address(address)) is public, why

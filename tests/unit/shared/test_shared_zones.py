"""Which time zones are accepted: the same names on every machine (design.md section 4)."""

from zoneinfo import ZoneInfo

import pytest

from shared.zones import common_zone_names, zone_names


@pytest.mark.parametrize(
    "name",
    ["UTC", "GMT", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "Asia/Calcutta", "Etc/GMT-8"],
)
def test_a_region_is_accepted(name: str) -> None:
    assert name in common_zone_names() <= zone_names()


@pytest.mark.parametrize("name", ["PRC", "Singapore", "Japan", "CET", "EST5EDT"])
def test_a_name_without_a_region_is_a_sources_zone_and_no_campaigns(name: str) -> None:
    """PostgreSQL reads some of them as abbreviations, without summer time."""
    assert name in zone_names() - common_zone_names()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("localtime", "it is whatever the machine is set to"),
        ("posixrules", "so is it"),
        ("Factory", "it is what a machine has before somebody sets it"),
        ("posix/UTC", "not all machines have this folder, and PostgreSQL has none"),
        ("right/UTC", "it counts leap seconds"),
        ("asia/shanghai", "names are written in one way"),
        ("Asia/Shanghai ", "no blanks"),
        ("Asia", "a folder"),
        ("", "nothing"),
        ("../etc/passwd", "no path"),
        ("+08:00", "an offset has no summer time"),
        ("Asia/\0", "no name"),
    ],
)
def test_what_depends_on_the_machine_or_the_reader_is_no_zone(name: str, why: str) -> None:
    assert name not in zone_names(), why


def test_python_knows_all_of_them() -> None:
    assert len(zone_names()) > 500
    for name in zone_names():
        assert ZoneInfo(name).key == name

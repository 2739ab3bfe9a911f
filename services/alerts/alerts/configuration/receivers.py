"""Receivers and people of a file: their channels, each with a name of its own."""

from collections.abc import Container, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from alerts.channels.contract import EntryError
from alerts.channels.destinations import NOBODY, Endpoint
from alerts.channels.mentions import Handles, with_mentions
from alerts.channels.table import CHANNELS
from alerts.configuration.document import Document, Locale, ReceiverDocument, entries
from alerts.configuration.templates import OwnTemplate, read_templates
from alerts.configuration.yaml_reader import PlaceError

NAME_CHARACTERS_MAX = 300


class Receiver(Struct, frozen=True):
    name: str
    locale: Locale
    send_resolved: bool
    channels: tuple[Endpoint, ...]
    mute_times: tuple[str, ...] = ()
    """Names of the times within which it is not told, whatever the route says."""
    mention_owners: bool = False
    template: OwnTemplate | None = None
    """Its own words, in place of the usual ones."""

    def channel(self, name: str) -> Endpoint | None:
        """The channel of that name, or the one that had it before it was given another."""
        by_name = {one.address: one for one in self.channels}
        by_name |= {one.name: one for one in self.channels}
        return by_name.get(name)


def budgets_of(
    workspace: str, receivers: Mapping[str, Receiver], environment: Mapping[str, str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for receiver in receivers.values():
        for channel in receiver.channels:
            key = channel.budget(workspace, environment)
            found |= {channel.address: key, channel.name: key}
    return found


def read_receivers(
    document: Document, times: Container[str], environment: Mapping[str, str]
) -> dict[str, Receiver]:
    """Receivers and people by name. A name is one destination in the whole file. Raises
    PlaceError."""
    templates = read_templates(document)
    receivers: dict[str, Receiver] = {}
    addresses: dict[str, str] = {}
    for path, one in places_of(document):
        if one.name in receivers:
            raise PlaceError(path, f"receiver {one.name!r} is defined twice")
        if one.template is not None and one.template not in templates:
            raise PlaceError(f"{path}.template", f"message_templates has no {one.template!r}")
        mute_times = known_times(one.mute_time_intervals, times, f"{path}.mute_time_intervals")
        channels: list[Endpoint] = []
        for entry_path, found in _destinations(one, path, environment):
            if any(found.address == other.address for other in channels):
                raise PlaceError(path, "the same destination is named twice in one receiver")
            if addresses.setdefault(found.name, found.address) != found.address:
                raise PlaceError(entry_path, f"another channel has the name {found.name!r} already")
            channels.append(found)
        receivers[one.name] = Receiver(
            one.name,
            one.locale,
            one.send_resolved,
            tuple(channels),
            mute_times,
            one.mention_owners,
            templates[one.template] if one.template is not None else None,
        )
    return receivers


def read_handles(document: Document, receivers: Mapping[str, Receiver]) -> Handles:
    """What providers call people, held against the channels that would mention them. Raises
    PlaceError."""
    channels = [
        channel for one in receivers.values() if one.mention_owners for channel in one.channels
    ]
    for place, person in enumerate(document.people):
        for kind, handle in person.mentions.items():
            path = f".people[{place}].mentions.{kind}"
            if kind not in CHANNELS or CHANNELS[kind].mentions is None:
                known = ", ".join(kind for kind, one in CHANNELS.items() if one.mentions)
                raise PlaceError(path, f"nobody is mentioned by {kind!r}; known here: {known}")
            for channel in channels:
                if channel.kind == kind:
                    _check_handle(channel, person.name, handle, path)
    return {person.name: person.mentions for person in document.people}


def _check_handle(channel: Endpoint, person: str, handle: str, path: str) -> None:
    try:
        with_mentions(CHANNELS[channel.kind], channel.target, {person: handle})
    except ValueError as error:
        raise PlaceError(path, str(error).partition(" - at ")[0]) from error


def places_of(document: Document) -> list[tuple[str, ReceiverDocument]]:
    """Receivers, then people, with their paths."""
    found = [(f".receivers[{place}]", one) for place, one in enumerate(document.receivers)]
    return found + [(f".people[{place}]", one) for place, one in enumerate(document.people)]


def known_times(names: tuple[str, ...], times: Container[str], path: str) -> tuple[str, ...]:
    """Names of times, which are there. Raises PlaceError."""
    for place, name in enumerate(names):
        if name not in times:
            raise PlaceError(f"{path}[{place}]", f"time_intervals has no {name!r}")
    return names


def _destinations(
    receiver: ReceiverDocument, path: str, environment: Mapping[str, str]
) -> Iterator[tuple[str, Endpoint]]:
    """Of one receiver, with the paths of their entries."""
    for kind, own, entry in entries(receiver):
        entry_path = path + own
        try:
            # It is no part of where a message goes: who changes it has the same channel.
            place = replace(entry, send_resolved=None)
            for found in CHANNELS[kind].destinations(place, environment):
                if found.name == NOBODY.name or len(found.name) > NAME_CHARACTERS_MAX:
                    raise EntryError("name", f"{found.name[:40]!r} is no name for a channel")
                yield entry_path, replace(found, send_resolved=entry.send_resolved)
        except EntryError as error:
            raise PlaceError(f"{entry_path}.{error.key}", str(error)) from error

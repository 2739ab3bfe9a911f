"""A test message to each channel of a receiver, at once, and what its provider said."""

import asyncio
import time
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import uuid4

from alerts.channels.contract import Outgoing, Tools
from alerts.channels.destinations import Endpoint
from alerts.channels.message import Message
from alerts.channels.result import SendClass, SendResult, fault, result_of
from alerts.channels.table import CHANNELS
from alerts.configuration.configurations import Configurations
from alerts.delivery.store_limits import Slot, SlotWanted, is_paced, take_slot
from alerts.rendering.render import Renderer
from shared.database.pool import Pool, transaction
from shared.errors import NotFoundError

NO_ROOM = result_of(
    SendClass.RATE_LIMITED,
    "no_room",
    "not sent: as many messages as it takes have gone there; try again later",
)


class Tried(NamedTuple):
    """One send over one channel, and the answer."""

    channel: Endpoint
    result: SendResult
    took_s: float


class Trials:
    """Sends by hand what only shows that it arrives; nothing of it is kept."""

    def __init__(
        self,
        configurations: Configurations,
        renderer: Renderer,
        tools: Tools,
        timeout_s: float,
        pool: Pool,
    ) -> None:
        self._pool = pool
        self._configurations = configurations
        self._renderer = renderer
        self._tools = tools
        self._timeout_s = timeout_s

    async def send(self, workspace: str, receiver: str, by: str) -> list[Tried]:
        """All channels of the receiver. Raises NotFoundError `receiver_unknown`."""
        configuration = self._configurations.get(workspace)
        found = configuration.receivers.get(receiver) if configuration else None
        if found is None:
            known = ", ".join(sorted(configuration.receivers)) if configuration else "none"
            raise NotFoundError(
                "receiver_unknown", f"there is no receiver {receiver}: the file has {known}"
            )
        message = self._renderer.trial(receiver, found.locale, by)
        tries = []
        for one in found.channels:
            budget = configuration.budgets[one.name] if configuration else one.name
            slot = await self._take_slot(f"{workspace}/{budget}", one.kind)
            tries.append(self._try(one, message, slot))
        return list(await asyncio.gather(*tries))

    async def _take_slot(self, destination: str, kind: str) -> Slot:
        """A test counts as what it is for its provider: one message more."""
        pace, limits = CHANNELS[kind].limits, self._configurations.limits.get(destination)
        if limits is None and not is_paced(pace):
            return Slot(granted=True)
        wanted = SlotWanted(destination, pace, limits, datetime.now(UTC))
        async with transaction(self._pool) as conn:
            return await take_slot(conn, wanted)

    async def _try(self, endpoint: Endpoint, message: Message, slot: Slot) -> Tried:
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._timeout_s):
                result = await self._send(endpoint, message) if slot.granted else NO_ROOM
        except TimeoutError:
            detail = f"no answer in {self._timeout_s:g} s"
            result = result_of(SendClass.RETRYABLE, "timeout", detail)
        except Exception as error:
            result = fault(error)
        return Tried(endpoint, result, time.monotonic() - began)

    async def _send(self, endpoint: Endpoint, message: Message) -> SendResult:
        channel = CHANNELS[endpoint.kind]
        outgoing = Outgoing(
            delivery=f"test-{uuid4().hex}",
            target=endpoint.target,
            message=message,
            composed=channel.compose(message, channel.limits.text_max),
            at=datetime.now(UTC),
        )
        return await channel.send(outgoing, self._tools)

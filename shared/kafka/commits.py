"""What a group has read and not committed to Kafka yet."""

import asyncio
from collections.abc import Iterable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from shared.logs import get_logger

log = get_logger(__name__)


class Commits:
    """Offsets of transactions that are committed, until Kafka has them."""

    def __init__(self, group: str, timeout_s: float) -> None:
        self._group = group
        self._timeout_s = timeout_s
        self.owed: dict[TopicPartition, int] = {}

    def owe(self, read: Mapping[TopicPartition, int]) -> None:
        """These are read: the next `commit` says so."""
        self.owed.update(read)

    def forget(self, places: Iterable[TopicPartition]) -> None:
        """These are another member's now.

        What is owed of them is their next owner's: committed by us after they came back, it would
        take the group behind what was committed meanwhile.
        """
        for place in places:
            self.owed.pop(place, None)

    async def commit(self, consumer: AIOKafkaConsumer) -> None:
        """Commits what is owed of the partitions that are still ours.

        What fails here is owed still: the next poll tries again, also one that brings nothing,
        because a topic without further records would never be committed otherwise.
        """
        assigned = consumer.assignment()
        self.owed = {place: at for place, at in self.owed.items() if place in assigned}
        if not self.owed:
            return
        offsets = dict(self.owed)
        try:
            # The client looks for a coordinator without end: seen once after a broker's restart.
            async with asyncio.timeout(self._timeout_s):
                await consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError) as error:
            log.info("commit_after_rebalance", group=self._group, error=repr(error))
        for place, at in offsets.items():
            if self.owed.get(place) == at:
                del self.owed[place]

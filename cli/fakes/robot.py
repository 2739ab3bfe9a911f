"""What the fakes of chat robots have in common: their pace, what they took, what they answered."""

import argparse
import contextlib
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from cli.fakes.server import LocalServer

Taken = TypeVar("Taken")


class FakeRobot(LocalServer, Generic[Taken]):
    """Serves on 127.0.0.1 while its block lasts; `url` goes into the variable of its address, in
    an entry with `allow_private: true`."""

    def __init__(
        self,
        *,
        per_minute_max: int | None = None,
        now: Callable[[], float] = time.time,
        port: int = 0,
    ) -> None:
        super().__init__(port)
        self._now = now
        self._recent: deque[float] = deque(maxlen=per_minute_max)
        self._messages: list[Taken] = []
        self._answers: list[dict[str, Any]] = []

    @property
    @abstractmethod
    def url(self) -> str:
        """What goes into the environment variable that `url_env` names."""

    @property
    def messages(self) -> list[Taken]:
        """What it took so far, oldest first."""
        with self._lock:
            return list(self._messages)

    @property
    def answers(self) -> list[dict[str, Any]]:
        """Every answer with a JSON body it gave so far, faults included."""
        with self._lock:
            return list(self._answers)

    def forget_rate(self) -> None:
        """As if a minute had passed."""
        with self._lock:
            self._recent.clear()

    def hurried(self, now: float, per_second_max: int | None = None) -> bool:
        """Counts a request, unless it is one too many of its minute or second."""
        with self._lock:
            if len(self._recent) == self._recent.maxlen and now - self._recent[0] < 60:
                return True
            just = sum(now - at < 1 for at in self._recent)
            if per_second_max is not None and just >= per_second_max:
                return True
            self._recent.append(now)
            return False

    def keep(self, message: Taken) -> None:
        with self._lock:
            self._messages.append(message)

    def note(self, answer: dict[str, Any]) -> None:
        with self._lock:
            self._answers.append(answer)


def watch(
    make: Callable[[int], FakeRobot[Taken]],
    settings: Callable[[FakeRobot[Taken]], str],
    text: Callable[[Taken], str],
    module: str,
) -> None:
    """`python -m <module>`: prints the settings of a robot, then what a group would see."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=watch.__doc__)
    parser.add_argument("--port", type=int, default=0, help="The same one at each start.")
    with make(parser.parse_args().port) as robot, contextlib.suppress(KeyboardInterrupt):
        print(f"export {settings(robot)}", flush=True)
        shown = 0
        while True:
            for message in robot.messages[shown:]:
                print(f"\n{text(message)}", flush=True)
                shown += 1
            time.sleep(0.2)

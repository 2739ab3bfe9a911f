"""A child process that is started again, and found by a later run when ours was killed."""

import signal
import subprocess
from pathlib import Path
from typing import Any

from cli.processes import Identity, end, freeze_family, signal_family, spawn


class Child:
    """Whoever starts it says where it is recorded."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._record = Path()

    @property
    def pid(self) -> int | None:
        """Of its last process; None before the first start."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """How the last process ended; None while it runs or before the first start."""
        return self._process.poll() if self._process else None

    def alive(self) -> bool:
        """True while the process exists (also when frozen)."""
        return self._process is not None and self._process.poll() is None

    def _launch(self, arguments: list[str | Path], record: Path, **how: Any) -> None:
        """Starts the process, as `spawn` does, and records it."""
        self._process, self._record = spawn(arguments, **how), record
        if (identity := Identity.of(self._process.pid)) is not None:
            identity.save(record)

    def freeze(self) -> None:
        """SIGSTOP to it and all below: connections stay open and nothing is answered."""
        if self._process is not None and self.alive():
            freeze_family(self._process.pid)

    def thaw(self) -> None:
        """Lets a frozen process go on."""
        if self._process is not None and self.alive():
            signal_family(self._process.pid, signal.SIGCONT)

    def _end(self, number: int, timeout_s: float) -> None:
        """Asks with a signal, waits, then kills; a successor's record stays. Twice is harmless."""
        if self._process is not None:
            self.thaw()
            end(self._process, number, timeout_s)
            recorded = Identity.load(self._record)
            if recorded is not None and recorded.pid == self._process.pid:
                self._record.unlink()

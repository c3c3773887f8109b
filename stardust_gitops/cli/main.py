"""The entry point: finds the command, runs it, and turns what went wrong into an exit code."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback
from typing import Any, NoReturn

import click

from stardust_gitops import __version__
from stardust_gitops.errors import GitOpsError

EXIT_USAGE, EXIT_BUG, EXIT_INTERRUPTED = 64, 70, 130

EXIT_CODES = """\b
Exit codes:
  0    fine
  1    the operation failed
  2    changes are present (only plan --detailed-exitcode); somebody has to see to something (only
       report schedule, report reconciliation and drift)
  3    the catalogue is invalid, or a policy failed
  4    a safety guard, a stale plan or a wrong ledger stopped it
  5    another process is applying to the same target
  6    some items failed or were blocked by errors; the ledger is consistent
  64   the command line was wrong
  70   a bug of this program
  130  interrupted
"""

# Name, module, and the line that `--help` shows: kept here so that it need not import them all.
COMMANDS = {
    "init": ("init", "Make a new catalogue."),
    "new": ("new", "Add a release to the catalogue."),
    "validate": ("validate", "Check the catalogue; finds every mistake at once."),
    "fmt": ("fmt", "Bring the files of the catalogue into their canonical form."),
    "plan": ("plan", "Show what differs from what the recipients have, and why."),
    "apply": ("apply", "Deliver what differs."),
    "render": ("render", "Write the message of a release for a target."),
    "show": ("show", "Show what a target has of a release, and what is next."),
    "status": ("status", "List what every target has."),
    "drift": ("drift", "Compare what lies at the targets with what was delivered."),
    "history": ("history", "List what happened, newest first."),
    "receipts": ("receipts", "Fetch what recipients answer, and list it."),
    "rollback": ("rollback", "Bring a release back to what was delivered before."),
    "target": ("target", "List and show targets, and what is public of recipients."),
    "assets": ("assets", "Measure the audio and art files."),
    "report": ("report", "Show a plan on GitHub; list what is due, late or not answered."),
    "ledger": ("ledger", "Make, check, copy and correct the ledger of deliveries."),
    "lock": ("lock", "List who is applying to what, and take a lock away."),
    "schema": ("schema", "Install DDEX's schemas; print those of this program."),
    "completion": ("completion", "Print the shell's completion script."),
}


class _Commands(click.Group):
    """Imports a command's module only when that command runs: `--help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"stardust_gitops.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from stardust_gitops.catalog.suggest import did_you_mean

            hint = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(
                f"there is no command {args[0]!r}." + (f" Did you mean {hint}?" if hint else ""),
                ctx,
            )
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, prog_name="stardust-gitops")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """A music catalogue in git, delivered.

    The catalogue is the desired state, the ledger records what every recipient was sent. `plan`
    shows what differs and why, `apply` generates only the messages that are needed, ships them
    with their audio and art, and records it.

    \b
    Examples:
      stardust-gitops validate
      stardust-gitops plan --target spotify
      stardust-gitops apply
    """


OBJECTS_BEFORE_COLLECTION = 200_000


def main() -> NoReturn:
    """Run the command line and exit with the code that says how it went."""
    # A plan makes objects by the hundred thousand, and nearly all of them stay until it is shown:
    # looking for cycles among them again and again costs more than a tenth of its time.
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str], obj: Any = None) -> int:
    """Run the command line; the exit code. `obj` replaces what commands take from outside."""
    debug = "--debug" in arguments or bool(os.environ.get("STARDUST_DEBUG"))
    arguments = [argument for argument in arguments if argument != "--debug"]
    try:
        result = cli.main(arguments, prog_name="stardust-gitops", standalone_mode=False, obj=obj)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.UsageError as error:
        error.show()
        return EXIT_USAGE
    except click.ClickException as error:
        error.show()
        return 1
    except (click.Abort, KeyboardInterrupt):
        click.echo("\ninterrupted; run the same command again to go on", err=True)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): not an error, and nothing more to say.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except GitOpsError as error:
        _show_error(error, debug)
        return error.exit_code
    except Exception as error:
        if debug:
            traceback.print_exc()
        click.echo(
            f"SG9070 a bug in stardust-gitops {__version__}: {type(error).__name__}: {error}\n"
            "  please report it; run again with --debug to see where",
            err=True,
        )
        return EXIT_BUG


def _show_error(error: GitOpsError, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    findings = getattr(error, "findings", ())
    if findings:
        from stardust_gitops.cli.output import show_findings

        show_findings(findings, getattr(error, "root", None))
    label = click.style("error", fg="red", bold=True)
    click.echo(f"{label} {error.code} {error.message}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)

"""``stardust-gitops init``."""

from __future__ import annotations

import re
import shlex
import shutil
import unicodedata
from pathlib import Path
from string import Template

import click

from stardust_gitops.catalog.loading import CONFIG_NAME
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.yaml_write import write_scalar
from stardust_gitops.cli.github_files import (
    GITHUB_KEYS,
    GITHUB_LEDGER,
    SETTINGS,
    add_github,
    github_files,
    must_be_the_top,
)
from stardust_gitops.cli.new_files import not_written, templates, write_new
from stardust_gitops.cli.options import outside
from stardust_gitops.cli.values import checked
from stardust_gitops.errors import GitOpsError, UsageError
from stardust_gitops.git import command as git
from stardust_gitops.git.carried import has_remote
from stardust_gitops.git.repository import Repository
from stardust_gitops.identifiers.dpid import dpid_check_character, dpid_check_ok
from stardust_gitops.ledger.open import create_ledger

EXAMPLE_DPID = "PADPIDA0000000000Q"
"""Nobody's: DPIDs hold the day of their issue, and no day is 0000-00-00."""

EXAMPLE_NAME = "Example Sender"
THERE_ALREADY = "SG9020"
_ON_DISK = "`.stardust/` | the ledger: what was sent. Not in git; back it up"
_ON_BRANCH = "branch `stardust-ledger` | the ledger: what was sent; never rewrite or delete it"
_SEND_BY_HAND = """\
git add . && git commit                # apply sends what is committed
stardust-gitops apply                  # send it"""
_SEND_BY_MERGE = """\
git add . && git commit && git push    # on a branch: its pull request shows what would be sent;
                                       # what is merged and approved is sent"""
_KEYS = "".join(f"\n{GITHUB_KEYS[key]}" for key in ("environments", "schedule"))
_ID_LENGTH = 64
_IGNORED = ("/.stardust/", "/delivered/")


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--id", "catalogue_id", metavar="NAME", help="Its id.  [default: the folder's name]")
@click.option("--sender-dpid", metavar="DPID", help="Your DPID, from dpid.ddex.net.")
@click.option("--sender-name", metavar="NAME", help="Your name, as recipients know it.")
@click.option(
    "--github",
    is_flag=True,
    help="Add workflows for GitHub; the ledger is the branch stardust-ledger.",
)
@click.pass_context
def command(
    ctx: click.Context,
    folder: Path,
    catalogue_id: str | None,
    sender_dpid: str | None,
    sender_name: str | None,
    github: bool,
) -> int:
    """Make a new catalogue in DIR (here, if none is given), and its ledger.

    No file is ever overwritten. Without --sender-dpid and --sender-name examples are written and
    marked as such. The catalogue has one target, a folder on this machine.

    With --github, where there is a catalogue already, it gets the workflows and the keys of
    stardust.yaml that it lacks; all else stays as it is, and what differs is listed.

    \b
    Examples:
      stardust-gitops init my-catalog
      stardust-gitops init --github
      stardust-gitops init --sender-dpid PADPIDA2026112201U --sender-name "Alpha Tide"
    """
    if github and (folder / CONFIG_NAME).exists():
        return _add_github(folder, catalogue_id, sender_dpid, sender_name)
    name = name_of(folder) if catalogue_id is None else catalogue_id
    example_dpid, example_name = sender_dpid is None, sender_name is None
    sender = {
        "dpid": EXAMPLE_DPID if example_dpid else sender_dpid,
        "name": EXAMPLE_NAME if example_name else sender_name,
    }
    ledger = {"ledger": GITHUB_LEDGER} if github else {}
    config = checked(ConfigFile, {"format": "1", "id": name, "sender": sender, **ledger})
    place = _free_place(folder)
    repository, lfs = Repository.find(place), _lfs_is_set_up(place)
    if github:
        must_be_the_top(folder, repository)
    contents = scaffold(
        config, example_dpid=example_dpid, example_name=example_name, lfs=lfs, github=github
    )
    root = contents.pop(CONFIG_NAME)
    written = write_new(folder, contents)
    # The ledger before the file that makes the folder a catalogue: where there is a ledger of
    # old, or none can be made, the same command can be run again.
    made = not github or (repository is not None and has_remote(folder, "origin"))
    if made:
        create_ledger(config.ledger, folder, config.id, outside(ctx).clock).close()
    written += write_new(folder, {CONFIG_NAME: root})
    place_of_ledger = config.ledger.partition(":")[2]
    ledger_line = [f"{place_of_ledger}   the ledger, empty"] if made else []
    kept = sorted(contents.keys() - set(written))
    _tell(folder, config.id, written=[*sorted(written), *ledger_line], kept=kept, lfs=lfs)
    _tell_of_sender(config, is_example=example_dpid or example_name)
    _next_steps(folder, in_git=repository is not None, ledger_missing=not made, github=github)
    return 0


def _add_github(folder: Path, *given: str | None) -> int:
    """`--github` for a catalogue that is there: its id and sender are not given again."""
    if any(value is not None for value in given):
        raise UsageError(
            f"there is a catalogue in {folder.resolve()} already, with id and sender",
            hint="give --github alone: it adds what the catalogue lacks",
        )
    add_github(folder)
    return 0


def _tell_of_sender(config: ConfigFile, *, is_example: bool) -> None:
    """What has to be looked at before anything goes to others."""
    if is_example:
        click.echo(
            f"\nThe sender in {CONFIG_NAME} is an example: before you deliver to others, put your"
            " DPID (from dpid.ddex.net) and name there."
        )
    elif not dpid_check_ok(config.sender.dpid):
        click.echo(
            f"\nnote: the last character of {config.sender.dpid} should be"
            f" {dpid_check_character(config.sender.dpid)}; check that DPID"
        )


def name_of(folder: Path) -> str:
    """A catalogue's id made from the name of its folder; `UsageError` where nothing is left."""
    folded = unicodedata.normalize("NFKD", folder.resolve().name.lower())
    text = folded.encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9_.-]+", "-", text).strip("-_.")[:_ID_LENGTH]
    if not name:
        raise UsageError("no id can be made from the folder's name", hint="give one: --id NAME")
    return name


def scaffold(
    config: ConfigFile,
    *,
    example_dpid: bool,
    example_name: bool,
    lfs: bool,
    github: bool = False,
) -> dict[str, str]:
    """The files of a new catalogue by their path, in order. `lfs` turns Git LFS on, `github` adds
    the workflows."""
    values = {
        "id": write_scalar(config.id),
        "dpid": config.sender.dpid,
        "dpid_note": "   # an example: put your DPID here, from dpid.ddex.net" * example_dpid,
        "name": write_scalar(config.sender.name),
        "name_note": "   # an example: put your name here" * example_name,
        "lfs": "" if lfs else "# ",
        "ledger": config.ledger,
        "ledger_place": _ON_BRANCH if github else _ON_DISK,
        "environments": _KEYS if github else "",
        "sending": _SEND_BY_MERGE if github else _SEND_BY_HAND,
    }
    made = {path: Template(text).substitute(values) for path, text in templates("scaffold")}
    return dict(sorted((made | (github_files() if github else {})).items()))


def _free_place(folder: Path) -> Path:
    """The nearest folder that is there; a folder in a catalogue is refused."""
    try:
        start = folder.resolve()
        places = [place for place in (start, *start.parents) if place.exists()]
        taken = next((place for place in places if (place / CONFIG_NAME).exists()), None)
    except OSError as error:
        raise not_written(str(folder), error) from error
    if taken is not None:
        raise GitOpsError(
            f"there is a catalogue in {taken} already",
            hint="use it, or give another DIR; a missing ledger is made by"
            " `stardust-gitops ledger init`",
            code=THERE_ALREADY,
        )
    if not places[0].is_dir():
        raise UsageError(f"{places[0]} is not a folder", hint="give another DIR")
    return places[0]


def _lfs_is_set_up(place: Path) -> bool:
    """Whether Git LFS is installed and `git lfs install` was run: without either, its attributes
    would stop git, or be passed over in silence."""
    if shutil.which("git") is None:
        return False
    installed, _ = git.run(place, "lfs", "version", accept=(0, 1))
    configured, _ = git.run(place, "config", "--get", "filter.lfs.clean", accept=(0, 1))
    return installed == 0 and configured == 0


def _tell(folder: Path, name: str, *, written: list[str], kept: list[str], lfs: bool) -> None:
    click.echo(f"Made the catalogue {name} in {folder.resolve()}:")
    for path in written:
        click.echo(f"  {path}")
    if kept:
        click.echo("Kept as they were:")
        for path in kept:
            click.echo(f"  {path}")
    if missing := [line for line in _IGNORED if line not in _lines(folder / ".gitignore")]:
        click.echo(f"Add to .gitignore: {' '.join(missing)}")
    if ".gitattributes" in written and not lfs:
        click.echo("Git LFS is not set up here: .gitattributes says how to turn it on.")


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []  # then the user is told what should stand in it


def _next_steps(folder: Path, *, in_git: bool, ledger_missing: bool, github: bool) -> None:
    steps = ["stardust-gitops new release ICPN …    # --help tells how"]
    if folder.resolve() != Path.cwd():
        steps.insert(0, f"cd {shlex.quote(str(folder))}")
    start = "" if in_git else "git init && "
    push = " && git push" if github and not ledger_missing else ""
    steps.append(f'{start}git add . && git commit -m "A new catalogue"{push}')
    if ledger_missing:
        steps.append("git remote add origin ADDRESS && git push -u origin main")
        steps.append("stardust-gitops ledger init    # makes the branch of the ledger")
    steps.append("stardust-gitops plan")
    click.echo("\nNext:")
    for step in steps:
        click.echo(f"  {step}")
    if github:
        click.echo(SETTINGS)

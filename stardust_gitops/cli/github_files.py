"""What `init --github` adds: files, and keys of `stardust.yaml`; to a catalogue of old only what it
lacks. Nothing that is there is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from stardust_gitops import __version__
from stardust_gitops.catalog.format_cache import replace_file
from stardust_gitops.catalog.formatter import format_file
from stardust_gitops.catalog.loading import CONFIG_NAME
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.yaml_strict import YamlInvalid, parse
from stardust_gitops.cli.new_files import NOT_WRITTEN, not_written, templates, write_new
from stardust_gitops.cli.session import open_catalogue_at
from stardust_gitops.errors import GitOpsError, UsageError
from stardust_gitops.git.repository import Repository

GITHUB_LEDGER = "git:stardust-ledger"
GITHUB_KEYS: Mapping[str, str] = {
    "ledger": f"""\
# The record of what every recipient was sent, a branch of this repository: never rewrite it.
ledger: {GITHUB_LEDGER}
""",
    "environments": """\
# Only the head of main is delivered. Name further environments, such as test, here, too.
environments:
  production: {branch: main}
""",
    "schedule": """\
# How often scheduled.yml delivers what is due: what is late is told by that.
schedule: {every: "1h"}
""",
}
"""Keys of `stardust.yaml`, each with its comment."""

_OWNERS = ".github/CODEOWNERS"
_OTHER_OWNERS = ("CODEOWNERS", "docs/CODEOWNERS")
"""GitHub reads only the first that it finds, and looks into .github/ before these."""
_LOCAL_LEDGER = ".stardust/ledger.db"
SETTINGS = (
    "Then, in the settings of the repository on GitHub: the environments production, with"
    " reviewers, and\nscheduled; and the protection of main. docs/github.md of"
    " stardust-gitops says what each needs."
)


def github_files() -> dict[str, str]:
    """The files by their path. They are full of ``${{ … }}``: only the version is filled in."""
    return {
        path: text.replace("@VERSION@", __version__) for path, text in templates("scaffold_github")
    }


def must_be_the_top(folder: Path, repository: Repository | None) -> None:
    """GitHub finds workflows at the top of a repository only."""
    if repository is not None and folder.resolve() != repository.root:
        raise UsageError(
            f"--github writes workflows, and GitHub reads those of {repository.root} only",
            hint="make the catalogue there; or leave --github out, and see docs/github.md",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What was added to a catalogue, and what is there and is not what `init` writes."""

    files: Sequence[str]
    keys: Sequence[str]
    others: Sequence[str]


def add_github(folder: Path) -> None:
    """Add to the catalogue in `folder` what it lacks for GitHub, and say what; done twice, the
    second time changes nothing. Its ledger is neither made nor moved: that is told."""
    must_be_the_top(folder, Repository.find(folder))
    config = open_catalogue_at(folder).catalogue.config
    contents = github_files()
    if any((folder / path).exists() for path in _OTHER_OWNERS):
        del contents[_OWNERS]
    keys = _add_keys(folder)
    files = sorted(write_new(folder, contents))
    others = sorted(path for path in contents if not _is(folder / path, contents[path]))
    _tell(folder, config, Additions(files=files, keys=keys, others=others))


def _add_keys(folder: Path) -> list[str]:
    """Add the keys that `stardust.yaml` lacks; which. All else in it stays, comments included."""
    path = folder / CONFIG_NAME
    try:
        before = path.read_bytes()
        present = parse(before, CONFIG_NAME)
        lacking = [key for key in GITHUB_KEYS if key not in present]
        if "ledger" in lacking and (folder / _LOCAL_LEDGER).exists():
            lacking.remove("ledger")  # it holds what was sent, and has to be carried over first
        if lacking:
            replace_file(path, _with_keys(before, lacking))
    except OSError as error:
        raise not_written(CONFIG_NAME, error) from error
    return lacking


def _with_keys(before: bytes, keys: Sequence[str]) -> bytes:
    """The file with keys at its end; at their place where it stands in the form of `fmt`."""
    added = "".join(f"\n{GITHUB_KEYS[key]}" for key in keys)
    end = "\r\n" if b"\r\n" in before else "\n"
    text = before.decode("utf-8")
    text += "" if text.endswith("\n") else end
    after = (text + added.replace("\n", end)).encode()
    wanted = parse(before, CONFIG_NAME) | parse(added.encode(), CONFIG_NAME)
    if _means(after, wanted):
        return format_file(after, CONFIG_NAME) if _is_canonical(before) else after
    raise GitOpsError(
        f"{CONFIG_NAME} cannot be added to: its keys do not stand each on a line of its own",
        hint=f"run `stardust-gitops fmt`, or add by hand:\n{added}",
        code=NOT_WRITTEN,
    )


def _means(data: bytes, wanted: Mapping[str, Any]) -> bool:
    """Whether the file says this; it does not where its keys stand in braces, say."""
    try:
        return parse(data, CONFIG_NAME) == wanted
    except YamlInvalid:
        return False


def _is_canonical(data: bytes) -> bool:
    return format_file(data, CONFIG_NAME) == data


def _is(path: Path, text: str) -> bool:
    """Whether a file holds just this; git may have given it line ends of another system."""
    try:
        return path.read_bytes().replace(b"\r\n", b"\n") == text.encode()
    except OSError as error:
        raise not_written(str(path), error) from error


def _tell(folder: Path, config: ConfigFile, made: Additions) -> None:
    if made.files or made.keys:
        click.echo(f"Added to the catalogue {config.id} in {folder.resolve()}:")
        for line in (*made.files, *(f"{CONFIG_NAME}: {key}" for key in made.keys)):
            click.echo(f"  {line}")
    else:
        click.echo(f"The catalogue {config.id} has all that it needs for GitHub: nothing changed.")
    if made.others:
        click.echo(
            f"Kept as they were, though stardust-gitops {__version__} writes them otherwise:"
        )
        for path in made.others:
            click.echo(f"  {path}")
        click.echo("If you have not changed them, compare them with those of a new catalogue.")
    if "ledger" in made.keys:
        click.echo(
            "The ledger is to be the branch stardust-ledger; its file of old was not found here."
            " Make it with\n  stardust-gitops ledger init\nif nothing was ever delivered; else"
            " bring it over from where it is: docs/ledger.md."
        )
    elif config.ledger.startswith("sqlite:"):
        click.echo(
            f"note: the ledger stays {config.ledger}, which no runner of GitHub sees. Carry it"
            f" over:\n  stardust-gitops ledger migrate --to {GITHUB_LEDGER}"
        )
    production = config.environments.get("production")
    if "environments" not in made.keys and (production is None or production.branch is None):
        click.echo(
            f"note: {CONFIG_NAME} names no branch for the environment production, so any commit can"
            " be delivered:\n  environments: {production: {branch: main}}"
        )
    if made.files or made.keys:
        click.echo(SETTINGS)

"""Options that several commands share, and what they make of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from stardust_gitops.clock import Clock, SystemClock
from stardust_gitops.errors import GitOpsError
from stardust_gitops.planning.selection import Selection

F = TypeVar("F", bound=Callable[..., Any])
R = TypeVar("R")
ENVIRONMENT = "production"


@dataclass(slots=True)
class Outside:
    """What commands take from outside the catalogue; tests hand in their own."""

    clock: Clock = field(default_factory=SystemClock)


def outside(ctx: click.Context) -> Outside:
    """What this run takes from outside."""
    if not isinstance(ctx.obj, Outside):
        ctx.obj = Outside()
    return ctx.obj


class Duration(click.ParamType[float]):
    """``90s``, ``10m``, ``1h30m``, ``0``: a length of time, in seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The seconds; a number needs its unit."""
        match = _DURATION.fullmatch(str(value))
        if match is None or not value:
            self.fail(f"{value!r} is no duration: write 90s, 10m or 1h30m", param, ctx)
        hours, minutes, seconds = (int(number or 0) for number in match.groups())
        return float(hours * 3600 + minutes * 60 + seconds)


_DURATION = re.compile(r"(?:([0-9]{1,4})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,8})s)?|0")


def catalogue_option(command: F) -> F:
    """``--catalog DIR``."""
    return click.option(
        "--catalog",
        "catalog",
        type=click.Path(path_type=Path),
        default=Path(),
        show_default="the folder with stardust.yaml, here or above",
        help="The catalogue to work on.",
    )(command)


def _environment(ctx: click.Context, option: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,63}", value):
        raise click.BadParameter("use lower-case letters, digits, - _ and .", ctx, option)
    return value


def environment_option(command: F) -> F:
    """``--environment NAME``."""
    return click.option(
        "--environment",
        default=ENVIRONMENT,
        show_default=True,
        metavar="NAME",
        callback=_environment,
        help="Any other than production sends test messages and is recorded apart.",
    )(command)


def format_option(*choices: str) -> Callable[[F], F]:
    """``--format``, text unless said otherwise."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(choices),
        default=choices[0],
        show_default=True,
        help="How to print the result.",
    )


def diff_option(command: F) -> F:
    """``--diff xml``."""
    return click.option(
        "--diff",
        type=click.Choice(["xml"]),
        help="Show what each message would say otherwise than the last one that was sent.",
    )(command)


def _stems(*folders: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Completes the names of files below folders of the catalogue; silent where there is none."""

    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        from stardust_gitops.catalog.loading import find_root, list_files

        try:
            root = find_root(Path(ctx.params.get("catalog") or "."))
            names = {Path(file).stem for folder in folders for file in list_files(root, folder)}
        except (GitOpsError, OSError, ValueError):
            return []
        return sorted(name for name in names if name.startswith(incomplete) and name.isprintable())

    return complete


def targets_option(command: F) -> F:
    """``--target`` alone, handed over as `patterns`."""
    return click.option(
        "--target",
        "patterns",
        multiple=True,
        metavar="PATTERN",
        help="Only these targets. May be repeated; * matches any.",
        shell_complete=_stems("targets"),
    )(command)


def selection_options(command: Callable[..., R]) -> Callable[..., R]:
    """``--release``, ``--target``, ``--label`` and ``--exclude``, handed over as `chosen`."""

    @wraps(command)
    def select(
        *arguments: Any,
        release: tuple[str, ...],
        target: tuple[str, ...],
        label: tuple[str, ...],
        exclude: tuple[str, ...],
        **options: Any,
    ) -> R:
        chosen = Selection(releases=release, targets=target, labels=label, exclude=exclude)
        return command(*arguments, chosen=chosen, **options)

    for name, folders, text in (
        ("--exclude", ("releases", "targets"), "Leave out these releases or targets."),
        ("--label", (), "Only releases of these labels."),
        ("--target", ("targets",), "Only these targets."),
        ("--release", ("releases",), "Only these releases, by ICPN."),
    ):
        select = click.option(
            name,
            multiple=True,
            metavar="PATTERN",
            help=f"{text} May be repeated; * matches any.",
            shell_complete=_stems(*folders),
        )(select)
    return select

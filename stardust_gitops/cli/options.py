"""Options that several commands share, and what they make of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click

from stardust_gitops.clock import Clock, SystemClock

F = TypeVar("F", bound=Callable[..., Any])
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


def environment_option(command: F) -> F:
    """``--environment NAME``."""
    return click.option(
        "--environment",
        default=ENVIRONMENT,
        show_default=True,
        metavar="NAME",
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


def selection_options(command: F) -> F:
    """``--release``, ``--target``, ``--label`` and ``--exclude``."""
    for name, metavar, text in (
        ("--exclude", "PATTERN", "Leave out these releases or targets."),
        ("--label", "PATTERN", "Only releases of these labels."),
        ("--target", "PATTERN", "Only these targets."),
        ("--release", "PATTERN", "Only these releases, by ICPN."),
    ):
        command = click.option(
            name, multiple=True, metavar=metavar, help=f"{text} May be repeated; * matches any."
        )(command)
    return command

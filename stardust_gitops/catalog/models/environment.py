"""Environments: what is sent for real, and what is sent as a test before."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from stardust_gitops.catalog.models.scalars import Given, Model, Name, Text, refuse

PRODUCTION = "production"
"""The one environment whose messages are live."""
ACCEPTED_IN = "accepted-in-"


def _environment(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,63}", value):
        refuse(
            "SG1131",
            f"{value!r} is no name of an environment",
            "use lower-case letters, digits, - _ and .",
        )
    return value


def _acceptance(value: str) -> str:
    if not value.startswith(ACCEPTED_IN):
        refuse(
            "SG1131",
            f"{value!r} is nothing that an environment can require",
            "write it as  requires: {accepted-in-test: {spotify: spotify-test}}",
        )
    return ACCEPTED_IN + _environment(value.removeprefix(ACCEPTED_IN))


EnvironmentName = Annotated[str, AfterValidator(_environment)]
Acceptance = Annotated[str, AfterValidator(_acceptance)]
"""``accepted-in-`` and the name of another environment."""


class EnvironmentEntry(Model):
    """One environment. Without `targets` it has those that no environment lists. `requires` names,
    for a target, the one in another environment that has to accept the same content before.
    `branch` is the protected one: only its head is applied."""

    targets: Annotated[tuple[Name, ...] | None, Given] = None
    branch: Text | None = None
    requires: dict[Acceptance, dict[Name, Name]] = Field(default_factory=dict)

"""A secret is named in the catalogue, as ``env:NAME`` or ``file:PATH``, and never stands there.

Where secrets are kept is a module of `secrets.sources` each, imported when a reference to it is
resolved; a new kind is one file there and a line in `SOURCES`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, cast

from stardust_gitops.secrets.secret import Secret

_NO_CONTROLS = r"[^\x00-\x1f\x7f]"
_TEXT = rf"(?! ){_NO_CONTROLS}+(?<! )"

SOURCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "env": ("environment", r"[A-Za-z_][A-Za-z0-9_]*"),
        "file": ("file", _TEXT),
        "keyring": ("keyring", r"[^\x00-\x20\x7f/]+/(?! )[^\x00-\x1f\x7f]+(?<! )"),
        "sops": ("sops", r"[^\x00-\x1f\x7f#]+\.(yaml|yml|json|env|ini)#[A-Za-z0-9_.-]+"),
        "aws-sm": ("aws_secrets_manager", r"[A-Za-z0-9/_+=.@:-]{1,2048}(#[A-Za-z0-9_.-]+)?"),
        "azure-kv": ("azure_key_vault", r"[A-Za-z0-9.:-]{3,127}/[A-Za-z0-9-]{1,127}"),
    }
)
"""Scheme → module of `secrets.sources` and what a name there looks like."""


class SecretSource(Protocol):
    """What the module of a source offers."""

    def fetch(self, name: str, *, environ: Mapping[str, str], root: Path) -> Secret:
        """The secret of that name. `GitOpsError` that names it and nothing of the value."""
        ...


@dataclass(frozen=True, slots=True)
class Reference:
    """Where to find a secret: `source` is a scheme of `SOURCES`. Safe to show."""

    source: str
    name: str

    def __str__(self) -> str:
        return f"{self.source}:{self.name}"


def parse_reference(text: str) -> Reference:
    """The reference that a text is. ``ValueError`` for a literal, which it does not repeat."""
    source, colon, name = text.partition(":")
    if colon and source in SOURCES and re.fullmatch(SOURCES[source][1], name, re.ASCII | re.DOTALL):
        return Reference(source, name)
    raise ValueError(
        "this is not a reference to a secret, and a secret itself must not stand in a file "
        "(so it is not repeated here)"
    )


Noticed = Callable[[Secret], None]
"""Hears of every secret that is resolved, so that a log can be told to hide it."""

_noticed: list[Noticed] = []


def notice(listener: Noticed) -> None:
    """Have `listener` hear of every secret of this process from now on, once each."""
    if listener not in _noticed:
        _noticed.append(listener)


def resolve(reference: Reference, *, environ: Mapping[str, str], root: Path) -> Secret:
    """The secret that a reference names; a relative path is taken from `root`.

    Nothing is remembered: a secret lives as long as what needs it. Raises `GitOpsError` that names
    the reference and nothing of the value.
    """
    module = import_module(f"stardust_gitops.secrets.sources.{SOURCES[reference.source][0]}")
    secret = cast(SecretSource, module).fetch(reference.name, environ=environ, root=root)
    for listener in _noticed:
        listener(secret)
    return secret

"""Where a ledger in PostgreSQL is: the URL of `ledger:`, without any secret in it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from stardust_gitops.errors import UsageError
from stardust_gitops.ledger.urls import split_url
from stardust_gitops.secrets.references import parse_reference, resolve

DEFAULT_SCHEMA = "stardust"
_SECRET = ("password", "sslpassword")
_EXAMPLE = "ledger: postgresql://stardust@db.example.com/stardust?sslmode=verify-full"
_DEFAULTS = {
    # A network that swallows packets must show before the lease of the run is over.
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
    "application_name": "stardust-gitops",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How to reach a ledger. `name` is for people, `conninfo` for libpq (it may hold a password),
    `schema` is where our tables are."""

    name: str
    schema: str
    conninfo: str = field(repr=False)


def parse_address(location: str, *, root: Path, environ: Mapping[str, str] = os.environ) -> Address:
    """The address in ``//user@host:port/database?option=value``; options are libpq's, and
    ``schema``. Passwords are references to secrets; without one libpq looks into ``PGPASSWORD`` and
    ``.pgpass``. `UsageError` for a literal password, which it does not repeat.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts, options = split_url("postgresql", location)
    if parts.password is not None:
        raise _literal_password()
    schema = options.pop("schema", DEFAULT_SCHEMA)
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema, re.ASCII) or schema.startswith("pg_"):
        raise UsageError(
            f"ledger: {schema!r} is no name for a schema",
            hint=f"use small letters, digits and _, as  {DEFAULT_SCHEMA}",
        )
    secrets = {
        name: _resolved(options.pop(name), environ, root) for name in _SECRET if name in options
    }
    plain = parts._replace(query=urlencode(options)).geturl()
    name = f"{parts._replace(query='').geturl()} (schema {schema})"
    try:
        given = conninfo_to_dict(plain)
        conninfo = make_conninfo("", **{**_DEFAULTS, **given, **secrets, "client_encoding": "UTF8"})
    except psycopg.ProgrammingError as error:
        raise UsageError(f"ledger {name}: {error}", hint=f"write it as  {_EXAMPLE}") from error
    return Address(name=name, schema=schema, conninfo=conninfo)


def _resolved(text: str, environ: Mapping[str, str], root: Path) -> str:
    try:
        reference = parse_reference(text)
    except ValueError:
        raise _literal_password() from None
    return resolve(reference, environ=environ, root=root).reveal()


def _literal_password() -> UsageError:
    return UsageError(
        "the password of the ledger stands in its URL (so it is not repeated here)",
        hint="write  ?password=env:NAME  or leave it out and give PGPASSWORD or a .pgpass file",
        code="SG1118",
    )

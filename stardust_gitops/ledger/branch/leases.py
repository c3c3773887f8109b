"""Leases as refs: each points to a commit without files whose message is the holding as JSON."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import quote, unquote

import orjson

from stardust_gitops.ledger.holding import Holding
from stardust_gitops.ledger.process import Process
from stardust_gitops.ledger.store import Lease, LedgerError, WrongLedgerError

_FORMAT = 1


def folder(branch: str) -> str:
    """Where the leases of a ledger branch are."""
    return f"refs/stardust/leases/{branch}"


def ref(branch: str, environment: str, target: str) -> str:
    """The ref of a target's lease."""
    return f"{folder(branch)}/{_component(environment)}/{_component(target)}"


def key(branch: str, name: str) -> tuple[str, str]:
    """Environment and target of a ref."""
    environment, _, target = name.removeprefix(f"{folder(branch)}/").partition("/")
    return unquote(environment), unquote(target)


def _component(text: str) -> str:
    """A text as a part of a ref's name (git-check-ref-format(1): no dots at certain places)."""
    return quote(text, safe="").replace(".", "%2E").replace("~", "%7E")


def dump(holding: Holding) -> str:
    """A holding as one line of text."""
    return orjson.dumps(
        {
            "format": _FORMAT,
            "fence": holding.lease.fence,
            "held": holding.held,
            "beat": holding.beat,
            "holder": holding.lease.holder,
            "process": asdict(holding.process),
        }
    ).decode()


def load(name: str, environment: str, target: str, text: str) -> Holding:
    """The holding in the line of text that the ref `name` has."""
    try:
        raw = orjson.loads(text)
        if raw["format"] > _FORMAT:
            raise WrongLedgerError(
                f"the lease of {target} was written by a newer version of this program",
                hint="install the version of stardust-gitops that last wrote to this ledger",
            )
        lease = Lease(
            environment=environment, target=target, fence=raw["fence"], holder=raw["holder"]
        )
        return Holding(
            lease=lease, held=raw["held"], beat=raw["beat"], process=Process(**raw["process"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerError(
            f"the lease of {target} ({environment}) cannot be read: {error}",
            hint=f"make sure that nobody is applying, then delete the ref {name} at the remote",
        ) from error

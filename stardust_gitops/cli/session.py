"""What most commands begin with: the catalogue, its ledger, and who is at work."""

from __future__ import annotations

import getpass
import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stardust_gitops import __version__
from stardust_gitops.catalog.loading import find_root
from stardust_gitops.cli.masking import hide_secrets_in_logs
from stardust_gitops.cli.options import ENVIRONMENT
from stardust_gitops.clock import Clock
from stardust_gitops.errors import UsageError
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.ledger.events import Provenance, StreamId
from stardust_gitops.ledger.open import open_ledger
from stardust_gitops.ledger.records import Records
from stardust_gitops.ledger.store import LedgerStore
from stardust_gitops.reconciler.planner import Planner
from stardust_gitops.reconciler.promotion import EventsOf
from stardust_gitops.reconciler.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from stardust_gitops.reconciler.past import Past


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An open catalogue with what is known of deliveries; `past` where that is another commit."""

    workspace: Workspace
    ledger: Records
    clock: Clock
    past: Past | None = None

    def planner(self, environment: str) -> Planner:
        """A planner over both, for one environment."""
        testing = environment != ENVIRONMENT
        workspace = self.workspace.in_environment(environment)
        planner = Planner(
            workspace, self.ledger, self.clock, testing=testing, events=self._events()
        )
        if self.past is not None:
            self.past.present = planner.look
        return planner

    def _events(self) -> EventsOf | None:
        """What happened in a stream, where anybody knows."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Reading):
    """An open catalogue with its ledger."""

    ledger: LedgerStore

    def _events(self) -> EventsOf:
        return self.ledger.histories


def open_catalogue_at(folder: Path) -> Workspace:
    """The catalogue in a folder or above it."""
    hide_secrets_in_logs()
    return open_workspace(find_root(folder))


@contextmanager
def session(folder: Path, clock: Clock) -> Iterator[Session]:
    """Catalogue and ledger; the ledger is closed at the end."""
    workspace = open_catalogue_at(folder)
    config = workspace.catalogue.config
    ledger = open_ledger(config.ledger, workspace.root, config.id, clock, config.messages.url)
    try:
        yield Session(workspace=workspace, ledger=ledger, clock=clock)
    finally:
        ledger.close()


@contextmanager
def comparison(folder: Path, ref: str, clock: Clock, environment: str) -> Iterator[Reading]:
    """A catalogue beside another commit of it, in place of a ledger."""
    from stardust_gitops.reconciler.past import past_of

    workspace = open_catalogue_at(folder).in_environment(environment)
    testing = environment != ENVIRONMENT
    with past_of(workspace, ref, clock, environment, testing=testing) as past:
        yield Reading(workspace=workspace, ledger=past, clock=clock, past=past)


def provenance(workspace: Workspace) -> Provenance:
    """Who runs this, where, from which commit: stands in every event of the run."""
    environ = os.environ
    try:
        user = environ.get("GITHUB_ACTOR") or f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):
        user = f"uid {os.getuid()}@{socket.gethostname()}"  # no name for this user id here
    run = uuid.uuid4().hex
    if "GITHUB_RUN_ID" in environ:
        server, repository = environ.get("GITHUB_SERVER_URL"), environ.get("GITHUB_REPOSITORY")
        run = f"{server}/{repository}/actions/runs/{environ['GITHUB_RUN_ID']}"
    commit = workspace.commit
    if commit is not None and workspace.uncommitted():
        commit += "+changes"  # so that nobody takes the commit for what was delivered
    return Provenance(actor=user, run=run, program=__version__, commit=commit)


def stream_of(text: str, environment: str) -> StreamId:
    """``ICPN@target`` as a stream."""
    icpn, at, target = text.partition("@")
    if not at or not target:
        raise UsageError(f"{text!r} is not ICPN@TARGET", hint="write it as 4006381333931@spotify")
    return StreamId(environment, target, gtin14(icpn))


def gtin14(icpn: str) -> str:
    """An ICPN of the command line as the GTIN-14 that names the release."""
    try:
        return to_gtin14(icpn)
    except ValueError as error:
        raise UsageError(f"{icpn!r} is no ICPN: {error}") from error

"""``validate --messages``: the messages of the catalogue, judged, if wanted by others too."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stardust_gitops.cli.progress import counting
from stardust_gitops.clock import Clock
from stardust_gitops.diagnostics import Finding
from stardust_gitops.errors import GitOpsError
from stardust_gitops.planning.selection import Selection
from stardust_gitops.reconciler.workspace import Workspace
from stardust_gitops.reports.wording import counted
from stardust_gitops.secrets.references import parse_reference, resolve

if TYPE_CHECKING:
    from stardust_gitops.messages.workbench import Workbench
    from stardust_gitops.reconciler.survey import Survey

KEY, URL = "DDEX_WORKBENCH_KEY", "DDEX_WORKBENCH_URL"
MEAD = "MEAD 1.1"


@dataclass(slots=True, kw_only=True)
class Judgement:
    """What was found about how many messages; `failure` is why others were not asked of all."""

    findings: list[Finding] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    messages: int = 0
    asked: int = 0
    failure: GitOpsError | None = None


def judge_messages(
    workspace: Workspace,
    clock: Clock,
    chosen: Selection,
    files: Sequence[Path],
    *,
    workbench: bool,
    testing: bool,
) -> Judgement:
    """Render what is selected, of `files` only where any are named, and judge it.

    With `workbench` it is judged by DDEX Workbench too; where that fails, it is not asked again,
    and the rest is judged without it.
    """
    from stardust_gitops.reconciler.rendered import Messages, second_opinion
    from stardust_gitops.reconciler.surveyor import Surveyor

    surveyor = Surveyor(workspace, clock.now(), errors_only=True, testing=testing)
    named = _release_files(files, workspace)
    messages = Messages(workspace=workspace, surveyor=surveyor, chosen=chosen, files=named)
    total = len(workspace.catalogue.release_files if named is None else named)
    found, last = Judgement(), ""
    with (
        _workbench(clock, workspace, os.environ) if workbench else nullcontext() as others,
        counting("judging messages", total, least=1 if workbench else 100) as advance,
    ):
        for each in messages.judged():
            found.messages += 1
            found.versions |= {each.version} if each.mead is None else {each.version, MEAD}
            found.findings += each.findings
            if others is not None and found.failure is None:
                try:
                    found.findings += second_opinion(each, others)
                except GitOpsError as error:
                    found.failure = error
            if each.file != last:
                last = each.file
                advance(last)
    found.asked = 0 if others is None else others.answered
    return found


def scoped_to(
    chosen: Selection, workspace: Workspace, survey: Survey, changed_since: str | None
) -> Selection:
    """The selection, narrowed to what files changed since a commit concern."""
    if changed_since is None:
        return chosen
    from stardust_gitops.reconciler.scope import scope_since

    return replace(chosen, scope=scope_since(workspace, survey, changed_since)[1])


def _release_files(files: Sequence[Path], workspace: Workspace) -> set[str] | None:
    """Those of the files that describe releases; ``None`` where no files are named."""
    if not files:
        return None
    wanted = {file.resolve() for file in files}
    known = workspace.catalogue.release_files
    return {file for file in known if (workspace.root / file).resolve() in wanted}


def _workbench(clock: Clock, workspace: Workspace, environ: Mapping[str, str]) -> Workbench:
    """The service that the environment names."""
    from stardust_gitops.messages.workbench import API, Workbench

    key = None
    if KEY in environ:
        key = resolve(parse_reference(f"env:{KEY}"), environ=environ, root=workspace.root)
    return Workbench(clock=clock, base=environ.get(URL) or API, key=key)


def tell(judgement: Judgement) -> None:
    """Say, to people, what was looked at and by whom."""
    from stardust_gitops.messages.xsd import validator

    official = sorted(v for v in judgement.versions if validator(v) is not None)
    without = sorted(judgement.versions - set(official))
    parts = [f"{counted(judgement.messages, 'message')} judged"]
    if official:
        parts.append(f"by the official XSD too for {_named(official)}")
    if without:
        parts.append(f"no XSD of DDEX is installed for {_named(without)}")
    if judgement.asked:
        parts.append(f"DDEX Workbench was asked about {counted(judgement.asked, 'message')}")
    click.echo("; ".join(parts) + ".")


def _named(versions: Sequence[str]) -> str:
    """``ERN 4.2, 4.3 and MEAD 1.1``."""
    ern = [version for version in versions if version != MEAD]
    parts = [f"ERN {', '.join(ern)}"] if ern else []
    return " and ".join([*parts, MEAD] if MEAD in versions else parts)

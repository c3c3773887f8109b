"""A plan as annotations of GitHub Actions: what is wrong, what is late, and what each line does."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.diagnostics import Finding
from stardust_gitops.planning.model import Plan
from stardust_gitops.reports.annotations import Annotation, annotation_commands
from stardust_gitops.reports.changes_text import change_lines
from stardust_gitops.reports.findings_github import annotation_of
from stardust_gitops.reports.wording import counted


def plan_annotations(plan: Plan, *, prefix: str = "") -> str:
    """One command on each line. `prefix` is the catalogue's folder in its repository with a slash;
    what there is no room for stands in the summary of the job."""
    # Those of the plan have their lines; an item repeats what is wrong with its release.
    findings = {
        (f.file, f.code, f.target, f.message): f
        for f in (*(f for item in plan.items for f in item.findings), *plan.findings)
    }
    found = [annotation_of(each) for each in sorted(findings.values(), key=Finding.sort_key)]
    return annotation_commands(
        [*found, *_changes(plan)], prefix=prefix, rest="see the summary of the job"
    )


def _changes(plan: Plan) -> Iterator[Annotation]:
    """What the changed lines of the catalogue change, for how many."""
    lines: dict[tuple[str, int], dict[str, set[tuple[str, str]]]] = {}
    for item in plan.items:
        for said in change_lines(item.changes):
            file, _, number = (said.source or "").rpartition(":")
            if not file or not number.isdigit():
                continue
            texts = lines.setdefault((file, int(number)), {})
            texts.setdefault(f"{said.path}  {said.text}", set()).add((item.release, item.target))
    for (file, line), texts in sorted(lines.items()):
        concerned = set().union(*texts.values())
        releases = counted(len({release for release, _ in concerned}), "release")
        targets = counted(len({target for _, target in concerned}), "target")
        yield Annotation(
            kind="notice",
            file=file,
            title=f"changes {releases} at {targets}",
            text="\n".join(texts),
            line=line,
        )

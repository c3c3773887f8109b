"""Rules about packages: what all files of a release make together."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import TargetSubject


@rule(
    "SG2132",
    severity=Severity.ERROR,
    title="the files of a release are more than the recipient takes in a package",
    why="It would be refused after all of it was sent.",
    example="choreography: {layout: release, package: zip, max_megabytes: 1000}",
    remedy="leave files out for this target (leave_out:), or ask the recipient",
    source="recipients' delivery specifications (Musixmatch: 1 GB)",
)
def package_too_large(subject: TargetSubject) -> Iterator[Hit]:
    """Against  max_megabytes:  of the target, as the lock files have measured the files."""
    choreography = subject.target.model.choreography
    if choreography.package != "zip" or choreography.max_megabytes is None:
        return
    size = sum(asset.file.size for _, _, asset in subject.base.assets)
    if size > choreography.max_megabytes * 1_000_000:
        yield Hit(
            (),
            f"the files have {size / 1_000_000:,.1f} MB, {subject.target.id} takes"
            f" {choreography.max_megabytes:,} MB in a package",
        )

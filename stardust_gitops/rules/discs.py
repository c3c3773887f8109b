"""Rules about the discs of a set, of which a release may say more than their tracks."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.diagnostics import Severity
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject


@rule(
    "SG2069",
    severity=Severity.ERROR,
    fixed=True,
    title="a disc with the ICPN of the release or of another disc",
    why="An ICPN is one release: the set and what is in it would be the same to the recipient.",
    example='icpn: "4006381333931"\ndiscs: {1: {title: Day, icpn: "4006381333931"}}',
    remedy="give the ICPN under which that disc is sold by itself, or remove it",
    source="GS1; DDEX ComponentRelease with a ReleaseId of its own",
)
def disc_with_a_used_icpn(subject: ReleaseSubject) -> Iterator[Hit]:
    """In whatever form: a UPC and its EAN form are the same."""
    if not subject.model.discs:
        return
    seen = {to_gtin14(subject.model.icpn): "the release"} if subject.model.icpn else {}
    for number, disc in subject.model.discs.items():
        if disc.icpn is None:
            continue
        icpn = to_gtin14(disc.icpn)
        if icpn in seen:
            message = f"disc {number} has the ICPN of {seen[icpn]}"
            yield Hit(("discs", str(number), "icpn"), message)
        seen.setdefault(icpn, f"disc {number}")

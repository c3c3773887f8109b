"""Rules about what generative AI made."""

from __future__ import annotations

from collections.abc import Iterator

from stardust_gitops.catalog.models.parties import ContributorEntry
from stardust_gitops.content.tracks import PlacedTrack
from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.hits import track_hit
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject


def _by_ai(track: PlacedTrack) -> Iterator[tuple[int, ContributorEntry]]:
    for index, entry in enumerate(track.fields.contributors or ()):
        if entry.ai_contribution in ("All", "Partly"):
            yield index, entry


@rule(
    "SG2076",
    severity=Severity.ERROR,
    title="a recording without AI that AI contributed to",
    why="Services label what AI made; one of the two statements is wrong, and both are published.",
    example="contains_ai: None\n"
    "contributors: [{name: Ada, roles: [Composer], ai_contribution: All}]",
    remedy="set  contains_ai: Partly  or All, or correct ai_contribution:",
    source="DDEX ERN 4.3.2: ContainsAI and AiContribution",
)
def ai_contradiction(subject: ReleaseSubject) -> Iterator[Hit]:
    """contains_ai: None  beside a contribution that AI made, all or partly."""
    for _, track in subject.special:
        if track.fields.contains_ai != "None":
            continue
        for index, entry in _by_ai(track):
            message = f"{track.isrc} contains no AI, but {entry.name}'s contribution does"
            yield track_hit(track, "contributors", message, index, "ai_contribution")


@rule(
    "SG2077",
    severity=Severity.WARNING,
    title="a contribution by AI to a recording that does not say so",
    why="A service that labels recordings looks at the recording, not at each credit.",
    example="contributors: [{name: Ada, roles: [Composer], ai_contribution: All}]"
    "   # no contains_ai",
    remedy="add  contains_ai: Partly  or All  to the track",
    source="DDEX ERN 4.3.2: ContainsAI and AiContribution",
)
def ai_untold(subject: ReleaseSubject) -> Iterator[Hit]:
    """Contributions that AI made, all or partly, without  contains_ai:."""
    for track in subject.tracks:
        if track.fields.contains_ai is None and any(_by_ai(track)):
            yield track_hit(track, "contains_ai", f"AI contributed to {track.isrc}")

"""Rules about claims on what users upload: policies and shares, of releases and tracks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stardust_gitops.catalog.models.deals import DealEntry, Terms
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject


@rule(
    "SG2082",
    severity=Severity.ERROR,
    fixed=True,
    title="a share or policy that cannot be told",
    why="A share goes with a claim, for the territories that the claim lists; said elsewhere it"
    " would be lost.",
    example="deals: [{offer: ugc_claim, policy: Monetize, share: 50, excluded_territories: [JP]}]",
    remedy="give it to a claim that lists its territories, or remove it",
    source="DDEX: RightsClaimPolicy has no share; ResourceRightsController has one, for"
    " TerritoryOfRightsDelegation",
)
def share_cannot_be_told(subject: ReleaseSubject) -> Iterator[Hit]:
    """Of deals, and of what tracks say of them."""
    model = subject.model
    for index, deal in enumerate(model.deals):
        if deal.share is not None:
            yield from _share(("deals", index), deal, [deal])
    for place, track in enumerate(model.tracks):
        for index, terms in enumerate(track.deals):
            at: Pointer = ("tracks", place, "deals", index)
            claims = [deal for deal in model.deals if deal.offer == terms.offer and deal.policy]
            if terms.policy is not None and not claims:
                yield Hit((*at, "policy"), f"{terms.offer} is no claim and has a policy")
            if terms.share is not None or any(deal.share for deal in claims):
                yield from _share(at, terms, claims)


def _share(at: Pointer, terms: Terms, claims: Sequence[DealEntry]) -> Iterator[Hit]:
    if not claims or claims[0].policy is None:
        yield Hit((*at, "share"), f"{terms.offer} is no claim and has a share")
        return
    inherited = terms.territories is None and any(deal.excluded_territories for deal in claims)
    if terms.excluded_territories or inherited:
        key = "excluded_territories" if terms.excluded_territories else "share"
        yield Hit(
            (*at, key),
            "a share is for listed territories: it cannot be told with excluded ones",
            "list the territories of the claim:  territories: [GB, US]",
        )

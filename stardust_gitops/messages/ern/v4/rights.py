"""ResourceRightsController: which share of a recording's rights is claimed for, where not all."""

from __future__ import annotations

from collections.abc import Sequence

from lxml.etree import SubElement

from stardust_gitops.content.model import Deal, Party
from stardust_gitops.messages.ern.v4.draft import Draft, Element
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import add


def add_rights_controllers(parent: Element, deals: Sequence[Deal], draft: Draft) -> None:
    """The label with each share that a claim says, for the uses and territories of that claim.

    A deal has no place for a share (RightsClaimPolicy has none), and a recording none for what is
    excluded. Without a share nothing is said: the standard then takes it as whole.
    """
    number = 0
    for deal in dict.fromkeys(deals):
        if deal.share is None:
            continue
        if deal.excluded_territories:
            raise MessageError(
                "a share of rights cannot be told with excluded territories",
                hint="list the territories of the claim",
                code="SG4023",
            )
        number += 1
        element = SubElement(parent, "ResourceRightsController", {"SequenceNumber": str(number)})
        label = draft.parties.reference(Party(name=draft.content.label))
        add(element, "RightsControllerPartyReference", label)
        add(element, "RightsControlType", "RightsController")
        add(element, "RightSharePercentage", deal.share)
        rights = SubElement(element, "DelegatedUsageRights")
        for use in deal.uses:
            add(rights, "UseType", use)
        for territory in deal.territories:
            add(rights, "TerritoryOfRightsDelegation", territory)

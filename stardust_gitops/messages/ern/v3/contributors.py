"""The contributors of a recording, and the share of its rights that is claimed."""

from __future__ import annotations

from collections.abc import Sequence

from lxml.etree import SubElement

from stardust_gitops.content.model import Contributor, Deal, Party
from stardust_gitops.messages.ern.contributors import by_party
from stardust_gitops.messages.ern.v3.common import add_party
from stardust_gitops.messages.ern.v3.draft import Draft, Element
from stardust_gitops.messages.ern.v3.words import ROLE, add_word, is_writer
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import add

CONDUCTOR = "Conductor"
"""The role that ERN 3 shows beside the artists; it is told as a contributor's all the same."""


def add_contributors(parent: Element, contributors: Sequence[Contributor], version: str) -> None:
    """Conductors as they are to be shown, who worked on the recording (with its instruments), then
    who on the musical work: each party once in each list, which are sequenced from 1."""
    parties = by_party(contributors)
    conductors = [each.party for each in parties if CONDUCTOR in each.roles]
    for number, party in enumerate(conductors, 1):
        add(_add(parent, "DisplayConductor", party, number), "ArtistRole", CONDUCTOR)
    number = 0
    for each in parties:
        roles = [role for role in each.roles if not is_writer(role, version)]
        if not (roles or each.instruments):
            continue
        number += 1
        element = _add(parent, "ResourceContributor", each.party, number)
        for role in roles:
            add_word(element, ROLE, role, version)
        for instrument in each.instruments:
            add(element, "InstrumentType", instrument)
    number = 0
    for each in parties:
        roles = [role for role in each.roles if is_writer(role, version)]
        if not roles:
            continue
        number += 1
        element = _add(parent, "IndirectResourceContributor", each.party, number)
        for role in roles:
            add(element, "IndirectResourceContributorRole", role)


def _add(parent: Element, name: str, party: Party, number: int) -> Element:
    element = SubElement(parent, name)
    element.set("SequenceNumber", str(number))
    add_party(element, party)
    return element


def add_rights_controller(parent: Element, deals: Sequence[Deal], draft: Draft) -> None:
    """The label with the share that its claims say; without one nothing is said.

    A share has neither uses nor territories of its own here, so that it must be one for the whole
    world. Raises `MessageError` where it is not.
    """
    claims = [deal for deal in deals if deal.share is not None]
    if not claims:
        return
    shares = {deal.share for deal in claims}
    if len(shares) > 1 or any(deal.territories != ("Worldwide",) for deal in claims):
        raise MessageError(
            f"ERN {draft.version.name} tells one share of rights, for the whole world",
            hint="claim one share Worldwide, or take a later ERN for this target",
            code="SG4026",
        )
    label = Party(name=draft.content.label)
    element = _add(parent, "RightsController", label, 1)
    add(element, "RightsControllerRole", "RightsController")
    add(element, "RightSharePercentage", str(claims[0].share))

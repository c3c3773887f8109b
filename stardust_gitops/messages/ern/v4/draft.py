"""A message while it is being written: its sources, and the parties named so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree
from lxml.etree import SubElement

from stardust_gitops.content.model import Asset, Content, Delivery, Party
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.recordings import Recording
from stardust_gitops.messages.ern.version import Dialect, Version
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.xml import add, clean

Element: TypeAlias = etree._Element


class Parties:
    """The PartyList, filled as parties are referred to: equal parties are one Party."""

    def __init__(self, party_list: Element) -> None:
        self._list = party_list
        self._references: dict[Party, str] = {}

    def reference(self, party: Party) -> str:
        """``P1``, ``P2``… in order of first use."""
        found = self._references.get(party)
        if found is None:
            found = self._references[party] = f"P{len(self._references) + 1}"
            self._append(party, found)
        return found

    def _append(self, party: Party, reference: str) -> None:
        element = SubElement(self._list, "Party")
        add(element, "PartyReference", reference)
        add(SubElement(element, "PartyName"), "FullName", party.name)
        for local in party.names:
            language = {"LanguageAndScriptCode": clean(local.language, "LanguageAndScriptCode")}
            add(SubElement(element, "PartyName", language), "FullName", local.name)
        if not (party.isni or party.ipi or party.ipn or party.ids):
            return
        ids = SubElement(element, "PartyId")
        if party.isni:
            add(ids, "ISNI", party.isni)
        if party.ipi:
            add(ids, "IpiNameNumber", party.ipi)
        if party.ipn:
            add(ids, "IPN", party.ipn)
        for each in party.ids:
            namespace = clean(each.namespace, "Namespace")
            add(ids, "ProprietaryId", each.value, {"Namespace": namespace})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the parts of the writer need to know.

    `uris` says where an asset lies in the package; empty where no file travels. `numbers` are those
    of the files that recordings have beside, and of the booklet; empty where there are none.
    `variant` are the words of the variant of the profile. `namespace` is the owner of our
    proprietary ids and catalogue numbers: the sender.
    """

    root: Element
    version: Version
    delivery: Delivery
    header: Header
    options: MessageOptions
    parties: Parties
    recordings: Mapping[str, Recording]
    cover_reference: str | None
    uris: Mapping[Asset, str]
    numbers: Mapping[Asset, int]
    variant: str | None
    namespace: Mapping[str, str]

    @property
    def content(self) -> Content:
        """The content of the release."""
        return self.delivery.content

    @property
    def dialect(self) -> Dialect:
        """How the version says what others say otherwise."""
        return self.version.dialect

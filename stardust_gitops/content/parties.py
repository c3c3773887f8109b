"""Parties of ``parties/`` in the place of the artists and contributors that refer to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from stardust_gitops.catalog.loading import Catalogue, Party, Target
from stardust_gitops.catalog.models.parties import PartyEntry
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.content.artists import NamesOf
from stardust_gitops.content.canonical import Document
from stardust_gitops.content.problems import Problems
from stardust_gitops.content.recording_parts import local_names
from stardust_gitops.diagnostics import Pointer

E = TypeVar("E", bound=PartyEntry)

PrivateId = tuple[str, str]
"""Namespace and value of an id that is told to one recipient alone."""

_CORRECT = "correct that file of parties/"


class Parties:
    """The parties of a catalogue, by key and by every name."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._by_key: Mapping[str, Party] = catalogue.parties
        self._broken = bool(catalogue.broken_parties)
        self._keys: dict[str, list[str]] = {}
        for key, party in catalogue.parties.items():
            names = (party.model.name, *(local.name for local in party.model.names))
            for name in dict.fromkeys(names):
                self._keys.setdefault(name, []).append(key)
        self._with_names = any(party.model.names for party in catalogue.parties.values())
        recipients = {target.model.recipient.dpid for target in catalogue.targets.values()}
        self._unknown_recipients = bool(catalogue.broken_targets)
        self._owners = recipients | {catalogue.config.sender.dpid}
        self._private = frozenset(
            (owner, value)
            for party in catalogue.parties.values()
            for owner, value in party.model.ids.items()
            if owner in recipients
        )

    def find(self, entry: PartyEntry) -> Party | None:
        """The party that an artist or contributor refers to, so far as it is clear."""
        if entry.party is not None:
            return self._by_key.get(entry.party)
        keys = self._keys.get(entry.name, ())
        return self._by_key[keys[0]] if len(keys) == 1 else None

    @property
    def told_names(self) -> NamesOf | None:
        """Tells the names of a resolved entry's party in other languages, without the one that is
        credited; ``None`` where no party has any."""
        return self._names_of if self._with_names else None

    def _names_of(self, entry: PartyEntry) -> list[Document]:
        party = self.find(entry)
        if party is None:
            return []
        return local_names(local for local in party.model.names if local.name != entry.name)

    def resolve(
        self, entries: tuple[E, ...], file: str, pointer: Pointer, problems: Problems
    ) -> tuple[E, ...]:
        """The entries with name and identifiers of the parties that they refer to. `file` and
        `pointer` say where they stand."""
        idle = not self._keys and not self._broken
        if idle and all(entry.party is None for entry in entries):
            return entries
        return tuple(
            self._resolved(entry, file, (*pointer, index), problems)
            for index, entry in enumerate(entries)
        )

    def _resolved(self, entry: E, file: str, at: Pointer, problems: Problems) -> E:
        party = self.find(entry)
        if party is None:
            self._explain(entry, file, at, problems)
            return entry if entry.name else entry.model_copy(update={"name": entry.party})
        said = party.model
        given: dict[str, Any] = {"name": entry.name or said.name}
        for key in ("isni", "ipi", "ipn"):
            given[key] = getattr(said, key) or getattr(entry, key)
            _compare(getattr(entry, key), given[key], key, (*at, key), file, party, problems)
        for owner, value in entry.ids.items():
            known = said.ids.get(owner, value)
            _compare(value, known, f"ids of {owner}", (*at, "ids", owner), file, party, problems)
        given["ids"] = entry.ids | said.ids
        return entry.model_copy(update=given)

    def _explain(self, entry: PartyEntry, file: str, at: Pointer, problems: Problems) -> None:
        """Why there is no party; a name that none has is just a name."""
        if entry.party is not None:
            why = ": a file of parties/ does not read" if self._broken else ""
            hint = did_you_mean(entry.party, self._by_key)
            problems.error(
                "SG1201",
                (*at, "party"),
                f"there is no party {entry.party!r}{why}",
                f"did you mean {hint}?" if hint else f"add parties/{entry.party}.yaml",
                file or None,
            )
        elif entry.name in self._keys:
            keys = ", ".join(self._keys[entry.name])
            problems.error(
                "SG1206",
                (*at, "name"),
                f"{entry.name!r} is the name of several parties: {keys}",
                "say which one: party: KEY",
                file or None,
            )
        elif self._broken and all(known.remedy != _CORRECT for known in problems.findings):
            # Once for each release, which is not planned then: no name is told less than before.
            problems.error(
                "SG1201",
                (*at, "name"),
                f"{entry.name!r}, like other names here, may be a party that a file of parties/"
                " describes, but one of them does not read",
                _CORRECT,
                file or None,
            )

    def files(self, *groups: Iterable[PartyEntry]) -> frozenset[str]:
        """The files of all parties that these refer to."""
        if not self._by_key:
            return frozenset()
        found = (self.find(entry) for group in groups for entry in group)
        return frozenset(party.file for party in found if party is not None)

    def unclear(self, files: Collection[str]) -> list[str]:
        """The owners of ids that the parties of these files have and that a target may be whose
        file does not read."""
        if not self._unknown_recipients:
            return []
        owners = {
            owner
            for party in self._by_key.values()
            if party.file in files
            for owner in party.model.ids
        }
        return sorted(owners - self._owners)

    def hidden_from(self, target: Target) -> frozenset[PrivateId]:
        """The ids of parties that other recipients own."""
        own = target.model.recipient.dpid
        return frozenset(entry for entry in self._private if entry[0] != own)


def _compare(
    given: str | None,
    known: str | None,
    what: str,
    pointer: Pointer,
    file: str,
    party: Party,
    problems: Problems,
) -> None:
    if given is not None and given != known:
        problems.error(
            "SG1205",
            pointer,
            f"{what} is {given} here and {known} in {party.file}",
            "remove it here or correct the party; for somebody else of that name, describe them"
            " in a file of their own and say party: KEY",
            file or None,
        )


def without_ids(document: Document, hidden: frozenset[PrivateId]) -> Document:
    """A release's document without the ids that are not for this recipient."""
    if not hidden:
        return document
    tracks = [_without(track, hidden) for track in document["tracks"]]
    return _without(document, hidden) | {"tracks": tracks}


def _without(document: Document, hidden: frozenset[PrivateId]) -> Document:
    parts = {
        key: [_entry_without(entry, hidden) for entry in document[key]]
        for key in ("artists", "contributors")
        if key in document
    }
    return document | parts


def _entry_without(entry: Document, hidden: Iterable[PrivateId]) -> Document:
    ids = entry["party"].get("ids", ())
    kept = [known for known in ids if (known["namespace"], known["value"]) not in hidden]
    if len(kept) == len(ids):
        return entry
    party = {key: value for key, value in entry["party"].items() if key != "ids"}
    return entry | {"party": party | ({"ids": kept} if kept else {})}

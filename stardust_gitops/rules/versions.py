"""Rules about values that the version of the standard which a target takes does not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from stardust_gitops.catalog.models.deals import ReleaseDeal
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.catalog.vocabulary import (
    allowed_values,
    is_told,
    known_since,
    lacking,
)
from stardust_gitops.content.profiles import CLIP
from stardust_gitops.content.resolve import Base
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import TargetFileSubject, TargetSubject

_TYPE, _RELATION = "ReleaseType_ERN4", "ReleaseRelationshipType"
_ROLE, _INSTRUMENT = "ContributorRole", "InstrumentType"
_MODEL, _USE, _CURRENCY = "CommercialModelType_ERN", "UseType_ERN", "CurrencyCode"
_HASH = "HashSumAlgorithmType"
_SETS = (_TYPE, _RELATION, _ROLE, _INSTRUMENT, _MODEL, _USE, _CURRENCY)


class _Said(NamedTuple):
    """A value of one of DDEX's sets, with its place."""

    pointer: Pointer
    set_name: str
    value: str
    file: str = ""


@rule(
    "SG2106",
    severity=Severity.ERROR,
    fixed=True,
    title="a value that the target's version of ERN does not know",
    why="The message would be refused: its version of the standard has other allowed values.",
    example="message: {version: 4.3}           # in targets/spotify.yaml\n"
    "deals: [{offer: mine, models: [SubscriptionModel], uses: [UseForDataMining], "
    "targets: [spotify]}]  # since ERN 4.3.2",
    remedy="use a value that all versions know, or leave the release out for this target",
    source="DDEX allowed value sets, by version",
)
def unknown_to_the_version(subject: TargetSubject | TargetFileSubject) -> Iterator[Hit]:
    """Types of a release; models, uses and currencies of its own deals and of the target's offers;
    the algorithm of the target's hash sums.

    Newer roles, instruments and relations are told as ``UserDefined`` and only listed by
    ``render --explain``; they are refused only where no later version knows them either.
    """
    version = subject.target.model.message.version
    if isinstance(subject, TargetFileSubject):
        said = _of_target(subject)
    elif subject.base.words.isdisjoint(_lacking(version)):
        return  # nearly always
    else:
        said = _of_release(subject)
    for entry in said:
        if entry.value in lacking(entry.set_name, version) and not _told(entry, version):
            yield Hit(
                entry.pointer,
                f"ERN {version} of {subject.target.id} does not know {entry.value!r}",
                _remedy(entry, version),
                entry.file or None,
            )


_WITHOUT_EDITIONS = frozenset({"3.8.2", "3.8.3", "4.2"})
"""The versions in which a recording has one edition, and a clip is none by itself."""


@rule(
    "SG2119",
    severity=Severity.ERROR,
    fixed=True,
    title="content that the target's version of ERN has no place for",
    why="It would be left out of the message, and nobody would miss it until a listener does.",
    example="message: {version: 4.2}          # in targets/store.yaml\n"
    "immersive: {isrc: GBXYZ2600101, audio: assets/atmos.wav}  # of a track",
    remedy="leave it out for this target in so many words:  leave_out: [immersive]  or [clips]",
    source="DDEX ERN 4.3: SoundRecordingEdition, SoundRecordingType Clip",
)
def no_place_in_the_version(subject: TargetSubject) -> Iterator[Hit]:
    """Immersive editions and stand-alone clips before ERN 4.3."""
    version = subject.target.model.message.version
    if version not in _WITHOUT_EDITIONS:
        return
    for index, told in enumerate(subject.document["tracks"]):
        if "immersive" in told:
            edition = f"the immersive edition {told['immersive']['isrc']}"
            yield _without_place(subject, index, "immersive", edition)
        if told.get("type") == CLIP:
            yield _without_place(subject, index, "type", f"the clip {told['isrc']}")


_LEFT_OUT: Mapping[str, str] = MappingProxyType({"immersive": "immersive", "type": "clips"})


def _without_place(subject: TargetSubject, index: int, key: str, what: str) -> Hit:
    file, pointer = subject.tracks[index].pointer(key)
    target = subject.target
    return Hit(
        pointer,
        f"ERN {target.model.message.version} of {target.id} has no place for {what}",
        f"leave it out for this target:  leave_out: [{_LEFT_OUT[key]}]  in {target.file},"
        " or take ERN 4.3 where the recipient does",
        file or None,
    )


def _remedy(entry: _Said, version: str) -> str | None:
    if entry.set_name == _HASH:
        return "use MD5, which every version knows"
    near = did_you_mean(entry.value, sorted(allowed_values(version)[entry.set_name]))
    return f"did you mean {near}?" if near else None


def _told(entry: _Said, version: str) -> bool:
    """Whether the version is told of it all the same, as ``UserDefined``."""
    known_later = known_since(entry.set_name, entry.value, version) is not None
    return known_later and is_told(entry.set_name, version)


def _of_target(subject: TargetFileSubject) -> Iterator[_Said]:
    yield _Said(("message", "hash"), _HASH, subject.model.message.hash)
    for offer, pairs in (subject.model.offers or {}).items():
        for index, pair in enumerate(pairs):
            model, _, use = pair.partition("/")
            yield _Said(("offers", offer, index), _MODEL, model)
            yield _Said(("offers", offer, index), _USE, use)


def _of_release(subject: TargetSubject) -> Iterator[_Said]:
    for entry in _said(subject.base):
        if entry.pointer[0] != "deals" or _reaches(
            subject.model.deals[int(entry.pointer[1])], subject.target.id
        ):
            yield entry


def _reaches(deal: ReleaseDeal, target: str) -> bool:
    if target in (deal.except_targets or ()):
        return False
    return deal.targets is None or target in deal.targets


@lru_cache(maxsize=8)
def _lacking(version: str) -> frozenset[str]:
    return frozenset().union(*(lacking(name, version) for name in _SETS))


def _said(base: Base) -> Iterator[_Said]:
    model = base.model
    if model.type is not None:
        yield _Said(("type",), _TYPE, model.type)
    for index, related in enumerate(model.related):
        yield _Said(("related", index, "type"), _RELATION, related.type)
    for index, deal in enumerate(model.deals):
        for place, value in enumerate(deal.models or ()):
            yield _Said(("deals", index, "models", place), _MODEL, value)
        for place, value in enumerate(deal.uses or ()):
            yield _Said(("deals", index, "uses", place), _USE, value)
        for key, price in (
            ("wholesale_price", deal.wholesale_price),
            ("track_wholesale_price", deal.track_wholesale_price),
        ):
            if price is not None:
                yield _Said(("deals", index, key, "currency"), _CURRENCY, price.currency)
    for track in base.tracks:
        file, pointer = track.pointer("contributors")
        for index, entry in enumerate(track.fields.contributors or ()):
            for place, role in enumerate(entry.roles):
                yield _Said((*pointer, index, "roles", place), _ROLE, role, file)
            for place, name in enumerate(entry.instruments):
                yield _Said((*pointer, index, "instruments", place), _INSTRUMENT, name, file)

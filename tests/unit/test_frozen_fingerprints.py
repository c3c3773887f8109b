"""Fingerprints that may never change: every ledger in the world holds some like them.

`frozen_fingerprints.json` was written once. Where a test of this file fails, this program would
send every recipient a message about releases that nobody has touched. What to do then:

- A new field of `content.model`, or another way of resolving: give the field a default that is
  left out of the canonical form, so that unused it changes nothing.
- A change of the canonical form that is really wanted: raise `content.fingerprint.SCHEME`, keep
  the old scheme readable, and freeze a new set beside the old one. Stored contents are then
  fingerprinted anew and cause no message. Never edit an entry.
- Only where somebody edited ``catalog_example`` itself are its entries those of other content:
  remove just the entries of that release and run ``python -m tests.unit.test_frozen_fingerprints``,
  which adds what is missing and changes nothing that is there.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stardust_gitops.catalog.loading import read_release
from stardust_gitops.content.canonical import content_of, document_of, dump_delivery, load_delivery
from stardust_gitops.content.fingerprint import (
    SCHEME,
    assets_fingerprint,
    delivery_fingerprints,
    message_fingerprint,
)
from stardust_gitops.content.model import (
    Artist,
    Content,
    Contributor,
    Deal,
    Delivery,
    Descriptors,
    Disc,
    Genre,
    Immersive,
    LocalName,
    Party,
    Preview,
    Price,
    ProprietaryId,
    RelatedRecording,
    RelatedRelease,
    RightsLine,
    TerritoryDate,
    Title,
    Track,
    Visibility,
    Work,
)
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import open_workspace
from tests.frozen_contents import BY_HAND, EVERYTHING, FLAC, LITTLE

FROZEN = Path(__file__).with_name("frozen_fingerprints.json")
EXAMPLE = Path(__file__).resolve().parents[2] / "catalog_example"


@functools.cache
def resolved() -> dict[str, tuple[dict[str, Any], str, Delivery]]:
    """Every release of the example at every target, enabled or not: the document as the resolver
    makes it, the fingerprint of its files, and the delivery that the ledger would store."""
    workspace = open_workspace(EXAMPLE)
    surveyor = Surveyor(workspace)
    found = {}
    for file in workspace.catalogue.release_files:
        model, _ = read_release(workspace.root, file)
        assert model is not None
        base = surveyor.base(file, model)
        for name, target in sorted(workspace.catalogue.targets.items()):
            document, _ = surveyor.content(base, target)
            if document is None:
                continue  # it has no offer that this target takes
            delivery = surveyor.resolver.delivery(base, target, document)
            given = surveyor.resolver.for_target(base, target)
            assets = assets_fingerprint(given.asset_keys())
            found[f"example/{model.icpn}@{name}"] = document, assets, delivery
    return found


def present() -> dict[str, dict[str, str]]:
    """All fingerprints as this program makes them now."""
    now = {
        name: {"message": message_fingerprint(document), "assets": assets}
        for name, (document, assets, _) in resolved().items()
    }
    for name, delivery in BY_HAND.items():
        message, assets = delivery_fingerprints(delivery)
        now[name] = {"message": message, "assets": assets}
    return now


def frozen() -> dict[str, dict[str, str]]:
    """What was frozen, under the scheme that this program uses."""
    document = json.loads(FROZEN.read_text(encoding="utf-8"))
    assert document["scheme"] == SCHEME, "a new scheme needs a frozen set of its own"
    entries: dict[str, dict[str, str]] = document["fingerprints"]
    return entries


def deliveries() -> dict[str, Delivery]:
    """All contents of this file."""
    return BY_HAND | {name: delivery for name, (_, _, delivery) in resolved().items()}


def test_no_fingerprint_has_changed() -> None:
    assert present() == frozen(), "see the docstring of this file before you touch the JSON"


def test_the_example_is_frozen_at_every_target() -> None:
    targets = {path.stem for path in (EXAMPLE / "targets").glob("*.yaml")}
    releases = {path.stem for path in (EXAMPLE / "releases").glob("*.yaml")}
    names = [name.removeprefix("example/") for name in frozen() if name.startswith("example/")]
    assert {name.partition("@")[2] for name in names} == targets
    assert {name.partition("@")[0] for name in names} == releases
    assert len(names) >= 24  # a release without an offer for a target is not there


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_a_document_describes_its_content_whole(name: str) -> None:
    content = BY_HAND[name].content
    document = document_of(content)
    assert content_of(document) == content
    assert document_of(content_of(document)) == document


def test_the_stored_delivery_has_the_fingerprints_of_the_resolved_one() -> None:
    """The planner compares what the resolver makes with what the ledger keeps."""
    for name, (document, assets, delivery) in resolved().items():
        assert document_of(content_of(document)) == document, name
        stored = load_delivery(dump_delivery(delivery))
        assert stored == delivery, name
        assert delivery_fingerprints(stored) == (message_fingerprint(document), assets), name


def content_classes() -> Iterator[type]:
    """Every dataclass of `content.model` that is told to a recipient."""
    yield from (Artist, Content, Contributor, Deal, Genre, Party, Price, ProprietaryId)
    yield from (RelatedRelease, RightsLine, Title, Track, Visibility)
    yield from (Descriptors, Disc, Immersive, LocalName, Preview, RelatedRecording)
    yield from (TerritoryDate, Work)


def instances(value: Any) -> Iterator[Any]:
    """A dataclass and all that it is made of."""
    if isinstance(value, tuple):
        for entry in value:
            yield from instances(entry)
    elif dataclasses.is_dataclass(value):
        yield value
        for field in dataclasses.fields(value):
            yield from instances(getattr(value, field.name))


def test_the_contents_by_hand_use_every_field() -> None:
    used = {
        (type(value), field.name)
        for value in instances(EVERYTHING)
        for field in dataclasses.fields(value)
        if getattr(value, field.name) != field.default
    }
    every = {(cls, field.name) for cls in content_classes() for field in dataclasses.fields(cls)}
    assert every - used == set(), "give the new field a value in EVERYTHING, as a new entry"


def without(value: Any, target: Any, name: str) -> Any:
    """`value` with one field of one of its parts set to its default."""
    if value is target:
        default = next(f.default for f in dataclasses.fields(value) if f.name == name)
        return dataclasses.replace(value, **{name: default})
    if isinstance(value, tuple):
        return tuple(without(entry, target, name) for entry in value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    parts = {
        f.name: without(getattr(value, f.name), target, name) for f in dataclasses.fields(value)
    }
    return dataclasses.replace(value, **parts)


def test_every_field_that_is_set_is_fingerprinted() -> None:
    whole = message_fingerprint(document_of(EVERYTHING))
    checked = 0
    for part in instances(EVERYTHING):
        for field in dataclasses.fields(part):
            value = getattr(part, field.name)
            if field.default is dataclasses.MISSING or value == field.default:
                continue
            changed = without(EVERYTHING, part, field.name)
            assert message_fingerprint(document_of(changed)) != whole, (type(part), field.name)
            checked += 1
    assert checked > 30


def extended(value: Any) -> Any:
    """The same value in classes that have one field more, as a later version may have."""
    if isinstance(value, tuple):
        return tuple(extended(entry) for entry in value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    later = later_class(type(value))
    return later(**{f.name: extended(getattr(value, f.name)) for f in dataclasses.fields(value)})


@functools.cache
def later_class(known: type) -> type:
    """A dataclass with three more fields, with the defaults that the model allows."""
    more: list[tuple[str, Any, Any]] = [
        ("new_text", str | None, dataclasses.field(default=None)),
        ("new_list", tuple[str, ...], dataclasses.field(default=())),
        ("new_flag", bool, dataclasses.field(default=False)),
    ]
    return dataclasses.make_dataclass(
        f"Later{known.__name__}", more, bases=(known,), frozen=True, kw_only=True
    )


def test_a_new_field_with_a_default_changes_no_fingerprint() -> None:
    known = frozen()
    for name, delivery in deliveries().items():
        later = extended(delivery.content)
        assert later.new_text is None
        assert later.tracks[0].artists[0].party.new_list == ()
        assert message_fingerprint(document_of(later)) == known[name]["message"], name


def test_a_new_field_that_is_used_does() -> None:
    later = dataclasses.replace(extended(LITTLE), new_flag=True)
    assert document_of(later)["new_flag"] is True
    assert message_fingerprint(document_of(later)) != frozen()["by hand/little"]["message"]


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "elsewhere.flac"},
        {"md5": "0" * 32},
        {"size": 7},
        {"facts": dataclasses.replace(FLAC, codec="PCM", duration="9")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_names_and_measured_facts_of_files_are_not_fingerprinted(changes: dict[str, Any]) -> None:
    delivery = BY_HAND["by hand/everything"]
    first = dataclasses.replace(delivery.assets[0], **changes)
    moved = dataclasses.replace(
        delivery, icpn="04006381333931", assets=(*delivery.assets[1:], first)
    )
    assert delivery_fingerprints(moved) == delivery_fingerprints(delivery)


def test_the_bytes_of_files_and_their_recordings_are() -> None:
    delivery = BY_HAND["by hand/everything"]
    audio, other, cover = delivery.assets
    swapped = (dataclasses.replace(audio, track=2), dataclasses.replace(other, track=1), cover)
    replaced = (dataclasses.replace(audio, sha256="0" * 64), other, cover)
    prints = {
        delivery_fingerprints(dataclasses.replace(delivery, assets=assets))[1]
        for assets in (delivery.assets, swapped, replaced, (audio, other), ())
    }
    assert len(prints) == 5


def add_missing() -> None:
    """Freeze what is not frozen yet; what is there stays as it is."""
    before = frozen() if FROZEN.exists() else {}
    entries = dict(sorted((present() | before).items()))
    document = {"scheme": SCHEME, "fingerprints": entries}
    FROZEN.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    add_missing()

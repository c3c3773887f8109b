"""Rules about what a target's file says that its recipient asks for."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.content.deals import DealResolver
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ReleaseSubject, TargetSubject

_BOTH = {"Composer": "ComposerLyricist", "Lyricist": "ComposerLyricist"}
"""Roles that another one comprises."""


@rule(
    "SG2126",
    severity=Severity.ERROR,
    title="a track without a role that the recipient requires",
    why="The recipient refuses music whose makers it is not told.",
    example="required_roles: [Composer]   # in targets/spotify.yaml\n"
    "tracks: [{isrc: GBXYZ2600001, title: A, contributors: [{name: Ada, roles: [Mixer]}]}]",
    remedy="credit whoever did it under contributors:",
    source="the recipient's own specification, as the target's file says",
)
def role_required(subject: TargetSubject) -> Iterator[Hit]:
    """Each role of  required_roles:  on each track; ComposerLyricist is composer and lyricist."""
    wanted = subject.target.model.required_roles
    if not wanted:
        return
    for track in subject.tracks:
        roles = {role for entry in track.fields.contributors or () for role in entry.roles}
        missing = [role for role in wanted if role not in roles and _BOTH.get(role) not in roles]
        if missing:
            file, pointer = track.pointer("contributors")
            names = " and no ".join(missing)
            message = f"{track.isrc} has no {names}, {subject.target.id} requires it"
            yield Hit(pointer, message, None, file or None)


@rule(
    "SG2127",
    severity=Severity.ERROR,
    title="a label that the recipient does not know",
    why="The recipient has a list of the sender's labels and refuses every other name.",
    example="labels: [Alpha Tide]     # in targets/labelcamp.yaml\n"
    "label: Alfa Tide         # in a release",
    remedy="correct the label, or name it otherwise for this target:"
    "  overrides: {TARGET: {label: …}}",
    source="the recipient's list of labels, as the target's file says",
)
def label_not_listed(subject: TargetSubject) -> Iterator[Hit]:
    """The name that the target is told against its  labels:;  capitals do not count."""
    known = subject.target.model.labels
    if known is None:
        return
    told: str = subject.document["label"]
    if told.casefold() not in map(str.casefold, known):
        pointer: Pointer = ("label",)
        override = subject.model.overrides.get(subject.target.id)
        if override is not None and override.label is not None:
            pointer = ("overrides", subject.target.id, "label")
        near = did_you_mean(told, known)
        yield Hit(
            pointer,
            f"{subject.target.id} does not know the label {told!r}",
            f"did you mean {near}?" if near else None,
        )


@rule(
    "SG2116",
    severity=Severity.ERROR,
    title="a price below what the recipient takes",
    why="The recipient refuses the deal, or sells at its own lowest price.",
    example='minimum_prices: {EUR: "2.00"}   # in targets/harbour.yaml\n'
    "deals: [{offer: download, wholesale_price: {amount: 0.20, currency: EUR}}]",
    remedy="correct the price",
    source="the recipient's price tiers, as the target's file says",
)
def price_too_low(subject: TargetSubject) -> Iterator[Hit]:
    """Wholesale prices of the release, in the currencies of  minimum_prices:."""
    least, target = subject.target.model.minimum_prices, subject.target
    if not least:
        return
    resolver = DealResolver(target.id, target.model.offers, target.model.prices, {})
    for index, deal in enumerate(subject.model.deals):
        price = deal.wholesale_price
        if price is None or price.currency not in least or not resolver.applies(deal):
            continue
        if Decimal(price.amount) < Decimal(least[price.currency]):
            yield Hit(
                ("deals", index, "wholesale_price", "amount"),
                f"{price.amount} {price.currency} is below the"
                f" {least[price.currency]} {price.currency} that {target.id} takes",
            )


@rule(
    "SG2117",
    severity=Severity.WARNING,
    title="a deal names a target that does not take its offer",
    why="The deal is left out there, although somebody meant it for that target.",
    example="offers: {streaming: [SubscriptionModel/OnDemandStream]}   # in targets/store.yaml\n"
    "deals: [{offer: download, targets: [store]}]",
    remedy="remove the target from the deal, or add the offer to offers: of the target",
    source="the offers of the target's file",
)
def offer_not_taken(subject: ReleaseSubject) -> Iterator[Hit]:
    """Only where a deal names its targets; one for all goes to whoever takes it."""
    known = subject.frame.catalogue.targets
    for index, deal in enumerate(subject.model.deals):
        for place, name in enumerate(deal.targets or ()):
            if name not in known or deal.models is not None:
                continue
            model = known[name].model
            if not DealResolver(name, model.offers, None, {}).applies(deal):
                message = f"{name} does not take the offer {deal.offer}"
                yield Hit(("deals", index, "targets", place), message)

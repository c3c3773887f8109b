"""Offers that ``stardust.yaml`` names once, in the place of a target's references to them."""

from __future__ import annotations

from collections.abc import Mapping

from stardust_gitops.catalog.models.target import STANDARD_OFFERS, TargetFile
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.diagnostics import Finding, Severity

Offers = Mapping[str, tuple[str, ...]]


def with_offers(
    model: TargetFile, file: str, named: Offers
) -> tuple[TargetFile, tuple[Finding, ...]]:
    """The target with the pairs of every offer that it only names. With findings, the offers that
    it takes are not known."""
    if model.offers is None or all(model.offers.values()):
        return model, ()
    known = {**STANDARD_OFFERS, **named}
    findings = tuple(
        _unknown(name, file, known)
        for name, pairs in model.offers.items()
        if not pairs and name not in known
    )
    offers = {name: pairs or known.get(name, ()) for name, pairs in model.offers.items()}
    return model.model_copy(update={"offers": offers}), findings


def _unknown(name: str, file: str, known: Offers) -> Finding:
    hint = did_you_mean(name, known)
    return Finding(
        code="SG1201",
        severity=Severity.ERROR,
        message=f"there is no offer {name!r}",
        remedy=f"did you mean {hint}?" if hint else "add it to offers: in stardust.yaml",
        file=file,
        pointer=("offers",),
    )

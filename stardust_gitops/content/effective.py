"""What a release says together with what ``stardust.yaml`` says for it: defaults, deal sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from stardust_gitops.catalog.loading import CONFIG_NAME
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.deals import DealEntry, ReleaseDeal
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.content.problems import Problems
from stardust_gitops.diagnostics import Finding, Pointer

Place: TypeAlias = tuple[str, Pointer]
"""A file of the catalogue and an entry in it."""
Taken: TypeAlias = Mapping[Pointer, Place]
"""For entries of a release that do not stand in its file as they are, where they stand."""

_TEXTS = ("genre", "p_line", "c_line", "targets")


def effective(
    model: ReleaseFile, config: ConfigFile, problems: Problems
) -> tuple[ReleaseFile, Taken]:
    """The release with all that holds for it, its deals written out; and where that comes from."""
    defaults = config.defaults
    changes: dict[str, Any] = {}
    taken: dict[Pointer, Place] = {}
    for key in _TEXTS:
        value = getattr(defaults, key)
        if value is not None and getattr(model, key) is None:
            changes[key] = value
            taken[key,] = CONFIG_NAME, ("defaults", key)
    if "genre" in changes and defaults.subgenre is not None and model.subgenre is None:
        changes["subgenre"] = defaults.subgenre
        taken["subgenre",] = CONFIG_NAME, ("defaults", "subgenre")
    inherited = bool(defaults.deals) and "deals" not in model.model_fields_set
    if inherited or any(deal.use for deal in model.deals):
        origin: Place = (problems.file, ("deals",))
        deals = model.deals
        if inherited:
            origin, deals = (CONFIG_NAME, ("defaults", "deals")), defaults.deals
        found = list(_written_out(deals, origin, config, problems))
        changes["deals"] = tuple(deal for deal, _ in found)
        taken |= {("deals", index): place for index, (_, place) in enumerate(found)}
    if not changes:
        return model, {}
    return model.model_copy(update=changes), taken


def _written_out(
    deals: Iterable[ReleaseDeal], origin: Place, config: ConfigFile, problems: Problems
) -> Iterator[tuple[DealEntry, Place]]:
    file, pointer = origin
    for index, deal in enumerate(deals):
        if deal.use is None:
            yield deal, (file, (*pointer, index))
        elif deal.use in config.deal_sets:
            for number, entry in enumerate(config.deal_sets[deal.use]):
                yield entry, (CONFIG_NAME, ("deal_sets", deal.use, number))
        else:
            hint = did_you_mean(deal.use, config.deal_sets)
            problems.error(
                "SG1201",
                (*pointer, index, "use"),
                f"there is no deal set {deal.use!r}",
                f"did you mean {hint}?" if hint else "add it to deal_sets: in stardust.yaml",
                file,
            )


def place_of(file: str, pointer: Pointer, taken: Taken) -> Place:
    """Where an entry of the effective release stands."""
    for length in (2, 1):
        known = taken.get(pointer[:length])
        if known is not None:
            return known[0], (*known[1], *pointer[length:])
    return file, pointer


def placed(findings: Iterable[Finding], file: str, taken: Taken) -> tuple[Finding, ...]:
    """Findings about the effective release of a file, each at the place where it is to correct."""
    if not taken:
        return tuple(findings)
    result = []
    for finding in findings:
        if finding.file == file:
            where, pointer = place_of(file, finding.pointer, taken)
            finding = replace(finding, file=where, pointer=pointer)
        result.append(finding)
    return tuple(result)

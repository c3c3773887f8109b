"""Rules that hold a release against the file of its label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from stardust_gitops.catalog.loading import Label
from stardust_gitops.catalog.models.label import LabelFile
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.content.artists import rights_line
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.identifiers.dpid import dpid_check_character, dpid_check_ok
from stardust_gitops.rules.areas import area
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ConfigSubject, ReleaseSubject, TargetSubject

_SOURCE = "the label's file"
_MOST_SHOWN = 5


def _label_told(subject: TargetSubject) -> tuple[Label | None, Pointer]:
    """The label that a target is told, if a file describes it, and what says so."""
    override = subject.model.overrides.get(subject.target.id)
    if override is None or override.label is None:
        return subject.base.label, ("label",)
    return subject.frame.labels.find(override.label), ("overrides", subject.target.id, "label")


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_SHOWN
    return ", ".join(names[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


@rule(
    "SG2701",
    severity=Severity.ERROR,
    title="a target that the label is not delivered to",
    why="The label has no contract with that recipient.",
    example="allowed_targets: [spotify]   # in labels/alpha-tide.yaml\n"
    "targets: [deezer]            # in a release of Alpha Tide",
    remedy="leave the target out of targets: of the release, or add it to allowed_targets:",
    source=_SOURCE,
)
def target_not_allowed(subject: TargetSubject) -> Iterator[Hit]:
    """A takedown there is never kept from going out."""
    label, pointer = _label_told(subject)
    target = subject.target.id
    allowed = label.model.allowed_targets if label is not None else None
    if label is not None and allowed is not None and target not in allowed:
        if pointer == ("label",) and target in (subject.model.targets or ()):
            pointer = ("targets", (subject.model.targets or ()).index(target))
        yield Hit(pointer, f"{label.file} does not allow {label.model.name} at {target}")


@rule(
    "SG2702",
    severity=Severity.ERROR,
    title="a deal outside the territories of the label",
    why="The label has no rights there; what is sold there is somebody else's.",
    example="territories: [GB, US]            # in labels/alpha-tide.yaml\n"
    "deals: [{offer: streaming}]      # in a release: worldwide",
    remedy="narrow the deal's territories, or widen those of the label",
    source=_SOURCE,
)
def outside_the_territories(subject: TargetSubject) -> Iterator[Hit]:
    """Of the release and of its tracks alone."""
    label, _ = _label_told(subject)
    if label is None or label.model.territories is None:
        return
    groups = subject.frame.catalogue.config.territories
    codes = (code for name in label.model.territories for code in groups.get(name, (name,)))
    allowed = area(tuple(codes))
    for pointer, deal in _deals(subject):
        sold = area(tuple(deal.get("territories", ())), tuple(deal.get("excluded_territories", ())))
        outside = sorted(sold - allowed)
        if outside:
            yield Hit(
                pointer,
                f"{label.model.name} has no rights in {_listed(outside)}, says {label.file}",
            )
            return


@rule(
    "SG2703",
    severity=Severity.ERROR,
    title="a P-line or C-line with an owner that the label does not have",
    why="The line tells who owns the recording; a wrong one is a wrong claim.",
    example="p_line_owners: [Alpha Tide]      # in labels/alpha-tide.yaml\n"
    "p_line: 2026 Alfa Tide           # in a release of Alpha Tide",
    remedy="correct the line, or add the owner to the label's file",
    source=_SOURCE,
)
def line_of_another_owner(subject: ReleaseSubject) -> Iterator[Hit]:
    """The lines of the release and of its overrides, and the P-lines of its tracks and their
    immersive editions."""
    label, model = subject.base.label, subject.model
    for target, entry in model.overrides.items():
        told = label if entry.label is None else subject.frame.labels.find(entry.label)
        yield from _line("p_line", entry.p_line, told, ("overrides", target, "p_line"), None)
        yield from _line("c_line", entry.c_line, told, ("overrides", target, "c_line"), None)
    if label is None:
        return
    yield from _line("p_line", model.p_line, label, ("p_line",), None)
    yield from _line("c_line", model.c_line, label, ("c_line",), None)
    for track in subject.tracks:
        file, pointer = track.pointer("p_line")
        yield from _line("p_line", track.fields.p_line, label, pointer, file or None)
    for _, track in subject.special:
        edition = track.fields.immersive
        file, pointer = track.pointer("immersive")
        line = edition.p_line if edition is not None else None
        yield from _line("p_line", line, label, (*pointer, "p_line"), file or None)


def _line(
    key: Literal["p_line", "c_line"],
    text: str | None,
    label: Label | None,
    pointer: Pointer,
    file: str | None,
) -> Iterator[Hit]:
    if text is None or label is None:
        return
    model = label.model
    owners = model.p_line_owners if key == "p_line" else model.c_line_owners
    if owners is None:
        return
    owner = rights_line(text).get("owner", text)
    if owner not in owners:
        hint = did_you_mean(owner, owners)
        yield Hit(
            pointer,
            f"{key}: {owner!r} is no owner that {label.file} names",
            f"did you mean {hint}?" if hint else None,
            file,
        )


@rule(
    "SG2704",
    severity=Severity.ERROR,
    title="a deal outside the rights window of the label",
    why="Before it begins and after it ends the rights are somebody else's.",
    example="rights: {until: 2027-12-31}      # in labels/alpha-tide.yaml\n"
    "deals: [{offer: streaming}]      # in a release: without an end",
    remedy="give the deal a start and an end within the window, or change rights: of the label",
    source=_SOURCE,
)
def outside_the_window(subject: TargetSubject) -> Iterator[Hit]:
    """Both days of the window are inclusive."""
    label, _ = _label_told(subject)
    if label is None or not label.model.rights:
        return
    first, last = label.model.rights.get("from"), label.model.rights.get("until")
    for pointer, deal in _deals(subject):
        end = deal.get("end")
        wrong = None
        if first is not None and deal["start"][:10] < first:
            wrong = f"begins {deal['start']}, the rights of {label.model.name} on {first}"
        elif last is not None and (end is None or end[:10] > last):
            wrong = f"ends {end or 'never'}, the rights of {label.model.name} on {last}"
        if wrong is not None:
            yield Hit(pointer, f"the deal {wrong}, says {label.file}")
            return


def _deals(subject: TargetSubject) -> Iterator[tuple[Pointer, dict[str, str]]]:
    """Every deal of the document, each with the place that it is found at."""
    document = subject.document
    for key in ("deals", "track_deals"):
        for deal in document.get(key, ()):
            yield ("deals",), deal
    for place, track in zip(subject.tracks, document["tracks"], strict=True):
        for deal in track.get("deals", ()):
            yield ("tracks", place.place, "deals"), deal


@rule(
    "SG2705",
    severity=Severity.ERROR,
    fixed=True,
    title="a label's file names what does not exist",
    why="A misspelt target or group would allow or forbid something else than what was meant.",
    example="allowed_targets: [spotfy]   # in labels/alpha-tide.yaml",
    remedy="correct the name",
    source="the catalogue's own references",
)
def unknown_in_label(subject: ConfigSubject) -> Iterator[Hit]:
    """Targets and groups of territories."""
    groups = subject.model.territories
    for label in subject.frame.catalogue.labels.values():
        for pointer, name in _targets(label.model):
            if name not in subject.frame.targets:
                hint = did_you_mean(name, subject.frame.targets)
                yield Hit(
                    pointer,
                    f"there is no target {name!r}",
                    f"did you mean {hint}?" if hint else None,
                    label.file,
                )
        for index, name in enumerate(label.model.territories or ()):
            if len(name) > 2 and "-" not in name and name != "Worldwide" and name not in groups:
                yield Hit(
                    ("territories", index),
                    f"there is no territory or group {name!r}",
                    "name the group under territories: in stardust.yaml",
                    label.file,
                )


@rule(
    "SG2706",
    severity=Severity.WARNING,
    title="the check character of a label's DPID is wrong",
    why="A mistyped DPID is nobody's; but some that are in use have a wrong check character.",
    example="dpid: PADPIDA2026112201X   # in labels/alpha-tide.yaml",
    remedy="compare it with the list of DDEX",
    source="ISO 7064 MOD 37-2, as in DDEX's DPID",
)
def dpid_of_label_wrong(subject: ConfigSubject) -> Iterator[Hit]:
    """Of every label that has one."""
    for label in subject.frame.catalogue.labels.values():
        dpid = label.model.dpid
        if dpid is not None and not dpid_check_ok(dpid):
            right = dpid_check_character(dpid)
            message = f"the check character of {dpid} is {dpid[-1]}, should be {right}"
            yield Hit(("dpid",), message, file=label.file)


def _targets(model: LabelFile) -> Iterator[tuple[Pointer, str]]:
    for name in model.targets:
        yield ("targets", name), name
    for index, name in enumerate(model.allowed_targets or ()):
        yield ("allowed_targets", index), name

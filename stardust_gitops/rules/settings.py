"""Rules about what a catalogue makes of the rules: ``rules:`` and ``suppress:``."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from stardust_gitops.catalog.models.environment import ACCEPTED_IN, PRODUCTION
from stardust_gitops.catalog.models.suppression import SuppressEntry
from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.diagnostics import Pointer, Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.subjects import ConfigSubject, ReleaseSubject, expired

_Settings = ConfigSubject | ReleaseSubject


def _suppressed(subject: _Settings) -> Iterator[tuple[str, Pointer, SuppressEntry]]:
    if isinstance(subject, ReleaseSubject):
        for index, entry in enumerate(subject.model.suppress):
            yield subject.file, ("suppress", index), entry
        return
    for recording in subject.frame.catalogue.recordings.values():
        for index, entry in enumerate(recording.model.suppress):
            yield recording.file, ("suppress", index), entry


def _named(subject: _Settings) -> Iterator[tuple[str, Pointer, str]]:
    """Every place that names a rule."""
    if isinstance(subject, ConfigSubject):
        for name in subject.model.rules:
            yield subject.place.file, ("rules", name), name
    for file, pointer, entry in _suppressed(subject):
        yield file, (*pointer, "rule"), entry.rule


@rule(
    "SG2901",
    severity=Severity.ERROR,
    fixed=True,
    title="there is no such rule",
    why="A mistyped id would leave the rule as it is, unnoticed.",
    example="rules: {SG217: off}   # SG2107 was meant",
    remedy="see `stardust-gitops validate --list-rules`",
    source="settings of the rules",
)
def unknown_rule(subject: ConfigSubject | ReleaseSubject) -> Iterator[Hit]:
    """In  rules:  and in  suppress:."""
    for file, pointer, name in _named(subject):
        if name not in subject.frame.rules:
            hint = did_you_mean(name, sorted(subject.frame.rules))
            yield Hit(
                pointer,
                f"there is no rule {name!r}",
                f"did you mean {hint}?" if hint else None,
                file,
            )


@rule(
    "SG2902",
    severity=Severity.ERROR,
    fixed=True,
    title="a rule that is not for the catalogue to change",
    why="It guards that a message is valid, or that one can be made at all.",
    example="rules: {SG2003: off}",
    remedy="correct what the rule finds; `validate --explain` says why it stands",
    source="settings of the rules",
)
def fixed_rule_changed(subject: ConfigSubject | ReleaseSubject) -> Iterator[Hit]:
    """Neither its severity nor by a suppression."""
    for file, pointer, name in _named(subject):
        if name in subject.frame.fixed_rules:
            change = "changed" if pointer[0] == "rules" else "suppressed"
            yield Hit(pointer, f"the rule {name} cannot be {change}", None, file)


@rule(
    "SG2903",
    severity=Severity.WARNING,
    title="a suppression has expired",
    why="What was accepted for a time is told again.",
    example="suppress: [{rule: SG2107, reason: prices follow, expires: 2020-01-31}]",
    remedy="correct what it suppressed, give it another day, or remove it",
    source="settings of the rules",
)
def suppression_expired(subject: ConfigSubject | ReleaseSubject) -> Iterator[Hit]:
    """`expires` is the last day on which it holds."""
    for file, pointer, entry in _suppressed(subject):
        if expired(entry, subject.frame.today):
            yield Hit(
                (*pointer, "expires"),
                f"the suppression of {entry.rule} expired after {entry.expires}",
                None,
                file,
            )


@rule(
    "SG2905",
    severity=Severity.ERROR,
    fixed=True,
    title="an environment names what does not exist",
    why="A misspelt name would send something else, or hold it back for ever.",
    example="environments: {test: {targets: [spotify-tset]}}",
    remedy="correct the name",
    source="the catalogue's own references",
)
def unknown_in_environment(subject: ConfigSubject) -> Iterator[Hit]:
    """Targets, and the environments in which something has to be accepted before."""
    entries = subject.model.environments
    for name, entry in entries.items():
        at: Pointer = ("environments", name)
        for index, target in enumerate(entry.targets or ()):
            yield from _missing((*at, "targets", index), "target", target, subject.frame.targets)
        for acceptance, pairs in entry.requires.items():
            place, where = (*at, "requires", acceptance), acceptance.removeprefix(ACCEPTED_IN)
            others = {*entries, PRODUCTION} - {name}
            yield from _missing(place, "other environment", where, others)
            listed = None if where not in entries else entries[where].targets
            for here, there in pairs.items():
                known = subject.frame.targets
                yield from _missing((*place, here), "target", here, known)
                at_all = known if listed is None else listed
                yield from _missing((*place, here), f"target of {where}", there, at_all)


def _missing(pointer: Pointer, noun: str, name: str, known: Collection[str]) -> Iterator[Hit]:
    if name not in known:
        near = did_you_mean(name, sorted(known))
        remedy = f"did you mean {near}?" if near else None
        yield Hit(pointer, f"there is no {noun} {name!r}", remedy)

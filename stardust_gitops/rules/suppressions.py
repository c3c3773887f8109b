"""Findings that a file accepts with a reason: ``suppress: [{rule: SG2107, reason: …}]``.

An entry in a release's file holds for all that is found about that release, one in a file of
``tracks/`` for what is found in that file. It holds up to its last day, and never for a rule that
guards whether a message is valid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from stardust_gitops.catalog.models.suppression import SuppressEntry
from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.rules.book import rule_book
from stardust_gitops.rules.subjects import expired


class Suppression(NamedTuple):
    """An entry that holds: the file it stands in, its place there, and its rule."""

    file: str
    place: int
    rule: str


def holding(
    file: str, entries: Sequence[SuppressEntry], today: date | None
) -> Iterator[Suppression]:
    """The entries of a file that hold today; all of them where nobody asks for the day."""
    for index, entry in enumerate(entries):
        known = rule_book().get(entry.rule)
        if known is not None and not known.fixed and not expired(entry, today):
            yield Suppression(file, index, entry.rule)


ByFile = Mapping[tuple[str, str], Sequence[Suppression]]
"""Entries by their file and rule."""


def by_file(entries: Iterable[Suppression]) -> ByFile:
    """The entries by file and rule."""
    result: dict[tuple[str, str], list[Suppression]] = {}
    for entry in entries:
        result.setdefault((entry.file, entry.rule), []).append(entry)
    return result


@dataclass(slots=True)
class Suppressor:
    """Takes suppressed findings out and remembers which entries were of use.

    `about` are the entries that hold for a whole release, `within` those of single files.
    """

    about: Sequence[Suppression] = ()
    within: ByFile = field(default_factory=dict)
    used: set[Suppression] = field(default_factory=set)

    def keep(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings that are to be told."""
        if not self.about and not self.within:
            return tuple(findings)
        return tuple(finding for finding in findings if not self._suppresses(finding))

    def _suppresses(self, finding: Finding) -> bool:
        entries = [entry for entry in self.about if entry.rule == finding.code]
        entries.extend(self.within.get((finding.file, finding.code), ()))
        self.used.update(entries)
        return bool(entries)


def useless(entries: Iterable[Suppression]) -> Iterator[Finding]:
    """A note for each entry that suppressed nothing."""
    known = rule_book()["SG2904"]
    for entry in entries:
        yield Finding(
            code=known.id,
            severity=Severity.NOTE,
            message=f"nothing here breaks {entry.rule} any more",
            remedy=known.remedy,
            file=entry.file,
            pointer=("suppress", entry.place),
        )

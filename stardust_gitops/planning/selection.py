"""Which part of the catalogue a command is about: releases, targets, labels, exclusions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from stardust_gitops.errors import UsageError

ICPN_LENGTHS = frozenset({8, 12, 13, 14})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One (release, target) that can be selected. `release` is the GTIN-14, `icpn` as written."""

    release: str
    icpn: str
    target: str
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a change of files concerns: `releases` (GTIN-14) at every target, and every release at
    `targets`."""

    releases: frozenset[str]
    targets: frozenset[str]

    def holds(self, candidate: Candidate) -> bool:
        """Whether the change concerns the candidate."""
        return candidate.release in self.releases or candidate.target in self.targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Shell globs; within one kind any may match, all kinds must. Empty selects everything.

    A release is named by its ICPN with 8, 12, 13 or 14 digits, or by a glob over one of those
    forms. `exclude` names releases, or one release at one target as ``ICPN@target``. A `scope`
    narrows what the globs select; unlike a glob it may well be empty.
    """

    releases: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    scope: Scope | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self._no_globs and self.scope is None

    @property
    def _no_globs(self) -> bool:
        return not (self.releases or self.targets or self.labels or self.exclude)

    def selects(self, candidate: Candidate) -> bool:
        """Whether a command with this selection is about the candidate."""
        return self._matches(candidate) and (self.scope is None or self.scope.holds(candidate))

    def _matches(self, candidate: Candidate) -> bool:
        return (
            (not self.releases or any(_is_release(p, candidate) for p in self.releases))
            and (not self.targets or any(fnmatchcase(candidate.target, p) for p in self.targets))
            and (not self.labels or any(_is_label(p, candidate) for p in self.labels))
            and not any(_is_excluded(p, candidate) for p in self.exclude)
        )

    def check(self, candidates: Iterable[Candidate]) -> None:
        """Raise `UsageError` for the first pattern, or for all of them, that match nothing."""
        if self._no_globs:
            return
        known = tuple(candidates)
        options = (
            ("--release", self.releases, _is_release),
            ("--target", self.targets, lambda p, c: fnmatchcase(c.target, p)),
            ("--label", self.labels, _is_label),
            ("--exclude", self.exclude, _is_excluded),
        )
        for option, patterns, matches in options:
            for pattern in patterns:
                if not any(matches(pattern, candidate) for candidate in known):
                    raise UsageError(
                        f"{option} {pattern} matches nothing",
                        hint="`stardust-gitops status` lists releases, targets and labels;"
                        " `validate` shows files that cannot be read.",
                    )
        if not any(self._matches(candidate) for candidate in known):
            raise UsageError(
                "the selection matches nothing: its options exclude each other",
                hint="Leave one of --release, --target, --label and --exclude out.",
            )


def _is_release(pattern: str, candidate: Candidate) -> bool:
    if pattern.isascii() and pattern.isdigit() and len(pattern) in ICPN_LENGTHS:
        return pattern.zfill(14) == candidate.release
    forms = _forms(candidate.release, candidate.icpn)
    return any(fnmatchcase(form, pattern) for form in forms)


def _is_label(pattern: str, candidate: Candidate) -> bool:
    return candidate.label is not None and fnmatchcase(candidate.label, pattern)


def _is_excluded(pattern: str, candidate: Candidate) -> bool:
    release, at, target = pattern.partition("@")
    if at and not fnmatchcase(candidate.target, target):
        return False
    return _is_release(release, candidate)


@lru_cache(maxsize=4096)
def _forms(release: str, icpn: str) -> tuple[str, ...]:
    """The ways to write an ICPN: as in the catalogue, and each shorter form of the GTIN-14."""
    shorter = tuple(
        release[-length:]
        for length in sorted(ICPN_LENGTHS)
        if len(release) == 14 and not release[: 14 - length].strip("0")
    )
    return (icpn, *shorter)

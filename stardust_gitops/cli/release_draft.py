"""A new release: what its file will say, and what is still missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stardust_gitops.catalog.loading import read_bytes, read_release
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.catalog.yaml_write import Plain, write_yaml
from stardust_gitops.cli.values import checked
from stardust_gitops.content.problems import Problems
from stardust_gitops.diagnostics import Finding
from stardust_gitops.errors import GitOpsError, UsageError
from stardust_gitops.identifiers.icpn import normalise, to_gtin14
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import Workspace

THERE_ALREADY = "SG9022"
NOT_WRITTEN = "SG9021"
_DATES = frozenset({"release_date", "send_from"})
"""Written as people write them, without quotes."""
_DRAFT = "status: draft   # never delivered; remove this line when nothing is missing\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTrack:
    """A track as it is asked for; an empty text is not known yet. Files are references."""

    isrc: str
    title: str
    audio: str | None = None
    video: str | None = None
    lyrics: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelease:
    """A release as it is asked for. `values` are keys of the file with one text each; `cover` and
    `booklet` are references; the parental warning is that of every track."""

    icpn: str
    values: Mapping[str, str | None]
    artists: Sequence[str] = ()
    featured: Sequence[str] = ()
    offers: Sequence[str] = ()
    tracks: Sequence[NewTrack] = ()
    parental_warning: str | None = None
    cover: str | None = None
    booklet: str | None = None

    @property
    def file(self) -> str:
        """Where it will stand, relative to the catalogue's root."""
        return f"releases/{self.icpn}.yaml"

    def checked(self) -> tuple[ReleaseFile, dict[str, Any]]:
        """The release as its model, and the document to write: identifiers in their stored form,
        in the order of the model. `UsageError` for values that no file may hold."""
        given = {key: value for key, value in self._document().items() if value not in (None, [])}
        given = {key: given[key] for key in ReleaseFile.model_fields if key in given}
        model = checked(ReleaseFile, given)
        document = _as_given(given, model.model_dump(exclude_unset=True))
        for key in _DATES & document.keys():
            document[key] = Plain(document[key])
        return model, document

    def _document(self) -> dict[str, Any]:
        return {
            "icpn": self.icpn,
            **self.values,
            "artists": [{"name": name} for name in self.artists]
            + [{"name": name, "role": "FeaturedArtist"} for name in self.featured],
            "cover": self.cover,
            "booklet": self.booklet,
            "deals": [{"offer": offer} for offer in self.offers],
            "tracks": [self._track(track) for track in self.tracks],
        }

    def _track(self, track: NewTrack) -> dict[str, str]:
        entry = {
            "isrc": track.isrc,
            "title": track.title,
            "audio": track.audio,
            "video": track.video,
            "lyrics": track.lyrics,
            "parental_warning": self.parental_warning,
        }
        return {key: value for key, value in entry.items() if value}


def _as_given(given: Any, stored: Any) -> Any:
    """What was stored, in the order in which it was given."""
    if isinstance(given, dict):
        return {key: _as_given(value, stored[key]) for key, value in given.items()}
    if isinstance(given, list):
        return [_as_given(*pair) for pair in zip(given, stored, strict=True)]
    return stored


def icpn_of(text: str) -> str:
    """An ICPN of the command line in its stored form; `UsageError` for one that is none."""
    try:
        return normalise(text)
    except ValueError as error:
        raise UsageError(
            f"{text!r} is no ICPN: {error}", hint="give the right ICPN", code="SG1301"
        ) from error


def refuse_existing(workspace: Workspace, icpn: str) -> None:
    """Refuse an ICPN that a release file has, in whatever form and wherever it stands."""
    file = _file_of(workspace, icpn)
    if file is not None:
        raise GitOpsError(
            f"the release {icpn} is there already: {file}",
            hint="edit that file; a release is one file",
            code=THERE_ALREADY,
        )


def _file_of(workspace: Workspace, icpn: str) -> str | None:
    if (workspace.root / f"releases/{icpn}.yaml").exists():
        return f"releases/{icpn}.yaml"
    # To read all files as releases would take long in a large catalogue.
    digits = icpn.lstrip("0").encode()
    for file in workspace.catalogue.release_files:
        with suppress(OSError):  # a file that cannot be read is for `validate` to tell
            if digits not in re.sub(rb"[ -]", b"", read_bytes(workspace.root, file)):
                continue
            model, _ = read_release(workspace.root, file)
            if model and model.icpn and to_gtin14(model.icpn) == to_gtin14(icpn):
                return file
    return None


def assess(workspace: Workspace, file: str, model: ReleaseFile) -> tuple[Finding, ...]:
    """All that is to be said of a release that is not written yet, for every enabled target. Its
    assets are to be measured before."""
    surveyor, catalogue = Surveyor(workspace), workspace.catalogue
    base = surveyor.base(file, model)
    findings = list(base.findings)
    for name in catalogue.enabled_targets:
        findings.extend(surveyor.content(base, catalogue.targets[name])[1])
    if not model.deals:  # said once, not by every target in turn
        findings = [finding for finding in findings if finding.code != "SG2101"]
        findings.append(_no_deals(file, model))
    return tuple(dict.fromkeys(findings))


def _no_deals(file: str, model: ReleaseFile) -> Finding:
    problems = Problems(file, to_gtin14(model.icpn) if model.icpn else None)
    remedy = "add deals: … with an offer such as  - {offer: streaming}"
    problems.error("SG2001", ("deals",), "the release has no deals", remedy)
    return problems.findings[0]


def write_release(
    root: Path, file: str, document: Mapping[str, Any], *, status: str | None
) -> None:
    """Write a release file that is not there yet. `GitOpsError` where the disk refuses."""
    text = write_yaml(document)
    if status is not None:
        text += _DRAFT if status == "draft" else f"status: {status}\n"
    path = root / file
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        if not isinstance(error, FileExistsError):
            path.unlink(missing_ok=True)
        raise GitOpsError(
            f"{file} cannot be written: {error.strerror}",
            hint="check the folder's permissions and the space on the disk",
            code=NOT_WRITTEN,
        ) from error

"""Formatting the files of a catalogue, in as many processes as there are cores."""

from __future__ import annotations

import difflib
import hashlib
import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from stardust_gitops.catalog.format_cache import FormatCache, Passed, replace_file
from stardust_gitops.catalog.formatter import FOLDERS, format_file
from stardust_gitops.catalog.loading import CONFIG_NAME, list_files, read_bytes
from stardust_gitops.catalog.yaml_strict import YamlInvalid
from stardust_gitops.diagnostics import Finding, Severity

_FILES_WORTH_A_PROCESS = 100
_CHUNK = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Formatted:
    """What became of a file. `diff` is from what it was to its canonical form, where asked for;
    `passed` is set where the file is in canonical form now."""

    file: str
    changed: bool = False
    diff: str = ""
    findings: tuple[Finding, ...] = ()
    passed: Passed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """How to format: in which catalogue, whether to write, and with the differences or not.
    `known` are the digests of files that have passed before."""

    root: Path
    write: bool = True
    diff: bool = False
    known: Mapping[str, str] = field(default_factory=dict)

    def run(self, file: str) -> Formatted:
        """Format one file; what stands in the way becomes findings."""
        shown = file.encode("utf-8", "backslashreplace").decode()
        if shown != file:
            return _refused(shown, "SG1001", "has a name that is not UTF-8")
        path = (self.root / file).resolve()
        if not path.is_relative_to(self.root.resolve()):
            return _refused(file, "SG1001", "is a link that leaves the catalogue")
        try:
            stat = path.stat()
            before = read_bytes(self.root, file)
        except OSError as error:
            return _refused(file, "SG1001", f"cannot be read: {error.strerror}")
        digest = hashlib.sha256(before).hexdigest()
        try:
            after = before if self.known.get(file) == digest else format_file(before, file)
        except YamlInvalid as error:
            return Formatted(file=file, findings=error.findings)
        if after == before:
            return Formatted(file=file, passed=Passed(len(before), stat.st_mtime_ns, digest))
        diff = difference(before, after, file) if self.diff else ""
        if not self.write:
            return Formatted(file=file, changed=True, diff=diff)
        return self._written(file, path, before, after, diff)

    def _written(self, file: str, path: Path, before: bytes, after: bytes, diff: str) -> Formatted:
        try:
            if path.read_bytes() != before:
                return _refused(file, "SG1027", "changed while it was formatted")
            replace_file(path, after)
            mtime_ns = path.stat().st_mtime_ns
        except OSError as error:
            return _refused(file, "SG1027", f"cannot be written: {error.strerror}")
        passed = Passed(len(after), mtime_ns, hashlib.sha256(after).hexdigest())
        return Formatted(file=file, changed=True, diff=diff, passed=passed)


def catalogue_files(root: Path) -> list[str]:
    """All files that have a canonical form. `OSError` where a folder cannot be listed."""
    config = [CONFIG_NAME] if (root / CONFIG_NAME).exists() else []
    return [*config, *(file for folder in FOLDERS for file in list_files(root, folder))]


def format_files(job: Job, files: Sequence[str], cache: FormatCache) -> Iterator[Formatted]:
    """Format these files, in their order but for those that are known to need nothing, which come
    first. The cache learns which are in canonical form now; it is not saved."""
    todo: list[str] = []
    for file in files:
        if _is_unchanged(job.root / file, file, cache):
            cache.keep(file)
            yield Formatted(file=file)
        else:
            todo.append(file)
    job = Job(root=job.root, write=job.write, diff=job.diff, known=cache.digests(todo))
    for formatted in _run_all(job, todo):
        if formatted.passed is not None:
            cache.add(formatted.file, formatted.passed)
        yield formatted


def difference(before: bytes, after: bytes, file: str) -> str:
    """A unified diff that `git apply` and `patch -p1` take."""
    lines = difflib.unified_diff(_diff_lines(before), _diff_lines(after), f"a/{file}", f"b/{file}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _diff_lines(data: bytes) -> list[str]:
    """Lines as diff counts them: only LF ends one."""
    lines = data.decode("utf-8").split("\n")
    last = lines.pop()
    return [*(f"{line}\n" for line in lines), *([last] if last else [])]


def _is_unchanged(path: Path, file: str, cache: FormatCache) -> bool:
    try:
        return cache.unchanged(file, path.stat())
    except OSError:
        return False  # reading it will tell


_job: Job | None = None
"""Set before the pool forks, so that each process inherits it instead of receiving it."""


def _run_files(files: Sequence[str]) -> list[Formatted]:
    assert _job is not None
    return [_job.run(file) for file in files]


def _run_all(job: Job, files: Sequence[str]) -> Iterator[Formatted]:
    global _job
    _job = job
    workers = min(os.cpu_count() or 1, len(files) // _FILES_WORTH_A_PROCESS)
    # Only Linux forks safely; elsewhere one process does the work.
    if workers < 2 or sys.platform != "linux":
        for file in files:
            yield job.run(file)
        return
    chunks = [files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK)]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for results in pool.map(_run_files, chunks):
            yield from results


def _refused(file: str, code: str, what: str) -> Formatted:
    remedy = "put a readable file there" if code == "SG1001" else "run the command again"
    finding = Finding(
        code=code,
        severity=Severity.ERROR,
        message=f"{file} {what}",
        remedy=remedy,
        file=file,
        line=1,
        column=1,
    )
    return Formatted(file=file, findings=(finding,))

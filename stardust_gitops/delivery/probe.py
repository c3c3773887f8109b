"""Trying a recipient out: connecting, looking, and, where that is wanted, one file there and back.

A file in a live inbox raises alarms at the recipient, so one is written only into a folder that the
target names for it. Whatever happens, it is deleted again as far as the recipient lets us.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median
from typing import TypeVar

from stardust_gitops.clock import Clock
from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    NoSpaceError,
    NotOfferedError,
    PassingError,
    PermissionDeniedError,
    Source,
    Transport,
    TransportError,
    VerificationError,
)
from stardust_gitops.errors import GitOpsError

T = TypeVar("T")
SIZE = 4 * 2**20
"""Bytes of the file that is written, where nothing else is said: enough to measure, soon gone."""
_ROUNDS = 5
"""So many questions the latency is the median of."""


class State(StrEnum):
    """How a step ended."""

    OK = "ok"
    FAILED = "failed"
    NOT_OFFERED = "not offered"
    """The recipient has no such thing, or does not let us: deliveries can do without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One step: what came of it, in words, and what to do where it failed."""

    step: str
    state: State
    seconds: float
    text: str
    code: str | None = None
    hint: str | None = None


@dataclass(slots=True)
class Trial:
    """What was found out: the steps in their order, seconds of a round trip, bytes per second."""

    steps: list[Tried] = field(default_factory=list)
    latency: float | None = None
    upload: float | None = None
    download: float | None = None

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(tried.state is not State.FAILED for tried in self.steps)


class _FailedError(Exception):
    """A step failed, so that those after it make no sense."""


class Probe:
    """Tries one recipient out. `folder` is where the file goes (relative to the target's folder,
    ``None``: nothing is written), `size` its bytes. `masked` takes secrets out of a text."""

    def __init__(
        self,
        connect: Callable[[], Transport],
        clock: Clock,
        *,
        masked: Callable[[str], str],
        folder: str | None,
        size: int = SIZE,
    ) -> None:
        self._connect, self._clock, self._masked = connect, clock, masked
        self._folder, self._size = folder, size
        self._found = Trial()

    def run(self) -> Trial:
        """All of it, up to the first step that fails. Nothing is raised but bugs."""
        try:
            transport = self._step("connect", self._connect, lambda _: "the server takes our login")
            assert transport is not None
            try:
                self._look(transport)
                if self._folder is not None:
                    self._there_and_back(transport, self._folder)
            finally:
                transport.close()
        except _FailedError:
            pass
        return self._found

    def _look(self, transport: Transport) -> None:
        folder = self._folder or ""
        self._step("list", lambda: transport.list(folder), lambda files: f"{len(files):,} files")

    def _ask(self, transport: Transport, folder: str) -> None:
        """How long a question takes. Only where something may be written: some interfaces begin a
        delivery when they are asked for a file in it."""
        absent = f"{folder}/stardust-gitops-{uuid.uuid4().hex}"
        rounds = []

        def ask() -> None:
            for _ in range(_ROUNDS):
                begun = self._clock.monotonic()
                transport.stat(absent)
                rounds.append(self._clock.monotonic() - begun)
            self._found.latency = median(rounds)

        self._step("ask", ask, lambda _: f"{_ROUNDS} questions answered")

    def _there_and_back(self, transport: Transport, folder: str) -> None:
        data = os.urandom(self._size)
        path = f"{folder}/stardust-gitops-{uuid.uuid4().hex}.bin"
        self._ask(transport, folder)
        try:
            self._write(transport, path, data)
            self._read(transport, path, data)
        finally:
            self._delete(transport, path)

    def _write(self, transport: Transport, path: str, data: bytes) -> None:
        name = path.rpartition("/")[2]

        def put() -> None:
            source = Source.of_bytes(path, data)
            transport.put(source, path, temporary=f"{name}.part-0", progress=lambda _: None)

        text = f"{path}, under another name first, then renamed"
        self._step("write", put, lambda _: text)
        self._found.upload = self._rate(len(data))

        def compare() -> None:
            found = transport.stat(path)
            if found is None or found.size != len(data):
                size = "not there" if found is None else f"{found.size} bytes"
                raise VerificationError(
                    f"{path} was written with {len(data)} bytes, and is {size}",
                    hint="something at the recipient takes or changes files at once: if that is"
                    " intended there, set  verify: none",
                )

        self._step("size", compare, lambda _: f"{len(data):,} bytes are there")

    def _read(self, transport: Transport, path: str, data: bytes) -> None:
        digest = self._step("read", lambda: _digest(transport.read(path)), lambda _: "read back")
        if digest is None:
            return
        self._found.download = self._rate(len(data))

        def compare() -> None:
            if digest != hashlib.sha256(data).hexdigest():
                raise VerificationError(
                    f"{path} is not what was written when it is read back",
                    hint="try again; if it stays so, ask the recipient about their server",
                )

        self._step("compare", compare, lambda _: "what was read is what was written")

    def _delete(self, transport: Transport, path: str) -> None:
        """Also after a failure, which then is what is told."""

        def delete() -> None:
            transport.delete(path)
            if transport.stat(path) is not None:
                raise TransportError(f"{path} was deleted and is there still")

        self._step("delete", delete, lambda _: f"{path} is gone")

    def _rate(self, size: int) -> float:
        """Bytes per second of the last step."""
        return size / max(self._found.steps[-1].seconds, 1e-6)

    def _step(self, name: str, work: Callable[[], T], said: Callable[[T], str]) -> T | None:
        """Do one step and note it; ``None`` where the recipient does not offer it."""
        begun = self._clock.monotonic()
        result: T | None = None
        error: GitOpsError | None = None
        try:
            result = work()
            text, state = said(result), State.OK
        except GitOpsError as caught:
            error = caught
            text = self._masked(caught.message)
            optional = isinstance(caught, PermissionDeniedError) and name not in _NEEDED
            offered = not optional and not isinstance(caught, NotOfferedError)
            state = State.FAILED if offered else State.NOT_OFFERED
        self._found.steps.append(
            Tried(
                step=name,
                state=state,
                seconds=self._clock.monotonic() - begun,
                text=text,
                code=None if error is None else error.code,
                hint=None if error is None else self._masked(error.hint or advice(error)),
            )
        )
        if state is State.FAILED:
            raise _FailedError
        return result


_NEEDED = frozenset({"connect", "write"})
"""Without these nothing can be delivered; an inbox may well be write-only."""


def advice(error: GitOpsError) -> str:
    """What to do about an error that says nothing of it itself."""
    for kind, text in _ADVICE:
        if isinstance(error, kind):
            return text
    return "ask the recipient what their server says of this connection"


_ADVICE: tuple[tuple[type[GitOpsError], str], ...] = (
    (HostKeyError, "ask the recipient for their server's key, and pin that one"),
    (AuthenticationError, "check user name and secret; ask whether the recipient has our key"),
    (NoSpaceError, "ask the recipient to make room"),
    (PermissionDeniedError, "ask the recipient to let this account do that there"),
    (PassingError, "check host and port, and whether the recipient has to admit our address"),
)


_TRIAL = re.compile(r"(^|/)stardust-gitops-[0-9a-f]{32}\.bin$", re.ASCII)


def is_trial(path: str) -> bool:
    """Whether a file at the recipient is one that was to be deleted again."""
    return _TRIAL.search(path) is not None


def _digest(blocks: Iterator[bytes]) -> str:
    found = hashlib.sha256()
    for block in blocks:
        found.update(block)
    return found.hexdigest()

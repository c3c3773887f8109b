"""The circuit breaker of one target: after failures in a row it is left alone for a while.

It is remembered in the ledger (`ledger.circuit`). While it is open nothing is tried; after that
one item is, over one connection, which closes it, or opens it for twice as long.
"""

from __future__ import annotations

import threading

from stardust_gitops.delivery.transports.base import (
    AuthenticationError,
    HostKeyError,
    NoSpaceError,
    PassingError,
)
from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.circuit import CLOSED, Circuit, circuit_stream, read_circuit
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.ledger.journal import Entry, Journal
from stardust_gitops.ledger.store import LedgerStore

OF_THE_TARGET = (AuthenticationError, HostKeyError, NoSpaceError, PassingError)
"""What another item would meet too, as long as nothing has changed at the recipient."""


class CircuitOpenError(GitOpsError):
    """A target is left alone for a while, because too much has failed there in a row."""

    default_code = "SG6021"

    @classmethod
    def of(cls, target: str, circuit: Circuit) -> CircuitOpenError:
        """The error for an open circuit."""
        until = f"{circuit.until}"[:16].replace("T", " ")
        return cls(
            f"the circuit of {target} is open until {until} UTC after {circuit.failures} failures"
            f" in a row; last error: {circuit.code} {circuit.text}",
            hint="settle what the error says; `stardust-gitops apply --retry-now` does not wait",
        )


def circuit_of(ledger: LedgerStore, environment: str, target: str) -> Circuit:
    """The circuit of a target, as the ledger knows it."""
    return read_circuit(
        circuit_stream(environment, target),
        lambda stream: ledger.state(stream).version,
        lambda stream: (event for _, event in ledger.events(stream=stream)),
    )


class Breaker:
    """Counts what fails and what succeeds at a target in one run. For several threads."""

    def __init__(
        self, journal: Journal, stream: StreamId, circuit: Circuit, *, failures: int
    ) -> None:
        self._journal = journal
        self._stream = stream
        self._lock = threading.Lock()
        self._limit = failures
        self._recorded = circuit
        self._circuit = circuit
        self._tripped: CircuitOpenError | None = None

    @property
    def probing(self) -> bool:
        """Whether nothing has shown yet that a target that was left alone answers again."""
        return self._circuit.opened

    def failed(self, error: GitOpsError, item: str | None = None) -> None:
        """Count a failure, of an item (GTIN-14) or of the target. `CircuitOpenError` where it is
        one too many, which is then on record."""
        with self._lock:
            if self._tripped is not None:
                raise self._tripped
            self._circuit = self._circuit.failed(error.code, error.message, item)
            if not self._circuit.opened and self._circuit.failures < self._limit:
                return
            self._circuit = self._circuit.open_from(self._journal.now())
            self._record()
            self._tripped = CircuitOpenError.of(self._stream.target, self._circuit)
            raise self._tripped from error

    def succeeded(self) -> bool:
        """A delivery is complete, so the target answers; whether it did not before."""
        with self._lock:
            if self._tripped is not None:
                return False  # it was under way; what counts is what the next run finds
            before, self._circuit = self._circuit, CLOSED
            if before.opened:
                self._record()
            return before.opened

    def remember(self) -> None:
        """Put on record how many failures there were in a row, for the runs to come."""
        with self._lock:
            if self._circuit != self._recorded:
                self._record()

    def _record(self) -> None:
        self._journal.append(Entry(self._stream, *self._circuit.event()))
        self._recorded = self._circuit

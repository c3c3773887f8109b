"""Which targets of a plan are left alone for now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from stardust_gitops.ledger.circuit import circuit_stream, read_circuit
from stardust_gitops.ledger.records import Records
from stardust_gitops.planning.model import OpenCircuit, Plan
from stardust_gitops.reconciler.promotion import EventsOf


def with_circuits(plan: Plan, ledger: Records, events: EventsOf, now: datetime) -> Plan:
    """The plan with the circuits of its targets that are open."""
    found = []
    for target in sorted({item.target for item in plan.items}):
        stream = circuit_stream(plan.environment, target)
        circuit = read_circuit(
            stream, lambda stream: ledger.state(stream).version, lambda stream: events([stream])
        )
        if circuit.until is not None:
            found.append(
                OpenCircuit(
                    target=target,
                    failures=circuit.failures,
                    until=circuit.until,
                    due=not circuit.is_open(now),
                    code=circuit.code,
                    text=circuit.text,
                )
            )
    return replace(plan, circuits=tuple(found)) if found else plan

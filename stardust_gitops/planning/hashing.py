"""The name of a plan: a hash of what will be sent, and of nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import orjson

from stardust_gitops.planning.model import Item


def plan_hash(environment: str, items: Iterable[Item]) -> str:
    """SHA-256 over the sorted (environment, release, target, operation, fingerprints, stream
    version) of every item that sends.

    Time, commit and text are not in it, so an unrelated merge does not void an approval.
    """
    rows = sorted(
        orjson.dumps(
            [
                environment,
                item.release,
                item.target,
                item.action,
                item.message_fingerprint,
                item.assets_fingerprint,
                item.stream_version,
            ]
        )
        for item in items
        if item.action.sends
    )
    return hashlib.sha256(b"\n".join(rows)).hexdigest()

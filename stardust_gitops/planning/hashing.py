"""The name of a plan: a hash of what will be sent, and of nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from operator import attrgetter

import orjson

from stardust_gitops.planning.model import Item

_what_is_sent = attrgetter(
    "release",
    "target",
    "action",
    "message_fingerprint",
    "assets_fingerprint",
    "stream_version",
)


def plan_hash(environment: str, items: Iterable[Item]) -> str:
    """SHA-256 over the environment and the sorted (release, target, operation, fingerprints,
    stream version) of every item that sends.

    Time, commit and text are not in it, so an unrelated merge does not void an approval.
    """
    rows = sorted(_what_is_sent(item) for item in items if item.action.sends)
    return hashlib.sha256(orjson.dumps([environment, rows])).hexdigest()

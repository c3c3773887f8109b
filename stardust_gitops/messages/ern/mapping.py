"""One thing that a message says otherwise than the content does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One thing that is said otherwise.

    `field` is its path in the content, as in a plan's changes: ``tracks[0].contributors[1].roles``.
    `said` is what the content says, `told` what the message tells (``None``: nothing, as it has no
    place for it), `reason` why.
    """

    field: str
    said: str
    told: str | None
    reason: str

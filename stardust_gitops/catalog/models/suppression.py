"""A finding that was looked at and is accepted."""

from __future__ import annotations

from typing import Annotated

from stardust_gitops.catalog.models.scalars import Date, Given, Model, Text


class SuppressEntry(Model):
    """One rule that is not to be told about this file, and why. `expires` is the last day on
    which that holds."""

    rule: Text
    reason: Text
    expires: Annotated[Date | None, Given] = None

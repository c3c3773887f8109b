"""Who is told of what happens."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from stardust_gitops.catalog.models.scalars import Given, Model
from stardust_gitops.catalog.models.transports.values import Secret

Event = Literal["applied", "failed", "blocked", "takedown", "late", "weekly"]


class NotificationEntry(Model):
    """`to` is a reference to an address of apprise (``mailtos://…``, ``slack://…``), which holds
    passwords and so stands nowhere in the catalogue; `on` are the events that it is told of."""

    to: Secret
    on: Annotated[tuple[Event, ...], Given, Field(min_length=1)]

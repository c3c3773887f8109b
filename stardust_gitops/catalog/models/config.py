"""``stardust.yaml``, the root of the catalogue."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, Field

from stardust_gitops.catalog.models.deals import DealEntry, Deals
from stardust_gitops.catalog.models.environment import EnvironmentEntry, EnvironmentName
from stardust_gitops.catalog.models.messages import Messages, MessagesEntry
from stardust_gitops.catalog.models.notification import NotificationEntry
from stardust_gitops.catalog.models.policy import PolicyEntry
from stardust_gitops.catalog.models.scalars import (
    Dpid,
    Given,
    Icpn,
    Language,
    Model,
    Name,
    Territory,
    Text,
    TimeZone,
    Whole,
    refuse,
)
from stardust_gitops.catalog.models.schedule import ScheduleEntry
from stardust_gitops.catalog.models.target import Pair
from stardust_gitops.secrets.references import parse_reference


def _group(value: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", value) or value == "Worldwide":
        refuse("SG1117", f"{value!r} is no name of a group", "use three or more capitals, as DACH")
    return value


def _requirement(value: str) -> str:
    if not re.fullmatch(r">=[0-9]+(\.[0-9]+){0,2}", value):
        refuse("SG1120", f"{value!r} is no requirement", 'write it as  requires: ">=0.4"')
    return value


def _without_password(value: str) -> str:
    try:
        parts = urlsplit(value)
        if parts.password is not None:
            raise ValueError
        for name, text in parse_qsl(parts.query):
            if name.endswith("password"):
                parse_reference(text)
    except ValueError:
        refuse(
            "SG1118",
            "the password of the ledger stands in its URL (so it is not repeated here), or this is"
            " no URL",
            "write  ?password=env:NAME  or leave it out and give PGPASSWORD or a .pgpass file",
        )
    return value


class Sender(Model):
    """Who sends: name and DPID as they stand in the message header."""

    dpid: Dpid
    name: Text


class Defaults(Model):
    """What holds where a release says nothing. `language` is that of the metadata; `timezone`
    serves the plan's own clock and never reaches a message. `subgenre` goes with `genre`."""

    language: Language | None = None
    label: Text | None = None
    genre: Text | None = None
    subgenre: Text | None = None
    p_line: Text | None = None
    c_line: Text | None = None
    deals: Deals = ()
    targets: Annotated[tuple[Name, ...] | None, Given] = None
    timezone: TimeZone = "UTC"


class LimitEntry(Model):
    """A guard: so many, or so many percent of what is live at the target; whichever is first."""

    count: Whole | None = None
    percent: Whole | None = None


class SafetyEntry(Model):
    """The guards of `apply`, each per target and counted over 24 hours. `missing` is the share of
    delivered releases whose file is gone: a broken checkout. Below `minimum_population` live
    releases, percentages do not count."""

    takedowns: LimitEntry = LimitEntry(count=5, percent=10)
    updates: LimitEntry = LimitEntry(percent=30)
    inserts: LimitEntry = LimitEntry()
    resends: LimitEntry = LimitEntry(percent=30)
    missing: LimitEntry = LimitEntry(percent=10)
    minimum_population: Whole = 10


Weekday = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
WEEKDAYS: tuple[str, ...] = get_args(Weekday)

RuleSeverity = Literal["error", "warning", "note", "off"]
"""What a catalogue makes of a rule."""


class RemovedEntry(Model):
    """What becomes of a release that was delivered and whose file is gone: taken down where it is
    live, or left alone there (``forget``). Without `targets` that holds everywhere."""

    decision: Literal["takedown", "forget"]
    reason: Text
    targets: Annotated[tuple[Name, ...] | None, Given] = None


class ConfigFile(Model):
    """The catalogue's configuration. A ledger belongs to one `id`; `messages` says where the bytes
    of what was sent are kept, and for how long. `deal_sets` are used by releases by name, `offers`
    by targets. `policies` are judged over the plan. `removed` decides on releases whose files are
    gone. `release_days` are the weekdays on which releases come out. `rules` hold by the id of a
    rule how much it matters here. `environments` say who takes part in which, `schedule` how often
    apply is run, `notifications` who is told."""

    format: Literal["1"]
    requires: Annotated[str, AfterValidator(_requirement)] | None = None
    id: Name
    sender: Sender
    defaults: Defaults = Defaults()
    territories: dict[Annotated[str, AfterValidator(_group)], tuple[Territory, ...]] = Field(
        default_factory=dict
    )
    deal_sets: dict[Name, tuple[DealEntry, ...]] = Field(default_factory=dict)
    offers: dict[Name, tuple[Pair, ...]] = Field(default_factory=dict)
    ledger: Annotated[Text, AfterValidator(_without_password)] = "sqlite:.stardust/ledger.db"
    messages: Messages = MessagesEntry()
    safety: SafetyEntry = SafetyEntry()
    environments: dict[EnvironmentName, EnvironmentEntry] = Field(default_factory=dict)
    schedule: ScheduleEntry | None = None
    notifications: tuple[NotificationEntry, ...] = ()
    policies: tuple[PolicyEntry, ...] = ()
    removed: dict[Icpn, RemovedEntry] = Field(default_factory=dict)
    release_days: Annotated[tuple[Weekday, ...], Given] = ("Friday",)
    rules: dict[Text, RuleSeverity] = Field(default_factory=dict)

"""What the planner needs to know of the catalogue's settings, free of the models of its files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from stardust_gitops.catalog.windows import Windows

TakedownMethod = Literal["no_deals", "end_date", "takedown_flag", "purge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """One target, as far as planning goes.

    `description` is for people (``ERN 4.3 over SFTP``). `files_in_updates` and
    `files_in_re_release` say whether audio and art travel with an update of the message alone and
    with a release that returns after a takedown. `takedown_ahead` sends a takedown that lies in
    the future at once, as an end date; it counts only with ``end_date``. Lead times are the
    recipient's minimum: they warn and never hold. `moved_from` is the id the target had before.
    `takes_part` tells whether the environment has it. Outside of its `windows` nothing but removals
    is sent; ``None`` is always open. `per_day` is how many messages are begun within 24 hours,
    `back_catalogue_per_day` how many of them may insert back catalogue.
    """

    id: str
    enabled: bool = True
    takes_part: bool = True
    takedown: TakedownMethod = "no_deals"
    takedown_ahead: bool = False
    files_in_updates: bool = False
    files_in_re_release: bool = True
    lead_time_new: timedelta | None = None
    lead_time_update: timedelta | None = None
    back_catalogue_load: bool = False
    description: str = ""
    recipient_dpid: str | None = None
    moved_from: str | None = None
    windows: Windows | None = None
    per_day: int | None = None
    back_catalogue_per_day: int | None = None

    @property
    def is_capped(self) -> bool:
        """Whether only so much is sent within 24 hours."""
        return self.per_day is not None or self.back_catalogue_per_day is not None

    @property
    def sends_takedowns_ahead(self) -> bool:
        """Whether a takedown that lies in the future is sent at once, carrying its date."""
        return self.takedown == "end_date" and self.takedown_ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What the user has decided on a release whose file is gone: taken down, or left alone; at
    these targets, or everywhere."""

    takedown: bool
    reason: str
    targets: frozenset[str] | None = None

    def holds_at(self, target: str) -> bool:
        """Whether it is said of a target."""
        return self.targets is None or target in self.targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A guard's limit: a number of releases, a percentage of those live, or both.

    The guard trips when either is exceeded; with neither it never does.
    """

    count: int | None = None
    percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """The limits of `safety:` in ``stardust.yaml``.

    `missing` limits how much of what is live may have lost its release file. Percentages do not
    count below `minimum_population` live releases.
    """

    takedowns: Limit = Limit(count=5, percent=10)
    updates: Limit = Limit(percent=30)
    inserts: Limit = Limit()
    resends: Limit = Limit(percent=30)
    missing: Limit = Limit(percent=20)
    minimum_population: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What the user allowed for this run: single takedowns (GTIN-14), or one exact plan."""

    takedowns: frozenset[str] = frozenset()
    plan_hash: str | None = None

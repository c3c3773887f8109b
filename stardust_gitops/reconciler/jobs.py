"""What an item of a plan sends: found again when it is sent, so that no plan holds all content."""

from __future__ import annotations

from stardust_gitops.content.deals import day_before
from stardust_gitops.content.model import Delivery
from stardust_gitops.content.resolve import Base
from stardust_gitops.delivery.session import Job
from stardust_gitops.errors import SafetyError
from stardust_gitops.planning.decide import REMOVALS
from stardust_gitops.planning.model import Action, Item
from stardust_gitops.reconciler.planner import Planner


class Jobs:
    """Loads what items send; the runner calls it, from several threads."""

    def __init__(self, planner: Planner, environment: str) -> None:
        self._planner = planner
        self._environment = environment

    def load(self, item: Item) -> Job:
        """The content of an item. A removal whose release does not resolve any more is rendered
        from what was sent last: a mistake elsewhere in the file must not keep it on sale."""
        resolved = self._planner.resolve(item.release, item.target)
        if resolved is not None and self._complete(item, *resolved):
            base, delivery = resolved
            model = base.model
            day = model.takedown_day(item.target)
            ends = day_before(day) if day else None
            return Job(
                delivery=delivery,
                status=model.status_for(item.target),
                protected=model.prevent_takedown,
                end_date=ends if item.operation is Action.TAKEDOWN else None,
            )
        if item.operation in REMOVALS:
            delivery = self._planner.last_sent(item, self._environment)
            return Job(delivery=delivery, status="takedown")
        raise SafetyError(
            "the release does not resolve any more: the catalogue changed after it was planned",
            hint="run apply again",
            code="SG7020",
        )

    @staticmethod
    def _complete(item: Item, base: Base, delivery: Delivery) -> bool:
        return base.complete and len(delivery.content.tracks) == item.tracks

"""What would be sent, beside what was sent last: ``plan --diff xml`` and ``show --diff xml``.

The message is made as `apply` makes it, but is neither recorded nor checked; its ids and time,
which no comparison looks at, are those of a preview. A MEAD message that travels beside it is
compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from stardust_gitops.content.canonical import load_delivery
from stardust_gitops.delivery.intentions import next_created
from stardust_gitops.delivery.known import as_known
from stardust_gitops.delivery.package import lay_out
from stardust_gitops.delivery.rendering import message_options
from stardust_gitops.delivery.session import LIVE_ENVIRONMENT, Job
from stardust_gitops.errors import GitOpsError
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.ledger.records import Records
from stardust_gitops.ledger.state import Sent
from stardust_gitops.messages.comparison.difference import (
    Comparison,
    Difference,
    compare,
    summary,
)
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.mead.writer import write_mead
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import parse, serialise
from stardust_gitops.planning.decide import REMOVALS
from stardust_gitops.planning.model import Action, Item
from stardust_gitops.reconciler.jobs import Jobs
from stardust_gitops.reconciler.planner import Planner
from stardust_gitops.reconciler.preview import preview_header
from stardust_gitops.reconciler.recipients import recipient_of
from stardust_gitops.reconciler.workspace import Workspace

Messages: TypeAlias = tuple[bytes, bytes | None]
"""A message, and the MEAD message that travels beside it, if one does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparer:
    """Compares items of a plan with what the ledger keeps; `now` is when they would be sent."""

    workspace: Workspace
    ledger: Records
    planner: Planner
    environment: str
    now: datetime

    def compare(self, item: Item) -> Comparison:
        """An item as it would be sent. What waits is taken as if it did not; what is unchanged, as
        if it were sent again. Whatever is in the way stands in `Comparison.problem`."""
        item = _as_sent(item)
        state = self.ledger.state(StreamId(self.environment, item.target, item.release))
        last, open_ = state.baseline, state.open if item.resumes else None
        operation, against = str(item.action), last.message_id if last else None
        try:
            messages = self._stored(open_) if open_ else self._made(item, last)
            if last is None or last.message is None:
                return Comparison(operation=operation, new=_counted(messages))
            found = _compared(self._stored(last), messages)
        except GitOpsError as error:
            return Comparison(operation=operation, against=against, problem=_words(error))
        return Comparison(operation=operation, against=against, differences=tuple(found))

    def _stored(self, sent: Sent) -> Messages:
        if sent.message is None:
            raise MessageError("the ledger keeps no message of it", code="SG5008")
        message = self.ledger.fetch(sent.message, sent.named("the message"))
        if sent.mead is None:
            return message, None
        return message, self.ledger.fetch(sent.mead, sent.named("the MEAD message"))

    def _made(self, item: Item, last: Sent | None) -> Messages:
        """The messages of the present content; a removal for which that will not do says what was
        sent last."""
        job = Jobs(self.planner, self.environment).load(item)
        job = as_known(job, item.action, last, self.ledger)
        try:
            return self._written(item, job)
        except MessageError:
            if item.action not in REMOVALS or last is None:
                raise
        said = load_delivery(self.ledger.fetch(last.content, last.named("the content")))
        said = replace(said, icpn=job.delivery.icpn)
        return self._written(item, replace(job, delivery=said))

    def _written(self, item: Item, job: Job) -> Messages:
        target = self.workspace.catalogue.targets[item.target]
        recipient = recipient_of(target, self.workspace.catalogue, {})
        package = lay_out(
            job.delivery,
            folder=job.delivery.icpn,
            choreography=recipient.choreography,
            with_files=item.with_files,
        )
        past = self.now - timedelta(days=recipient.end_date_days)
        options = message_options(
            recipient,
            job.delivery,
            package,
            item.action,
            last_day=job.end_date or past.date().isoformat(),
            replaced_isrcs=job.replaced_isrcs,
            described=job.described,
            back_catalogue=item.back_catalogue,
        )
        header = preview_header(self.workspace, target, recipient, job.delivery.icpn)
        header = replace(
            header,
            created=next_created(self.now, None),  # some takedowns say from which day they hold
            test=self.environment != LIVE_ENVIRONMENT,
        )
        mead = None if options.mead is None else write_mead(job.delivery, header, job.described)
        return write_message(job.delivery, header, options), mead


def _counted(messages: Messages) -> dict[str, int]:
    message, mead = messages
    return summary(message) | ({} if mead is None else {"MeadMessage": 1})


def _compared(before: Messages, after: Messages) -> list[Difference]:
    """Of both messages; where no MEAD message goes out, nothing is told of what one said last."""
    found = compare(before[0], after[0])
    if after[1] is None:
        return found
    return found + compare(before[1] or _emptied(after[1]), after[1])


def _emptied(mead: bytes) -> bytes:
    """A MEAD message that tells of nothing."""
    root = parse(mead)
    del root[1:]
    return serialise(root)


def _as_sent(item: Item) -> Item:
    if item.action.sends:
        return item
    if item.operation is not None:
        return item._replace(action=item.operation)
    return item._replace(action=Action.RESEND, operation=Action.RESEND, with_files=True)


def _words(error: GitOpsError) -> str:
    return f"{error.code} {error.message}"

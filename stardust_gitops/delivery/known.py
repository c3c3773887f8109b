"""What a recipient knows of a release already, and how a message has to take it up."""

from __future__ import annotations

from dataclasses import replace

import orjson

from stardust_gitops.content.canonical import Document, document_of
from stardust_gitops.delivery.session import Job
from stardust_gitops.ledger.records import Records
from stardust_gitops.ledger.state import Sent
from stardust_gitops.messages.mead.described import described_in
from stardust_gitops.planning.differences import corrected_isrcs
from stardust_gitops.planning.model import Action


def as_known(job: Job, operation: Action, sent: Sent | None, ledger: Records) -> Job:
    """A job for a recipient that has, or is about to get, what was `sent`.

    The release keeps its ICPN digit by digit: a UPC that becomes an EAN in the catalogue stays the
    UPC there. An update names the ISRCs that it puts in the place of others, and what was described
    before is known, so that it can be taken back.
    """
    if sent is None:
        return job
    before: Document = orjson.loads(ledger.fetch(sent.content, sent.named("the content")))
    delivery = replace(job.delivery, icpn=before["icpn"])
    job = replace(job, delivery=delivery, described=described_in(before["content"]))
    if operation is not Action.UPDATE:
        return job
    corrected = corrected_isrcs(before, document_of(delivery))
    return replace(job, replaced_isrcs=tuple(sorted(corrected.items())))
